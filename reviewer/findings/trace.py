"""From a number back to the answers behind it: what each system reviewed counts as, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload, selectinload

from reviewer.db import session
from reviewer.findings.counting import reviewed_in
from reviewer.moderation.models import Decision
from reviewer.reviews.answers import Answer, AnswerState, Given
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import Round, unpublished
from reviewer.systems.models import System


class How(StrEnum):
    """Why a system counts as it does, or why it does not (rules of counting 1 and 5)."""

    DECIDED = "decided"
    AGREED = "as answered"
    NOT_APPLICABLE = "not applicable"
    UNRESOLVED = "not resolved"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Behind:
    """What one system counts as in one figure. `counted` are ids of options, none outside the
    base; `answers` are those of its submitted reviews, with the review of each."""

    system: System
    how: How
    counted: frozenset[str]
    answers: tuple[tuple[Review, Answer], ...]
    decision: Decision | None


def answers_behind(round_: Round, question: str, document: str) -> list[Behind]:
    """Every system that the figure of a question and document kind is about, by name; in as many
    queries whatever their number."""
    released = round_.released
    question_id, codes = released.question_ids[question], released.option_codes
    reviewed = (
        Review.round_id == round_.id,
        Review.stage == Stage.SUBMITTED,
        Review.system_id.in_(reviewed_in(round_)),
        ~unpublished(round_.id, Review.system_id, document),
    )
    answers: dict[System, list[tuple[Review, Answer]]] = defaultdict(list)
    here = and_(
        Answer.review_id == Review.id,
        Answer.question_id == question_id,
        Answer.document == document,
        Answer.state != AnswerState.UNANSWERED,
        Answer.hidden.is_(False),
    )
    for review, answer in session.execute(
        select(Review, Answer)
        .join(Review.system)
        .outerjoin(Answer, here)
        .where(*reviewed)
        .options(
            joinedload(Review.system),
            joinedload(Review.reviewer),
            selectinload(Answer.options),
            selectinload(Answer.evidence).joinedload(Evidence.document),
        )
        .order_by(System.name, Review.id)
    ):
        of_system = answers[review.system]
        if answer is not None:
            of_system.append((review, answer))
    decisions = {
        decision.system_id: decision
        for decision in session.scalars(
            select(Decision)
            .filter_by(round_id=round_.id, question_id=question_id, document=document)
            .options(selectinload(Decision.options), joinedload(Decision.decided_by))
        )
    }
    found = []
    for system, given in answers.items():
        decision = decisions.get(system.id)
        how, counted = _settled([answer.given(codes) for _, answer in given])
        if decision:
            value = decision.given(codes)
            how, counted = How.DECIDED, value.options
            if value.not_applicable:
                how = How.NOT_APPLICABLE
        found.append(Behind(system, how, counted, tuple(given), decision))
    return found


def _settled(given: list[Given]) -> tuple[How, frozenset[str]]:
    """What the submitted answers of one system count as, without a decision."""
    values = {None if answer.not_applicable else answer.options for answer in given}
    if not values:
        return How.UNANSWERED, frozenset()
    if len(values) > 1:
        return How.UNRESOLVED, frozenset()
    value = values.pop()
    return (How.NOT_APPLICABLE, frozenset()) if value is None else (How.AGREED, value)
