"""Advice on criteria that have no mistake and could still be better, in plain words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from reviewer.instrument.check import folded
from reviewer.instrument.model import SCALE, TEXT, Instrument, Option, Question
from reviewer.instrument.proposing import likeness

ALIKE = 0.75  # of the words of two answers
_ASKS = "how|what|when|where|whether|who|why|which|is|are|does|do|did|has|have|had|can|will|should"
_DOES = "sets?|gives?|names?|shows?|explains?|describes?|states?|says?|includes?|involves?|plans?"
_TWO_IN_ONE = re.compile(rf"\band/or\b|\b(and|or) (also )?({_ASKS}|{_DOES})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Advice:
    """What could be better about one question, and what to do about it."""

    question: str
    words: str


def advise(instrument: Instrument) -> list[Advice]:
    """All advice, in asking order."""
    return [Advice(q.id, words) for q in instrument.questions for words in _of(q)]


def _of(question: Question) -> Iterator[str]:
    # Published words are kept as they are, however they ask.
    if question.wording != "published":
        if question.text.count("?") > 1:
            yield "It asks more than one question. A reader can answer one; make two of it."
        elif found := _TWO_IN_ONE.search(question.text):
            yield (
                f"It may ask two questions in one (“{found[0]}”). Where only one of them is true, "
                "nobody knows what to answer; make two of it."
            )
    if not question.guidance and not any(option.guidance for option in question.options):
        yield "It has no guidance. Say when to choose which answer, or what counts."
    if not question.search:
        yield "It has no words to search for, so no page can be suggested to its readers."
    yield from _answers(question.options if question.kind != SCALE else ())
    if question.kind != TEXT and not question.statement:
        yield "It has no sentences for the report, which will say: have the answer “…”."


def _answers(options: tuple[Option, ...]) -> Iterator[str]:
    for one, other in combinations(options, 2):
        if one.guidance and one.guidance == other.guidance:
            yield f"“{one.label}” and “{other.label}” have the same guidance."
        elif _alike(one, other):
            yield (
                f"“{one.label}” and “{other.label}” can hardly be told apart. Word them "
                "differently, or say when to choose which."
            )


def _alike(one: Option, other: Option) -> bool:
    if one.guidance and other.guidance:
        return False
    words = [set(folded(option.label).split()) for option in (one, other)]
    differ = words[0] ^ words[1]
    # "Named a lead" and "named no lead" differ in the one word that matters.
    return likeness(one.label, other.label) >= ALIKE and not differ & {"no", "not", "never", "none"}
