"""Marking what a system has not published, and taking the mark off when it appears.

An answer about such a document is kept and hidden like one whose condition does not hold (rule of
counting 5), and is asked and counted again once the mark is gone.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.reviews.models import Refused, Review
from reviewer.rounds.models import NotPublished, Round

Mark = tuple[int, str]  # system id and document kind


def mark_not_published(round_: Round, marks: Collection[Mark], by: Person) -> int:
    """Make these all the marks of a round, and give how many were set or taken off.

    Refused in a closed round: its figures are settled. ValueError for a system or a document kind
    that is not of the round.
    """
    if round_.is_closed:
        raise Refused("The round is closed, so nothing was changed.")
    kinds, systems = {kind.id for kind in round_.kinds}, {row.system_id for row in round_.scope}
    if not all(system in systems and kind in kinds for system, kind in marks):
        raise ValueError("That system or kind of document is not in this round.")
    known = {(s, kind) for s, found in round_.not_published().items() for kind in found}
    changed = known ^ set(marks)
    for system, kind in known - set(marks):
        session.delete(session.get_one(NotPublished, (round_.id, system, kind)))
    session.add_all(
        NotPublished(round_id=round_.id, system_id=system, kind=kind, marked_by_id=by.id)
        for system, kind in sorted(set(marks) - known)
    )
    session.flush()
    _hide_again(round_, {system for system, _ in changed})
    return len(changed)


def _hide_again(round_: Round, systems: Collection[int]) -> None:
    reviews = session.scalars(
        select(Review).where(Review.round_id == round_.id, Review.system_id.in_(systems))
    )
    for review in reviews:
        session.expire(review, ["marks"])
        review.hide_what_is_not_asked()
    session.flush()
