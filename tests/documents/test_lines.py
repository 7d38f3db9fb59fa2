from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.documents.lines import LONGEST_TEXT, as_read, clean, in_lines

WIDTH = 6.0
ENGLISH = st.text("abcdefgh", min_size=1, max_size=8)
HEBREW = st.text("אבגדהוזח", min_size=1, max_size=8)


def set_at(text, x, y=100.0, width=WIDTH):
    """One letter as pdfminer's are kept."""
    return {
        "text": text,
        "x0": x,
        "x1": x + width,
        "top": y,
        "bottom": y + 12,
        "doctop": y,
        "size": 12.0,
        "upright": (1.0, 0.0),
    }


def seen(text, x=50.0, y=100.0):
    """Letters from left to right, as `text` has them."""
    return [set_at(letter, x + WIDTH * place, y) for place, letter in enumerate(text)]


def read(letters):
    return "".join(letter["text"] for letter in as_read(letters))


def test_clean():
    assert clean("chil\ufffedren in\x02\r\ncare, co\u00ad\noperate co\u00adoperate") == (
        "chil-\ndren in-\ncare, co-\noperate cooperate"
    )
    assert clean("ﬁrst\u00a0oﬃce\tx  \r\nnext\x00\x0c\ud800 \ufeffline\n") == (
        "first office x\nnext line"
    )
    assert clean("\ufefc \ufb2a") == "لا \u05e9\u05c1"  # Arabic and Hebrew in the shapes drawn
    assert len(clean("a" * (LONGEST_TEXT + 5))) == LONGEST_TEXT


@given(st.lists(ENGLISH, min_size=1, max_size=5).map(" ".join))
def test_english_stays_as_it_is(words):
    letters = seen(words)
    assert as_read(letters) == letters
    assert in_lines(letters) == words


@given(st.lists(HEBREW, min_size=1, max_size=5).map(" ".join), st.randoms())
def test_hebrew_is_read_from_right_to_left_in_whatever_order_it_was_written(words, chance):
    letters = seen(words[::-1])
    assert in_lines(letters) == words
    assert in_lines(letters[::-1]) == words
    chance.shuffle(letters)
    assert in_lines(letters) == words


@pytest.mark.parametrize(
    ("as_seen", "as_it_is_read"),
    [
        ("םולש 2024 ישילש", "שלישי 2024 שלום"),  # numbers run from left to right
        ("ךא NHS England לכ", "כל NHS England אך"),
        ("the word םולש means", "the word שלום means"),
        ("ף (NHS) ר", "ר (NHS) ף"),
        ("(םולש) רבד", "דבר (שלום)"),
    ],
)
def test_both_directions_in_one_line(as_seen, as_it_is_read):
    assert in_lines(seen(as_seen)) == as_it_is_read


def test_columns_are_turned_each_on_its_own():
    line = [*seen("םולש", 50), *seen("English", 200), *seen("רבד", 400)]
    assert in_lines(line) == "שלום English דבר"


def test_lines_stay_in_their_order():
    assert in_lines([*seen("םולש", y=100), *seen("plain", y=120), *seen("רבד", y=140)]) == (
        "שלום\nplain\nדבר"
    )


def test_a_mark_stays_with_its_letter():
    letters = seen("בא")
    dot = set_at("\u05bc", letters[1]["x0"] + 2, width=0.0)
    for written in ([dot, *letters], [*letters, dot]):
        assert read(written) == "א\u05bcב"
        assert in_lines(written) == "א\u05bcב"


def test_a_letter_that_stands_for_two_is_not_turned_itself():
    assert in_lines([set_at("ה", 50), set_at("لا", 56), set_at("א", 62)]) == "אلاה"


def test_nothing():
    assert in_lines([]) == ""
    assert in_lines([set_at("\u05bc", 50)]) == ""
