"""Who reads which system: giving a system to a person by hand, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.models import Refused, Review, Stage, assign
from reviewer.rounds.models import Round
from reviewer.systems.models import System


def possible_readers(round_: Round) -> Sequence[tuple[Person, int]]:
    """Who can be given a system, by name, with how many systems of the round each has.

    The demonstration's people are invented, so they read invented rounds only.
    """
    reviews = func.count(Review.id)
    query = (
        select(Person, reviews)
        .outerjoin(Review, (Review.reviewer_id == Person.id) & (Review.round_id == round_.id))
        .where(Person.role == Role.REVIEWER)
        .group_by(Person.id)
        .order_by(Person.name, Person.id)
    )
    if not round_.invented:
        query = query.where(Person.demonstration.is_(False))
    return [(person, count) for person, count in session.execute(query)]


def give(round_: Round, system: System, person: Person) -> Review:
    """Assign a system of the round to a person. Refused if the round is closed, or if the person
    has the system already."""
    if round_.is_closed:
        raise Refused("The round is closed. Open it before you assign a system.")
    try:
        # A savepoint, so that the request goes on after the database has refused the second one.
        with session.begin_nested():
            return assign(round_, system, person)
    except IntegrityError:
        raise Refused(f"{person.name} already has {system.name} in this round.") from None


def take_back(review: Review) -> None:
    """Remove an assignment. Refused once anything was written in it: nobody's work is lost."""
    if review.stage != Stage.ASSIGNED or review.answers or review.notes:
        raise Refused(
            f"{review.reader} has begun {review.system.name}, so the assignment stays as it is."
        )
    session.delete(review)
    session.flush()
