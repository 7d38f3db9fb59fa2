"""What each group of processes takes of the machine, from /proc.

Processor time of a process that has ended is in that of its parent, so that no child is missed: the
programs that read a PDF live for seconds.
"""

from __future__ import annotations

import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MB = 1024 * 1024

WEB, WORKER, EXTRACTION = "web", "worker", "reading of PDFs"
DATABASE, OURSELVES, OTHERS = "PostgreSQL", "the volunteers", "everything else"
GROUPS = (WEB, WORKER, EXTRACTION, DATABASE, OURSELVES, OTHERS)


@dataclass(frozen=True)
class Process:
    parent: int
    own: float  # seconds of processor time
    of_ended_children: float
    memory: int  # bytes, with what it shares


def processes() -> dict[int, Process]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            own, ended = ((int(stat[at]) + int(stat[at + 1])) / TICKS for at in (11, 13))
            found[int(entry.name)] = Process(int(stat[1]), own, ended, int(stat[21]) * PAGE)
    return found


@dataclass(frozen=True)
class Reading:
    """The machine at one moment; seconds since it was started."""

    used: dict[str, float]  # processor time by group
    memory: dict[str, int]  # bytes by group
    idle: float
    waiting_for_disk: float  # at least one program did

    def since(self, before: Reading, seconds: float) -> dict[str, float]:
        """Cores by group, on average since that other reading."""
        return {group: (self.used[group] - before.used[group]) / seconds for group in GROUPS}


class Machine:
    """The roots of the process trees that are watched."""

    def __init__(self, web: int, worker: int, database: int) -> None:
        self.roots = {web: WEB, worker: WORKER, database: DATABASE, os.getpid(): OURSELVES}

    def read(self) -> Reading:
        found = processes()
        children: dict[int, list[int]] = defaultdict(list)
        for pid, process in found.items():
            children[process.parent].append(pid)
        used, memory = Counter[str](), Counter[str]()
        for root, group in self.roots.items():
            for pid in self._tree(root, children):
                process, of = found.get(pid), group
                if process is None:
                    continue
                if group == WORKER and pid != root:
                    of = EXTRACTION
                used[of] += process.own
                memory[of] += process.memory
                # We started the others: what they leave when they end is not ours.
                if group != OURSELVES:
                    used[EXTRACTION if group == WORKER else of] += process.of_ended_children
        cpu = [int(n) / TICKS for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        idle = cpu[3] + cpu[4]
        used[OTHERS] = sum(cpu[:8]) - idle - sum(used.values())
        return Reading(dict.fromkeys(GROUPS, 0.0) | used, dict(memory), idle, _disk_seconds())

    def _tree(self, root: int, children: dict[int, list[int]]) -> Iterator[int]:
        yield root
        for child in children[root]:
            if child not in self.roots:
                yield from self._tree(child, children)


def _disk_seconds() -> float:
    """How long at least one program has waited for a disk, where the kernel counts it."""
    try:
        some = Path("/proc/pressure/io").read_text().splitlines()[0]
    except OSError:
        return 0.0
    return int(some.rpartition("=")[2]) / 1e6


def memory_left() -> float:
    """The share of the memory that can still be had."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return kilobytes["MemAvailable"] / kilobytes["MemTotal"]


@dataclass
class Peaks:
    """The most that was seen since they were last taken."""

    connections: int = 0
    under_way: int = 0
    jobs: int = 0
    memory_mb: Counter[str] = field(default_factory=Counter)
    least_memory_left: float = 1.0


class Watch(threading.Thread):
    """Looks twice a second at what has no clock of its own."""

    def __init__(self, look: Callable[[Peaks], None]) -> None:
        super().__init__(daemon=True)
        self.look, self.stop, self.peaks = look, threading.Event(), Peaks()

    def run(self) -> None:
        while not self.stop.wait(0.5):
            self.look(self.peaks)

    def take(self) -> Peaks:
        taken, self.peaks = self.peaks, Peaks()
        return taken
