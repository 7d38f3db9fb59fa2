from __future__ import annotations

import pytest

from reviewer.people.letters import EXAMPLES, Kind, fill, letters, mistakes

EVERY = list(letters().values())


@pytest.mark.parametrize("letter", EVERY, ids=lambda letter: letter.kind)
def test_our_own_wording_keeps_its_own_rules(letter):
    assert mistakes(letter, letter.subject, letter.text) == ("", "")
    assert "{" not in fill(letter.subject + letter.text, EXAMPLES)
    assert not letter.sent.endswith(".")


def test_every_kind_has_a_letter():
    assert set(letters()) == set(Kind)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Dear {nmae}, {link}", "Nothing can be filled in for {nmae} here. Use {name}, {link}"),
        ("Dear {Name}, {link}", "Nothing can be filled in for {Name} here."),
        ("{} {link}", "Nothing can be filled in for {} here."),
        ("{days_left} {link}", "Nothing can be filled in for {days_left} here."),
        ("Dear {name}", "Put {link} into the text: the email is no use without it."),
        ("{ link }", "Nothing can be filled in for { link } here."),
    ],
)
def test_what_is_wrong_with_a_text(text, says):
    assert mistakes(letters()[Kind.INVITATION], "Hello", text)[1].startswith(says)


def test_a_link_does_not_stand_in_a_subject():
    found = mistakes(letters()[Kind.INVITATION], "{link}", "{link}")
    assert found == ("Nothing can be filled in for {link} here. Use {name}, {until}.", "")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{a} and {a}", "1 and 1"),
        ("{b}", "{b}"),
        ("} {", "} {"),
        ("{a", "{a"),
        ("{c}", "{a}"),
    ],
)
def test_filling_in(text, filled):
    assert fill(text, {"a": 1, "c": "{a}"}) == filled
