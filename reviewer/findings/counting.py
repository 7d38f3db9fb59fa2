"""From answers to figures, by the rules of counting. SQL counts; a few queries serve a whole round.

For every system, question and document kind (a place) the queries look at all submitted reviews
with an answer there. They agree if all call it not applicable, or if all chose the same options:
then the option chosen least often was still chosen by everybody. A decision stands in for the
reviews of its place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import CTE, Select, and_, case, exists, func, literal, select, union_all

from reviewer.db import session
from reviewer.findings.figures import Figure
from reviewer.instrument.model import TEXT
from reviewer.moderation.models import Decision, DecisionOption
from reviewer.reviews.answers import Answer, AnswerOption, AnswerState
from reviewer.reviews.asking import slots
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import NotPublished, Round, size, unpublished
from reviewer.systems.models import System


class Unresolved(NamedTuple):
    """A place where submitted reviews differ and nothing was decided."""

    system: str
    question: str
    document: str


def figures(round_: Round) -> list[Figure]:
    """The figure of every question and document kind of a round, in asking order."""
    released = round_.released
    places, agreed = places_of(round_)
    totals = {
        (row.question_id, row.document): row
        for row in session.execute(
            select(
                places.c.question_id,
                places.c.document,
                func.sum(places.c.settled).label("base"),
                func.sum(places.c.not_applicable).label("not_applicable"),
                func.sum(1 - places.c.settled - places.c.not_applicable).label("unresolved"),
            ).group_by(places.c.question_id, places.c.document)
        )
    }
    counts = {
        (row.question_id, row.document, row.option_id): row.systems
        for row in session.execute(
            select(
                agreed.c.question_id,
                agreed.c.document,
                agreed.c.option_id,
                func.count().label("systems"),
            ).group_by(agreed.c.question_id, agreed.c.document, agreed.c.option_id)
        )
    }
    all_reviewed, total = systems_reviewed(round_), size(round_)
    without = _reviewed_without(round_)
    made = []
    for question, document in slots(released.instrument):
        if question.kind == TEXT:
            continue
        reviewed = all_reviewed - without.get(document, 0)
        row_id = released.question_ids[question.id]
        row = totals.get((row_id, document))
        base, not_applicable, unresolved = (
            (row.base, row.not_applicable, row.unresolved) if row else (0, 0, 0)
        )
        made.append(
            Figure(
                question=question,
                document=released.instrument.document_kind(document),
                counts={
                    option.id: counts.get(
                        (row_id, document, released.option_ids[question.id, option.id]), 0
                    )
                    for option in question.options
                },
                base=base,
                systems_reviewed=reviewed,
                systems_total=total,
                unanswered=reviewed - base - not_applicable - unresolved,
                not_applicable=not_applicable,
                unresolved=unresolved,
            )
        )
    return made


def systems_reviewed(round_: Round) -> int:
    """How many systems have a submitted review with at least one answer."""
    return (
        session.scalar(
            select(func.count(Review.system_id.distinct()))
            .join(Answer, Answer.review_id == Review.id)
            .where(*_counted(round_.id))
        )
        or 0
    )


def reviewed_in(round_: Round) -> Select[int]:
    """SQL: the ids of the systems reviewed."""
    return _reviewed_in(round_.id)


def _reviewed_in(round_id: int) -> Select[int]:
    return select(Review.system_id).join(Answer).where(*_counted(round_id))


def _reviewed_without(round_: Round) -> dict[str, int]:
    """How many of the systems reviewed have not published a document, by its kind: no question
    about it could be asked of them, so they are outside its figures altogether."""
    reviewed = reviewed_in(round_)
    rows = session.execute(
        select(NotPublished.kind, func.count().label("systems"))
        .where(NotPublished.round_id == round_.id, NotPublished.system_id.in_(reviewed))
        .group_by(NotPublished.kind)
    )
    return {row.kind: row.systems for row in rows}


def unresolved(round_: Round) -> list[Unresolved]:
    """The places outside the base because reviews differ, by system."""
    places, _ = places_of(round_)
    codes = round_.released.question_codes
    rows = session.execute(
        select(System.name, places.c.question_id, places.c.document)
        .join(System, System.id == places.c.system_id)
        .where(places.c.settled == 0, places.c.not_applicable == 0)
        .order_by(System.name, places.c.question_id, places.c.document)
    )
    return [Unresolved(name, codes[question], document) for name, question, document in rows]


def _counted(round_id: int) -> tuple[Any, ...]:
    return (
        Review.round_id == round_id,
        Review.stage == Stage.SUBMITTED,
        Answer.state != AnswerState.UNANSWERED,
        ~unpublished(round_id, Review.system_id, Answer.document),
    )


def places_of(round_: Round) -> tuple[CTE, CTE]:
    """Every place with an answer (settled and not_applicable: 0 or 1), and the options agreed."""
    # Texts are read, not counted: two of them are never the same, and never unresolved.
    released = round_.released
    texts = (released.question_ids[q.id] for q in released.instrument.questions if q.kind == TEXT)
    return _places(round_.id, tuple(texts))


@lru_cache(maxsize=64)
def _places(round_id: int, texts: tuple[int, ...]) -> tuple[CTE, CTE]:
    """The SQL of it, which takes longer to build than to send."""
    place = (Review.system_id, Answer.question_id, Answer.document)
    undecided = ~exists().where(
        Decision.round_id == round_id,
        Decision.system_id == Review.system_id,
        Decision.question_id == Answer.question_id,
        Decision.document == Answer.document,
    )
    countable = Answer.question_id.not_in(texts)
    counted = and_(*_counted(round_id), Answer.hidden.is_(False), countable, undecided)
    decided = (Decision.system_id, Decision.question_id, Decision.document)
    # A decision made before a review was taken back is about a system that is not reviewed now.
    reviewed = _reviewed_in(round_id)
    standing = and_(
        Decision.round_id == round_id,
        Decision.system_id.in_(reviewed),
        ~unpublished(round_id, Decision.system_id, Decision.document),
    )
    given = union_all(
        select(
            *place,
            func.count().label("readings"),
            func.sum(case((Answer.state == AnswerState.NOT_APPLICABLE, 1), else_=0)).label("na"),
        )
        .join(Answer, Answer.review_id == Review.id)
        .where(counted)
        .group_by(*place),
        select(
            *decided,
            literal(1).label("readings"),
            case((Decision.not_applicable, 1), else_=0).label("na"),
        ).where(standing),
    ).cte("given")
    chosen = union_all(
        select(*place, AnswerOption.option_id, func.count().label("times"))
        .join(Answer, Answer.review_id == Review.id)
        .join(AnswerOption, AnswerOption.answer_id == Answer.id)
        .where(counted)
        .group_by(*place, AnswerOption.option_id),
        select(*decided, DecisionOption.option_id, literal(1).label("times"))
        .join(DecisionOption, DecisionOption.decision_id == Decision.id)
        .where(standing),
    ).cte("chosen")
    here = (chosen.c.system_id, chosen.c.question_id, chosen.c.document)
    least = (
        select(*here, func.min(chosen.c.times).label("times")).group_by(*here).cte("least_chosen")
    )
    settled = and_(given.c.na == 0, least.c.times == given.c.readings)
    places = (
        select(
            given.c.system_id,
            given.c.question_id,
            given.c.document,
            case((settled, 1), else_=0).label("settled"),
            case((given.c.na == given.c.readings, 1), else_=0).label("not_applicable"),
        )
        .outerjoin(least, _same_place(given, least))
        .cte("place")
    )
    agreed = (
        select(chosen.c.system_id, chosen.c.question_id, chosen.c.document, chosen.c.option_id)
        .join(places, _same_place(chosen, places))
        .where(places.c.settled == 1)
        .cte("agreed")
    )
    return places, agreed


def _same_place(one: CTE, other: CTE) -> Any:
    return and_(
        one.c.system_id == other.c.system_id,
        one.c.question_id == other.c.question_id,
        one.c.document == other.c.document,
    )
