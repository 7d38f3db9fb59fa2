"""A report that somebody asked for: it is made by the worker, and kept as a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.jobs import ask, handles
from reviewer.people.models import Person
from reviewer.report.making import make
from reviewer.rounds.models import Round
from reviewer.storage import files

MAKE_REPORT = "make-report"


class Making(StrEnum):
    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"


class ReportFile(Base):
    """The newest report of a round in one format. `done` of `of` charts are drawn."""

    __tablename__ = "report_file"
    logged = ("format", "state", "asked_by_id")
    __table_args__ = (UniqueConstraint("round_id", "format"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    format: Mapped[str] = mapped_column(String(4))
    state: Mapped[Making] = mapped_column(String(10))
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()

    @property
    def name(self) -> str:
        """What the file is called where uploads are kept, which the worker and every web server
        reach; one of an earlier making is there until the next is whole."""
        return f"reports/{self.round_id}.{self.format}"

    def content(self) -> bytes | None:
        """The report as it was made last; None where there is none."""
        if self.state != Making.MADE or files().size(self.name) is None:
            return None
        with closing(files().open(self.name)) as file:
            return bytes(file.read())


def reports_of(round_: Round) -> dict[str, ReportFile]:
    """The reports of a round by format."""
    found = session.scalars(select(ReportFile).filter_by(round_id=round_.id))
    return {report.format: report for report in found}


def ask_for(round_: Round, kind: str, by: Person) -> ReportFile:
    """Have the report made anew in the background. One that is being made is waited for."""
    report = reports_of(round_).get(kind)
    if report is None:
        report = ReportFile(round_id=round_.id, format=kind)
        session.add(report)
    elif report.state == Making.WAITING:
        return report
    report.state, report.done, report.of = Making.WAITING, 0, 0
    report.asked_by_id = by.id
    session.flush()
    ask(MAKE_REPORT, report.id)
    return report


def _give_up(report_id: int) -> None:
    session.get_one(ReportFile, report_id).state = Making.FAILED


@handles(MAKE_REPORT, _give_up)
def _make(report_id: int, renew: Callable[[], None]) -> None:
    report = session.get_one(ReportFile, report_id)
    round_, kind, name = report.round, report.format, report.name

    def told(done: int, of: int) -> None:
        # Each in a transaction of its own, so that the page can show it and nobody waits for it.
        report.done, report.of = done, of
        renew()
        session.commit()

    content = make(round_, kind, told)
    files().write(name, content)
    report.state, report.made_at = Making.MADE, now()
    session.commit()
