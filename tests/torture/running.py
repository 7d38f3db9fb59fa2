"""The torture from the first client to the last look."""

from __future__ import annotations

import io
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from reviewer import jobs
from reviewer.data import upgrade_all
from reviewer.db import session
from reviewer.documents.store import attach
from reviewer.people.models import make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.models import assign
from reviewer.web import create_app
from tests.documents.conftest import plain_pdf
from tests.people.mailbox import Mailbox, mailbox
from tests.ports import free_port
from tests.running.makers import make_person, make_round
from tests.torture import looking
from tests.torture.browser import Browser
from tests.torture.clients import WORDS, Client, Lead, Reviewer, Said, Uploader
from tests.torture.programs import KINDS, Service

REVIEWS = 3  # of each reviewer, the last of which is never handed in
SECONDS_TO_SETTLE = 600
MANY = 10  # clients, from which on it is the long form

# Makes a client in its browser, once that is signed in.
Make = Callable[[Browser, random.Random, Said, threading.Event], Client]


@dataclass
class Outcome:
    kills: Counter[str] = field(default_factory=Counter)
    said: Said = field(default_factory=Said)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        kills = ", ".join(f"{what} {n}" for what, n in sorted(self.kills.items()))
        ended = ", ".join(f"{what} {n}" for what, n in sorted(self.ended.items()))
        return (
            f"{self.kills.total()} kills ({kills}); acknowledged: {self.said}; "
            f"lost: {len(self.lost)}; at the end wrong: {len(self.wrong)}; ended: {ended}; "
            f"refused meanwhile: {dict(self.said.refused)}"
        )


@contextmanager
def settings(place: Path, **more: str) -> Iterator[None]:
    """The environment of an installation in `place`, for this program and those that it starts."""
    given = {
        "DATABASE_URL": f"sqlite:///{place / 'plan-review.sqlite3'}",
        "UPLOADS_DIR": str(place / "uploads"),
        "EXPORTS_DIR": str(place / "exports"),
        "SECRET_KEY": "for tests alone",
        "PORT": str(free_port()),
        "WEB_PROCESSES": "2",
        "READER_PROCESSES": "1",
        "REQUIRE_SECOND_FACTOR": "0",
        "LIMITS": "0",  # twenty people who upload without a pause
    }
    given |= {name: value for name, value in more.items() if value}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def torture(
    place: Path,
    kills: int,
    clients: int,
    seed: int,
    pause: float = 1.5,
    database: str = "",
    queue: str = "",
) -> Outcome:
    """Run it all, on the database and the queue of these addresses or on files in `place`. Wants no
    context of an application."""
    rng, outcome = random.Random(seed), Outcome()
    with (
        mailbox() as box,
        settings(
            place,
            DATABASE_URL=database,
            QUEUE_URL=queue,
            SMTP_URL=box.url,
            JOB_LEASE_SECONDS="6",
        ),
    ):
        app = create_app()
        with app.app_context():
            upgrade_all()
            people = _people(clients)
            session.commit()
            jobs.run_waiting()
            _kill_and_look(Service(app), people, kills, rng, pause, outcome, box)
    return outcome


def _people(clients: int) -> list[tuple[str, Make]]:
    """A sign-in link for each client, and what it does: one in five uploads, one runs the round."""
    uploaders = max(1, clients // 5)
    round_ = make_round("Torture", systems=max(uploaders, REVIEWS))
    round_id, systems = round_.id, round_.systems()
    for system in systems:
        attach(io.BytesIO(plain_pdf(WORDS, WORDS)), "plan.pdf", system=system, kind="plan")
    found: list[tuple[str, Make]] = []
    for n in range(clients):
        person = make_person(f"Client {n}", Role.POLICY_LEAD if n <= uploaders else Role.REVIEWER)
        session.flush()
        make: Make
        if n == 0:
            make = partial(Lead, round_id, clients >= MANY)
        elif n <= uploaders:
            shelf = f"/rounds/{round_id}/systems/{systems[n - 1].id}/documents"
            make = partial(Uploader, shelf)
        else:
            own = [systems[(n + k) % len(systems)] for k in range(REVIEWS)]
            reviews = [assign(round_, system, person) for system in own]
            session.flush()
            make = partial(Reviewer, [review.id for review in reviews])
        found.append((f"/sign-in/{make_sign_in_link(person, hours=24)}", make))
    return found


def _kill_and_look(
    service: Service,
    people: list[tuple[str, Make]],
    kills: int,
    rng: random.Random,
    pause: float,
    outcome: Outcome,
    box: Mailbox,
) -> None:
    stop, checked = threading.Event(), set[str]()
    try:
        service.start()
        clients = [
            make(Browser(service.port).enter(link), random.Random(rng.random()), outcome.said, stop)
            for link, make in people
        ]
        for client in clients:
            client.start()
        for number in range(kills):
            time.sleep(rng.uniform(0.1, pause))
            what = rng.choice(KINDS)
            service.kill(what)
            outcome.kills[what] += 1
            service.start()
            outcome.lost += looking.lost(outcome.said, checked)
            if number % 10 == 9:
                print(outcome, flush=True)
        stop.set()
        for client in clients:
            client.join()
        checked.clear()
        outcome.lost += looking.lost(outcome.said, checked)
        looking.settle(SECONDS_TO_SETTLE)
        outcome.wrong = looking.wrong(box.taken)
        outcome.ended = looking.ended()
    finally:
        stop.set()
        service.stop()
