"""Percentages, bases, and numbers that cannot be true."""

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.findings.figures import percent_of
from reviewer.instrument.model import TEXT
from tests.findings.makers import GROUPS, PLAN, figure, groups, question


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_percentages_are_whole_with_halves_up(count, base):
    assert percent_of(count, base) == floor(Fraction(100 * count, base) + Fraction(1, 2))


@pytest.mark.parametrize(
    ("count", "base", "percent"),
    [(1, 8, 13), (5, 8, 63), (1, 200, 1), (3, 200, 2), (29, 200, 15), (0, 31, 0), (31, 31, 100)],
)
def test_halves_that_other_ways_of_rounding_get_wrong(count, base, percent):
    assert percent_of(count, base) == percent


@pytest.mark.parametrize(
    ("counts", "percents"),
    [((1, 11, 19), [3, 35, 61]), ((5, 19, 6), [17, 63, 20]), ((8, 13, 9), [27, 43, 30])],
)
def test_the_percentages_of_the_report(counts, percents):
    made = figure(*counts)
    assert [made.percent(option) for option in ("yes", "some", "no")] == percents


def test_percentages_are_not_made_to_add_up():
    made = figure(10, 10, 10)
    assert [made.percent(option) for option in made.counts] == [33, 33, 33]


def test_a_base_of_0_has_no_percentage():
    assert percent_of(0, 0) is None
    assert figure(0, 0, 0).percent("yes") is None


def test_shares_of_choices_are_of_the_systems_that_named_any():
    made = groups(9, 14, 13, 6, base=26)
    assert (made.percent("cla"), made.percent("send"), made.base_text) == (54, 50, "26 out of 31")


def test_a_figure_is_named_for_its_question_and_document():
    assert figure(1, 2, 3, id="coproduction-3").id == "coproduction-3-strategy"
    assert figure(1, 2, 3, document=PLAN).id == "workforce-1-plan"


def test_scales_are_shown_in_their_own_order():
    assert [option.id for option in figure(1, 11, 19).shown] == ["yes", "some", "no"]


def test_choices_are_shown_most_named_first_and_other_last():
    shown = groups(26, 6, 13, 13, base=26).shown
    assert [option.id for option in shown] == ["send", "poverty", "cla", "other"]


@pytest.mark.parametrize(
    "change",
    [
        {"base": 30},
        {"unanswered": 1},
        {"not_applicable": 1},
        {"unresolved": 1},
        {"unanswered": -1, "unresolved": 1},
        {"systems_reviewed": 30},
        {"systems_total": 30},
        {"counts": {"yes": 1, "some": 11}},
        {"counts": {"yes": 1, "some": 11, "no": 19, "maybe": 0}},
        {"counts": {"yes": 1, "some": 11, "no": 18}},
        {"counts": {"yes": -1, "some": 13, "no": 19}},
        {"question": question(kind=TEXT, options=())},
    ],
)
def test_numbers_that_contradict_each_other_are_refused(change):
    with pytest.raises(ValueError, match="workforce-1-strategy"):
        replace(figure(1, 11, 19), **change)


def test_choices_must_fit_their_base():
    with pytest.raises(ValueError, match="do not fit"):
        groups(0, 27, 0, 0, base=26)  # one option named more often than there are systems
    with pytest.raises(ValueError, match="do not fit"):
        groups(5, 5, 5, 5, base=26)  # a system in the base that named nothing


@given(st.lists(st.integers(0, 31), min_size=len(GROUPS), max_size=len(GROUPS)))
def test_every_set_of_choices_has_some_base_and_every_share_is_within_it(counts):
    made = groups(*counts, base=min(31, max(max(counts), min(sum(counts), 31))))
    assert all(made.percent(option) in (None, *range(101)) for option in made.counts)
