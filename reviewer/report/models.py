"""A report that somebody asked for: it is made by the worker, and kept as a file. And the Word
files whose styles it can take."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from reviewer.db import Base, now, session
from reviewer.findings.making import MadeFile
from reviewer.jobs import handles
from reviewer.people.models import Person
from reviewer.report.making import make
from reviewer.rounds.models import Round

MAKE_REPORT = "make-report"


class WordTemplate(Base):
    """A Word file of the team, checked (`template.py`). Its content is kept as text, so that a
    backup of the rows has all of it."""

    __tablename__ = "word_template"
    logged = ("name",)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    content: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))

    @property
    def file(self) -> bytes:
        return base64.b64decode(self.content)


class ReportFile(MadeFile, Base):
    """The newest report of a round in one format. `template` names the Word file whose styles it
    takes, "" for ours."""

    __tablename__ = "report_file"
    logged = ("format", "template", "state", "asked_by_id")
    __table_args__ = (UniqueConstraint("round_id", "format"),)

    format: Mapped[str] = mapped_column(String(4))
    template: Mapped[str] = mapped_column(String(100), default="", server_default="")

    @property
    def name(self) -> str:
        return f"reports/{self.round_id}.{self.format}"


def reports_of(round_: Round) -> dict[str, ReportFile]:
    """The reports of a round by format."""
    found = session.scalars(select(ReportFile).filter_by(round_id=round_.id))
    return {report.format: report for report in found}


def ask_for(round_: Round, kind: str, by: Person, template: str = "") -> ReportFile:
    """Have the report made anew in the background. One that is being made is waited for."""
    report = reports_of(round_).get(kind) or ReportFile(round_id=round_.id, format=kind)
    report.template = template
    report.begin(by, MAKE_REPORT)
    return report


def templates() -> Sequence[WordTemplate]:
    """The Word files of the team by name, without their contents."""
    query = select(WordTemplate).order_by(WordTemplate.name)
    return session.scalars(query.options(defer(WordTemplate.content))).all()


def add_template(name: str, content: bytes, by: Person) -> WordTemplate:
    """Keep a checked Word file; one of the same name is replaced."""
    found = session.scalar(select(WordTemplate).filter_by(name=name))
    template = found or WordTemplate(name=name)
    template.content = base64.b64encode(content).decode()
    template.added_at, template.added_by_id = now(), by.id
    session.add(template)
    session.flush()
    return template


def _give_up(report_id: int) -> None:
    session.get_one(ReportFile, report_id).give_up()


@handles(MAKE_REPORT, _give_up)
def _make(report_id: int, renew: Callable[[], None]) -> None:
    report = session.get_one(ReportFile, report_id)
    kept = session.scalar(select(WordTemplate).filter_by(name=report.template))
    template = kept.file if kept and report.format == "docx" else None
    round_, kind = report.round, report.format
    report.make(lambda told: make(round_, kind, told, template), renew)
