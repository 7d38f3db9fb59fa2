"""Mergers and splits of systems, as the policy team records them. Nothing of the past is renamed:
a system that ended keeps its name, its documents and its answers, and names its successors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.systems.models import System
from reviewer.wording import date_text

CODE = re.compile(r"[A-Z][0-9]{8}")


class Merger(Base):
    """Some systems became others on `day`, the first of the new ones. `words` say which."""

    __tablename__ = "merger"
    logged = ("day", "words")

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    words: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)

    ended: Mapped[list[MergedSystem]] = relationship(cascade="all, delete-orphan")


class MergedSystem(Base):
    """A system that ended in a merger; the register file does not bring it back."""

    __tablename__ = "merged_system"

    system_id: Mapped[int] = mapped_column(ForeignKey(System.id), primary_key=True)
    merger_id: Mapped[int] = mapped_column(ForeignKey(Merger.id), index=True)


def record_merger(
    ending: Sequence[System],
    becoming: Sequence[System],
    day: date,
    by: int,
    new: System | None = None,
) -> Merger:
    """Record that these systems end before `day` and become those; `new` is one that is not in the
    register yet. ValueError says in one sentence what is wrong, and nothing is written."""
    if new is not None:
        _check_new(new, ending, day)
        becoming = [*becoming, new]
    _check(ending, becoming, day)
    if new is not None:
        session.add(new)
    for system in ending:
        system.valid_to = day - timedelta(days=1)
        system.successors = [*system.successors, *becoming]
    words = f"{_names(ending)} became {_names(becoming)}"
    session.flush()
    made = Merger(
        day=day, words=words, made_by_id=by, ended=[MergedSystem(system_id=s.id) for s in ending]
    )
    session.add(made)
    session.flush()
    return made


def mergers() -> Sequence[Merger]:
    """Every recorded merger, the newest first."""
    return session.scalars(select(Merger).order_by(Merger.day.desc(), Merger.id.desc())).all()


def ended_by_merger() -> set[int]:
    """The ids of the systems that a recorded merger ended."""
    return set(session.scalars(select(MergedSystem.system_id)))


def _check(ending: Sequence[System], becoming: Sequence[System], day: date) -> None:
    if not ending:
        raise ValueError("Choose at least one system that ends.")
    if not becoming:
        raise ValueError("Choose what it becomes, or add the new system.")
    if len({system.invented for system in (*ending, *becoming)}) > 1:
        raise ValueError("Real systems and invented ones cannot merge with each other.")
    for system in ending:
        if system in becoming:
            raise ValueError(f"{system.name} cannot become itself: a system that goes on ends not.")
        if system.successors:
            raise ValueError(
                f"{system.name} already became {_names(system.successors)}; it is recorded once."
            )
        if system.valid_to:
            raise ValueError(f"{system.name} ended on {date_text(system.valid_to)} already.")
        if system.valid_from >= day:
            raise ValueError(
                f"{system.name} began on {date_text(system.valid_from)}, so it cannot end before "
                f"{date_text(day)}."
            )
    after = {system.id for system in _all_after(s for s in becoming if s.id)}
    for system in ending:
        if system.id in after:
            raise ValueError(
                f"{_names(becoming)} became {system.name} before, so it cannot be the other way "
                "round too."
            )
    for system in becoming:
        if system.valid_to and system.valid_to < day:
            raise ValueError(
                f"{system.name} ended on {date_text(system.valid_to)}, before {date_text(day)}."
            )


def _check_new(new: System, ending: Sequence[System], day: date) -> None:
    if not new.name or not new.code:
        raise ValueError("The new system needs a name and an ONS code.")
    if not CODE.fullmatch(new.code):
        raise ValueError(f"“{new.code}” is no ONS code: it is a letter and eight digits.")
    known = session.scalar(select(System).filter_by(code=new.code))
    if known:
        raise ValueError(f"{new.code} is {known.name}, which is in the register: choose it there.")
    new.region = new.region or (ending[0].region if ending else "")
    new.valid_from, new.invented = day, bool(ending) and ending[0].invented


def _all_after(systems: Iterable[System]) -> set[System]:
    """Everything that these systems became, and that became."""
    found: set[System] = set()
    waiting = list(systems)
    while waiting:
        for system in waiting.pop().successors:
            if system not in found:
                found.add(system)
                waiting.append(system)
    return found


def _names(systems: Sequence[System]) -> str:
    names = [system.name for system in systems]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
