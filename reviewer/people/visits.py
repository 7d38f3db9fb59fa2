"""A visit: from signing in to signing out, in one browser.

The signed cookie carries it: whose it is, a key of its own and when it began. It ends when nothing
was done for SESSION_HOURS, SESSION_DAYS after it began, when the person signs out, and with all
others of the person when `end_sessions` was called. A copy of the cookie ends with it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from time import time

from flask import current_app
from flask import session as cookie
from flask_login import login_user, logout_user
from sqlalchemy import String, delete, exists
from sqlalchemy.orm import Mapped, mapped_column

from reviewer import jobs
from reviewer.db import Base, now, session
from reviewer.people.models import Person, signed_in_person

VISIT = "visit"  # in the cookie: the key, and when it began


class EndedVisit(Base):
    """A visit that was ended by signing out, until it would have ended by itself."""

    __tablename__ = "ended_visit"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(default=now)


def begin(person: Person) -> None:
    """Sign a person in with a new key. Nothing of an earlier visit stays in the cookie."""
    cookie.clear()
    login_user(person)
    cookie[VISIT] = (secrets.token_urlsafe(16), int(time()))
    cookie.permanent = True


def end() -> None:
    """Sign out in this browser. A copy of its cookie is worth nothing from now on."""
    key, _ = cookie.get(VISIT, ("", 0))
    if key and session.get(EndedVisit, _hash(key)) is None:
        session.add(EndedVisit(key_hash=_hash(key)))
    logout_user()
    cookie.clear()


def visitor(session_id: str) -> Person | None:
    """Who is signed in by the cookie of this request, if their visit has not ended. One query."""
    key, began = cookie.get(VISIT, ("", 0))
    if not key or time() - began > current_app.config["SESSION_DAYS"] * 24 * 3600:
        return None
    ended = exists().where(EndedVisit.key_hash == _hash(key))
    return signed_in_person(session_id, ~ended)


@jobs.hourly
def forget_ended() -> None:
    """Visits that are over in any case need not be remembered."""
    over = now() - timedelta(days=current_app.config["SESSION_DAYS"] + 1)
    session.execute(delete(EndedVisit).where(EndedVisit.ended_at < over))
    session.commit()


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
