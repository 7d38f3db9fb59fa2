"""The text of a page in sentences, and what of it is no running text: headings, running heads and
feet, contents pages. Only the text is known here, not how it was set, so these are good guesses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

LONGEST_SENTENCE = 400  # characters; what is longer is usually a table, and is cut at line ends
LONGEST_HEADING = 10  # words
SHORT_LINE = 4  # words

_LINE = re.compile(r"[^\n]+")
_NUMBER = re.compile(r"\d+")
_LAST_NUMBER = re.compile(r"(?<!\d)\d{1,3}$")
_BETWEEN_SENTENCES = re.compile(
    r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])|\n(?=[ ]*[•▪‣●◦*–-][ ])"
)
_PIECE = re.compile(r"\S.{80,250}(?=\n|\Z)|\S.{0,250}(?=\s|\Z)|\S.{250}", re.DOTALL)


class Sentence(NamedTuple):
    """Where a sentence starts and ends in the text of its page. A heading is one of its own."""

    start: int
    end: int
    heading: bool


def sentences(text: str, running: Collection[str] = ()) -> Iterator[Sentence]:
    """The sentences of a page without its running lines (`running_lines`)."""
    lines: list[tuple[int, int, str, int]] = []
    passed = 0  # running lines so far: text on both sides of one is not one sentence
    for line in _LINE.finditer(text):
        if _without_numbers(line[0]) in running:
            passed += 1
        elif words := line[0].strip():
            lines.append((line.start(), line.end(), words, passed))
    around = ["", *(words for _, _, words, _ in lines), ""]
    kinds = [(_is_heading(*around[i : i + 3]), line[3]) for i, line in enumerate(lines)]
    for (heading, _), numbers in groupby(range(len(lines)), key=kinds.__getitem__):
        spans = [lines[i][:2] for i in numbers]
        if heading:
            yield from (Sentence(start, end, True) for start, end in spans)
        else:
            yield from _cut(text, spans[0][0], spans[-1][1])


def running_lines(texts: Sequence[str]) -> set[str]:
    """The lines, without their numbers, that stand on at least half of the pages (and on three)."""
    times = Counter(
        line for text in texts for line in {_without_numbers(line) for line in text.split("\n")}
    )
    return {line for line, often in times.items() if often >= max(3, len(texts) / 2)}


def is_contents(text: str) -> bool:
    """Whether many lines of a page end in a number and these numbers rise, as in a contents."""
    lines = [line for line in text.split("\n") if line.strip()]
    numbers = [int(found[0]) for line in lines if (found := _LAST_NUMBER.search(line))]
    rising = sum(before <= after for before, after in pairwise(numbers))
    return len(numbers) >= max(8, 0.4 * len(lines)) and rising >= 0.8 * (len(numbers) - 1)


def _without_numbers(line: str) -> str:
    return _NUMBER.sub("", line).strip()


def _is_heading(before: str, line: str, after: str) -> bool:
    """Whether a line stands alone: short, with a capital, no stop at its end, none running on."""
    return (
        len(line.split(maxsplit=LONGEST_HEADING)) <= LONGEST_HEADING
        and (line[0].isupper() or line[0].isdigit())
        and any(letter.isalpha() for letter in line)
        and line[-1] not in ".,;:!-"
        and not after[:1].islower()
        and (before[-1:] in ("", *'.?!:”"') or _is_short(before))
    )


def _is_short(line: str) -> bool:
    """Whether a line has room left that the next word would have taken, were it of one sentence."""
    return len(line.split()) <= SHORT_LINE and line[-1] not in ",-"


def _cut(text: str, start: int, end: int) -> Iterator[Sentence]:
    for gap in [*_BETWEEN_SENTENCES.finditer(text, start, end), None]:
        stop = gap.start() if gap else end
        if stop - start <= LONGEST_SENTENCE:
            yield Sentence(start, stop, False)
        else:
            pieces = _PIECE.finditer(text, start, stop)
            yield from (Sentence(piece.start(), piece.end(), False) for piece in pieces)
        if gap:
            start = gap.end()
