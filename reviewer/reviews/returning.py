"""Sending a submitted review back to its reviewer, and what was changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.db import session
from reviewer.instrument.model import Criterion, sentence_case
from reviewer.people.letters import Kind
from reviewer.people.links import page_address
from reviewer.people.mail import send
from reviewer.people.models import Person
from reviewer.reviews.answers import Answers, Given
from reviewer.reviews.asking import slots
from reviewer.reviews.earlier import Place, given_by
from reviewer.reviews.models import Refused, Review, Stage
from reviewer.reviews.returns import Return, ReturnedAnswer

LONGEST_REASON = 1000  # letters


@dataclass(frozen=True)
class Marks:
    """Of the last return, by place: why an answer was sent back, and what it was before, without
    its pages, where something else is given now."""

    reasons: Mapping[Place, str]
    before: Mapping[Place, Given]


def return_review(
    review: Review, reasons: Mapping[Place, str], by: Person, *, reason: str = ""
) -> Return:
    """Send a review back with a reason for each answer to look at again, or for the whole of it.

    Until it is submitted again it does not count (rule of counting 6). Refused if the round is
    closed, if the review is not submitted, or if it was imported and nobody can mend it;
    ValueError if there is no reason, or a question is not asked of that document kind.
    """
    if not review.round.is_open:
        raise Refused(f"The round {review.round.name} is closed, so nothing was returned.")
    if review.reviewer is None:
        raise Refused(
            "This review was imported, so there is nobody to return it to. "
            "Put the answers right in their file and import it again."
        )
    if review.stage != Stage.SUBMITTED:
        raise Refused(f"This review is {review.stage}, so there is nothing to return.")
    released = review.round.released
    given = {place: " ".join(text.split()) for place, text in reasons.items()}
    reason = " ".join(reason.split())
    if not reason and not given:
        raise ValueError("Say what has to be mended, for single answers or for the whole review.")
    if not all(given.values()):
        raise ValueError("Give a reason for every answer that you return.")
    if any(len(text) > LONGEST_REASON for text in (reason, *given.values())):
        raise ValueError(f"Shorten each reason to {LONGEST_REASON:,} letters.")
    for question_id, document in given:
        Given().check(released.instrument.question(question_id), document)
    made = Return(
        reason=reason,
        returned_by=by,
        answers=[
            ReturnedAnswer(
                question_id=released.question_ids[question_id], document=document, reason=text
            )
            for (question_id, document), text in given.items()
        ],
    )
    review.returns.append(made)
    review.stage, review.submitted_at = Stage.RETURNED, None
    session.flush()
    return made


def tell_reader(review: Review, made: Return) -> None:
    """Write to the reader of a review that it came back, with every reason."""
    reader = review.reviewer
    if reader is None or reader.removed_at:
        return
    released = review.round.released
    kinds = {kind.id: kind.name for kind in released.instrument.document_kinds}
    reasons = [made.reason] if made.reason else []
    for answer in made.answers:
        question = released.instrument.question(released.question_codes[answer.question_id])
        reasons.append(f"{question.text} ({kinds[answer.document]})\n{answer.reason}")
    send(
        Kind.RETURNED,
        reader,
        link=page_address("reviews.task_list", review_id=review.id),
        system=review.system.name,
        round=sentence_case(review.round.name),
        reason="\n\n".join(reasons),
    )


def open_criteria(review: Review) -> list[Criterion]:
    """The criteria with an answer that can be changed: all, unless single answers were returned."""
    instrument = review.round.released.instrument
    return [
        criterion
        for criterion in instrument.criteria
        if any(not review.is_locked(q, on) for q, on in slots(instrument, criterion.id))
    ]


def marks_of(review: Review, answers: Answers) -> Marks:
    """What to mark in a review because of its last return; no query before it was submitted."""
    if review.first_submitted_at is None or not review.returns:
        return Marks({}, {})
    returned, released = review.returns[-1], review.round.released
    then = given_by(returned.returned_at, released, Review.id == review.id).get(review.id, {})
    now = {place: answer.given(released.option_codes) for place, answer in answers.items()}
    return Marks(
        reasons={
            (released.question_codes[a.question_id], a.document): a.reason for a in returned.answers
        },
        before={
            place: then.get(place, Given())
            for place in then.keys() | now.keys()
            if not then.get(place, Given()).says_the_same(now.get(place, Given()))
        },
    )
