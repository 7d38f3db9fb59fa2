"""From what was sent to what was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from reviewer.instrument.model import Option, Question
from reviewer.reviews.answers import Given
from reviewer.reviews.forms import pages_text, parse_pages, posted_form

OPTIONS = (Option("a", "a"), Option("b", "b"))


def ask(kind: str) -> Question:
    options = () if kind == "text" else OPTIONS
    return Question("q-1", "c", kind, "Q?", ("plan",), "derived", "test", options)


def sent(kind: str, **fields: object):
    return posted_form(
        ask(kind), "plan", MultiDict({f"q-1.plan.{name}": value for name, value in fields.items()})
    )


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("12", ((12, 12),)),
        ("pages 12 to 14", ((12, 14),)),
        ("p. 3, pp 5–7 and 9", ((3, 3), (5, 7), (9, 9))),
        ("14 - 16; 2", ((2, 2), (14, 16))),
        ("", ()),
    ],
)
def test_pages_as_people_write_them(text, pages):
    assert parse_pages(text) == pages


@pytest.mark.parametrize("text", ["twelve", "12a", "0", "9 to 3", "1-2-3", "-4"])
def test_pages_that_are_none(text):
    with pytest.raises(ValueError, match="Write"):
        parse_pages(text)


@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(0, 30)).map(lambda p: (p[0], p[0] + p[1])))
)
def test_pages_come_back_as_they_are_shown(pages):
    expected = tuple(sorted(set(pages)))
    assert parse_pages(pages_text(expected)) == expected


@given(st.text(max_size=60))
def test_any_text_gives_pages_or_one_sentence(text):
    try:
        for first, last in parse_pages(text):
            assert 1 <= first <= last
    except ValueError as error:
        assert str(error).startswith("Write")


@pytest.mark.parametrize("kind", ["scale", "choice"])
def test_one_option(kind):
    form = sent(kind, value="a", comment="  why ", pages="3")
    assert form.validate()
    assert form.given() == Given(frozenset({"a"}), comment="why", pages=((3, 3),))


def test_many_options_are_more_than_not_applicable():
    form = sent("choices", value=["a", "b"])
    assert form.validate()
    assert form.given().options == {"a", "b"}
    both = sent("choices", value=["a", "n/a"])
    assert both.given() == Given(frozenset({"a"}))


@pytest.mark.parametrize("kind", ["scale", "choice", "choices"])
def test_not_applicable_is_an_answer_and_nothing_is_none(kind):
    assert sent(kind, value="n/a").given() == Given(not_applicable=True)
    assert sent(kind).given() == Given()


def test_text():
    assert sent("text", value=" aims ").given() == Given(text="aims")
    assert sent("text", not_applicable="y").given() == Given(not_applicable=True)
    assert sent("text", value="aims", not_applicable="y").given() == Given(text="aims")


@pytest.mark.parametrize("kind", ["scale", "choice", "choices"])
def test_an_option_that_is_not_on_the_page_is_refused(kind):
    form = sent(kind, value="z")
    assert not form.validate()
    assert form.first_error


def test_a_version_that_is_no_number_counts_as_none():
    assert sent("scale", version="x").seen == 0
    assert sent("scale", version="7").seen == 7
