"""How long an upload waits until its words can be found, and until its text is final, as somebody
sees it who asks the database twice a second."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import psycopg

QUERY = """
    SELECT id, EXTRACT(EPOCH FROM attached_at), page_count > 0 OR status = 'unreadable',
           status IN ('ready', 'unreadable')
    FROM document WHERE id > %s
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
JOBS = "SELECT count(*) FROM job WHERE state IN ('waiting', 'running')"


@dataclass
class Uploads:
    """Documents that are attached after the one of number `after`."""

    url: str
    after: int
    attached: dict[int, float] = field(default_factory=dict)
    searchable: dict[int, float] = field(default_factory=dict)  # seconds after it was attached
    final: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = psycopg.connect(self.url, autocommit=True)

    def look(self) -> tuple[int, int]:
        """Note what has changed. Gives the connections to the database but ours, and the jobs that
        are not done."""
        now = time.time()
        for number, at, searchable, final in self._connection.execute(QUERY, [self.after]):
            self.attached[number] = float(at)
            if searchable:
                self.searchable.setdefault(number, now - float(at))
            if final:
                self.final.setdefault(number, now - float(at))
        [[connections]] = self._connection.execute(CONNECTIONS).fetchall()
        [[jobs]] = self._connection.execute(JOBS).fetchall()
        return connections - 1, jobs

    def longest_wait(self) -> float:
        """Seconds that an upload waited at most, or waits by now, for its words to be found."""
        waiting = [at for number, at in self.attached.items() if number not in self.searchable]
        now = time.time()
        return max([*self.searchable.values(), *(now - at for at in waiting)], default=0.0)

    def close(self) -> None:
        self._connection.close()
