"""What an address of a review names, loaded and authorised in one place."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, abort, make_response, render_template, request
from flask_login import current_user
from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.documents.store import readers_of_shelf
from reviewer.instrument.model import Criterion, Question
from reviewer.people.models import Person
from reviewer.people.permissions import Permission
from reviewer.private import knock
from reviewer.reviews import privacy, withdrawn  # noqa: F401  (they declare what is hidden, and kept)
from reviewer.reviews.answers import Answer
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.reviews.offers import last_hand_over
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from reviewer.wording import date_text

pages = Blueprint("reviews", __name__, url_prefix="/reviews")


@cache
def _review_of_address(to_change: bool) -> Select[Review]:
    # Put together once: it takes as long as to run it, and every save does.
    query = (
        select(Review)
        .where(Review.id == bindparam("number"))
        .options(
            joinedload(Review.round).joinedload(Round.corrections),
            joinedload(Review.round).joinedload(Round.upgrades),
            joinedload(Review.system),
            joinedload(Review.marks),
        )
    )
    return query.with_for_update(of=Review) if to_change else query


def load_review(review_id: int, *, to_change: bool = False, to_read: bool = False) -> Review:
    """The review of an address, if it is the signed-in person's own; `to_read`: or the policy
    team's to see. That of a system's own assessment is everybody's who works on it."""
    query = _review_of_address(to_change)
    review = session.scalars(query, {"number": review_id}).unique().one_or_none()
    if review is None and knock(Review, review_id, to_read=to_read):
        review = session.scalars(query, {"number": review_id}).unique().one_or_none()
    if review is None:
        abort(404)
    if review.round.is_private:
        return review  # nobody finds one but who opened it
    may_see = to_read and current_user.may(Permission.SEE_ANSWERS)
    if review.reviewer_id != current_user.id and not may_see:
        _say_handed_over(review)
        abort(403)
    return review


def _say_handed_over(review: Review) -> None:
    """A former reader is told what became of the review, and of what was not saved yet."""
    handed = last_hand_over(review, current_user)
    if handed is None:
        return
    message = (
        f"This review was handed over to {review.reader} on {date_text(handed.handed_at)}. "
        "What you saved before is kept under your name. Nothing was changed now."
    )
    if request.accept_mimetypes.best == "application/json":
        abort(make_response({"message": message}, 403))
    title = f"You no longer read {review.system.name}"
    abort(make_response(render_template("error.html", code=403, title=title, message=message), 403))


def load_review_of(round_: Round, review_id: int, *, to_change: bool = False) -> Review:
    """A review of this round, for the policy team; one to change is held."""
    query = (
        select(Review)
        .filter_by(id=review_id, round_id=round_.id)
        .options(joinedload(Review.round), joinedload(Review.system))
    )
    review = session.scalar(query.with_for_update(of=Review) if to_change else query)
    if review is None:
        abort(404)
    return review


def load_criterion(review: Review, criterion_id: str) -> Criterion:
    try:
        return review.released.instrument.criterion(criterion_id)
    except KeyError:
        abort(404)


def load_question(review: Review, question_id: str, kind: str) -> Question:
    """The question of an address, if it is asked of that document kind."""
    try:
        question = review.round.released.instrument.question(question_id)
    except KeyError:
        abort(404)
    if kind not in question.documents:
        abort(404)
    return question


def load_evidence(review: Review, evidence_id: int) -> Evidence:
    """Evidence of any answer of a review."""
    query = select(Evidence).join(Evidence.answer)
    evidence = session.scalar(
        query.where(Evidence.id == evidence_id, Answer.review_id == review.id)
    )
    if evidence is None:
        abort(404)
    return evidence


def has_review(person: Person, round_: Round, system: System) -> bool:
    """Whether a person reads this system in this round, and so may read its documents."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Review.round_id == round_.id,
                    Review.system_id == system.id,
                    Review.reviewer_id == person.id,
                )
            )
        )
    )


readers_of_shelf.append(has_review)
