"""Wrong passwords and codes, and requests for a link, counted in the database, so that all web
processes count together.

An account that is not there is counted like one that is, so that a refusal does not tell which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from flask import request
from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import Field

from reviewer.db import Base, now, reading, session
from reviewer.people.models import Person, proof_of
from reviewer.seeing import note_sign_in
from reviewer.wording import time_text

Found = TypeVar("Found")

WRONG_CODE = "This code is not right, or was used already. Wait for the next one."
WINDOW = timedelta(minutes=15)
MOST = 10
MOST_FROM_ONE_ADDRESS = 50  # a whole office can share an address
HOUR = timedelta(hours=1)
LINKS_AN_HOUR = 3
LINKS_AN_HOUR_FROM_ONE_ADDRESS = 20


class WrongTry(Base):
    """One wrong password or code, or one request for a link. `who` is a hash: people type passwords
    into the wrong box."""

    __tablename__ = "wrong_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Tries:
    """The tries for one account or one person's codes, and those from the visitor's address."""

    def __init__(self, what: str, kind: str, window: timedelta, own: int, address: int) -> None:
        self.own, self.address = _hash(what), _hash(f"{kind} {request.remote_addr}")
        self.window, self.most = window, {self.own: own, self.address: address}

    @classmethod
    def of_password(cls, email: str) -> Tries:
        return cls._guesses(f"password of {email.strip().lower()}")

    @classmethod
    def of_code(cls, person: Person) -> Tries:
        return cls._guesses(f"code of {person.id}")

    @classmethod
    def of_forgotten(cls, email: str) -> Tries:
        """Requests for a link to choose a new password."""
        what = f"forgotten by {email.strip().lower()}"
        return cls(what, "asked from", HOUR, LINKS_AN_HOUR, LINKS_AN_HOUR_FROM_ONE_ADDRESS)

    @classmethod
    def of_token(cls) -> Tries:
        """Of tokens, which name no account: the address alone is counted."""
        return cls._guesses(f"token from {request.remote_addr}")

    @classmethod
    def _guesses(cls, what: str) -> Tries:
        return cls(what, "from", WINDOW, MOST, MOST_FROM_ONE_ADDRESS)

    def guess(self, field: Field, right: Callable[[], Found | None], wrong: str) -> Found | None:
        """What `right` finds, unless there were too many wrong tries. If it finds nothing, that is
        counted; what is the matter is said at the field."""
        if self._refused(field, "wrong tries"):
            note_sign_in("refused", field.name)
            return None
        found = right()
        note_sign_in("right" if found else "wrong", field.name)
        if found:
            # The address goes on counting: its next guess may be at another account.
            session.execute(delete(WrongTry).where(WrongTry.who == self.own))
            return found
        self.add()
        field.errors = [wrong]
        return None

    @classmethod
    def guess_password(cls, field: Field, email: str, wrong: str) -> Person | None:
        """Whose password stands in the field, by the same rules. Whether it is right is looked at
        before the request begins to write: it takes long on purpose."""
        tries = cls.of_password(email)
        with reading():
            proof = None if tries.too_many() else proof_of(email, field.data or "")
        return tries.guess(field, lambda: proof.person() if proof else None, wrong)

    def count(self, field: Field) -> bool:
        """Count one more and say whether it is allowed; if not, why is said at the field."""
        if self._refused(field, "requests"):
            return False
        self.add()
        return True

    def add(self) -> None:
        """One try more."""
        session.execute(delete(WrongTry).where(WrongTry.at < now() - HOUR))
        session.add_all((WrongTry(who=self.own), WrongTry(who=self.address)))

    def _refused(self, field: Field, what: str) -> bool:
        """Whether there were too many; then it is said at the field."""
        if refusal := self.refusal(what):
            field.errors = [refusal]
        return bool(refusal)

    def too_many(self) -> bool:
        """Whether there are too many so far, without waiting for others that are being counted."""
        return any(self._until(who) for who in self.most)

    def refusal(self, what: str) -> str:
        """What to say while there were too many; "" while there were not."""
        self._hold()
        until = [found for who in self.most if (found := self._until(who))]
        if not until:
            return ""
        # Rounded up, since the seconds are not said.
        return f"Too many {what}. Try again at {time_text(max(until) + timedelta(minutes=1))}."

    def _hold(self) -> None:
        """Of two tries at the same moment, the second counts the first. On SQLite a request that
        may write is alone in any case."""
        if session.get_bind().dialect.name == "postgresql":
            for who in sorted(self.most):
                session.execute(select(func.pg_advisory_xact_lock(int(who[:15], 16))))

    def _until(self, who: str) -> datetime | None:
        """When the oldest of the last ones is long enough ago; None if there were fewer."""
        query = select(WrongTry.at).where(WrongTry.who == who, WrongTry.at > now() - self.window)
        last = session.scalars(query.order_by(WrongTry.at.desc()).limit(self.most[who])).all()
        return last[-1] + self.window if len(last) == self.most[who] else None


def _hash(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()
