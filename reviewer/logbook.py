"""The logbook: who changed what, when, from what to what.

A table says in `logged` which of its columns are written down, and one listener sees every flush,
so that no code can forget to. The database refuses to change an entry or to take one away; only
what one about an account says can be emptied, when a person's data is removed. Answers are not
written down a second time: their history (`AnswerChange`) is kept in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask import has_request_context
from flask_login import current_user
from sqlalchemy import JSON, ForeignKey, String, event, insert, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from reviewer import private
from reviewer.db import Base, now, session

Values = dict[str, Any]  # by column, as JSON has them

# What stands in an entry whose personal data was removed: the one change that the database allows.
EMPTIED: Values = {"personal data": "removed"}
EMPTIABLE = ("person", "conflict", "declined")

outside = "command line"  # who acts where nobody is signed in; the worker says so of itself


class Entry(Base):
    """One change of one row. Without `before` it was made, without `after` removed.

    `row_id` is 0 where the row has no number of its own: its round and system tell which it is.
    """

    __tablename__ = "logbook_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    outside: Mapped[str] = mapped_column(String(20), default="")
    noun: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int]
    round_id: Mapped[int | None] = mapped_column(index=True)
    system_id: Mapped[int | None]
    before: Mapped[Values | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[Values | None] = mapped_column(JSON(none_as_null=True))


class PrivateEntry(Base):
    """One change in a system's own assessment, as in `Entry`: a log of its own, which nobody else
    reads and which is deleted with it."""

    __tablename__ = "private_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outside: Mapped[str] = mapped_column(String(20), default="")
    noun: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    system_id: Mapped[int | None]
    before: Mapped[Values | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[Values | None] = mapped_column(JSON(none_as_null=True))


@event.listens_for(Session, "after_flush")
def _write_down(flushed: Session, _context: Any) -> None:
    entries: dict[type[Base], list[Values]] = {}
    for table, entry in _changes(flushed):
        entries.setdefault(table, []).append(entry)
    for table, rows in entries.items():
        flushed.connection().execute(insert(table), rows)


def _changes(flushed: Session) -> Iterator[tuple[type[Base], Values]]:
    # In the order of their numbers: the unit of work holds them as sets.
    for row in _logged(flushed.new):
        yield _entry(row, before=row.logged_before(), after=values_of(row))
    for row in _logged(flushed.dirty):
        before, after = {}, {}
        for name in row.logged:
            history = inspect(row).attrs[name].history
            if history.has_changes() and history.added:
                before[name] = _plain(history.deleted[0]) if history.deleted else None
                after[name] = _plain(history.added[0])
        if before != after:
            yield _entry(row, before=before, after=after)
    for row in _logged(flushed.deleted):
        yield _entry(row, before=values_of(row), after=None)


def _logged(rows: Any) -> list[Base]:
    return sorted((row for row in rows if row.logged), key=lambda row: _key(row))


def _key(row: Base) -> tuple[str, tuple[Any, ...]]:
    return row.__tablename__, inspect(row).mapper.primary_key_from_instance(row)


def _entry(row: Base, before: Values | None, after: Values | None) -> tuple[type[Base], Values]:
    signed_in = has_request_context() and current_user and current_user.is_authenticated
    round_id, system_id = row.logged_place()
    # A row of an assessment is only known to a session that opened it.
    own = row.is_private or round_id in private.opened(inspect(row).session)
    return PrivateEntry if own else Entry, {
        "at": now(),
        "person_id": current_user.id if signed_in else None,
        "outside": "" if signed_in else "signed out" if has_request_context() else outside,
        "noun": row.__tablename__,
        "row_id": getattr(row, "id", 0),
        "round_id": round_id,
        "system_id": system_id,
        "before": before,
        "after": after,
    }


def empty(person_id: int) -> int:
    """Take what entries say of a person out of them, and give how many there were. That there was
    a change, when, and whose, stays."""
    found = [
        entry
        for entry in session.scalars(select(Entry).where(Entry.noun.in_(EMPTIABLE)))
        if (entry.noun == "person" and entry.row_id == person_id)
        or person_id in {(values or {}).get("person_id") for values in (entry.before, entry.after)}
    ]
    for entry in found:
        entry.before, entry.after = entry.before and EMPTIED, entry.after and EMPTIED
    session.flush()
    return len(found)


def values_of(row: Base) -> Values:
    """The logged columns of a row that hold something."""
    values = {name: _plain(getattr(row, name)) for name in row.logged}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
