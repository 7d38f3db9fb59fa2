"""What is answered in a system's own assessment is as private as its documents (`private.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from reviewer.private import beside, keep_private, outside
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.rounds.models import hidden_rounds


def hidden_reviews(opened: Iterable[int]) -> Select[Any]:
    """SQL: the ids of the reviews of assessments that were not opened."""
    reviews = beside(Review, "id", "round_id").c
    return select(reviews.id).where(reviews.round_id.in_(hidden_rounds(opened)))


def hidden_answers(opened: Iterable[int]) -> Select[Any]:
    """SQL: the ids of the answers of assessments that were not opened."""
    answers = beside(Answer, "id", "review_id").c
    return select(answers.id).where(answers.review_id.in_(hidden_reviews(opened)))


keep_private(Review, outside(hidden_rounds, Review.round_id))
keep_private(Answer, outside(hidden_reviews, Answer.review_id))
keep_private(Note, outside(hidden_reviews, Note.review_id))
keep_private(Evidence, outside(hidden_answers, Evidence.answer_id))
keep_private(AnswerChange, outside(hidden_answers, AnswerChange.answer_id))
keep_private(AnswerOption, outside(hidden_answers, AnswerOption.answer_id))
