"""Where a round stands, system by system: documents, readers and how far they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from reviewer.db import session
from reviewer.documents.store import count_by_system
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerState
from reviewer.reviews.models import Review, Stage
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


@dataclass(frozen=True)
class Standing:
    """Where one system of a round stands."""

    system: System
    documents: int
    readers: tuple[Reader, ...]
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
    "no-documents": ("No documents", lambda s: not s.documents and not s.nothing_to_read),
    "not-published": ("Not published", lambda s: bool(s.not_published)),
}


def standings(round_: Round) -> list[Standing]:
    """Every system in scope by name, in four queries whatever the size of the round."""
    documents, readers = count_by_system(round_), _readers(round_)
    marks, kinds = round_.not_published(), round_.kinds
    made = []
    for system in round_.systems():
        names = tuple(kind.name for kind in kinds if kind.id in marks.get(system.id, ()))
        made.append(
            Standing(
                system,
                documents.get(system.id, 0),
                tuple(readers[system.id]),
                names,
                len(names) == len(kinds),
            )
        )
    return made


def _readers(round_: Round) -> dict[int, list[Reader]]:
    """The readers of each system, by system id."""
    rows = session.execute(
        select(
            Review.system_id,
            Review.id,
            Review.stage,
            Review.label,
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
        readers[row.system_id].append(
            Reader(
                review_id=row.id,
                name=row.name or row.label,
                organisation=row.organisation or "",
                imported=row.label is not None,
                stage=Stage(row.stage),
                answers=row.answers,
            )
        )
    return readers
