"""`make load`: the evening, step by step, and what became of it."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text

from reviewer.db import session
from reviewer.documents.models import Document, Page
from reviewer.documents.pictures import pictures_of
from reviewer.reviews.answers import Answer
from reviewer.web import create_app
from tests import postgres
from tests.load import machine, pages
from tests.load.documents import Uploads
from tests.load.evening import FEWEST, SAVE, SIGN_IN, Evening, Taken, together
from tests.load.judging import Step
from tests.load.machine import EXTRACTION, MB, Machine, Peaks, Reading, Watch
from tests.load.people import Lead, Person, TimedBrowser, Volunteer
from tests.load.preparing import ATTACHED_EARLY, PASSWORD, Found, files, prepare, texts_of
from tests.torture import looking
from tests.torture.clients import Said
from tests.torture.programs import Service
from tests.torture.running import settings

ALLOWED = 100  # connections to PostgreSQL, as it comes
SAFE = f"-c listen_addresses='' -c max_connections={ALLOWED} -c shared_buffers=256MB"
ARRIVAL = "while they sign in"
FASTER = 1.5  # from one step to the next
SECONDS_IN_ALL = 10 * 60  # no step begins after these
SECONDS_TO_SETTLE = 150


class Load:
    """One run, from the first sign-in to the last look."""

    def __init__(self, service: Service, found: Found, url: str, given: argparse.Namespace) -> None:
        self.service, self.found, self.given = service, found, given
        self.evening, self.said = Evening(given.pause), Said()
        self.uploads = Uploads(url, found.last_document)
        self.watch = Watch(self._look)
        children = service.children
        postmaster = Path(url.partition("host=")[2]) / "state" / "postmaster.pid"
        self.machine = Machine(
            children["web"].process.pid,
            children["worker"].process.pid,
            int(postmaster.read_text().split()[0]),
        )

    def _look(self, peaks: Peaks) -> None:
        connections, jobs = self.uploads.look()
        peaks.connections = max(peaks.connections, connections)
        peaks.jobs = max(peaks.jobs, jobs)
        peaks.under_way = max(peaks.under_way, self.evening.waiting())
        peaks.least_memory_left = min(peaks.least_memory_left, machine.memory_left())

    def people(self, pdf: Any) -> list[Person]:
        found, made = self.found, list[Person]()
        for n, email in enumerate([*found.leads, *found.emails]):
            browser = TimedBrowser(self.service.port, self.evening)
            rng = random.Random(n)
            comes = (email, PASSWORD, rng.uniform(0, self.given.arrival))
            common = (*comes, browser, rng, self.said, self.evening.stop)
            n -= len(found.leads)
            if n < 0:
                made.append(Lead(found.round_id, *common))
                continue
            attaches = n % ATTACHED_EARLY == 0
            made.append(
                Volunteer(
                    found.reviews[n], found.slots, found.criteria, found.shelves[n],
                    found.documents[n], attaches, pdf, *common,
                )
            )  # fmt: skip
        return made

    def step(self, name: str, seconds: float) -> tuple[Step, Taken]:
        """Let the evening go on for so long, and say how it was."""
        self.evening.take()
        self.watch.take()
        before, began = self.machine.read(), time.monotonic()
        time.sleep(seconds)
        taken, peaks = self.evening.take(), self.watch.take()
        after, took = self.machine.read(), time.monotonic() - began
        every = together(list(taken.values()))
        config = self.service.settings
        step = Step(
            name=name,
            seconds=took,
            things_a_minute=60 / self.evening.pause,
            requests=len(every.seconds),
            expected=0 if name == ARRIVAL else self.given.people * took / self.evening.pause,
            failed=every.failed,
            p50=every.at(50),
            p95=every.at(95),
            p99=every.at(99),
            save_p95=taken[SAVE].at(95) if len(taken[SAVE].seconds) >= FEWEST else 0.0,
            longest_wait=self.uploads.longest_wait(),
            cores=after.since(before, took),
            there_are=os.cpu_count() or 1,
            threads=config["WEB_PROCESSES"] * config["WEB_THREADS"],
            under_way=sum(every.seconds) / took,
            most_under_way=peaks.under_way,
            connections=peaks.connections,
            connections_allowed=ALLOWED,
            waited_for_disk=(after.waiting_for_disk - before.waiting_for_disk) / took,
            memory_left=peaks.least_memory_left,
        )
        print(pages._row(step), pages._cores(step), step.broken, sep="\n", flush=True)
        return step, taken

    def run(self, pdf: Any) -> pages.Whole:
        people, steps, began = self.people(pdf), list[Step](), time.monotonic()
        self.watch.start()
        start = self.machine.read()
        for person in people:
            person.start()
        arrival, entered = self.step(ARRIVAL, self.given.arrival)
        first, kinds = self.step(_pace(self.evening), 2 * self.given.seconds)
        kinds[SIGN_IN] = together([entered[SIGN_IN], kinds[SIGN_IN]])
        memory = {group: amount // MB for group, amount in self.machine.read().memory.items()}
        steps.append(first)
        while not steps[-1].broken and time.monotonic() - began < self.given.most:
            self.evening.pause /= FASTER
            time.sleep(5)
            steps.append(self.step(_pace(self.evening), self.given.seconds)[0])
        self.evening.stop.set()
        for person in people:
            person.join()
        looking.settle(SECONDS_TO_SETTLE)
        self.watch.stop.set()
        self.watch.join()
        return self._whole(steps, kinds, arrival, memory, start, people)

    def _whole(
        self,
        steps: list[Step],
        kinds: Taken,
        arrival: Step,
        memory: dict[str, int],
        start: Reading,
        people: list[Person],
    ) -> pages.Whole:
        self.uploads.look()
        reading = self.machine.read().used[EXTRACTION] - start.used[EXTRACTION]
        gone = looking.lost(self.said, set())
        gone += [f"{p.email} could not sign in" for p in people if p.failed_to_enter]
        wrong = looking.wrong([])
        new = session.scalars(select(Document).where(Document.id > self.found.last_document)).all()
        answers = session.scalar(select(func.count(Answer.id))) or 1
        whole = pages.Whole(
            people=self.given.people,
            steps=steps,
            kinds=kinds,
            arrival=arrival,
            said=str(self.said),
            lost=gone,
            wrong=wrong,
            searchable=list(self.uploads.searchable.values()),
            final=list(self.uploads.final.values()),
            memory_mb=memory,
            pages_read=sum(document.pages_read for document in new),
            reading_seconds=reading,
            picture_mb=sum(pictures_of(document).size() for document in new) / MB,
            text_mb=_table_bytes("page") / MB,
            text_pages=session.scalar(select(func.count(Page.id))) or 0,
            answer_kb=_table_bytes("answer", "answer_change", "answer_option") / 1024 / answers,
        )
        session.rollback()
        self.uploads.close()
        return whole


def _table_bytes(*names: str) -> int:
    sizes = (session.scalar(text(f"SELECT pg_total_relation_size('{name}')")) for name in names)
    return sum(size or 0 for size in sizes)


def _pace(evening: Evening) -> str:
    return f"{60 / evening.pause:.3g}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make load ARGS=...", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60, help="of a step; the first has twice")
    parser.add_argument("--pause", type=float, default=30, help="seconds between two things")
    parser.add_argument("--arrival", type=float, default=90, help="seconds in which all sign in")
    parser.add_argument("--most", type=float, default=SECONDS_IN_ALL, help="seconds of all steps")
    parser.add_argument("--only-print", action="store_true", help="write no page of docs/")
    given = parser.parse_args()
    server = postgres.Server(SAFE)
    url = f"postgresql://postgres@/postgres?host={server.folder}"
    try:
        with (
            TemporaryDirectory(prefix="plan-review-load-") as place,
            settings(Path(place), DATABASE_URL=url),
        ):
            app = create_app()
            with app.app_context():
                found = prepare(given.people)
                pdf = files(texts_of(found.instrument))
                service = Service(app)
                try:
                    service.start()
                    whole = Load(service, found, url, given).run(pdf)
                finally:
                    service.stop()
    finally:
        server.stop()
    tables = {pages.PERFORMANCE: pages.load_tables(whole), pages.SCALING: pages.cost_tables(whole)}
    for page, lines in tables.items():
        print("\n", *lines, sep="\n")
        if not given.only_print:
            pages.write(page, lines)
    for sentence in [*whole.lost, *whole.wrong][:50]:
        print(" ", sentence)
    return 1 if whole.lost or whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
