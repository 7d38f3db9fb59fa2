"""When the evening no longer holds, and what ran out first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_FAILED = 0.01  # of all requests
FEWEST = 0.5  # requests that are answered, of the things that people would have done
SLOWEST_SAVE = 1.0  # seconds, within which 95 of 100 answers have to be saved
LONGEST_WAIT = 300.0  # seconds until the words of an upload can be found
SPENT = 0.9  # of what there is, from which on it has run out
RULE = (
    "It holds as long as at most one request in a hundred fails, at least half as much is done as "
    "people would do were nothing slow, 95 of 100 answers are saved within a second, and the words "
    "of every upload can be found within five minutes."
)


@dataclass(frozen=True)
class Step:
    """A stretch of the evening, measured."""

    name: str
    seconds: float
    things_a_minute: float
    requests: int
    expected: float  # things that people would have done, had nothing been slow
    failed: int
    p50: float
    p95: float
    p99: float
    save_p95: float
    longest_wait: float
    cores: Mapping[str, float]
    there_are: int  # cores
    threads: int  # of the web server
    under_way: float  # requests on average
    most_under_way: int
    connections: int
    connections_allowed: int
    waited_for_disk: float  # share of the time
    memory_left: float  # share

    @property
    def broken(self) -> str:
        """Which rule no longer holds; "" if all do."""
        if self.failed > MOST_FAILED * self.requests:
            return f"{self.failed} of {self.requests} requests failed"
        if self.requests < FEWEST * self.expected:
            return f"{self.requests} requests were answered where {self.expected:.0f} were to come"
        if self.save_p95 > SLOWEST_SAVE:
            return f"95 of 100 answers took up to {self.save_p95:.1f} s to save"
        if self.longest_wait > LONGEST_WAIT:
            return f"an upload waited {self.longest_wait / 60:.0f} minutes to be searchable"
        return ""

    def ran_out(self) -> list[str]:
        """What was spent, the most telling first, each with its numbers."""
        found = []
        all_cores = sum(self.cores.values())
        if all_cores >= SPENT * self.there_are:
            most = sorted(self.cores.items(), key=lambda group: -group[1])
            named = ", ".join(f"{name} {cores:.2f}" for name, cores in most if cores >= 0.05)
            found.append(f"processor time: {all_cores:.2f} of {self.there_are} cores ({named})")
        if self.memory_left <= 1 - SPENT:
            found.append(f"memory: {self.memory_left:.0%} was left")
        if self.waited_for_disk >= 0.5:
            found.append(f"the disk: somebody waited for it {self.waited_for_disk:.0%} of the time")
        if self.connections >= SPENT * self.connections_allowed:
            found.append(
                f"connections: {self.connections} of {self.connections_allowed} to PostgreSQL"
            )
        if self.under_way >= SPENT * self.threads:
            found.append(
                f"threads of the web server: {self.under_way:.1f} requests under way on average, "
                f"{self.threads} are answered at once"
            )
        return found or ["nothing of what was measured"]
