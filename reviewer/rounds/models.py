"""Rounds: an instrument version, the systems in scope, dates and a state.

A draft can be changed in every respect. Opening it freezes what is asked and of whom; `drafting.py`
has the writers of both. A correction of wording alone stays possible: `correcting.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Exists,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer import private
from reviewer.db import Base, now, session
from reviewer.instrument.model import DocumentKind
from reviewer.instrument.models import InstrumentVersion, Released, released
from reviewer.logbook import PrivateEntry
from reviewer.people.models import Person
from reviewer.systems.models import System

if TYPE_CHECKING:
    from reviewer.rounds.upgrades import Upgrade

INVENTED = (
    "Invented for the demonstration of Plan Review: "
    "these systems, documents and answers are not real."
)


class State(StrEnum):
    """Answers are taken in an open round alone; a draft has never been open."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Kind(StrEnum):
    """A sector's round, or a system's own assessment, which is private (`private.py`). Kept: it
    holds the answers that did not go along to another version (`upgrades.py`)."""

    SECTOR = "sector"
    SELF = private.SELF
    KEPT = "kept"


class RoundSystem(Base):
    """A system in the scope of a round."""

    __tablename__ = "round_system"
    logged = ("system_id",)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id), primary_key=True)

    system: Mapped[System] = relationship()


class NotPublished(Base):
    """A system that has not published its document of this kind, as far as this round goes."""

    __tablename__ = "not_published"
    logged = ("kind",)
    __table_args__ = (
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
    )

    round_id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    marked_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    marked_at: Mapped[datetime] = mapped_column(default=now)


class Round(Base):
    """A reading of many systems with one instrument. Answers are taken while it is open."""

    __tablename__ = "round"
    logged = (
        "name",
        "state",
        "opens_on",
        "closes_on",
        "cap",
        "second_readings",
        "reminder_days",
        "kinds_left_out",
        "earlier_id",
        "instrument_version_id",
    )
    __table_args__ = (
        CheckConstraint("cap >= 1", name="cap"),
        CheckConstraint("second_readings >= 0", name="second_readings"),
        CheckConstraint("closes_on >= opens_on", name="dates"),  # holds where either is null
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[Kind] = mapped_column(String(10), default=Kind.SECTOR.value)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    state: Mapped[State] = mapped_column(String(10), default=State.OPEN.value)
    opens_on: Mapped[date | None]  # a draft is opened by the worker on this day
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # None: the worker
    closes_on: Mapped[date | None]
    cap: Mapped[int] = mapped_column(default=2)  # systems that one reviewer may be given
    second_readings: Mapped[int] = mapped_column(default=0)  # systems to be read by two, blind
    # Document kinds that the instrument counts and this round does not ask about, with ";" between.
    kinds_left_out: Mapped[str] = mapped_column(String(500), default="")
    # The round whose settled answer a reviewer sees after answering; None: nothing of last time.
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    # On how many days before the last day reminders go out.
    reminder_days: Mapped[str] = mapped_column(
        String(60), default="14, 7, 1", server_default="14, 7, 1"
    )
    closed_at: Mapped[datetime | None]
    invented: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    scope: Mapped[list[RoundSystem]] = relationship(cascade="all, delete-orphan")
    earlier: Mapped[Round | None] = relationship(remote_side=id)
    corrections: Mapped[list[Correction]] = relationship(order_by="Correction.id", viewonly=True)
    upgrades: Mapped[list[Upgrade]] = relationship(
        foreign_keys="Upgrade.round_id", order_by="Upgrade.id", viewonly=True
    )
    opened_by: Mapped[Person | None] = relationship()

    @property
    def left_out(self) -> frozenset[str]:
        """The document kinds that this round does not ask about."""
        return frozenset(filter(None, self.kinds_left_out.split(";")))

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.id, None

    @property
    def is_private(self) -> bool:
        """Whether it is a system's own assessment."""
        return self.kind == Kind.SELF

    @property
    def released(self) -> Released:
        """The instrument with what this round asks of it."""
        return released(self.instrument_version_id, self.left_out)

    @property
    def kinds(self) -> list[DocumentKind]:
        """The document kinds that this round asks about."""
        return [kind for kind in self.released.instrument.document_kinds if kind.counted]

    @property
    def notice(self) -> str | None:
        """What every page and export of an invented round says."""
        return INVENTED if self.invented else None

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == State.CLOSED

    def open(self, by: Person | None) -> None:
        """Answers are taken from now on, and what is asked is frozen. `by` is None for the worker
        on the opening day."""
        if self.is_draft:
            self.state, self.opened_at, self.opened_by = State.OPEN, now(), by
            self.opens_on = None  # the plan is done with

    def close(self) -> None:
        """No answer is taken after this, and the figures are no longer provisional."""
        self.state = State.CLOSED
        self.closed_at = now()

    def reopen(self) -> None:
        self.state = State.OPEN
        self.closed_at = None

    def not_published(self) -> dict[int, set[str]]:
        """The document kinds that a system has not published, by system id."""
        found: dict[int, set[str]] = {}
        for mark in session.scalars(select(NotPublished).filter_by(round_id=self.id)):
            found.setdefault(mark.system_id, set()).add(mark.kind)
        return found

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


private.keep_private(Round, lambda opened: (Round.kind != Kind.SELF) | Round.id.in_(opened))
private.keep_private(RoundSystem, private.outside(private.hidden_rounds, RoundSystem.round_id))
private.keep_private(PrivateEntry, private.outside(private.hidden_rounds, PrivateEntry.round_id))


class Correction(Base):
    """A round that went on to a patch of its instrument: who put it in place, and when."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("round_id", "to_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id), index=True)
    from_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    to_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    made_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(default=now)

    made_by: Mapped[Person] = relationship(lazy="joined")


def create_round(
    name: str,
    *,
    instrument: InstrumentVersion,
    systems: Sequence[System],
    closes_on: date | None = None,
    invented: bool = False,
    draft: bool = False,
) -> Round:
    """Make a round and open it, unless it is to be a draft. ValueError if the name is taken, the
    scope is empty, or real systems are in it beside invented ones."""
    name = " ".join(name.split())
    if not name:
        raise ValueError("Give the round a name.")
    if find_round(name):
        raise ValueError(f"There is a round called {name!r} already; choose another name.")
    check_scope(systems)
    made = Round(
        name=name,
        instrument_version_id=instrument.id,
        closes_on=closes_on,
        invented=invented or systems[0].invented,
        state=State.DRAFT if draft else State.OPEN,
        opened_at=None if draft else now(),
        scope=[RoundSystem(system_id=system.id) for system in systems],
    )
    session.add(made)
    session.flush()
    return made


def check_scope(systems: Sequence[System]) -> None:
    """ValueError for a scope that is empty, or has real systems in it beside invented ones."""
    if not systems:
        raise ValueError("A round needs at least one system.")
    if len({system.invented for system in systems}) > 1:
        raise ValueError("A round has real systems or invented ones, not both.")


def unpublished(round_id: Any, system_id: Any, kind: Any) -> Exists:
    """SQL: whether a system has not published its document of that kind, by columns or values."""
    return exists().where(
        NotPublished.round_id == round_id,
        NotPublished.system_id == system_id,
        NotPublished.kind == kind,
    )


def kinds_not_published(round_: Round, system: System) -> set[str]:
    """The document kinds that a system has not published, by id."""
    marks = select(NotPublished.kind).filter_by(round_id=round_.id, system_id=system.id)
    return set(session.scalars(marks))


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


def sizes_by_round() -> dict[int, int]:
    """How many systems are in scope, by the id of the round; none where there are none."""
    rows = session.execute(
        select(RoundSystem.round_id, func.count().label("systems")).group_by(RoundSystem.round_id)
    )
    return {row.round_id: row.systems for row in rows}
