"""What an address of a round's running names, loaded in one place."""

from __future__ import annotations

from flask import abort
from sqlalchemy import select

from reviewer.db import session
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round


def load_review_of(round_: Round, review_id: int, *, to_change: bool = False) -> Review:
    """A review of this round; one to change is held, so that nobody begins it meanwhile."""
    query = select(Review).filter_by(id=review_id, round_id=round_.id)
    review = session.scalar(query.with_for_update(of=Review) if to_change else query)
    if review is None:
        abort(404)
    return review
