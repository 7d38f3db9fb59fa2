"""An assignment is an offer: a reader accepts it, declines it, or declares a conflict of interest,
and a review that was begun can be handed over to somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, exists, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, Note
from reviewer.reviews.models import Refused, Review, Stage
from reviewer.rounds.models import RoundSystem
from reviewer.systems.models import System


class Conflict(Base):
    """A conflict of interest between a person and a system, in every round: declared by the person,
    or noted by the policy lead (`by`)."""

    __tablename__ = "conflict"
    logged = ("person_id", "reason")
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id), primary_key=True)
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    declared_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    by: Mapped[Person] = relationship(foreign_keys=by_id)
    system: Mapped[System] = relationship()


class Declined(Base):
    """A system of a round that a person does not want to read, or not to its end."""

    __tablename__ = "declined"
    logged = ("person_id", "reason")
    __table_args__ = (
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
        CheckConstraint("reason <> ''", name="reason"),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    reason: Mapped[str]
    declined_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship()


class HandOver(Base):
    """A review that went from one reader to another. The answers keep their authors."""

    __tablename__ = "hand_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey(Review.id), index=True)
    former_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    handed_at: Mapped[datetime] = mapped_column(default=now)

    review: Mapped[Review] = relationship()
    former: Mapped[Person] = relationship(foreign_keys=former_id)
    by: Mapped[Person] = relationship(foreign_keys=by_id)


def accept(review: Review) -> None:
    """Its reader says yes, and takes an earlier no back."""
    _check_is_open(review)
    review.accepted_at = review.accepted_at or now()
    forget_declined(review.round_id, review.system_id, review.reviewer_id)


def decline(review: Review, reason: str) -> bool:
    """Its reader says no. An untouched slot ends; one with answers stays until the policy team
    hands it over, so that no work is lost. Gives whether it ended."""
    _check_is_open(review)
    assert review.reviewer_id
    place = (review.round_id, review.system_id, review.reviewer_id)
    said = session.get(Declined, place) or Declined(
        round_id=place[0], system_id=place[1], person_id=place[2]
    )
    said.reason, said.declined_at = reason, now()
    session.add(said)
    session.flush()
    if not untouched(review):
        return False
    session.delete(review)
    session.flush()
    return True


def declare(person: Person, system: System, reason: str, *, by: Person) -> Conflict:
    """Note a conflict of interest, and decline for the person what they have of that system: an
    untouched slot ends, one with answers stays until it is handed over."""
    conflict = session.get(Conflict, (person.id, system.id)) or Conflict(
        person=person, system=system
    )
    conflict.reason, conflict.by, conflict.declared_at = reason, by, now()
    session.add(conflict)
    session.flush()
    theirs = select(Review).filter_by(reviewer_id=person.id, system_id=system.id)
    for review in session.scalars(theirs.with_for_update()):
        if review.can_change:
            decline(review, f"Conflict of interest: {reason}")
    return conflict


def hand_over(review: Review, to: Person, *, by: Person) -> HandOver:
    """Give a begun review to another reader, who finds the answers in it under their authors'
    names. Refused if it is no longer, or not yet, half-done."""
    _check_is_open(review)
    if untouched(review) or not review.reviewer_id:
        raise Refused("Nothing was written in this review: take it back and assign it anew.")
    handed = HandOver(review=review, former_id=review.reviewer_id, by=by)
    session.add(handed)
    forget_declined(review.round_id, review.system_id, to.id)
    review.reviewer, review.accepted_at, review.assigned_at = to, None, now()
    session.flush()
    return handed


def untouched(review: Review) -> bool:
    """Whether nothing was ever written in a review, not even something cleared since."""
    written = select(
        exists().where(Answer.review_id == review.id) | exists().where(Note.review_id == review.id)
    )
    return review.stage == Stage.ASSIGNED and not session.scalar(written)


def last_hand_over(review: Review, former: Person) -> HandOver | None:
    """When somebody gave a review out of their hands."""
    return session.scalar(
        select(HandOver)
        .filter_by(review_id=review.id, former_id=former.id)
        .order_by(HandOver.id.desc())
        .limit(1)
    )


def declined_by(person: Person, reviews: Iterable[Review]) -> set[int]:
    """The ids of those of their reviews that a person does not want to go on with."""
    said = session.execute(
        select(Declined.round_id, Declined.system_id).filter_by(person_id=person.id)
    )
    places = {(row.round_id, row.system_id) for row in said}
    return {r.id for r in reviews if (r.round_id, r.system_id) in places}


def forget_declined(round_id: int, system_id: int, person_id: int | None) -> None:
    for said in session.scalars(
        select(Declined).filter_by(round_id=round_id, system_id=system_id, person_id=person_id)
    ):
        session.delete(said)  # one by one, so that the logbook has it


def _check_is_open(review: Review) -> None:
    if review.round.is_closed:
        raise Refused(f"The round {review.round.name} is closed, so nothing was changed.")
    if review.stage == Stage.SUBMITTED:
        raise Refused("This review was submitted, so nothing was changed.")
