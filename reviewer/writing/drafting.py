"""Findings to begin with, in the words of the instrument, with live numbers in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.findings.figures import Figure
from reviewer.findings.sentences import live_sentence
from reviewer.instrument.model import sentence_case


@dataclass(frozen=True)
class Draft:
    """A finding drafted from the figures of one question: `figures` are their ids."""

    figures: tuple[str, ...]
    heading: str
    text: str


def drafts(figures: Iterable[Figure]) -> list[Draft]:
    """A draft for every question with a base, in asking order: the commonest answer of its first
    document is the heading, the other answers of each document are a paragraph."""
    by_question: dict[str, list[Figure]] = {}
    for figure in figures:
        by_question.setdefault(figure.question.id, []).append(figure)
    made = []
    for several in by_question.values():
        counted = [figure for figure in several if figure.base]
        if not counted:
            continue
        heading = live_sentence(counted[0], counted[0].commonest.id)
        rests = [_rest(figure, told=figure is counted[0]) for figure in counted]
        made.append(
            Draft(
                figures=tuple(figure.id for figure in several),
                heading=sentence_case(heading).removesuffix("."),
                text="\n\n".join(filter(None, rests)),
            )
        )
    return made


def _rest(figure: Figure, told: bool) -> str:
    """The answers of a figure that some system gave; without the commonest where it is `told`."""
    return " ".join(
        live_sentence(figure, option.id)
        for option in figure.shown
        if figure.counts[option.id] and not (told and option.id == figure.commonest.id)
    )
