"""On which page a quoted passage stands. Pure.

A quote is what somebody copied from a viewer or typed; the text of a page is what was read out of
the PDF. The two differ in ways that say nothing about the passage: case, spaces, punctuation,
hyphens and soft hyphens, ligatures and raised numbers. So only letters and digits are compared.

Blocks of a page (columns, boxes, the cells of a table) may also come in another order than the one
on the screen. Then a quote stands in the text in runs of words, and where one run breaks off the
text begins a new line: a rule strict enough that words which merely occur on a page are not taken
for the passage.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

SHORT = 16  # letters: as few have to be whole words, or "ICS" would stand in "physics"
WORDS_PER_RUN = 6  # on average, or a quote would be put together from scattered words

_BETWEEN_WORDS = bytes(code for code in range(128) if not chr(code).isalnum())
_LEFT_OUT = re.compile(r"[\[(]?(?:…|\.(?: ?\.){2,})[\])]?")  # three dots, in brackets or not


class How(StrEnum):
    """How a quote stands in the text."""

    EXACT = "exact"
    SHUFFLED = "shuffled"  # the blocks of the page are in another order than on the screen


@dataclass(frozen=True)
class Place:
    """Where a quote stands: `last` is `first`, or the next page for one over a page break."""

    first: int
    last: int
    how: How


def locate(pages: Sequence[tuple[int, str]], quote: str, near: int) -> Place | None:
    """The place of a quote in pages given as (number, text); None where it is not found.

    `near` is the page that was named. It comes first, then the pages beside it, then the nearest.
    Three dots in a quote stand for words that were left out.
    """
    parts = [part for words in _LEFT_OUT.split(quote) if (part := _Part(words)).words]
    if not parts:
        return None
    texts = {number: _Text(text) for number, text in pages}
    for numbers in _beside(texts, near):
        if how := _stands(parts, [texts[number] for number in numbers]):
            return Place(numbers[0], numbers[-1], how)
    # Further away an unbroken passage is surer than a shuffled one, however near that is.
    far = sorted((n for n in texts if abs(n - near) > 1), key=lambda n: (abs(n - near), n))
    alone = [(number,) for number in far]
    pairs = [(number, number + 1) for number in far if number + 1 in texts]
    for how in How:
        for numbers in (*alone, *pairs):
            if _stands(parts, [texts[number] for number in numbers], (how,)):
                return Place(numbers[0], numbers[-1], how)
    return None


def _beside(texts: Mapping[int, object], near: int) -> Iterator[tuple[int, ...]]:
    """The page named, the pages beside it, and the page breaks between them."""
    for numbers in ((near,), (near + 1,), (near - 1,), (near, near + 1), (near - 1, near)):
        if all(number in texts for number in numbers):
            yield numbers


class _Part:
    """A quote, or what stands between the three dots of one, as its letters and digits alone."""

    def __init__(self, text: str) -> None:
        self.words = [letters for word in text.split() if (letters := _letters(word))]
        self.letters = b"".join(self.words)
        self.triples = [b"".join(self.words[i : i + 3]) for i in range(len(self.words) - 2)]
        self.most_runs = 1 + len(self.words) // WORDS_PER_RUN


class _Text:
    """The text of a page as its letters and digits alone."""

    def __init__(self, text: str) -> None:
        self.raw = text

    @cached_property
    def letters(self) -> bytes:
        return _letters(self.raw)

    @cached_property
    def starts(self) -> frozenset[int]:
        """Where lines start in `letters`, and where the last one ends."""
        lengths = (len(_letters(line)) for line in self.raw.splitlines())
        return frozenset(accumulate(lengths, initial=0))


def _folded(text: str) -> str:
    """In lower case, with ligatures and raised numbers as plain letters and digits."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKD", text).casefold()


def _letters(text: str) -> bytes:
    """In UTF-8, so that bytes can be dropped: every page of a document goes through here for every
    quote, and a regular expression would take several times as long."""
    folded = _folded(text)
    if not folded.isascii():
        for character in set(folded):
            if character > "\x7f" and not character.isalnum():
                folded = folded.replace(character, "")
    return folded.encode(errors="ignore").translate(None, _BETWEEN_WORDS)


def _stands(
    parts: Sequence[_Part], texts: Sequence[_Text], hows: Sequence[How] = tuple(How)
) -> How | None:
    """How all parts of a quote stand in one page, or in two that follow each other."""
    letters = b"".join(text.letters for text in texts)
    # What stands on one of two pages alone is found when that page is looked at.
    across = len(texts[0].letters) if len(texts) > 1 else None
    if How.EXACT in hows and _in_order(parts, letters, across):
        return How.EXACT if all(_is_long_or_whole(part, texts) for part in parts) else None
    if How.SHUFFLED not in hows or not all(_may_stand(part, letters) for part in parts):
        return None
    starts = set(texts[0].starts)
    for text in texts[1:]:
        starts |= {len(texts[0].letters) + start for start in text.starts}
    return How.SHUFFLED if all(_in_runs(part, letters, starts) for part in parts) else None


def _in_order(parts: Sequence[_Part], letters: bytes, across: int | None) -> bool:
    """Whether the parts follow one another, from before the place `across` to behind it."""
    first, end = None, 0
    if across is not None:
        # The first occurrence that reaches across, not the first on the page.
        end = max(0, across - len(parts[0].letters) + 1) if len(parts) == 1 else 0
    for part in parts:
        start = letters.find(part.letters, end)
        if start < 0:
            return False
        first = start if first is None else first
        end = start + len(part.letters)
    return across is None or (first is not None and first < across < end)


def _is_long_or_whole(part: _Part, texts: Sequence[_Text]) -> bool:
    """Whether there are letters enough, or no other letter right before or after the words."""
    letters = part.letters.decode()
    if len(letters) >= SHORT:
        return True
    pattern = r"(?<![^\W_])" + r"[\W_]*".join(map(re.escape, letters)) + r"(?![^\W_])"
    return re.search(pattern, "\n".join(_folded(text.raw) for text in texts)) is not None


def _may_stand(part: _Part, letters: bytes) -> bool:
    """Whether enough triples of neighbouring words are there: a break parts two at the most.

    True wherever the words stand in runs and hardly anywhere else, at a small part of the cost.
    """
    allowed = 2 * (part.most_runs - 1)
    for triple in part.triples:
        if triple not in letters:
            allowed -= 1
            if allowed < 0:
                return False
    return True


def _in_runs(part: _Part, letters: bytes, starts: set[int]) -> bool:
    """Whether the words stand in a few runs, each but the first at the start of a line and each
    but the last up to the end of one."""
    total, most = len(part.words), part.most_runs
    runs = {0: 0}  # how many words are placed -> in how few runs
    for begin in range(total):
        if (used := runs.get(begin, most)) >= most:
            continue
        run, end = b"", begin
        while end < total:
            run += part.words[end]
            if run not in letters:
                break
            end += 1
            if begin == 0:
                fits = any(letters.endswith(run, 0, start) for start in starts)
            else:
                fits = any(
                    letters.startswith(run, start) and (end == total or start + len(run) in starts)
                    for start in starts
                )
            if fits:
                runs[end] = min(runs.get(end, most), used + 1)
    return total in runs
