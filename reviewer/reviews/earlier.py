"""What answers were at an earlier moment, from their history."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from reviewer.db import session
from reviewer.instrument.models import Released
from reviewer.reviews.answers import Answer, AnswerChange, AnswerState, Given
from reviewer.reviews.models import Review

Place = tuple[str, str]  # question id and document kind
Moment = datetime | InstrumentedAttribute[Any]


def given_by(
    moment: Moment, released: Released, *which: ColumnElement[bool]
) -> dict[int, dict[Place, Given]]:
    """What had been given by a moment, without its pages, by review id and place; in one query.

    `moment` is a time or a column of the review, and `which` says which reviews.
    """
    newest = (
        select(AnswerChange.answer_id, func.max(AnswerChange.version).label("version"))
        .join(Answer, Answer.id == AnswerChange.answer_id)
        .join(Review, Review.id == Answer.review_id)
        .where(AnswerChange.changed_at <= moment, *which)
        .group_by(AnswerChange.answer_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Answer.review_id,
            Answer.question_id,
            Answer.document,
            AnswerChange.state,
            AnswerChange.options,
            AnswerChange.text,
            AnswerChange.comment,
        )
        .join(Answer, Answer.id == AnswerChange.answer_id)
        .join(
            newest,
            (newest.c.answer_id == AnswerChange.answer_id)
            & (newest.c.version == AnswerChange.version),
        )
    )
    found: dict[int, dict[Place, Given]] = defaultdict(dict)
    for row in rows:
        found[row.review_id][released.question_codes[row.question_id], row.document] = Given(
            options=frozenset(filter(None, row.options.split(";"))),
            not_applicable=row.state == AnswerState.NOT_APPLICABLE,
            text=row.text,
            comment=row.comment,
        )
    return found
