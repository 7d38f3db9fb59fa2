"""Live numbers: what stands in the brackets, what is printed, what moved, what is missing."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reviewer.writing.references import (
    MISSING,
    Moved,
    Numbers,
    moved,
    offered,
    paragraphs,
    references,
    render,
)
from tests.findings.makers import figure, groups

PLAIN = figure(19, 8, 4)
CHOICES = groups(2, 20, 11, 5, base=26, id="population-3")
NUMBERS = Numbers([PLAIN, CHOICES])
TEXT = st.text(st.characters(exclude_characters="{}"), max_size=60)
OFFERED = st.sampled_from([o for f in (PLAIN, CHOICES) for o in offered(f)])


def test_the_four_kinds_of_number():
    text = (
        "{workforce-1-strategy.yes.percent} ({workforce-1-strategy.yes.count} of "
        "{workforce-1-strategy.base}, of {workforce-1-strategy.systems}) and "
        "{population-3-strategy.send.percent} of {population-3-strategy.send.base}"
    )
    assert render(text, NUMBERS).text == "61% (19 of 31, of 31) and 42% of 26"


def test_a_sign_behind_the_brackets_is_printed_once():
    assert render("{workforce-1-strategy.no.percent}%", NUMBERS).text == "13%"


@given(st.lists(st.tuples(TEXT, OFFERED), max_size=6), TEXT)
def test_a_text_comes_out_with_its_numbers_and_nothing_else_changed(pieces, rest):
    typed = "".join(f"{words} {reference} " for words, (_, reference, _) in pieces) + rest
    expected = "".join(f"{words} {number} " for words, (_, _, number) in pieces) + rest
    rendered = render(typed, NUMBERS)
    assert rendered.text == expected
    assert not rendered.missing
    assert set(rendered.values) == {reference.strip("{}") for _, (_, reference, _) in pieces}
    assert references(typed) == [reference.strip("{}") for _, (_, reference, _) in pieces]


@given(TEXT, st.from_regex(r"[a-z]{1,8}(-[a-z0-9]{1,5}){0,2}(\.[a-z]{1,8}){0,3}", fullmatch=True))
def test_what_is_no_number_is_a_gap_that_is_seen(words, name):
    if NUMBERS.of(name) is None:
        rendered = render(f"{words} {{{name}}}.", NUMBERS)
        assert rendered.text == f"{words} {MISSING}."
        assert rendered.missing == (name,)
        assert NUMBERS.why_missing(name)


def test_why_something_is_missing():
    whys = {
        "gone-9-plan.yes.percent": "No figure",
        "workforce-1-strategy.maybe.percent": "no such answer",
        "workforce-1-strategy.percent": "name an answer",
        "workforce-1-strategy.yes.percnt": "end with",
        "workforce-1-strategy": "end with",
    }
    for reference, why in whys.items():
        assert why in NUMBERS.why_missing(reference), reference
    empty = Numbers([figure(0, 0, 0)])
    assert empty.of("workforce-1-strategy.yes.percent") is None
    assert "No system" in empty.why_missing("workforce-1-strategy.yes.percent")
    assert empty.of("workforce-1-strategy.yes.count") == "0"


def test_brackets_with_a_sentence_in_them_are_left_alone():
    assert render("{see the annex} {} { }", NUMBERS).text == "{see the annex} {} { }"


@given(st.integers(0, 31), st.integers(0, 31))
def test_what_moved_since_a_draft_is_what_is_printed_otherwise(then, now):
    name = "workforce-1-strategy.yes.count"
    before, after = (Numbers([figure(n, 31 - n, 0)]) for n in (then, now))
    kept = render(f"{{{name}}}", before).values
    expected = [] if then == now else [Moved(name, str(then), str(now))]
    assert moved(kept, [name, name], after) == expected
    assert moved(kept, [], after) == []
    assert moved(kept, [name], Numbers([])) == [Moved(name, str(then), None)]
    assert moved({}, [name], after) == []


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1)))
def test_paragraphs_are_what_blank_lines_part(parts):
    assert paragraphs("\r\n\r\n".join(parts)) == tuple(parts)
    assert paragraphs(" \n \n".join(parts)) == tuple(parts)


def test_a_line_break_alone_is_no_paragraph():
    assert paragraphs("One\ntwo\n\n\nthree") == ("One two", "three")


def test_what_is_offered_is_all_of_a_figure():
    found = offered(PLAIN)
    assert len(found) == 2 * 3 + 2
    assert all(re.fullmatch(r"\{[\w.-]+\}", reference) for _, reference, _ in found)
