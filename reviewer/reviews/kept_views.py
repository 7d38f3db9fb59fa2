"""The answers of a review that were given to an earlier version of the questions."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reviewer.people.permissions import Permission, guard
from reviewer.reviews.kept import kept_of
from reviewer.reviews.loading import load_review

pages = Blueprint("kept", __name__, url_prefix="/reviews/<int:review_id>/kept")


@pages.get("")
@guard(Permission.READ_DOCUMENTS)
def of_review(review_id: int) -> ResponseReturnValue:
    """For its reader and the policy team."""
    review = load_review(review_id, to_read=True)
    return render_template("reviews/kept.html", review=review, kept=kept_of(review.round, review))
