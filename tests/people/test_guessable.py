"""Which passwords are refused. Those that leaked are from zxcvbn's own list, which is public."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from reviewer.people.guessable import TOO_CLOSE, TOO_EASY, weakness, words_of

OWN = words_of("Siân O'Hara-Smith", "sian.ohara@littleharbour.org.uk", "Little Harbour Trust")


def test_the_words_of_a_person():
    assert words_of("Siân O'Hara-Smith", "s.hara99@harbour.org.uk") == [
        *("harbour", "smith", "hara", "siân", "org")
    ]


def test_every_long_password_of_the_list_is_refused():
    long = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 12]
    assert len(long) > 200
    assert not [word for word in long if not weakness(word, [])]


@pytest.mark.parametrize(
    "password",
    [
        *("password1234", "Passw0rd!Passw0rd!", "qwertyuiop12", "1q2w3e4r5t6y", "aaaaaaaaaaaa"),
        *("123456789012", "iloveyou1234", "letmein123456", "Arsenal123456", "liverpool2024"),
        *("abcdefghijkl", "sunshine12345", "charlotte2012"),
    ],
)
def test_what_many_people_use(password):
    assert weakness(password, []) == TOO_EASY


@pytest.mark.parametrize(
    "password",
    [
        *("plan review plan review", "PlanReview-2026", "Plan.Review.2026!", "strategy review 77"),
        *(
            "siân o'hara-smith 1234",
            "ohara.smith.ohara",
            "LittleHarbour2026",
            "little harbour trust",
        ),
        *("sian.ohara@littleharbour.org.uk", "integrated strategy board"),
    ],
)
def test_what_is_known_of_the_person_or_the_service(password):
    assert weakness(password, OWN) in (TOO_CLOSE, TOO_EASY)


def test_the_same_is_said_of_nobody_else():
    assert weakness("LittleHarbour teapot", OWN) == TOO_CLOSE
    assert weakness("LittleHarbour teapot", words_of("Ada Reader")) == ""


@pytest.mark.parametrize(
    "password",
    [
        *(
            "four random plain words",
            "correct horse battery staple",
            "MyDogRexIsOld",
            "zebra-kettle-7",
        ),
        *(
            "the plan was orange marmalade",
            "tr0ub4dor&3 wx",
            "Mae'n bwrw glaw heddiw",
            "ẞpät im März 9",
        ),
    ],
)
def test_what_is_good_enough(password):
    assert weakness(password, OWN) == ""


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(password):
    assert weakness(password, OWN) in ("", TOO_EASY, TOO_CLOSE)
