"""From a PDF to the text of its pages, by child programs (`extract.py`) that can fail alone.

First comes the provisional text of every page, which makes the document searchable within about a
second; then the final text page by page, from several children at once and so in any order.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, NamedTuple, cast

QUICK_PAGES = 32  # that a child is given at a time
FINAL_PAGES = 8
MOST_FAILURES = 20  # pages that are too slow or too large, before the rest is left provisional
SECONDS_TO_SPARE = 10  # for a child to start, and to keep its own time before it is ended
LETTERS_A_PAGE = 10  # fewer on average are the page numbers of a scan, not the text of a plan
LONGEST_LINE = 2**21  # bytes of one answer: 100,000 characters, escaped, and some room
PASSED_ON = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")  # settings and secrets are not

_WORD = re.compile(r"[^\W\d_]{4,}")
_LETTER = re.compile(r"[^\W\d_]")


class Reason(StrEnum):
    """Why a PDF cannot be read, or a page of it keeps its provisional text."""

    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    IMAGE_ONLY = "image_only"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    DIFFERS = "differs"  # of a page only: the final text has lost what the provisional text has


SENTENCES = {
    Reason.NOT_A_PDF: "This file is not a PDF. Save or print the document as a PDF, and attach "
    "that.",
    Reason.ENCRYPTED: "This PDF is locked with a password. Ask the system for an open copy, or "
    "print it to a new PDF, and attach that.",
    Reason.DAMAGED: "This PDF is damaged and cannot be opened. Download it again, or ask the "
    "system for a new copy, and attach that.",
    Reason.NO_PAGES: "This PDF has no pages. The download may have broken off: download it again, "
    "and attach the new file.",
    Reason.IMAGE_ONLY: "The pages of this PDF are pictures without text. Ask the system for the "
    "PDF made from the original document, or put this one through text recognition (OCR), and "
    "attach that.",
    Reason.TOO_SLOW: "This PDF takes too long to read. Print it to a new PDF, and attach that.",
    Reason.TOO_LARGE: "This PDF needs more memory than reading a plan should take. Print it to a "
    "new PDF, or ask the system for a smaller copy, and attach that.",
    Reason.DIFFERS: "The text of this page could only be read roughly.",
}


class Unreadable(Exception):
    """The PDF has no text to offer. The message says why and what to do, for a volunteer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What reading may cost: seconds for one page, MB and number of child processes, pages."""

    seconds_per_page: float = 20
    memory_mb: int = 600
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    pages: int = 2000


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
    """Page `number` keeps its provisional text."""

    number: int
    why: Reason


def read(path: Path, limits: Limits | None = None) -> Iterator[Opened | PageText | PageSkipped]:
    """The number of pages, the provisional text of each page, then the final text of each.

    Raises `Unreadable`, for pictures without text only after their provisional texts, and OSError
    if there is no such file. Closing the iterator ends the children.
    """
    limits = limits or Limits()
    letters = 0
    words: dict[int, set[str]] = {}
    with _Children(path, limits) as children:
        [opened] = children.answers("open", deque([(0, 0)]))
        if opened.error or opened.pages > limits.pages:
            raise Unreadable(opened.error or Reason.TOO_LARGE)
        yield Opened(opened.pages)
        for number, text, error, _ in children.answers("quick", _spans(opened.pages, QUICK_PAGES)):
            if error in (Reason.TOO_SLOW, Reason.TOO_LARGE):
                raise Unreadable(error)
            letters += len(_LETTER.findall(text))
            words[number] = set(_WORD.findall(text)[:50])
            yield PageText(number, text, final=False)
    if letters < LETTERS_A_PAGE * opened.pages:
        raise Unreadable(Reason.IMAGE_ONLY)

    failures = 0
    with _Children(path, limits) as children:  # new ones, without what pdfium took
        for number, text, error, _ in children.answers("final", _spans(opened.pages, FINAL_PAGES)):
            sampled = words.pop(number)
            error = error or _loss(sampled, text)
            yield PageSkipped(number, error) if error else PageText(number, text, final=True)
            failures += error in (Reason.TOO_SLOW, Reason.TOO_LARGE)
            if failures == MOST_FAILURES:
                break
    for number in sorted(words):
        yield PageSkipped(number, Reason.TOO_SLOW)


def _spans(pages: int, size: int) -> deque[tuple[int, int]]:
    return deque((first, min(first + size - 1, pages)) for first in range(1, pages + 1, size))


def _loss(words: set[str], text: str) -> Reason | None:
    """Whether a final text lacks half of the words sampled from the provisional text of its page.

    The two libraries can disagree on fonts, and in broken files even on which page is which.
    """
    kept = len(words & set(_WORD.findall(text)))
    return Reason.DIFFERS if kept < len(words) / 2 else None


class _Answer(NamedTuple):
    number: int
    text: str = ""
    error: Reason | None = None
    pages: int = 0


class _Children:
    """Up to `limits.processes` children that share the pages; a context manager that ends them."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path.resolve(strict=True), limits
        self._idle: list[_Child] = []
        self._busy: list[_Child] = []

    def __enter__(self) -> _Children:
        return self

    def __exit__(self, *error: object) -> None:
        for child in self._idle + self._busy:
            child.end()

    def answers(self, command: str, spans: deque[tuple[int, int]]) -> Iterator[_Answer]:
        """An answer for every page of `spans`, in the order in which the children come to them.

        A child that dies or takes too long is blamed on its page; another goes on with the next.
        """
        while spans or self._busy:
            while spans and len(self._busy) < self._limits.processes:
                child = self._idle.pop() if self._idle else _Child(self._path, self._limits)
                self._busy.append(child)
                child.ask(command, *spans.popleft())
            speaking, now = self._wait()
            for child in list(self._busy):
                if child in speaking:
                    yield from child.hear()
                if child.next > child.last:
                    self._busy.remove(child)
                    self._idle.append(child)
                elif child.lost or (child not in speaking and child.deadline <= now):
                    self._busy.remove(child)
                    yield _Answer(child.next, error=child.end())
                    if child.next < child.last:
                        spans.appendleft((child.next + 1, child.last))

    def _wait(self) -> tuple[set[_Child], float]:
        """The children that have something to say or have gone, and the time when that was so.

        A caller that was slow with a page costs no child its time: what it said meanwhile is here.
        """
        with selectors.DefaultSelector() as selector:
            for child in self._busy:
                selector.register(child.stdout, selectors.EVENT_READ, child)
            patience = min(child.deadline for child in self._busy) - time.monotonic()
            speaking = {key.data for key, _ in selector.select(max(0.0, patience))}
        return speaking, time.monotonic()


class _Child:
    """One run of the extract program, and the pages that it was asked for."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._patience = limits.seconds_per_page + SECONDS_TO_SPARE
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "reviewer.documents.extract", str(path)),
                *("--memory", str(limits.memory_mb), "--seconds", str(limits.seconds_per_page)),
            ],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
        self.stdout = cast(IO[bytes], self._process.stdout)
        self._stdin = cast(IO[bytes], self._process.stdin)
        self._heard = b""
        self.next, self.last = 1, 0  # the page it is at, and the last that it was asked for
        self.deadline = 0.0
        self.lost = False

    def ask(self, command: str, first: int, last: int) -> None:
        self.next, self.last = first, last
        self.deadline = time.monotonic() + self._patience
        with suppress(BrokenPipeError):  # a child that has gone says so on the other pipe
            self._stdin.write(json.dumps({command: [first, last]}).encode() + b"\n")

    def hear(self) -> Iterator[_Answer]:
        """What the child has said. It is lost if it has ended, or says what it was not asked."""
        data = os.read(self.stdout.fileno(), 2**16)
        *lines, self._heard = (self._heard + data).split(b"\n")
        self.lost = not data or len(self._heard) > LONGEST_LINE
        for line in lines:
            try:
                said = json.loads(line)
            except (ValueError, RecursionError):
                said = None
            match said if self.next <= self.last else None:
                case {"page": self.next, "text": str(text)}:
                    answer = _Answer(self.next, text)
                case {"page": self.next, "error": str(error)} if error in list(Reason):
                    answer = _Answer(self.next, error=Reason(error))
                case {"page": self.next, "pages": int(pages)}:
                    answer = _Answer(self.next, pages=pages)
                case _:
                    self.lost = True
                    return
            self.next += 1
            self.deadline = time.monotonic() + self._patience
            yield answer

    def end(self) -> Reason:
        """End the child, and say what it would have died of."""
        self._process.kill()
        alarmed = self._process.wait() == -signal.SIGALRM
        self.stdout.close()
        self._stdin.close()
        return Reason.TOO_LARGE if self.lost and not alarmed else Reason.TOO_SLOW
