"""The times of all requests of an evening, by what was done."""

from __future__ import annotations

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

SAVE, SIGN_IN = "save an answer", "sign in with a password"
FEWEST = 20  # requests, below which nothing can be said of them


@dataclass
class Times:
    """What was done of one kind: seconds each, and how many failed."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def at(self, percent: int) -> float:
        """The seconds within which so many per cent were answered; 0 where there are too few."""
        if len(self.seconds) < 2:
            return 0.0
        return statistics.quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


Taken = dict[str, Times]


class Evening:
    """What all people share: how long they read, and what they met."""

    def __init__(self, pause: float) -> None:
        self.pause, self.stop = pause, threading.Event()
        self._lock = threading.Lock()
        self._taken: Taken = defaultdict(Times)
        self._under_way: dict[int, float] = {}  # by person, when it was sent

    def begin(self) -> None:
        with self._lock:
            self._under_way[threading.get_ident()] = time.perf_counter()

    def note(self, what: str, went_well: bool) -> None:
        """The request that this person began has ended."""
        with self._lock:
            began = self._under_way.pop(threading.get_ident())
            times = self._taken[what]
            times.seconds.append(time.perf_counter() - began)
            times.failed += not went_well

    def take(self) -> Taken:
        """What was noted since the last time."""
        with self._lock:
            taken, self._taken = self._taken, defaultdict(Times)
        return taken

    def waiting(self) -> int:
        """How many requests are under way."""
        return len(self._under_way)


def together(kinds: Sequence[Times]) -> Times:
    return Times([s for t in kinds for s in t.seconds], sum(t.failed for t in kinds))
