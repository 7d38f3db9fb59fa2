"""Everybody who has an account, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.people.mail import Message, MessageState
from reviewer.people.models import Person
from reviewer.people.permissions import Role


class Standing(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    MAIL_FAILED = "mail"
    REMOVED = "removed"

    @property
    def words(self) -> str:
        return {"mail": "Mail could not be sent"}.get(self.value, self.value.capitalize())


@dataclass(frozen=True)
class Entry:
    """One person and where they stand; `error` says why the last email could not be sent."""

    person: Person
    standing: Standing
    error: str

    def matches(self, words: str) -> bool:
        """Whether everything searched for stands somewhere in the row."""
        system = self.person.system or self.person.home_system
        row = " ".join(
            (
                self.person.name,
                self.person.email,
                self.person.organisation,
                system.name if system else "",
                Role(self.person.role).words,
            )
        ).casefold()
        return all(word in row for word in words.casefold().split())


def directory() -> list[Entry]:
    """Everybody by name, in one query."""
    last = select(func.max(Message.id)).group_by(Message.person_id)
    rows = session.execute(
        select(Person, Message.state, Message.error)
        .outerjoin(Message, (Message.person_id == Person.id) & Message.id.in_(last))
        .options(joinedload(Person.system), joinedload(Person.home_system))
        .order_by(func.lower(Person.name), Person.id)
    )
    return [Entry(person, standing_of(person, state), error or "") for person, state, error in rows]


def standing_of(person: Person, last_state: str | None) -> Standing:
    """Where a person stands, by the state of the last email to them. Pure."""
    if person.removed_at:
        return Standing.REMOVED
    if last_state == MessageState.FAILED:
        return Standing.MAIL_FAILED
    return Standing.ACTIVE if person.entered_at else Standing.INVITED
