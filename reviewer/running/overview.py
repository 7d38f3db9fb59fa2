"""Where a round stands, system by system: documents, readers and how far they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.documents.store import count_by_system
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerState
from reviewer.reviews.models import Review, Stage
from reviewer.reviews.offers import Declined, HandOver
from reviewer.rounds.models import Round, unpublished
from reviewer.systems.models import System


@dataclass(frozen=True)
class Reader:
    """One review of a system, seen from outside. `answers` leaves out what was cleared."""

    review_id: int
    name: str
    organisation: str
    imported: bool
    stage: Stage
    answers: int
    accepted: bool = True
    cannot_go_on: str = ""  # what the reader said, of a review that was begun
    former: tuple[str, ...] = ()  # who had it before


@dataclass(frozen=True)
class Standing:
    """Where one system of a round stands."""

    system: System
    documents: int
    readers: tuple[Reader, ...]
    declined: tuple[tuple[str, str], ...] = ()  # who said no and why, and has no reading of it now
    not_published: tuple[str, ...] = ()  # the names of those document kinds
    nothing_to_read: bool = False  # none of what the round asks about was published

    @property
    def reviewed(self) -> bool:
        """Whether a submitted review of it has at least one answer (rule of counting 2)."""
        return any(r.stage == Stage.SUBMITTED and r.answers for r in self.readers)

    @property
    def not_submitted(self) -> bool:
        return any(r.stage != Stage.SUBMITTED for r in self.readers)


# What the table can be narrowed to: the name in the address, the words, which systems stay.
NARROWED: dict[str, tuple[str, Callable[[Standing], bool]]] = {
    "all": ("All systems", lambda _: True),
    "reviewed": ("Reviewed", lambda s: s.reviewed),
    "not-submitted": ("A review not submitted", lambda s: s.not_submitted),
    "no-reader": ("No reader", lambda s: not s.readers and not s.nothing_to_read),
    "declined": (
        "Declined",
        lambda s: bool(s.declined or any(r.cannot_go_on for r in s.readers)),
    ),
    "no-documents": ("No documents", lambda s: not s.documents and not s.nothing_to_read),
    "not-published": ("Not published", lambda s: bool(s.not_published)),
}


def standings(round_: Round) -> list[Standing]:
    """Every system in scope by name, in six queries whatever the size of the round."""
    documents, said = count_by_system(round_), _declined(round_)
    readers = _readers(round_, said)
    marks, kinds = round_.not_published(), round_.kinds
    made = []
    for system in round_.systems():
        names = tuple(kind.name for kind in kinds if kind.id in marks.get(system.id, ()))
        made.append(
            Standing(
                system,
                documents.get(system.id, 0),
                tuple(readers[system.id]),
                tuple((d.person.name, d.reason) for d in said.values() if d.system_id == system.id),
                names,
                len(names) == len(kinds),
            )
        )
    return made


def _declined(round_: Round) -> dict[tuple[int, int], Declined]:
    """What was declined, by system and person."""
    query = select(Declined).filter_by(round_id=round_.id).options(joinedload(Declined.person))
    rows = session.scalars(query.order_by(Declined.declined_at))
    return {(row.system_id, row.person_id): row for row in rows}


def _readers(round_: Round, said: dict[tuple[int, int], Declined]) -> dict[int, list[Reader]]:
    """The readers of each system, by system id. What they themselves declined is taken out of
    `said`: it stands beside their name."""
    former = defaultdict(list)
    for review_id, name in session.execute(
        select(HandOver.review_id, Person.name)
        .join(HandOver.former)
        .join(HandOver.review)
        .where(Review.round_id == round_.id)
        .order_by(HandOver.id)
    ):
        former[review_id].append(name)
    rows = session.execute(
        select(
            Review.system_id,
            Review.id,
            Review.stage,
            Review.label,
            Review.reviewer_id,
            Review.accepted_at,
            Person.name,
            Person.organisation,
            func.count(Answer.id).label("answers"),
        )
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .outerjoin(
            Answer,
            and_(
                Answer.review_id == Review.id,
                Answer.state != AnswerState.UNANSWERED,
                ~unpublished(round_.id, Review.system_id, Answer.document),
            ),
        )
        .where(Review.round_id == round_.id)
        .group_by(Review.id, Person.id)
        .order_by(Review.id)
    )
    readers: dict[int, list[Reader]] = defaultdict(list)
    for row in rows:
        own = said.pop((row.system_id, row.reviewer_id), None)
        readers[row.system_id].append(
            Reader(
                review_id=row.id,
                name=row.name or row.label,
                organisation=row.organisation or "",
                imported=row.label is not None,
                stage=Stage(row.stage),
                answers=row.answers,
                accepted=row.accepted_at is not None or row.label is not None,
                cannot_go_on=own.reason if own and row.stage != Stage.SUBMITTED else "",
                former=tuple(former[row.id]),
            )
        )
    return readers
