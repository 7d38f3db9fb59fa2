"""A new password for somebody who forgot theirs, by a link that works once, within an hour.

The page does the same for every address, known or not: it writes the address down and asks for a
job. Only the worker looks whether there is an account, so that neither the answer nor how long it
takes tells.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from reviewer import jobs
from reviewer.db import Base, now, session
from reviewer.people.addresses import LONGEST_ADDRESS
from reviewer.people.letters import Kind
from reviewer.people.mail import send
from reviewer.people.models import Person

JOB = "forgotten"


class Forgotten(Base):
    """Somebody asked for a link for this address. The row goes when the worker has looked."""

    __tablename__ = "forgotten"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    asked_at: Mapped[datetime] = mapped_column(default=now)


def ask_for_link(address: str) -> None:
    """Have a link sent to that address, if it is one of an account."""
    asked = Forgotten(address=address.strip().lower()[:LONGEST_ADDRESS])
    session.add(asked)
    session.flush()
    jobs.ask(JOB, asked.id)


def _forget(asked_id: int) -> None:
    session.execute(delete(Forgotten).filter_by(id=asked_id))
    session.commit()


@jobs.handles(JOB, given_up=_forget)
def _answer(asked_id: int, _renew: Callable[[], None]) -> None:
    asked = session.get(Forgotten, asked_id)
    if asked is None:
        return
    person = session.scalar(select(Person).filter_by(email=asked.address, removed_at=None))
    if person:
        send(Kind.FORGOTTEN, person)
    session.delete(asked)
    session.commit()
