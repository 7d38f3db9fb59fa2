"""Wrong passwords and codes, counted in the database, so that all web processes count together.

An account that is not there is counted like one that is, so that a refusal does not tell which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from flask import request
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import Field

from reviewer.db import Base, now, session
from reviewer.people.models import Person
from reviewer.wording import time_text

Found = TypeVar("Found")

WRONG_CODE = "This code is not right, or was used already. Wait for the next one."
WINDOW = timedelta(minutes=15)
MOST = 10
MOST_FROM_ONE_ADDRESS = 50  # a whole office can share an address


class WrongTry(Base):
    """One wrong password or code. `who` is a hash: people type passwords into the wrong box."""

    __tablename__ = "wrong_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Tries:
    """The wrong tries for one account or one person's codes, and from the visitor's address."""

    def __init__(self, what: str) -> None:
        self.own, self.address = _hash(what), _hash(f"from {request.remote_addr}")

    @classmethod
    def of_password(cls, email: str) -> Tries:
        return cls(f"password of {email.strip().lower()}")

    @classmethod
    def of_code(cls, person: Person) -> Tries:
        return cls(f"code of {person.id}")

    @classmethod
    def of_token(cls) -> Tries:
        """Of tokens, which name no account: the address alone is counted."""
        return cls(f"token from {request.remote_addr}")

    def guess(self, field: Field, right: Callable[[], Found | None], wrong: str) -> Found | None:
        """What `right` finds, unless there were too many wrong tries. If it finds nothing, that is
        counted; what is the matter is said at the field."""
        if refusal := self.refusal():
            field.errors = [refusal]
            return None
        found = right()
        if found:
            # The address goes on counting: its next guess may be at another account.
            session.execute(delete(WrongTry).where(WrongTry.who == self.own))
            return found
        self.count()
        field.errors = [wrong]
        return None

    def count(self) -> None:
        """One wrong try more."""
        session.execute(delete(WrongTry).where(WrongTry.at < now() - WINDOW))
        session.add_all((WrongTry(who=self.own), WrongTry(who=self.address)))

    def refusal(self) -> str:
        """What to say while there were too many; "" while there were not."""
        until = [
            found
            for who, most in ((self.own, MOST), (self.address, MOST_FROM_ONE_ADDRESS))
            if (found := _until(who, most))
        ]
        if not until:
            return ""
        # Rounded up, since the seconds are not said.
        return f"Too many wrong tries. Try again at {time_text(max(until) + timedelta(minutes=1))}."


def _until(who: str, most: int) -> datetime | None:
    """When the oldest of the last `most` tries is long enough ago; None if there were fewer."""
    query = select(WrongTry.at).where(WrongTry.who == who, WrongTry.at > now() - WINDOW)
    last = session.scalars(query.order_by(WrongTry.at.desc()).limit(most)).all()
    return last[-1] + WINDOW if len(last) == most else None


def _hash(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()
