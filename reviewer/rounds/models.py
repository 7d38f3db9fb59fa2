"""Rounds: an instrument version, the systems in scope, dates and a state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.instrument.models import InstrumentVersion, Released, released
from reviewer.systems.models import System

INVENTED = (
    "Invented for the demonstration of Plan Review: "
    "these systems, documents and answers are not real."
)


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Kind(StrEnum):
    SECTOR = "sector"
    SELF = "self"


class RoundSystem(Base):
    """A system in the scope of a round."""

    __tablename__ = "round_system"
    logged = ("system_id",)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id), primary_key=True)

    system: Mapped[System] = relationship()


class Round(Base):
    """A reading of many systems with one instrument. Answers are taken while it is open."""

    __tablename__ = "round"
    logged = (
        "name",
        "state",
        "closes_on",
        "cap",
        "second_readings",
        "reminder_days",
        "instrument_version_id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[Kind] = mapped_column(String(10), default=Kind.SECTOR.value)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    state: Mapped[State] = mapped_column(String(10), default=State.OPEN.value)
    closes_on: Mapped[date | None]
    cap: Mapped[int] = mapped_column(default=2)  # systems that one reviewer may be given
    second_readings: Mapped[int] = mapped_column(default=0)  # systems to be read by two, blind
    # On how many days before the last day reminders go out.
    reminder_days: Mapped[str] = mapped_column(
        String(60), default="14, 7, 1", server_default="14, 7, 1"
    )
    closed_at: Mapped[datetime | None]
    invented: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    scope: Mapped[list[RoundSystem]] = relationship(cascade="all, delete-orphan")

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.id, None

    @property
    def released(self) -> Released:
        return released(self.instrument_version_id)

    @property
    def notice(self) -> str | None:
        """What every page and export of an invented round says."""
        return INVENTED if self.invented else None

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    def close(self) -> None:
        """No answer is taken after this, and the figures are no longer provisional."""
        self.state = State.CLOSED
        self.closed_at = now()

    def reopen(self) -> None:
        self.state = State.OPEN
        self.closed_at = None

    def systems(self) -> list[System]:
        """The systems in scope, by name."""
        return list(
            session.scalars(
                select(System)
                .join(RoundSystem, RoundSystem.system_id == System.id)
                .where(RoundSystem.round_id == self.id)
                .order_by(System.name)
            )
        )


def create_round(
    name: str,
    *,
    instrument: InstrumentVersion,
    systems: Sequence[System],
    closes_on: date | None = None,
    invented: bool = False,
) -> Round:
    """Make a round and open it. ValueError if the name is taken or the scope is empty."""
    name = " ".join(name.split())
    if not name:
        raise ValueError("Give the round a name.")
    if find_round(name):
        raise ValueError(f"There is a round called {name!r} already; choose another name.")
    if not systems:
        raise ValueError("A round needs at least one system.")
    made = Round(
        name=name,
        instrument_version_id=instrument.id,
        closes_on=closes_on,
        invented=invented,
        scope=[RoundSystem(system_id=system.id) for system in systems],
    )
    session.add(made)
    session.flush()
    return made


def find_round(name: str) -> Round | None:
    """The round of that name, self-assessments left out."""
    return session.scalar(select(Round).filter_by(name=name, kind=Kind.SECTOR.value))


def all_rounds() -> list[Round]:
    """Every round but self-assessments, the newest first."""
    return list(
        session.scalars(select(Round).filter_by(kind=Kind.SECTOR.value).order_by(Round.id.desc()))
    )


def size(round_: Round) -> int:
    """How many systems are in scope."""
    return (
        session.scalar(select(func.count()).select_from(RoundSystem).filter_by(round_id=round_.id))
        or 0
    )
