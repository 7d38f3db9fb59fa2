"""The exercise before the real work: an invented extract, a few questions of the instrument, and
what a careful reader answers. Read from `criteria/calibration/`, a file for each instrument."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from reviewer.config import ROOT
from reviewer.instrument.model import Instrument, Question

FOLDER = ROOT / "criteria" / "calibration"


@dataclass(frozen=True)
class Reference:
    """What a careful reader answers to a question, and the page and the words that decide it."""

    question: str
    answer: str
    page: int
    quote: str
    reason: str


@dataclass(frozen=True)
class Exercise:
    """`instrument` is the id of the instrument; `pages` are headings and texts, from page 1."""

    instrument: str
    title: str
    document: str
    pages: tuple[tuple[str, str], ...]
    references: tuple[Reference, ...]

    def asked(self, instrument: Instrument) -> list[tuple[Question, Reference]]:
        """The questions with their references, in order. A later version of the instrument may
        have retired a question or an option: that one is left out."""
        known = {question.id: question for question in instrument.questions}
        return [
            (question, reference)
            for reference in self.references
            if (question := known.get(reference.question))
            and reference.answer in {option.id for option in question.options}
        ]


@cache
def exercise_for(instrument: str) -> Exercise | None:
    """The exercise of an instrument, by the id of the instrument; None if it has none."""
    found = {path.stem: path for path in FOLDER.glob("*.toml")}
    if instrument not in found:
        return None
    raw = tomllib.loads(found[instrument].read_text(encoding="utf-8"))
    return Exercise(
        instrument=raw["instrument"],
        title=raw["title"],
        document=raw["document"],
        pages=tuple((page["heading"], page["text"].strip()) for page in raw["pages"]),
        references=tuple(
            Reference(
                question=entry["id"],
                answer=entry["answer"],
                page=entry["page"],
                quote=entry["quote"],
                reason=entry["reason"].strip(),
            )
            for entry in raw["questions"]
        ),
    )
