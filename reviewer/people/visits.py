"""A visit: from signing in to signing out, in one browser.

The signed cookie carries it: whose it is, a key of its own, when it began and when the person last
proved who they are. It ends when nothing was done for SESSION_HOURS, SESSION_DAYS after it began,
when the person signs out or ends it from another browser, and with all others of the person when
`end_sessions` was called. A copy of the cookie ends with it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import time

from flask import Response, current_app, has_request_context, request
from flask import session as cookie
from flask_login import current_user, login_user, logout_user
from sqlalchemy import ForeignKey, String, delete, exists, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from reviewer import jobs
from reviewer.db import SAFE_METHODS, Base, aside, now, session
from reviewer.people.browsers import browser_of
from reviewer.people.models import Person, signed_in_person
from reviewer.people.permissions import PROVEN

VISIT = "visit"  # in the cookie: the key, and when it began
BY_LINK = "by-link"  # in the cookie: it was begun by a one-time link, so without a password
SEEN = "seen"  # in the cookie: when it was last written down that the person was here
SEEN_SECONDS = 600  # so often it is written down


class Visit(Base):
    """A visit as its person sees it in their account. What lets a request in is the cookie."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sessions: Mapped[int]  # `Person.sessions_ended` when it began: with another number it is over
    browser: Mapped[str] = mapped_column(String(60))  # in words
    began_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def is_here(self) -> bool:
        """Whether it is the one that asks."""
        return self.key_hash == _hash(_key())


class EndedVisit(Base):
    """A visit that was ended by its person, until it would have ended by itself."""

    __tablename__ = "ended_visit"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(default=now)


def begin(person: Person) -> None:
    """Sign a person in with a new key. The visit that this browser had is over, and nothing of it
    stays in the cookie."""
    _end_key()
    cookie.clear()
    login_user(person)
    key, moment = secrets.token_urlsafe(16), int(time())
    cookie[VISIT], cookie[PROVEN], cookie[SEEN] = (key, moment), moment, moment
    cookie.permanent = True
    session.add(
        Visit(
            person_id=person.id,
            key_hash=_hash(key),
            sessions=person.sessions_ended,
            browser=browser_of(request.headers.get("User-Agent", "")),
        )
    )


def go_on(person: Person, *, proven: bool = False) -> None:
    """A new key for a visit that goes on. Forms that are open in other windows can be sent; how far
    the person has proved who they are stays as it was, unless they have just done so."""
    names = ("csrf_token",) if proven else ("csrf_token", PROVEN, BY_LINK)
    kept = {name: cookie[name] for name in names if name in cookie}
    begin(person)
    cookie.update(kept)


def end() -> None:
    """Sign out in this browser. A copy of its cookie is worth nothing from now on."""
    _end_key()
    logout_user()
    cookie.clear()


def end_visit(visit: Visit) -> None:
    """Sign out in another browser, from its next request on."""
    if session.get(EndedVisit, visit.key_hash) is None:
        session.add(EndedVisit(key_hash=visit.key_hash))
    session.execute(delete(Visit).where(Visit.key_hash == visit.key_hash))


def open_visits(person: Person) -> Sequence[Visit]:
    """The visits of a person that can go on, the one last seen first."""
    config = current_app.config
    idle = timedelta(hours=config["SESSION_HOURS"], seconds=SEEN_SECONDS)
    query = (
        select(Visit)
        .where(Visit.person_id == person.id, Visit.sessions == person.sessions_ended)
        .where(Visit.seen_at > now() - idle)
        .where(Visit.began_at > now() - timedelta(days=config["SESSION_DAYS"]))
    )
    return session.scalars(query.order_by(Visit.seen_at.desc(), Visit.id.desc())).all()


def visitor(session_id: str) -> Person | None:
    """Who is signed in by the cookie of this request, if their visit has not ended. One query."""
    key, began = cookie.get(VISIT, ("", 0))
    if not key or time() - began > current_app.config["SESSION_DAYS"] * 24 * 3600:
        return None
    ended = exists().where(EndedVisit.key_hash == _hash(key))
    return signed_in_person(session_id, ~ended)


def came_by_link() -> bool:
    """Whether this visit was begun by a one-time link and nothing of the person's own was given
    since. Who manages accounts can make such a link, and pass it on to anybody. The demonstration's
    people have nothing else."""
    return has_request_context() and BY_LINK in cookie and not current_user.demonstration


def note_seen(response: Response) -> Response:
    """Write down that a visit goes on, now and then: nobody has to wait for it."""
    if not current_user.is_authenticated or not _key():
        return response
    if time() - cookie.get(SEEN, 0) > SEEN_SECONDS:
        cookie[SEEN] = int(time())
        if request.method in SAFE_METHODS:
            aside(_write_seen)
        elif response.status_code < 400:
            _write_seen()
    return response


def _write_seen() -> None:
    query = update(Visit).where(Visit.key_hash == _hash(_key()))
    session.execute(query.values(seen_at=now()))


@jobs.hourly
def forget_ended() -> None:
    """Visits that are over in any case need not be remembered."""
    over = now() - timedelta(days=current_app.config["SESSION_DAYS"] + 1)
    idle = now() - timedelta(hours=current_app.config["SESSION_HOURS"] + 1)
    session.execute(delete(EndedVisit).where(EndedVisit.ended_at < over))
    session.execute(delete(Visit).where(or_(Visit.began_at < over, Visit.seen_at < idle)))
    session.commit()


def _end_key() -> None:
    key = _key()
    if key and session.get(EndedVisit, _hash(key)) is None:
        session.add(EndedVisit(key_hash=_hash(key)))
        session.execute(delete(Visit).where(Visit.key_hash == _hash(key)))


def _key() -> str:
    key: str = cookie.get(VISIT, ("", 0))[0]
    return key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
