"""`make torture`: the long form, on SQLite or PostgreSQL, with the queue that is asked for."""

from __future__ import annotations

import argparse
import random
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from reviewer.config import ROOT
from tests import postgres
from tests.marks import kept_of, put
from tests.redis_server import redis_server
from tests.torture import running

PERFORMANCE = ROOT / "docs" / "performance.md"
SAFE = "-c listen_addresses='' -c max_connections=200 -c shared_buffers=128MB"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture ARGS=...", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--queue", choices=("sqlite", "redis", "postgresql"), default="sqlite")
    parser.add_argument("--write", action="store_true", help="add it to docs/performance.md")
    given = parser.parse_args()
    print(f"seed {given.seed}, database {given.database}, queue {given.queue}", flush=True)
    with ExitStack() as stack:
        place = stack.enter_context(TemporaryDirectory(prefix="plan-review-torture-"))
        database = queue = ""
        if "postgresql" in (given.database, given.queue):
            server = postgres.Server(SAFE)
            stack.callback(server.stop)
            at = f"postgresql://postgres@/{{}}?host={server.folder}"
            with psycopg.connect(at.format("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE queue")
            database = at.format("postgres") if given.database == "postgresql" else ""
            queue = at.format("queue") if given.queue == "postgresql" else ""
        if given.queue == "redis":
            queue = stack.enter_context(redis_server())
        outcome = running.torture(
            Path(place), given.kills, given.clients, given.seed, database=database, queue=queue
        )
    print(outcome)
    if given.write:
        put(PERFORMANCE, "make torture", _paragraphs(outcome, given))
    for sentence in [*outcome.lost, *outcome.wrong][:50]:
        print(" ", sentence)
    return 1 if outcome.lost or outcome.wrong else 0


def _paragraphs(outcome: running.Outcome, given: argparse.Namespace) -> str:
    """What the page says of this run, in place of that of the same kind before."""
    on = f"{given.database}, queue on {given.queue}"
    line = f"* {datetime.now(UTC):%d %B %Y}, database on {on}, {given.clients} people: {outcome}."
    kept = [old for old in kept_of(PERFORMANCE, "make torture") if f"database on {on}," not in old]
    return "\n".join([*kept, line])


if __name__ == "__main__":
    sys.exit(main())
