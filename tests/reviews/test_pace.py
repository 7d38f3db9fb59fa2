"""How long reading takes: gaps, caps, medians, and the words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.reviews.pace import Moment, Pace, about_text, active_minutes, left_text, pace_of

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def moments(review: int, every: float, answers: int, *, submitted: bool = True, author=7):
    return [
        Moment(review, submitted, author, 100 * review + n, at(n * every)) for n in range(answers)
    ]


def test_a_pause_counts_for_ten_minutes():
    assert active_minutes([]) == active_minutes([NINE]) == 0
    assert active_minutes([at(0), at(3), at(7)]) == 7
    assert active_minutes([at(0), at(3), at(600), at(601)]) == 3 + 10 + 1
    assert active_minutes([at(7), at(0), at(3)]) == 7


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_never_more_than_the_time_between_first_and_last(minutes):
    found = active_minutes(map(at, minutes))
    assert 0 <= found <= min(max(minutes) - min(minutes), 10 * (len(minutes) - 1))


def test_medians_are_of_submitted_reviews_once_there_are_three():
    begun = moments(9, 9, 20, submitted=False)
    two = moments(1, 1, 21) + moments(2, 2, 21)
    assert pace_of(begun + two) == Pace(review=30, reviews=2, question=pytest.approx(40 / 21))
    three = two + moments(3, 5, 21)
    assert pace_of(begun + three) == Pace(review=40, reviews=3, question=pytest.approx(40 / 21))


def test_what_tells_nothing_is_left_out():
    imported = moments(1, 2, 20, author=None)
    written_by_a_program = moments(2, 0.001, 20)
    too_few = moments(3, 5, 9, submitted=False)
    assert pace_of(imported + written_by_a_program + too_few) == Pace(None, 0, None)


def test_a_hand_over_is_no_gap_and_a_note_is_no_question():
    first = moments(1, 2, 6)
    second = [Moment(1, True, 8, 150 + n, at(1000 + n)) for n in range(5)]
    note = [Moment(1, True, 8, None, at(1006))]
    found = pace_of(first + second + note)
    assert found.review == 10 + 4 + 2
    assert found.question == pytest.approx(16 / 11)


def test_words():
    assert left_text(11, Pace(None, 0, None)) == "11 left"
    assert left_text(11, Pace(None, 0, 3.1)) == "11 left, about 35 minutes"
    assert left_text(0, Pace(None, 0, 3.1)) == "0 left"
    assert about_text(0.4) == "about 5 minutes"
    assert about_text(151) == "about 2½ hours"
    assert about_text(118) == "about 2 hours"
