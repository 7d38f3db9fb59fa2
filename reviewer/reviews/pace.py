"""How long reading takes, from the moments at which something was kept, and how long is left.

Active time is an estimate: nobody is watched while they read, and a pause counts for ten minutes at
most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import ColumnElement, Integer, null, select, union_all

from reviewer.db import session
from reviewer.reviews.answers import Answer, AnswerChange, Note
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import Round

LONGEST_PAUSE = timedelta(minutes=10)
ENOUGH_REVIEWS = 3  # submitted ones, below which those under way are taken too
ENOUGH_ANSWERS = 10  # of a review under way
SAMPLE = 15  # reviews, for what a reviewer is told
SHORTEST_REVIEW = 1  # minutes of active time: what came faster was written by a program


@dataclass(frozen=True)
class Moment:
    """When an answer, or without `answer_id` a note, was kept; without an author, imported."""

    review_id: int
    submitted: bool
    author_id: int | None
    answer_id: int | None
    at: datetime


@dataclass(frozen=True)
class Pace:
    """Medians in minutes: of a submitted review (None: there is none), and of one question."""

    review: float | None
    reviews: int
    question: float | None


def active_minutes(moments: Iterable[datetime]) -> float:
    """Minutes of work between the first moment and the last: the gaps between one and the next,
    each counted as ten minutes at most. The reading before the first one is not known."""
    ordered = sorted(moments)
    gaps = (min(after - before, LONGEST_PAUSE) for before, after in pairwise(ordered))
    return sum(gaps, timedelta()).total_seconds() / 60


def pace_of(moments: Iterable[Moment]) -> Pace:
    """The medians over the submitted reviews that people gave here. With fewer than three of them,
    the time for a question is that of all reviews with at least ten answers."""
    by_review: dict[tuple[int, bool], list[Moment]] = defaultdict(list)
    for moment in moments:
        if moment.author_id is not None:
            by_review[moment.review_id, moment.submitted].append(moment)
    submitted, questions, begun = [], [], []
    for (_, is_submitted), found in by_review.items():
        minutes = _of_all_people(found)
        answers = len({moment.answer_id for moment in found} - {None})
        if minutes < SHORTEST_REVIEW or not answers:
            continue
        if is_submitted:
            submitted.append(minutes)
            questions.append(minutes / answers)
        if answers >= ENOUGH_ANSWERS:
            begun.append(minutes / answers)
    each = questions if len(submitted) >= ENOUGH_REVIEWS else begun
    return Pace(
        review=median(submitted) if submitted else None,
        reviews=len(submitted),
        question=median(each) if each else None,
    )


def pace_now(round_: Round) -> Pace:
    """The medians of the newest reviews alone: the page of a reviewer must be quick."""
    newest = (
        select(Review.id)
        .where(Review.round_id == round_.id, Review.reviewer_id.is_not(None))
        .where(Review.stage != Stage.ASSIGNED)
        .order_by(Review.submitted_at.desc().nulls_last(), Review.id.desc())
        .limit(SAMPLE)
    )
    return pace_of(moments_of(round_, Review.id.in_(newest)))


def moments_of(round_: Round, *which: ColumnElement[bool]) -> Sequence[Moment]:
    """Every moment of a round at which an answer or a note was kept, in one query."""
    place = (Review.id, Review.stage == Stage.SUBMITTED)
    answers = (
        select(*place, AnswerChange.author_id, AnswerChange.answer_id, AnswerChange.changed_at)
        .join(Answer, Answer.id == AnswerChange.answer_id)
        .join(Review, Review.id == Answer.review_id)
        .where(Review.round_id == round_.id, *which)
    )
    notes = (
        select(*place, Note.author_id, null().cast(Integer), Note.written_at)
        .join(Review, Review.id == Note.review_id)
        .where(Review.round_id == round_.id, *which)
    )
    rows = session.execute(union_all(answers, notes))
    return [Moment(id_, bool(done), author, answer, at) for id_, done, author, answer, at in rows]


def left_text(left: int, pace: Pace) -> str:
    """11 left, about 35 minutes; without a pace only how many are left."""
    if not left or pace.question is None:
        return f"{left} left"
    return f"{left} left, {about_text(left * pace.question)}"


def about_text(minutes: float) -> str:
    """About 35 minutes, to five minutes; from an hour and a half on, to half an hour."""
    if minutes < 90:
        return f"about {max(5, round(minutes / 5) * 5)} minutes"
    halves = round(minutes / 30)
    return f"about {halves // 2}{'½' if halves % 2 else ''} hours"


def _of_all_people(moments: Iterable[Moment]) -> float:
    """Each person's own gaps: after a hand-over, the second did not begin where the first left."""
    by_person: dict[int | None, list[datetime]] = defaultdict(list)
    for moment in moments:
        by_person[moment.author_id].append(moment.at)
    return sum(map(active_minutes, by_person.values()))
