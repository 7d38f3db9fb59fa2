"""The children that open a PDF (`extract.py`): started, listened to, and ended."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple, cast

from reviewer.documents.reasons import MOST_PAGES, Reason

SECONDS_TO_SPARE = 10  # for a child to start, and to keep its own time before it is ended
LONGEST_LINE = 2**22  # bytes of one answer: a picture, or 100,000 characters, escaped
PASSED_ON = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")  # settings and secrets are not


@dataclass(frozen=True)
class Limits:
    """What reading may cost: seconds for one page, MB and number of child processes, pages."""

    seconds_per_page: float = 20
    memory_mb: int = 600
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    pages: int = MOST_PAGES


def spans(numbers: Iterable[int], size: int) -> deque[tuple[int, int]]:
    """The first and the last of each run of numbers, of at most `size` numbers each."""
    found: deque[tuple[int, int]] = deque()
    for number in numbers:
        if found and found[-1][1] == number - 1 and number - found[-1][0] < size:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


class Answer(NamedTuple):
    """What a child said of a page; its first is 1, and 0 is the file as a whole."""

    number: int
    text: str = ""
    error: Reason | None = None
    pages: int = 0
    picture: bytes = b""


class Children:
    """Up to `limits.processes` children that share the pages; a context manager that ends them."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path.resolve(strict=True), limits
        self._idle: list[Child] = []
        self._busy: list[Child] = []

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *error: object) -> None:
        for child in self._idle + self._busy:
            child.end()

    def answers(self, command: str, spans: deque[tuple[int, int]]) -> Iterator[Answer]:
        """An answer for every page of `spans`, in the order in which the children come to them.

        A child that dies or takes too long is blamed on its page; another goes on with the next.
        """
        while spans or self._busy:
            while spans and len(self._busy) < self._limits.processes:
                child = self._idle.pop() if self._idle else Child(self._path, self._limits)
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
                    yield Answer(child.next, error=child.end())
                    if child.next < child.last:
                        spans.appendleft((child.next + 1, child.last))

    def _wait(self) -> tuple[set[Child], float]:
        """The children that have something to say or have gone, and the time when that was so.

        A caller that was slow with a page costs no child its time: what it said meanwhile is here.
        """
        with selectors.DefaultSelector() as selector:
            for child in self._busy:
                selector.register(child.stdout, selectors.EVENT_READ, child)
            patience = min(child.deadline for child in self._busy) - time.monotonic()
            speaking = {key.data for key, _ in selector.select(max(0.0, patience))}
        return speaking, time.monotonic()


class Child:
    """One run of the extract program, and the pages that it was asked for."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._patience = limits.seconds_per_page + SECONDS_TO_SPARE
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "reviewer.documents.extract", str(path)),
                *(str(limits.memory_mb), str(limits.seconds_per_page)),
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

    def hear(self) -> Iterator[Answer]:
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
                    answer = Answer(self.next, text)
                case {"page": self.next, "error": str(error)} if error in list(Reason):
                    answer = Answer(self.next, error=Reason(error))
                case {"page": self.next, "pages": int(pages)}:
                    answer = Answer(self.next, pages=pages)
                case {"page": self.next, "picture": str(drawn)}:
                    answer = Answer(self.next, picture=_jpeg(drawn))
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


def _jpeg(base64: str) -> bytes:
    """The picture that a child gives; nothing if it is none."""
    with suppress(ValueError):
        picture = b64decode(base64, validate=True)
        if picture.startswith(b"\xff\xd8\xff"):
            return picture
    return b""
