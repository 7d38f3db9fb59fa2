"""What stands beside a system's own answer: recommendations, good practice, the whole sector."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from reviewer.config import ROOT
from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.figures import percent_of
from reviewer.findings.published import published_of
from reviewer.instrument.model import Instrument, Question
from reviewer.instrument.models import InstrumentVersion
from reviewer.rounds.models import Kind, Round, State
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.standing import Place
from reviewer.writing.names import names_for
from reviewer.writing.printing import examples_of, may_leave
from reviewer.writing.written import ExampleKind

SMALLEST_BASE = 5  # fewer systems could be told apart
PRINTED = "January 2024, as published"


@dataclass(frozen=True)
class Sector:
    """How the sector answered: where from, and for every option its title and its share."""

    source: str
    shares: tuple[tuple[str, int, int], ...]  # title, systems, base

    @property
    def base(self) -> int:
        return self.shares[0][2]

    @property
    def words(self) -> str:
        return ", ".join(
            f"{title} {percent_of(count, base)}% ({count})" for title, count, base in self.shares
        )


@dataclass(frozen=True)
class Practice:
    """Good practice that a system agreed to be named with."""

    system: str
    heading: str
    words: str
    criterion: str


@dataclass(frozen=True)
class Recommended:
    """A recommendation in our words; without questions it is for all of its criterion, or, with no
    criterion, for the document as a whole."""

    criterion: str
    text: str
    questions: tuple[str, ...] = ()

    def bears_on(self, question: Question) -> bool:
        if self.questions:
            return question.id in self.questions
        return self.criterion == question.criterion


@cache
def recommendations(instrument: str) -> tuple[str, tuple[Recommended, ...]]:
    """Where the recommendations of an instrument come from, and all of them, if it has any."""
    path = ROOT / "criteria" / "recommendations" / f"{instrument}.toml"
    if not path.is_file():
        return "", ()
    file: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return file["source"], tuple(
        Recommended(row["criterion"], row["text"], tuple(row.get("questions", ())))
        for row in file["recommendations"]
    )


def closed_round(opened: Opened) -> Round | None:
    """The newest closed round with the same questions; of invented systems for an invented one."""
    version = session.get_one(InstrumentVersion, opened.round.instrument_version_id)
    return session.scalars(
        select(Round)
        .join(InstrumentVersion, InstrumentVersion.id == Round.instrument_version_id)
        .where(
            InstrumentVersion.code == version.code,
            Round.kind == Kind.SECTOR.value,
            Round.state == State.CLOSED.value,
            Round.invented == opened.round.invented,
        )
        .order_by(Round.closed_at.desc())
    ).first()


def sector_of(opened: Opened, closed: Round | None) -> Mapping[Place, Sector]:
    """The sector by place, from a closed round or else from print, where enough systems count."""
    instrument = opened.round.released.instrument
    if closed is None:
        return {} if opened.round.invented else _printed(instrument)
    return {
        (figure.question.id, figure.document.id): Sector(
            f"{closed.name} round",
            tuple((o.title, figure.counts[o.id], figure.base) for o in figure.question.options),
        )
        for figure in figures(closed)
        if figure.base >= SMALLEST_BASE
    }


def _printed(instrument: Instrument) -> Mapping[Place, Sector]:
    found: dict[Place, Sector] = {}
    asked = {question.id: question for question in instrument.questions}
    for (question_id, on), numbers in (published_of(instrument.id) or {}).items():
        question = asked.get(question_id)
        if question is None:  # of a kind of document that there is no draft of
            continue
        known = [
            (option.title, number.count, number.base)
            for option in question.options
            if (number := numbers.get(option.id)) and number.count is not None and number.base
        ]
        # A part of the answers would read as all of them.
        if len(known) == len(question.options) and known[0][2] >= SMALLEST_BASE:
            found[question_id, on] = Sector(PRINTED, tuple(known))
    return found


def practice_of(closed: Round | None) -> list[Practice]:
    """Good practice of a closed round that its system agreed to be named with, in these words."""
    if closed is None:
        return []
    names = names_for(closed)
    return [
        Practice(example.system.name, example.heading, example.words, example.criterion)
        for example in examples_of(closed)
        if example.kind == ExampleKind.GOOD_PRACTICE
        and example.system
        and may_leave(example, names.screen(but=example.system))
    ]
