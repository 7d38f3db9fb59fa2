"""What is answered in a system's own assessment is as private as its documents (`private.py`)."""

from __future__ import annotations

from reviewer.private import Rounds, hidden_rounds, keep_private, outside
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review


def hidden_reviews(opened: Rounds) -> str:
    """The reviews of assessments that were not opened."""
    return f"SELECT id FROM review WHERE round_id IN ({hidden_rounds(opened)})"


def hidden_answers(opened: Rounds) -> str:
    """The answers of assessments that were not opened."""
    return f"SELECT id FROM answer WHERE review_id IN ({hidden_reviews(opened)})"


keep_private(Review, outside(hidden_rounds, Review.round_id))
keep_private(Answer, outside(hidden_reviews, Answer.review_id))
keep_private(Note, outside(hidden_reviews, Note.review_id))
keep_private(Evidence, outside(hidden_answers, Evidence.answer_id))
keep_private(AnswerChange, outside(hidden_answers, AnswerChange.answer_id))
keep_private(AnswerOption, outside(hidden_answers, AnswerOption.answer_id))
