"""Plays the evening of 200 volunteers on this machine, then goes on until it breaks.

Web server and worker as `make run` runs them, PostgreSQL with fsync, and the volunteers, all on one
machine. A volunteer reads for half a minute, then does one thing: mostly an answer is saved, now
and then a criterion, the home page or the documents are opened. After that everybody is twice as
fast, and again, until p95 is over a second or one request in a hundred fails. `make load`
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import threading
import time
import uuid
from collections import Counter, defaultdict
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from reviewer.data import upgrade_all
from reviewer.db import session
from reviewer.people.models import make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.models import assign
from reviewer.web import create_app
from tests import postgres
from tests.running.makers import make_person, make_round
from tests.torture import SLOTS, VALUES, Browser, Service, _free_port

SYSTEMS, SLOWEST, MOST_FAILED = 42, 1.0, 0.01  # seconds; share of requests
SAFE = "-c listen_addresses='' -c max_connections=200 -c shared_buffers=256MB"
TICKS = os.sysconf("SC_CLK_TCK")


class Volunteer(threading.Thread):
    """One person at one desk."""

    def __init__(self, evening: Evening, browser: Browser, review: int, shelf: str) -> None:
        super().__init__(daemon=True)
        self.evening, self.browser, self.review, self.shelf = evening, browser, review, shelf
        self.rng = random.Random(review)
        self.versions: Counter[tuple[str, str]] = Counter()
        self.kept: dict[tuple[str, str], str] = {}  # the comment that was acknowledged last

    def run(self) -> None:
        evening = self.evening
        evening.stop.wait(self.rng.uniform(0, evening.pause))  # nobody begins at the same moment
        while not evening.stop.is_set():
            began = time.perf_counter()
            try:
                what, status = self.do_one_thing()
            except (OSError, HTTPException):
                what, status = "no answer", 0
            evening.note(what, time.perf_counter() - began, status in (200, 302))
            evening.stop.wait(self.rng.uniform(0.5, 1.5) * evening.pause)

    def do_one_thing(self) -> tuple[str, int]:
        chance = self.rng.random()
        if chance < 0.8:
            return "save an answer", self.save()
        if chance < 0.9:
            page = f"/reviews/{self.review}/criteria/leadership"
            return "open a criterion", self.browser.ask("GET", page)[0]
        if chance < 0.95:
            return "open the home page", self.browser.ask("GET", "/reviews")[0]
        return "look at the documents", self.browser.ask("GET", self.shelf)[0]

    def save(self) -> int:
        question, document = slot = self.rng.choice(SLOTS)
        token, prefix = uuid.uuid4().hex, f"{question}.{document}"
        fields = {
            "csrf_token": self.browser.token,
            f"{prefix}.value": self.rng.choice(VALUES),
            f"{prefix}.comment": token,
            f"{prefix}.version": str(self.versions[slot]),
        }
        path = f"/reviews/{self.review}/answers/{question}/{document}"
        status, content = self.browser.ask("POST", path, fields)
        if status == 200:
            self.versions[slot] = json.loads(content)["version"]
            self.kept[slot] = token
        elif status == 409:
            self.versions[slot] = int(json.loads(content)["fields"][f"{prefix}.version"][0])
        return status


class Evening:
    """What all volunteers share: how long they read, and what they met."""

    def __init__(self, pause: float) -> None:
        self.pause, self.stop, self.lock = pause, threading.Event(), threading.Lock()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.failed = 0

    def note(self, what: str, seconds: float, went_well: bool) -> None:
        with self.lock:
            self.times[what].append(seconds)
            self.failed += not went_well

    def take(self) -> tuple[dict[str, list[float]], int]:
        with self.lock:
            taken, failed = self.times, self.failed
            self.times, self.failed = defaultdict(list), 0
        return taken, failed


def processor_seconds() -> dict[tuple[str, str], float]:
    """Processor time so far of every process of this machine, by kind and number."""
    found: dict[tuple[str, str], float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        kind = (
            "web server" if "gunicorn" in command
            else "worker" if "flask" in command and "worker" in command
            else "PostgreSQL" if "postgres" in command
            else "volunteers" if entry.name == str(os.getpid())
            else "everything else"
        )  # fmt: skip
        found[kind, entry.name] = (int(stat[11]) + int(stat[12])) / TICKS
    return found


def step(evening: Evening, seconds: float, people: int) -> tuple[bool, str]:
    """Let the evening go on, and say how it was: whether it held, and a row of a table."""
    evening.take()
    before = processor_seconds()
    time.sleep(seconds)
    times, failed = evening.take()
    after = processor_seconds()
    used: Counter[str] = Counter()
    for process, so_far in after.items():  # what ended meanwhile is not known
        used[process[0]] += (so_far - before.get(process, 0)) / seconds
    every = sorted(t for some in times.values() for t in some)
    if len(every) < 20:
        return False, f"{people} people: only {len(every)} requests were answered"
    cuts = statistics.quantiles(every, n=100)
    held = cuts[94] <= SLOWEST and failed <= MOST_FAILED * len(every)
    busy = ", ".join(
        f"{k} {v:.1f}" for k, v in sorted(used.items(), key=lambda u: -u[1]) if v > 0.05
    )
    return held, (
        f"| {60 * len(every) / seconds / people:.0f} | {len(every) / seconds:.1f} | {failed} | "
        f"{1000 * cuts[49]:.0f} | {1000 * cuts[94]:.0f} | {1000 * cuts[98]:.0f} | {busy} |"
    )


def lost(volunteers: list[Volunteer]) -> int:
    """Acknowledged answers that are not what the database has, neither now nor before."""
    history = set(
        session.execute(
            select(Answer.review_id, Answer.document, AnswerChange.comment).join(
                AnswerChange.answer
            )
        ).tuples()
    )
    session.rollback()
    return sum(
        (v.review, document, token) not in history
        for v in volunteers
        for (_, document), token in v.kept.items()
    )


def prepare(people: int) -> list[tuple[str, int, str]]:
    upgrade_all()
    round_ = make_round("Load", systems=SYSTEMS)
    systems, found = round_.systems(), []
    for n in range(people):
        person = make_person(f"Volunteer {n}", Role.REVIEWER)
        session.flush()
        system = systems[n % len(systems)]
        review = assign(round_, system, person)
        session.flush()
        link = f"/sign-in/{make_sign_in_link(person, hours=24)}"
        found.append((link, review.id, f"/rounds/{round_.id}/systems/{system.id}/documents"))
    session.commit()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=30)
    given = parser.parse_args()
    server = postgres.Server(SAFE)
    try:
        with TemporaryDirectory(prefix="plan-review-load-") as place:
            os.environ.update(
                DATABASE_URL=f"postgresql://postgres@/postgres?host={server.folder}",
                UPLOADS_DIR=f"{place}/uploads",
                EXPORTS_DIR=f"{place}/exports",
                SECRET_KEY="for the load test alone",
                PORT=str(_free_port()),
            )
            app = create_app()
            with app.app_context():
                play(Service(app), prepare(given.people), given)
    finally:
        server.stop()


def play(service: Service, people: list[tuple[str, int, str]], given: argparse.Namespace) -> None:
    evening = Evening(given.pause)
    try:
        service.start()
        port = int(service.settings["PORT"])
        volunteers = [
            Volunteer(evening, Browser(port, link), review, shelf) for link, review, shelf in people
        ]
        for volunteer in volunteers:
            volunteer.start()
        time.sleep(min(given.pause, 20))
        print(
            "| things a minute each | a second | failed | p50 ms | p95 ms | p99 ms | cores used |"
        )
        print("|---|---|---|---|---|---|---|")
        while True:
            held, row = step(evening, given.seconds, len(people))
            print(row, flush=True)
            if not held or evening.pause < 0.2:
                break
            evening.pause /= 2
        evening.stop.set()
        for volunteer in volunteers:
            volunteer.join()
        print(f"\nAcknowledged answers that were lost: {lost(volunteers)}")
    finally:
        evening.stop.set()
        service.stop()


if __name__ == "__main__":
    main()
