"""Measures answering against its targets: the criterion form, and 20 people saving at once.

Both run what people run: the demonstration under gunicorn as `make run` starts it.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from reviewer.data import upgrade_all
from reviewer.db import session
from reviewer.demonstration.load import load_demonstration
from reviewer.people.models import Person, add_person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import find_round
from reviewer.web import create_app

CLIENTS, SAVES = 20, 25
PORT = 8917
MOST_QUERIES, MOST_TIMES, MOST_MILLISECONDS = 8, 25, 50
VALUES = ("yes", "some", "no")


class Client:
    """A browser as far as a save needs one: a kept connection, a cookie and a form token."""

    def __init__(self, link: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", PORT)
        self.cookie = ""
        self.token = self._token(self.ask("GET", link))
        self.ask("POST", link, csrf_token=self.token)
        self.token = self._token(self.ask("GET", "/account"))

    def ask(self, method: str, path: str, **fields: str) -> bytes:
        headers = {"Cookie": self.cookie, "Accept": "application/json, text/html"}
        body = urlencode(fields) if fields else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status}")
        for kept in response.headers.get_all("Set-Cookie") or []:
            self.cookie = kept.partition(";")[0]
        return content

    @staticmethod
    def _token(page: bytes) -> str:
        found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
        assert found
        return found[1].decode()


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """gunicorn on the demonstration."""
    command = [sys.executable, "-m", "gunicorn", "app:app", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    server = subprocess.Popen([*command, "--log-level", "error"], env={**os.environ})
    try:
        for _ in range(300):
            try:
                HTTPConnection("127.0.0.1", PORT).connect()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def save_all(
    client: Client,
    review: int,
    place: tuple[str, str],
    pause: float,
    times: list[float],
    kept: dict[int, str],
) -> None:
    """One person's saves, one after the other with up to twice `pause` seconds in between; `kept`
    holds what the server acknowledged last."""
    client.connection.close()  # the server ends one that was silent for two seconds
    client.ask("GET", f"/reviews/{review}/criteria/leadership")
    question, document = place
    chance = random.Random(review)
    for number in range(SAVES):
        time.sleep(2 * pause * chance.random())
        value = VALUES[number % 3]
        began = time.perf_counter()
        client.ask(
            "POST",
            f"/reviews/{review}/answers/{question}/{document}",
            csrf_token=client.token,
            **{
                f"{question}.{document}.value": value,
                f"{question}.{document}.version": str(number),
            },
        )
        times.append(1000 * (time.perf_counter() - began))
        kept[review] = value


def autosave(clients: dict[int, Client], place: tuple[str, str], pause: float) -> None:
    """20 clients at once; prints the 95th percentile, and whether an acknowledged save was lost."""
    times: list[float] = []
    kept: dict[int, str] = {}
    threads = [
        threading.Thread(target=save_all, args=(client, review, place, pause, times, kept))
        for review, client in clients.items()
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    p95 = statistics.quantiles(times, n=20)[-1]
    stored = 0
    for review, value in kept.items():
        found = session.get_one(Review, review)
        codes = found.round.released.option_codes
        answer = found.load_answers()[place]
        right = answer.version == SAVES and answer.given(codes).options == {value}
        stored += right
    session.rollback()  # to read is to hold the write lock, outside a request
    verdict = "holds" if p95 <= MOST_MILLISECONDS else "misses"
    print(
        f"autosave, {CLIENTS} clients at once, "
        f"{f'a save each {pause:g} s' if pause else 'each as fast as it can'}: "
        f"{len(times) / seconds:.0f} a second, "
        f"median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms "
        f"(target {MOST_MILLISECONDS} ms: {verdict}); "
        f"{stored} of {CLIENTS} clients find every acknowledged save"
    )


def criterion_form(link: str, review: int) -> None:
    """Queries and server time of the largest form, against the smallest page, in one process."""
    app = create_app({"WTF_CSRF_ENABLED": False, "TESTING": True})
    client = app.test_client()
    client.post(link)
    queries: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            queries.append(statement)

    def milliseconds(path: str) -> float:
        client.get(path)
        taken = []
        for _ in range(15):
            began = time.process_time()
            assert client.get(path).status_code == 200
            taken.append(1000 * (time.process_time() - began))
        return statistics.median(taken)

    empty = milliseconds("/session")
    for criterion in ("leadership", "workforce", "inequalities"):
        form = milliseconds(f"/reviews/{review}/criteria/{criterion}")
        queries.clear()
        client.get(f"/reviews/{review}/criteria/{criterion}")
        holds = len(queries) <= MOST_QUERIES and form <= MOST_TIMES * empty
        print(
            f"criterion form {criterion}: {len(queries)} queries (target {MOST_QUERIES}), "
            f"{form:.1f} ms of processor time where an empty page takes {empty:.1f}: "
            f"{form / empty:.0f}x (target {MOST_TIMES}x: {'holds' if holds else 'misses'})"
        )


def main() -> None:
    with TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["UPLOADS_DIR"], os.environ["EXPORTS_DIR"] = (
            f"{folder}/uploads",
            f"{folder}/exports",
        )
        app = create_app()
        with app.app_context():
            upgrade_all()
            load_demonstration(progress=lambda line: None)
            round_ = find_round("practice")
            assert round_
            system = round_.systems()[1]
            links = {}
            for number in range(CLIENTS):
                person = add_person(
                    f"bench{number}@example.org", name=f"Bench {number}", role=Role.REVIEWER
                )
                review = assign(round_, system, person)
                links[review.id] = f"/sign-in/{make_sign_in_link(person, 1)}"
            reader = session.scalars(select(Person).filter_by(role=Role.REVIEWER)).first()
            assert reader
            begun = session.scalars(select(Review).filter_by(reviewer_id=reader.id)).first()
            assert begun
            place = (f"/sign-in/{make_sign_in_link(reader, 1)}", begun.id)
            session.commit()
            with served(Path(folder)):
                clients = {review: Client(link) for review, link in links.items()}
                # People pause between two answers; the second run has no end of saves waiting.
                autosave(clients, ("leadership-2", "plan"), pause=0.5)
                autosave(clients, ("leadership-3", "plan"), pause=0)
            session.remove()
        criterion_form(*place)


if __name__ == "__main__":
    main()
