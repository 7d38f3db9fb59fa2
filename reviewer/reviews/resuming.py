"""Where a reviewer goes on with a review."""

from __future__ import annotations

from typing import NamedTuple

from reviewer.instrument.model import Criterion
from reviewer.reviews.answers import Answers, answered_of, chosen_of
from reviewer.reviews.asking import next_place
from reviewer.reviews.forms import prefix
from reviewer.reviews.models import Review


class Resume(NamedTuple):
    """The criterion, and the place on its page unless it is the very start."""

    criterion: Criterion
    anchor: str | None


def resume(review: Review, answers: Answers) -> Resume | None:
    """The first question without an answer after the one that was changed last; None if all have
    one."""
    released = review.released
    newest = max(answers.values(), key=lambda a: (a.answered_at, a.id), default=None)
    last = (released.question_codes[newest.question_id], newest.document) if newest else None
    chosen, answered = chosen_of(answers, released.option_codes), answered_of(answers)
    found = next_place(released.instrument, chosen, answered, last)
    if found is None:
        return None
    question, on = found
    criterion = released.instrument.criterion(question.criterion)
    return Resume(criterion, prefix(question, on) if answers else None)
