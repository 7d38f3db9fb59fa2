"""From a PDF to the text of its pages, by child programs (`children.py`) that can fail alone.

First comes the provisional text of every page, which makes the document searchable within about a
second; then the final text page by page, from several children at once and so in any order.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewer.documents.children import Children, Limits, spans
from reviewer.documents.reasons import Reason, Unreadable

LONG = 2**18  # bytes of a file, from which on several children share its provisional text
QUICK_PAGES = 16  # that a child is given at a time
FINAL_PAGES = 8
MOST_HEAVY = 5  # pages without even a provisional text, before the PDF is given up
MOST_FAILURES = 20  # pages that are too slow or too large, before the rest is left provisional
LETTERS_A_PAGE = 10  # fewer on average are the page numbers of a scan, not the text of a plan

HEAVY = (Reason.TOO_SLOW, Reason.TOO_LARGE)

_WORD = re.compile(r"[^\W\d_]{4,}")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Opened:
    pages: int


@dataclass(frozen=True)
class PageText:
    """The text of page `number`, which is 1 for the first page whatever is printed on it."""

    number: int
    text: str
    final: bool


@dataclass(frozen=True)
class PageSkipped:
    """Page `number` keeps its provisional text, which is empty if that could not be read either."""

    number: int
    why: Reason


@dataclass(frozen=True)
class Recounted:
    """The file holds more pages than it says, so that readers and viewers do not show them all."""

    pages: int


Event = Opened | PageText | PageSkipped | Recounted


def read(path: Path, limits: Limits | None = None) -> Iterator[Event]:
    """The number of pages, the provisional text of each page, then the final text of each.

    Raises `Unreadable`, where there is hardly any text only at the end, and OSError if there is no
    such file. Closing the iterator ends the children.
    """
    limits = limits or Limits()
    letters: dict[int, int] = {}
    words: dict[int, set[str]] = {}
    failed: dict[int, Reason] = {}
    with Children(path, limits) as children:
        # A long file is opened by all children at once: they start while none has to wait.
        start = limits.processes if path.stat().st_size > LONG else 1
        opened, *_ = children.answers("open", deque([(0, 0)] * start))
        if opened.error:
            raise Unreadable(opened.error)
        yield Opened(opened.pages)
        if opened.pages > limits.pages:
            raise Unreadable(Reason.TOO_MANY_PAGES)
        every = range(1, opened.pages + 1)
        for number, text, error, *_ in children.answers("quick", spans(every, QUICK_PAGES)):
            if error:
                failed[number] = error
                if sum(why in HEAVY for why in failed.values()) > MOST_HEAVY:
                    raise Unreadable(error)
            letters[number] = len(_LETTER.findall(text))
            words[number] = _sample(text)
            yield PageText(number, text, final=False)

    failures = 0
    with Children(path, limits) as children:  # new ones, without what pdfium took
        for number, text, error, *_ in children.answers("final", spans(every, FINAL_PAGES)):
            sampled = words.pop(number)
            error = error or _loss(sampled, text)
            if error:
                yield PageSkipped(number, failed.setdefault(number, error))
            else:
                failed.pop(number, None)
                letters[number] = len(_LETTER.findall(text))
                yield PageText(number, text, final=True)
            failures += error in HEAVY
            if failures == MOST_FAILURES:
                break
        else:
            [counted] = children.answers("count", deque([(0, 0)]))
            if counted.pages > opened.pages:
                yield Recounted(counted.pages)
    for number in sorted(words):
        yield PageSkipped(number, Reason.TOO_SLOW)
    _ask_for_letters(letters, failed)


def _ask_for_letters(letters: dict[int, int], failed: dict[int, Reason]) -> None:
    """Raise `Unreadable` where the pages that could be read have hardly any text."""
    read = letters.keys() - {number for number in failed if not letters[number]}
    if sum(letters.values()) < LETTERS_A_PAGE * len(read) or not read:
        reasons = Counter(failed.values())
        reasons[Reason.IMAGE_ONLY] = len(read)
        raise Unreadable(max(reasons, key=lambda reason: reasons[reason]))


def _sample(text: str) -> set[str]:
    """Some words of a page, each as its letters in alphabetical order: the two libraries can put
    the letters of right-to-left words in different orders."""
    return {"".join(sorted(word)) for word in _WORD.findall(text)[:50]}


def _loss(words: set[str], text: str) -> Reason | None:
    """Why a final text is not to be used: its signs are unknown, or it lacks half of the words
    sampled from the provisional text of its page.

    The two libraries can disagree on fonts, and in broken files even on which page is which.
    """
    if text.count("\ufffd") > len(text) / 2:
        return Reason.GARBLED
    kept = len(words & {"".join(sorted(word)) for word in _WORD.findall(text)})
    return Reason.DIFFERS if kept < len(words) / 2 else None
