"""Kills web server and worker with SIGKILL while clients save answers and upload files.

After each restart everything that was acknowledged must be there, and at the end no job is left and
no document is in two states. `make torture` kills 200 times; `make test` does it a few times.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import signal
import socket
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from reviewer import jobs
from reviewer.data import upgrade_all
from reviewer.db import only_reads, session
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.strays import take_away_strays
from reviewer.jobs import Job, JobState
from reviewer.people.models import make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.models import assign
from reviewer.serving import Child, web_server
from reviewer.web import create_app
from tests.documents.conftest import plain_pdf, uploads
from tests.running.makers import make_person, make_round

SLOTS = [(f"leadership-{n}", "plan") for n in (2, 3)] + [("integration-6", "strategy")]
VALUES = ("yes", "some", "no")
WORDS = "Babies, children and young people are heard in every plan of the partnership. "
PATIENCE = 120  # seconds until a server answers, on a busy machine


class Browser:
    """As much of a browser as is needed: a connection for each request, a cookie, a form token."""

    def __init__(self, port: int, link: str) -> None:
        self.port, self.cookie = port, ""
        _, page = self.ask("GET", link)
        self.token = _token(page)
        self.ask("POST", link, {"csrf_token": self.token})
        _, page = self.ask("GET", "/account")
        self.token = _token(page)

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, file: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and content; OSError or HTTPException where the server went away."""
        headers = {"Accept": "application/json" if fields else "text/html", "Cookie": self.cookie}
        body = b""
        if file:
            boundary = uuid.uuid4().hex
            headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
            body = _multipart(boundary, fields or {}, file)
        elif fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
            for kept in response.headers.get_all("Set-Cookie") or []:
                self.cookie = kept.partition(";")[0]
            return response.status, content
        finally:
            connection.close()


def _token(page: bytes) -> str:
    found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1].decode()


def _multipart(boundary: str, fields: dict[str, str], file: bytes) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="plan.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return b"".join([*parts, head.encode(), file, f"\r\n--{boundary}--\r\n".encode()])


@dataclass
class Acknowledged:
    """What the server said that it had kept, and what else happened."""

    answers: list[tuple[int, str, str, int, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # SHA-256
    refusals: Counter[str] = field(default_factory=Counter)


def saver(browser: Browser, review: int, rng: random.Random, said: Acknowledged, stop: Any) -> None:
    """Saves one answer after the other, each with a comment that tells it from all others."""
    versions: Counter[tuple[str, str]] = Counter()
    while not stop.wait(rng.uniform(0.05, 0.4)):
        question, document = slot = rng.choice(SLOTS)
        token, prefix = uuid.uuid4().hex, f"{question}.{document}"
        fields = {
            "csrf_token": browser.token,
            f"{prefix}.value": rng.choice(VALUES),
            f"{prefix}.comment": token,
            f"{prefix}.version": str(versions[slot]),
        }
        try:
            status, content = browser.ask(
                "POST", f"/reviews/{review}/answers/{question}/{document}", fields
            )
        except (OSError, HTTPException):
            continue  # nothing was said: it may be kept or not
        if status == 200:
            versions[slot] = int(json.loads(content)["version"])
            said.answers.append((review, question, document, versions[slot], token))
        elif status == 409:  # kept the last time, though nothing was said
            versions[slot] = int(json.loads(content)["fields"][f"{prefix}.version"][0])
        else:
            said.refusals[f"answer {status}"] += 1


def uploader(
    browser: Browser, path: str, rng: random.Random, said: Acknowledged, stop: Any
) -> None:
    """Attaches one new file after the other."""
    while not stop.wait(rng.uniform(0.5, 4)):
        pages = [f"{WORDS * 8} {uuid.uuid4().hex}" for _ in range(rng.choice((1, 2, 40)))]
        pdf = plain_pdf(*pages)
        try:
            status, _ = browser.ask(
                "POST", path, {"csrf_token": browser.token, "kind": "plan"}, pdf
            )
        except (OSError, HTTPException):
            continue
        if status == 200:
            said.files.append(hashlib.sha256(pdf).hexdigest())
        else:
            said.refusals[f"file {status}"] += 1


class Service:
    """The web server and the worker, as `make run` runs them."""

    def __init__(self, app: Flask) -> None:
        self.settings = app.config
        self.children: dict[str, Child] = {}

    def start(self) -> None:
        """Start what does not run, and wait until the web server answers."""
        if "web" not in self.children:
            self.children["web"] = Child.start("web server", *web_server(self.settings))
        if "worker" not in self.children:
            self.children["worker"] = Child.start("worker", "flask", "--app", "app", "worker")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError, HTTPException):
                server = HTTPConnection("127.0.0.1", self.settings["PORT"], timeout=5)
                server.request("HEAD", "/sign-in")
                server.getresponse()
                server.close()
                return
            time.sleep(0.05)
        raise RuntimeError("the web server does not answer")

    def kill(self, what: str) -> None:
        """SIGKILL to everything of these, or to one of the processes that gunicorn runs."""
        if what == "one web process":
            pid = self.children["web"].process.pid
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if found:
                with suppress(ProcessLookupError):
                    os.kill(int(random.choice(found)), signal.SIGKILL)
            return  # gunicorn starts another
        for name in ("web", "worker") if what == "both" else (what,):
            child = self.children.pop(name)
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()

    def stop(self) -> None:
        for child in self.children.values():
            child.end()


def lost(said: Acknowledged, checked: set[str]) -> list[str]:
    """What was acknowledged and is not there. Files that were found whole are not read again."""
    answers, files = list(said.answers), list(said.files)
    before = only_reads.set(True)
    try:
        query = select(
            Answer.review_id, Answer.document, AnswerChange.version, AnswerChange.comment
        ).join(AnswerChange.answer)
        kept = {(row[0], row[1], row[2], row[3]) for row in session.execute(query)}
        documents = {d.sha256: uploads() / d.stored_as for d in session.scalars(select(Document))}
    finally:
        session.rollback()
        only_reads.reset(before)
    gone = [
        f"answer {review} {question} {document} version {version}"
        for review, question, document, version, token in answers
        if (review, document, version, token) not in kept
    ]
    for sha256 in set(files) - checked:
        path = documents.get(sha256)
        if path is None or not path.is_file():
            gone.append(f"file {sha256}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            gone.append(f"file {sha256} is not whole")
        else:
            checked.add(sha256)
    return gone


def faults(seconds: float) -> tuple[list[str], Counter[str]]:
    """What is wrong once the worker had time to do what is left, and how many documents ended how.

    This process helps: a lease that runs out is for whoever is alive.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        jobs.run_waiting()
        states = set(session.scalars(select(Job.state).distinct()))
        session.rollback()
        if states <= {JobState.DONE, JobState.FAILED}:
            break
        time.sleep(0.5)
    wrong = [
        f"job {job.id} ({job.kind}) is {job.state}"
        for job in session.scalars(select(Job))
        if job.state not in (JobState.DONE, JobState.FAILED)
    ]
    ended: Counter[str] = Counter()
    for document in session.scalars(select(Document)):
        ended[document.status] += 1
        pages = session.scalars(
            select(Page).filter_by(document_id=document.id).order_by(Page.number)
        ).all()
        numbers = [page.number for page in pages]
        if document.status == Status.READY:
            whole = numbers == list(range(1, document.page_count + 1))
            if not whole or not all(page.final for page in pages):
                wrong.append(f"document {document.id} is ready and has pages {numbers}")
        elif document.status != Status.UNREADABLE or pages:
            wrong.append(f"document {document.id} is {document.status} with {len(pages)} pages")
    history: dict[int, list[int]] = defaultdict(list)
    for answer_id, version in session.execute(
        select(AnswerChange.answer_id, AnswerChange.version).order_by(AnswerChange.version)
    ):
        history[answer_id].append(version)
    for answer_id, version in session.execute(select(Answer.id, Answer.version)):
        if history[answer_id] != list(range(1, version + 1)):
            wrong.append(f"answer {answer_id} of version {version} has other versions before")
    names = set(session.scalars(select(Document.stored_as)))
    session.rollback()
    take_away_strays(older_than=0)
    here = {path.name for path in uploads().glob("*.pdf")}
    if here != names:
        wrong.append(f"{len(here ^ names)} files belong to no document, or the other way round")
    return wrong, ended


@dataclass
class Outcome:
    kills: Counter[str]
    said: Acknowledged
    lost: list[str]
    wrong: list[str]
    documents: Counter[str]

    def __str__(self) -> str:
        kills = ", ".join(f"{what} {n}" for what, n in sorted(self.kills.items()))
        return (
            f"{sum(self.kills.values())} kills ({kills}); acknowledged: "
            f"{len(self.said.answers)} answers, {len(self.said.files)} files; lost: "
            f"{len(self.lost)}; at the end wrong: {len(self.wrong)}; documents "
            f"{dict(self.documents)}; refused meanwhile: {dict(self.said.refusals)}"
        )


def torture(place: Path, kills: int, clients: int, seed: int, pause: float = 1.5) -> Outcome:
    """Run it all, on the database of the settings or on one in `place`. Wants no context."""
    rng = random.Random(seed)
    settings = {
        "DATABASE_URL": f"sqlite:///{place / 'plan-review.sqlite3'}",
        "UPLOADS_DIR": str(place / "uploads"),
        "EXPORTS_DIR": str(place / "exports"),
        "SECRET_KEY": "for tests alone",
        "PORT": str(_free_port()),
        "WEB_PROCESSES": "2",
        "READER_PROCESSES": "1",
        "JOB_LEASE_SECONDS": "6",
        "REQUIRE_SECOND_FACTOR": "0",
        "QUEUE_URL": os.environ.get("TORTURE_QUEUE_URL", ""),
    }
    if "TORTURE_DATABASE_URL" in os.environ:
        settings["DATABASE_URL"] = os.environ["TORTURE_DATABASE_URL"]
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        app = create_app()
        with app.app_context():
            upgrade_all()
            links = _people(clients)
            session.commit()
            return _torture(Service(app), links, kills, rng, pause)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _people(clients: int) -> list[tuple[str, str]]:
    """A sign-in link for each client, and where it works: a review, or a shelf of documents."""
    uploaders = max(1, clients // 5)
    round_ = make_round("Torture", systems=uploaders)
    systems, found = round_.systems(), []
    for n in range(clients):
        role = Role.POLICY_LEAD if n < uploaders else Role.REVIEWER
        person = make_person(f"Client {n}", role)
        session.flush()
        link = f"/sign-in/{make_sign_in_link(person, hours=24)}"
        if n < uploaders:
            found.append((link, f"/rounds/{round_.id}/systems/{systems[n].id}/documents"))
        else:
            review = assign(round_, systems[n % len(systems)], person)
            session.flush()
            found.append((link, str(review.id)))
    return found


def _torture(
    service: Service, links: list[tuple[str, str]], kills: int, rng: random.Random, pause: float
) -> Outcome:
    said, stop, gone = Acknowledged(), threading.Event(), []
    checked: set[str] = set()
    done: Counter[str] = Counter()
    threads = []
    try:
        service.start()
        port = int(service.settings["PORT"])
        for link, place in links:
            work, at = (uploader, place) if place.startswith("/") else (saver, int(place))
            arguments = (Browser(port, link), at, random.Random(rng.random()), said, stop)
            threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        for thread in threads:
            thread.start()
        for number in range(kills):
            time.sleep(rng.uniform(0.1, pause))
            what = rng.choice(("web", "worker", "both", "one web process"))
            service.kill(what)
            done[what] += 1
            service.start()
            gone += lost(said, checked)
            if number % 10 == 9:
                print(f"{number + 1} kills: {Outcome(done, said, gone, [], Counter())}", flush=True)
        stop.set()
        for thread in threads:
            thread.join()
        checked.clear()
        gone += lost(said, checked)
        wrong, ended = faults(seconds=600)
        return Outcome(done, said, gone, wrong, ended)
    finally:
        stop.set()
        service.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with TemporaryDirectory(prefix="plan-review-torture-") as place:
        outcome = torture(Path(place), given.kills, given.clients, given.seed)
    print(outcome)
    for sentence in [*outcome.lost, *outcome.wrong][:50]:
        print(" ", sentence)
    return 1 if outcome.lost or outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
