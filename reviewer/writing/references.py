"""Live numbers in a text: `{coproduction-3-strategy.yes.percent}` follows the figures. Pure.

A reference names a figure, an option of it and `percent` or `count`; or a figure and `base` or
`systems`. Whatever stands in curly brackets without a space is taken for one, so that a slip of the
keyboard is seen and not printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reviewer.findings.figures import Figure

MISSING = "[figure missing]"

_BRACES = re.compile(r"\{ *([\w&-]+(?:\.[\w&-]+)*) *\}")


class Numbers:
    """What every reference says, by the figures of now."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = {figure.id: figure for figure in figures}

    def of(self, reference: str) -> str | None:
        """What is printed for a reference (without its brackets), None where nothing can be."""
        name, *rest = reference.split(".")
        figure = self._figures.get(name)
        if figure is None:
            return None
        match rest:
            case ["base"]:
                return str(figure.base)
            case ["systems"]:
                return str(figure.systems_reviewed)
            case [option, "count"] if option in figure.counts:
                return str(figure.counts[option])
            case [option, "percent"] if option in figure.counts:
                percent = figure.percent(option)
                return None if percent is None else f"{percent}%"
            case [option, "base"] if option in figure.counts:
                return str(figure.base)
            case [option, "systems"] if option in figure.counts:
                return str(figure.systems_reviewed)
        return None

    def why_missing(self, reference: str) -> str:
        """Why nothing is printed for a reference, in a sentence for who wrote it."""
        name, *rest = reference.split(".")
        figure = self._figures.get(name)
        if figure is None:
            return "No figure has this name: its question is not asked any more, or it is a slip."
        if not rest or rest[-1] not in ("percent", "count", "base", "systems") or len(rest) > 2:
            return "It has to end with percent, count, base or systems."
        if len(rest) == 1 and rest[0] in ("percent", "count"):
            return "It has to name an answer before percent or count."
        if len(rest) == 2 and rest[0] not in figure.counts:
            return "The question has no such answer, or not any more."
        return "No system has a value for this question yet."


@dataclass(frozen=True)
class Rendered:
    """A text with its numbers in it. `values` are those used, `missing` those that are not there,
    each by reference and in the order of the text."""

    text: str
    values: Mapping[str, str]
    missing: tuple[str, ...]

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        return paragraphs(self.text)


def references(text: str) -> list[str]:
    """Every reference of a text, in its order, without the brackets."""
    return [found[1] for found in _BRACES.finditer(text)]


def render(text: str, numbers: Numbers) -> Rendered:
    """The text as it is printed. What is missing stands there as a gap that nobody overlooks."""
    values: dict[str, str] = {}
    missing: list[str] = []

    def say(found: re.Match[str]) -> str:
        reference = found[1]
        value = numbers.of(reference)
        if value is None:
            missing.append(reference)
            return MISSING
        values[reference] = value
        # Somebody may write the sign behind the brackets; it is printed once.
        return value.removesuffix("%") if text[found.end() :].startswith("%") else value

    return Rendered(_BRACES.sub(say, text), values, tuple(dict.fromkeys(missing)))


@dataclass(frozen=True)
class Moved:
    """A reference whose number is another one now; `now` is None where it is missing."""

    reference: str
    then: str
    now: str | None


def moved(kept: Mapping[str, str], used: Iterable[str], numbers: Numbers) -> list[Moved]:
    """What changed since a draft was marked: of the references used now, those kept then with
    another number."""
    return [
        Moved(reference, kept[reference], now)
        for reference in dict.fromkeys(used)
        if reference in kept and (now := numbers.of(reference)) != kept[reference]
    ]


def offered(figure: Figure) -> list[tuple[str, str, str]]:
    """Every reference that a figure offers, with its brackets: (what it says, text, number now)."""
    numbers = Numbers([figure])
    found = []
    for option in figure.shown:
        for what in ("percent", "count"):
            name = f"{figure.id}.{option.id}.{what}"
            found.append((f"{option.title}: {what}", f"{{{name}}}", numbers.of(name) or "none yet"))
    for what, words in (("base", "Base"), ("systems", "Systems reviewed")):
        name = f"{figure.id}.{what}"
        found.append((words, f"{{{name}}}", numbers.of(name) or ""))
    return found


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: what blank lines part, each without line breaks of its own."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))
    return tuple(words for part in parts if (words := " ".join(part.split())))
