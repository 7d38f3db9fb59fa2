"""What a round's figures cost when the database has grown, beside the targets (`make bench`).

The two sides: a database with about 2,500 answers in two rounds, and the same with copies of a
round until there are a million. Both on SQLite, pages as the policy team opens them.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Engine

from reviewer.data import upgrade_all
from reviewer.db import session
from reviewer.demonstration.load import load_demonstration
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.report.making import make
from reviewer.reviews.answers import Answer
from reviewer.rounds.models import find_round
from reviewer.web import create_app
from tests.running.makers import sign_in

MANY = 1_000_000
MOST_TIMES, MOST_QUERIES, MOST_SECONDS = 3, 10, 10
LOOKS = 7
PAGES = {"findings page": "/rounds/{0}/findings", "export of answers": "/rounds/{0}/answers.csv"}
OVERVIEW = "/rounds/{0}"


def milliseconds(client: FlaskClient, path: str) -> float:
    """Processor time of one look, the median of some."""
    taken = []
    for _ in range(LOOKS):
        began = time.process_time()
        assert client.get(path).status_code == 200
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)


def grow(round_id: int, rounds: int) -> None:
    """So many copies of a round with its systems, reviews, answers and chosen options."""
    most = {
        name: session.scalar(text(f"SELECT max(id) FROM {name}"))
        for name in ("round", "review", "answer")
    }
    columns = {
        name: [row[1] for row in session.execute(text(f"PRAGMA table_info({name})"))]
        for name in ("round", "round_system", "review", "answer", "answer_option")
    }
    shifted = {
        "round": {"id": "round", "name": ""},
        "round_system": {"round_id": "round"},
        "review": {"id": "review", "round_id": "round"},
        "answer": {"id": "answer", "review_id": "review"},
        "answer_option": {"answer_id": "answer"},
    }
    where = {
        "round": "id = :round",
        "round_system": "round_id = :round",
        "review": "round_id = :round",
        "answer": "review_id IN (SELECT id FROM review WHERE round_id = :round)",
        "answer_option": "answer_id IN (SELECT answer.id FROM answer JOIN review "
        "ON review.id = review_id WHERE round_id = :round)",
    }
    for n in range(1, rounds + 1):
        for table, names in columns.items():
            values = []
            for name in names:
                of = shifted[table].get(name)
                if of is None:
                    values.append(f'"{name}"')
                elif of:
                    values.append(f"{name} + {n * most[of]}")
                else:
                    values.append(f"'copy {n}'")
            listed = ", ".join(f'"{name}"' for name in names)
            session.execute(
                text(
                    f"INSERT INTO {table} ({listed}) "
                    f"SELECT {', '.join(values)} FROM {table} WHERE {where[table]}"
                ),
                {"round": round_id},
            )
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()


def queries_of(client: FlaskClient, path: str) -> int:
    asked: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    client.get(path)
    event.remove(Engine, "before_cursor_execute", count)
    return len(asked)


def verdict(holds: bool) -> str:
    return "holds" if holds else "misses"


def measure(app: Flask) -> None:
    with app.app_context():
        upgrade_all()
        load_demonstration(progress=lambda line: None)
        session.commit()
        round_ = find_round("demonstration")
        assert round_
        lead = session.scalar(select(Person.id).filter_by(role=Role.POLICY_LEAD))
        round_id, few = round_.id, session.scalar(select(func.count(Answer.id)))
        session.remove()
    assert lead
    client = sign_in(app, lead)
    overview = OVERVIEW.format(round_id)
    client.get(overview)
    queries = queries_of(client, overview)
    print(
        f"team overview of 42 systems: {queries} queries "
        f"(target {MOST_QUERIES}: {verdict(queries <= MOST_QUERIES)})"
    )
    before = {what: milliseconds(client, path.format(round_id)) for what, path in PAGES.items()}
    with app.app_context():
        round_ = find_round("demonstration")
        assert round_ and few
        make(round_, "pdf", lambda done, of: None)  # draws the charts
        session.rollback()
        for kind in ("docx", "pdf"):
            began = time.perf_counter()
            make(round_, kind, lambda done, of: None)
            session.rollback()
            took = time.perf_counter() - began
            print(
                f"whole report as {kind}, charts drawn before: {took:.1f} s "
                f"(target {MOST_SECONDS} s: {verdict(took < MOST_SECONDS)})"
            )
        grow(round_id, round(MANY / few))
        many = session.scalar(select(func.count(Answer.id)))
        size = Path(session.get_bind().engine.url.database or "").stat().st_size
        print(
            f"the database then: {size / 2**20:,.0f} MB, {size / many:,.0f} bytes for each answer"
        )
        session.remove()
    for what, path in PAGES.items():
        now = milliseconds(client, path.format(round_id))
        ratio = now / before[what]
        print(
            f"{what}, {many:,} answers in the database against {few:,}: {now:.0f} ms against "
            f"{before[what]:.0f} ms of processor time, {ratio:.1f}x "
            f"(target {MOST_TIMES}x: {verdict(ratio <= MOST_TIMES)})"
        )


def main() -> None:
    with TemporaryDirectory() as folder:
        measure(
            create_app(
                {
                    "TESTING": True,
                    "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
                    "UPLOADS_DIR": f"{folder}/uploads",
                    "EXPORTS_DIR": f"{folder}/exports",
                    "SECRET_KEY": "for the bench alone",
                    "REQUIRE_SECOND_FACTOR": False,
                }
            )
        )


if __name__ == "__main__":
    main()
