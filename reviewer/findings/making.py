"""Files that the worker makes while a page shows how far it is: reports, and charts in a ZIP."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from reviewer.db import now, session
from reviewer.jobs import ask
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.storage import files

Told = Callable[[int, int], None]  # hears how many charts are drawn, and of how many


class Making(StrEnum):
    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"


class MadeFile:
    """The newest file of its kind of a round. `done` of `of` charts are drawn."""

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    state: Mapped[Making] = mapped_column(String(10))
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime | None]

    @declared_attr
    def round(cls) -> Mapped[Round]:
        return relationship(Round)

    @property
    def name(self) -> str:
        """What the file is called where uploads are kept, which the worker and every web server
        reach; one of an earlier making is there until the next is whole."""
        raise NotImplementedError

    def content(self) -> bytes | None:
        """The file as it was made last; None where there is none."""
        if self.state != Making.MADE or files().size(self.name) is None:
            return None
        with closing(files().open(self.name)) as file:
            return bytes(file.read())

    def begin(self, by: Person, job: str) -> None:
        """Have it made in the background; one that is being made is waited for."""
        if self.id is not None and self.state == Making.WAITING:
            return
        self.state, self.done, self.of = Making.WAITING, 0, 0
        self.asked_by_id = by.id
        session.add(self)
        session.flush()
        ask(job, self.id)

    def give_up(self) -> None:
        self.state = Making.FAILED

    def make(self, content: Callable[[Told], bytes], renew: Callable[[], None]) -> None:
        """Write what `content` gives, and say how far it is while it works."""

        def told(done: int, of: int) -> None:
            # Each in a transaction of its own, so that the page can show it and nobody waits.
            self.done, self.of = done, of
            renew()
            session.commit()

        name, made = self.name, content(told)
        files().write(name, made)
        self.state, self.made_at = Making.MADE, now()
        session.commit()

    def progress(self, name: str) -> dict[str, str | int]:
        """How far it is, for a page that keeps itself up to date."""
        return {"name": name, "state": self.state, "done": self.done, "of": self.of}
