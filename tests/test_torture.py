"""Nothing acknowledged is lost: killed programs, and a database that others hold."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from reviewer import db, jobs
from reviewer.db import connect, only_reads, open_engine, session
from reviewer.jobs import Job, JobState
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer
from reviewer.reviews.models import assign
from tests import postgres
from tests.conftest import let_go
from tests.running.makers import make_person, make_round, sign_in
from tests.torture.running import torture

PLACE = ("leadership-2", "plan")
LONG = "x" * 9_000
JSON = {"Accept": "application/json"}


@pytest.mark.long
def test_whatever_is_killed_nothing_acknowledged_is_lost(tmp_path):
    """The short form of `make torture`."""
    database = ""
    if postgres.wanted():
        postgres.create("torture")
        database = postgres.url("torture")
    outcome = torture(tmp_path, kills=3, clients=6, seed=1, pause=1.0, database=database)
    let_go()
    assert not outcome.lost and not outcome.wrong, [outcome.lost, outcome.wrong, str(outcome)]
    said = outcome.said
    assert said.answers and said.files and (said.evidence or said.notes or said.invited)


# A database that somebody else holds --------------------------------------------------------------


@contextmanager
def held(app):
    """Another program holds the database, or on PostgreSQL the rows that matter here."""
    other = open_engine(app.config["DATABASE_URL"])
    with other.connect() as connection:
        connection.execute(text("UPDATE review SET label = label"))
        connection.execute(text("UPDATE job SET error = error"))
        yield
        connection.rollback()
    other.dispose()


@pytest.fixture
def impatient(app, monkeypatch):
    """The application, which waits for half a second where it waits for fifteen."""
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.5)
    connect(app.config["DATABASE_URL"])
    return app


def test_a_held_database_is_said_and_nothing_is_half_written(impatient):
    app = impatient
    with app.app_context():
        round_ = make_round("Held", systems=1)
        reader = make_person("Reader", Role.REVIEWER)
        session.flush()
        review = assign(round_, round_.systems()[0], reader)
        session.commit()
        review_id, reader_id = review.id, reader.id
        session.remove()
    client = sign_in(app, reader_id)
    path = f"/reviews/{review_id}/answers/{'/'.join(PLACE)}"
    sent = {f"{'.'.join(PLACE)}.value": "yes", f"{'.'.join(PLACE)}.version": "0"}
    with held(app):
        refused = client.post(path, data=sent, headers=JSON)
        assert refused.status_code == 503 and "Plan Review is busy" in refused.text
        assert client.get(f"/reviews/{review_id}").status_code == 200
    with app.app_context():
        assert session.scalar(select(func.count(Answer.id))) == 0
        session.remove()
    assert client.post(path, data=sent, headers=JSON).status_code == 200


def test_a_job_waits_for_a_held_database_and_is_not_lost(impatient, monkeypatch):
    ran = []
    monkeypatch.setitem(jobs._handlers, "test", (lambda n, renew: ran.append(n), lambda n: None))
    with impatient.app_context():
        jobs.ask("test", 7)
        session.commit()
        with held(impatient):
            try:
                jobs.run_waiting()
            except Exception as error:
                assert "locked" in str(error)
            session.remove()
            assert ran == []
        jobs.run_waiting()
        assert ran == [7]
        assert session.scalar(select(Job.state)) == JobState.DONE


def test_a_letter_that_no_database_can_keep_is_refused_and_nothing_is_lost(app):
    """NUL: SQLite would keep it, PostgreSQL cannot."""
    only_reads.set(False)
    refused = app.test_client().post("/sign-in", data={"email": "a\0b", "password": "x"})
    assert refused.status_code == 400
