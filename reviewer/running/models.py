"""Which letters about a round went to whom, so that none goes twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewer.db import Base, now
from reviewer.people.letters import Kind
from reviewer.people.models import Person
from reviewer.rounds.models import Round


class RoundLetter(Base):
    """One letter about a round to one person.

    `mark` tells those of one kind apart: the number of a nudge, the day on which a reminder was due
    (2027-03-17), the id of a reply; thanks have none. The constraint is what stops two workers from
    sending it twice.
    """

    __tablename__ = "round_letter"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "kind", "mark", name="uq_round_letter"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[Kind] = mapped_column(String(20))
    mark: Mapped[str] = mapped_column(String(10), default="")
    written_at: Mapped[datetime] = mapped_column(default=now)
