"""Nothing acknowledged is lost: killed programs, a full disk, a database that others hold."""

from __future__ import annotations

import io
import os
import subprocess
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import func, select, text

from reviewer import db, jobs
from reviewer.db import connect, only_reads, open_engine, session
from reviewer.documents.models import Document
from reviewer.jobs import Job, JobState
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer
from reviewer.reviews.models import assign
from tests import postgres
from tests.conftest import copied, let_go, make_app
from tests.documents.conftest import plain_pdf, uploads
from tests.running.makers import make_person, make_round, sign_in
from tests.torture.running import torture

PLACE = ("leadership-2", "plan")
LONG = "x" * 9_000
JSON = {"Accept": "application/json"}


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
    assert said.answers and said.evidence and said.notes and said.files and said.invited


# A disk that is full ------------------------------------------------------------------------------


@contextmanager
def small_disk(place):
    """A folder on a disk of its own, which only root can have."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        let_go()
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def filled(place):
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    yield
    filler.unlink()


@pytest.mark.sqlite
def test_a_full_disk_is_said_and_nothing_is_half_written(empty_template, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk):
        app = make_app(copied(empty_template, disk / "app"))
        with app.app_context():
            round_ = make_round("Full", systems=1)
            reader = make_person("Reader", Role.REVIEWER)
            lead = make_person("Lead", Role.POLICY_LEAD)
            session.flush()
            review = assign(round_, round_.systems()[0], reader)
            session.commit()
            ids = (review.id, reader.id, lead.id, round_.id, round_.systems()[0].id)
            session.remove()
        review_id, reader_id, lead_id, round_id, system_id = ids
        reads, leads = sign_in(app, reader_id), sign_in(app, lead_id)
        answer = f"/reviews/{review_id}/answers/{'/'.join(PLACE)}"
        shelf = f"/rounds/{round_id}/systems/{system_id}/documents"

        def save(comment: str, version: int):
            fields = {"value": "yes", "comment": comment, "version": version}
            sent = {f"{'.'.join(PLACE)}.{name}": value for name, value in fields.items()}
            return reads.post(answer, data=sent, headers=JSON)

        def attach():
            pdf = plain_pdf(*["Words of a plan that is long enough to be read. " * 40] * 60)
            sent = {"files": (io.BytesIO(pdf), "plan.pdf"), "kind": "plan"}
            return leads.post(shelf, data=sent)

        assert save("before", 0).status_code == 200
        with filled(disk):
            refused = attach()
            assert refused.status_code == 507 and "cannot write to its disk" in refused.text
            while save(LONG, 1).status_code == 200:  # what is left of the database's own room
                pytest.fail("it wrote to a full disk")
            refused = save(LONG, 1)
            assert refused.status_code == 507
            assert reads.get(f"/reviews/{review_id}").status_code == 200
        with app.app_context():
            assert session.scalar(select(Answer.comment)) == "before"
            assert session.scalar(select(func.count(Document.id))) == 0
            assert not list(uploads().glob("*.pdf")) and not list(uploads().glob(".*.pdf"))
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            session.remove()
        assert save(LONG, 1).status_code == 200
        assert attach().status_code == 302


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
