"""What costs the service much, limited for each person and minute.

The numbers are for a program that runs wild or a stolen account that takes everything: a person at
work does not meet them. Saving an answer and turning pages are not limited. The count is in the
database, the same for all web processes.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import wraps
from time import time
from typing import Any

from flask import current_app, request
from flask_login import current_user
from sqlalchemy import ForeignKey, String, case
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from reviewer.db import Base, aside, session
from reviewer.people.models import Person

MINUTE = 60  # seconds


class Cost(Enum):
    """A kind of work, and how often one person may ask for it in a minute."""

    SEARCH = ("searches", 120)
    DOWNLOAD = ("downloads", 40)
    MAKE = ("reports and chart files", 20)
    UPLOAD = ("uploads", 20)
    SHARE = ("people to share with", 20)  # the answer says whether an address has an account

    @property
    def words(self) -> str:
        return self.value[0]

    @property
    def a_minute(self) -> int:
        return self.value[1]


class Spent(Base):
    """How often a person asked for a kind of work in the last minute that they did."""

    __tablename__ = "spent"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    cost: Mapped[str] = mapped_column(String(20), primary_key=True)
    minute: Mapped[int]  # since 1970
    times: Mapped[int]


class Enough(TooManyRequests):
    """Too much was asked for in a minute; the page says so and loses nothing."""

    def __init__(self, cost: Cost, seconds: int) -> None:
        super().__init__(retry_after=seconds)
        self.what_to_do = (
            f"You asked for more than {cost.a_minute} {cost.words} in a minute. Wait a minute, go "
            "back and do it again: what you wrote or chose is still there."
        )


def limited(cost: Cost, words: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare at an address, under its guard, what it costs. Of a search, `words` is the name that
    its words have in the address: a page without them costs nothing. Where an address shows a form
    and takes it, only what is sent is counted."""

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            if current_app.config["LIMITS"] and _costs(words):
                _count(cost)
            return view(*args, **kwargs)

        counted.cost = cost  # type: ignore[attr-defined]
        return counted

    return declare


def _costs(words: str) -> bool:
    """Whether this request is one that is counted."""
    if words:
        return bool(request.args.get(words, "").strip())
    takes_form = request.url_rule is not None and "POST" in (request.url_rule.methods or ())
    return request.method == "POST" or not takes_form


def _count(cost: Cost) -> None:
    """One more; Enough if it is one too many. It is counted aside, whatever becomes of the rest: a
    request that writes holds nothing yet."""
    person_id, times = current_user.id, [0]
    aside(lambda: times.append(_one_more(person_id, cost)))
    if times[-1] > cost.a_minute:
        raise Enough(cost, MINUTE - int(time()) % MINUTE)


def _one_more(person_id: int, cost: Cost) -> int:
    """How many it are in this minute, with this one."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = insert_on_sqlite if on_sqlite else insert_on_postgresql
    minute = int(time()) // MINUTE
    row = insert(Spent).values(person_id=person_id, cost=cost.name, minute=minute, times=1)
    again = case((Spent.minute == minute, Spent.times + 1), else_=1)
    query = row.on_conflict_do_update(
        index_elements=["person_id", "cost"], set_={"minute": minute, "times": again}
    ).returning(Spent.times)
    return session.execute(query).scalar_one()
