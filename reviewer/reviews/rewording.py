"""Answers that were given before the wording of their question was corrected.

They stand. Whoever gave one is told what was corrected until they have looked: by saying that it
still fits, or by changing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.db import now
from reviewer.instrument.model import Instrument
from reviewer.reviews.answers import Answer, Answers, AnswerState
from reviewer.reviews.models import Refused, Review
from reviewer.rounds.correcting import Corrected, corrections

Place = tuple[str, str]  # question id and document kind


def reworded(review: Review, answers: Answers) -> dict[Place, list[Corrected]]:
    """The corrections that an answer has not been looked at since, by place; in one query."""
    made = corrections(review.round)
    found = {
        place: [each for each in made if place[0] in each.questions and _is_older(answer, each)]
        for place, answer in answers.items()
    }
    return {place: each for place, each in found.items() if each}


def to_look_at(
    instrument: Instrument, found: Mapping[Place, Sequence[Corrected]]
) -> dict[str, int]:
    """How many answers of each criterion are to be looked at again, by criterion id."""
    counts: dict[str, int] = {}
    for question_id, _ in found:
        criterion = instrument.question(question_id).criterion
        counts[criterion] = counts.get(criterion, 0) + 1
    return counts


def still_fits(review: Review, question_id: str, document: str) -> None:
    """Keep an answer as it is: its author has read the corrected wording. Refused if the review
    can no longer be changed."""
    if not review.can_change:
        raise Refused("This review can no longer be changed, so nothing was changed.")
    answer = review.load_answers().get((question_id, document))
    if answer:
        answer.checked_at = now()


def _is_older(answer: Answer, made: Corrected) -> bool:
    if answer.state == AnswerState.UNANSWERED or answer.hidden:
        return False
    return (
        max(answer.answered_at, answer.checked_at or answer.answered_at) < made.correction.made_at
    )
