"""The readings of a round: which systems were read more than once, and where the readings differ.

A reading is a review, seen beside the others of its system. It has a number and no name: the first
is the one that was submitted first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from reviewer.db import session
from reviewer.instrument.model import TEXT
from reviewer.moderation.agreement import Item, Value
from reviewer.moderation.models import Decision
from reviewer.reviews.answers import Answer, AnswerOption, AnswerState, Given
from reviewer.reviews.asking import is_asked, slots
from reviewer.reviews.earlier import given_by
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import NotPublished, Round, unpublished
from reviewer.systems.models import System

ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")


def reading_name(number: int) -> str:
    """First reading, from 0; what a page calls a reader."""
    return f"{ORDINALS[number]} reading" if number < len(ORDINALS) else f"Reading {number + 1}"


@dataclass(frozen=True)
class Comparison:
    """Where the readings of one system stand. `differ` and `settled` count questions, each once for
    every document; `settled` are the decisions, `left` the differences without one."""

    system: System
    submitted: int
    to_come: int
    differ: int
    settled: int
    left: int


def comparisons(round_: Round) -> list[Comparison]:
    """The systems that more than one person reads, by name, in four queries."""
    stages: dict[int, list[str]] = defaultdict(list)
    for system_id, stage in session.execute(
        select(Review.system_id, Review.stage).where(Review.round_id == round_.id)
    ):
        stages[system_id].append(stage)
    values = _values(round_)
    decided: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for system_id, question_id, document in session.execute(
        select(Decision.system_id, Decision.question_id, Decision.document).where(
            Decision.round_id == round_.id
        )
    ):
        decided[system_id].add((question_id, document))
    found = []
    for system in round_.systems():
        readings = stages[system.id]
        if len(readings) > 1:
            submitted = readings.count(Stage.SUBMITTED)
            differ = {place for place, given in values[system.id].items() if len(set(given)) > 1}
            found.append(
                Comparison(
                    system=system,
                    submitted=submitted,
                    to_come=len(readings) - submitted,
                    differ=len(differ),
                    settled=len(decided[system.id]),
                    left=len(differ - decided[system.id]),
                )
            )
    return found


def _values(round_: Round) -> dict[int, dict[tuple[int, str], list[frozenset[int]]]]:
    """What each submitted reading has by system and place, empty for not applicable; one query.

    The rows that counting takes (`findings/counting.py`): no text, nothing hidden or unanswered.
    """
    released = round_.released
    texts = [released.question_ids[q.id] for q in released.instrument.questions if q.kind == TEXT]
    several = (
        select(Review.system_id)
        .where(Review.round_id == round_.id, Review.stage == Stage.SUBMITTED)
        .group_by(Review.system_id)
        .having(func.count() > 1)
    )
    options: dict[tuple[int, int, int, str], set[int]] = defaultdict(set)
    for system_id, review_id, question_id, document, option_id in session.execute(
        select(
            Review.system_id,
            Review.id,
            Answer.question_id,
            Answer.document,
            AnswerOption.option_id,
        )
        .join(Answer, Answer.review_id == Review.id)
        .outerjoin(AnswerOption, AnswerOption.answer_id == Answer.id)
        .where(
            Review.round_id == round_.id,
            Review.stage == Stage.SUBMITTED,
            Review.system_id.in_(several),
            Answer.state != AnswerState.UNANSWERED,
            Answer.hidden.is_(False),
            Answer.question_id.not_in(texts),
            ~unpublished(round_.id, Review.system_id, Answer.document),
        )
    ):
        chosen = options[system_id, review_id, question_id, document]
        if option_id is not None:
            chosen.add(option_id)
    found: dict[int, dict[tuple[int, str], list[frozenset[int]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for (system_id, _, question_id, document), chosen in options.items():
        found[system_id][question_id, document].append(frozenset(chosen))
    return found


def is_alone(review: Review) -> bool:
    """Whether no other review of its system is submitted, so that without it nothing counts."""
    others = select(Review.id).filter_by(
        round_id=review.round_id, system_id=review.system_id, stage=Stage.SUBMITTED.value
    )
    return session.scalar(others.where(Review.id != review.id).limit(1)) is None


def blind_pairs(round_: Round) -> dict[tuple[str, str], Item]:
    """What the first two readings of each system gave at their first submission, by question id and
    document kind in asking order; in three queries.

    Later readings are left out: they often come where two differ, and n is then systems. What was
    not asked, or not answered, by one of the two makes no pair, and neither does a document that
    is marked as not published. Texts are not compared.
    """
    released = round_.released
    readings: dict[int, list[int]] = defaultdict(list)
    for system_id, review_id in session.execute(
        select(Review.system_id, Review.id)
        .where(Review.round_id == round_.id, Review.first_submitted_at.is_not(None))
        .order_by(Review.first_submitted_at, Review.id)
    ):
        readings[system_id].append(review_id)
    two = {system: ids[:2] for system, ids in readings.items() if len(ids) > 1}
    given = given_by(
        Review.first_submitted_at,
        released,
        Review.id.in_([review_id for ids in two.values() for review_id in ids]),
    )
    values = {review_id: _first_values(round_, found) for review_id, found in given.items()}
    marked = session.execute(
        select(NotPublished.system_id, NotPublished.kind).filter_by(round_id=round_.id)
    )
    unpublished_by = {(system, kind) for system, kind in marked}
    return {
        (question.id, document): Item(
            kind=question.kind,
            options=tuple(option.id for option in question.options),
            pairs={
                system: (values[one][place], values[other][place])
                for system, (one, other) in two.items()
                if (place := (question.id, document)) in values.get(one, {})
                and place in values.get(other, {})
                and (system, document) not in unpublished_by
            },
        )
        for question, document in slots(released.instrument)
        if question.kind != TEXT
    }


def _first_values(
    round_: Round, given: dict[tuple[str, str], Given]
) -> dict[tuple[str, str], Value]:
    """The answers of a reading that stand, as agreement compares them."""
    instrument = round_.released.instrument
    chosen = {place: set(g.options) for place, g in given.items()}
    return {
        (question_id, document): None if g.not_applicable else g.options
        for (question_id, document), g in given.items()
        if g.state != AnswerState.UNANSWERED
        and is_asked(instrument, instrument.question(question_id), document, chosen)
    }
