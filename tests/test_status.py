"""The addresses that say how the service is, and the policy team's page of it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from reviewer import storage
from reviewer.config import ROOT
from reviewer.db import now, session
from reviewer.documents.models import Document
from reviewer.jobs import Job, JobState
from reviewer.people.letters import Kind
from reviewer.people.mail import MessageState, keep
from reviewer.people.permissions import Role
from tests.running.makers import make_person, sign_in


def test_health_asks_for_nothing(app, monkeypatch):
    monkeypatch.setattr(session, "connection", lambda: 1 / 0)
    response = app.test_client().get("/health", headers={"Host": "10.9.8.7:8000"})
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_ready(app):
    response = app.test_client().get("/ready", headers={"Host": "10.9.8.7:8000"})
    assert response.status_code == 200
    assert response.json == {"status": "ok", "database": "ok", "uploads": "ok"}


def test_not_ready_without_the_newest_schema(app):
    with app.app_context():
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        session.commit()
    response = app.test_client().get("/ready")
    assert response.status_code == 503
    assert "run data upgrade" in response.json["database"] and response.json["uploads"] == "ok"


def test_not_ready_without_a_place_for_files(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_DIR", str(tmp_path / "nowhere"))
    response = app.test_client().get("/ready")
    assert (response.status_code, response.json["uploads"]) == (503, "cannot be written")


def test_ready_without_a_folder_where_files_are_kept_elsewhere(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_URL", "s3://uploads")
    monkeypatch.setitem(app.config, "UPLOADS_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr(storage, "files", lambda: SimpleNamespace(size=lambda _name: None))
    client = app.test_client()
    assert (client.get("/ready").status_code, client.get("/metrics").status_code) == (200, 200)


def test_not_ready_while_the_storage_of_uploads_does_not_answer(app, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_URL", "s3://nowhere")
    monkeypatch.setattr(storage, "_bucket", lambda _url: 1 / 0)
    response = app.test_client().get("/ready")
    assert (response.status_code, response.json["uploads"]) == (503, "cannot be reached")


def test_not_ready_without_a_database(app, tmp_path, monkeypatch):
    from reviewer.db import connect

    engine = session.get_bind().engine
    (tmp_path / "folder.sqlite3").mkdir()
    connect(f"sqlite:///{tmp_path}/folder.sqlite3")
    try:
        response = app.test_client().get("/ready")
    finally:
        session.remove()
        session.configure(bind=engine)
    assert (response.status_code, response.json["database"]) == (503, "cannot be reached")


# Prometheus --------------------------------------------------------------------------------------


def families(client, **more) -> dict[str, dict[tuple, float]]:
    response = client.get("/metrics", **more)
    assert response.status_code == 200, response.text
    return {
        family.name: {tuple(s.labels.values()): s.value for s in family.samples}
        for family in text_string_to_metric_families(response.text)
    }


def test_requests_are_counted_and_timed(app):
    client = app.test_client()
    before = families(client)["plan_review_requests"].get(("people.sign_in", "GET", "200"), 0)
    for _ in range(3):
        client.get("/sign-in")
    found = families(client)
    assert found["plan_review_requests"]["people.sign_in", "GET", "200"] == before + 3
    assert ("people.sign_in",) in found["plan_review_request_seconds"]


def test_what_is_counted_when_it_is_asked_for(demo_app):
    with demo_app.app_context():
        session.add(Job(kind="mail", subject_id=1, asked_at=now() - timedelta(hours=1)))
        session.commit()
    found = families(demo_app.test_client())
    assert found["plan_review_jobs_now"]["waiting",] >= 1
    assert found["plan_review_job_wait_seconds"][()] >= 3600
    assert found["plan_review_documents"]["ready",] == 4
    assert found["plan_review_disk_free_bytes"][()] > 0


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.1", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.1"}, 403),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.1"}, 403),
    ],
)
def test_without_a_token_this_machine_alone_reads_them(app, address, headers, status):
    place = {"environ_overrides": {"REMOTE_ADDR": address}}
    assert app.test_client().get("/metrics", headers=headers, **place).status_code == status


@pytest.mark.parametrize(
    ("given", "status"), [("Bearer right", 200), ("Bearer wrong", 403), ("right", 403), ("", 403)]
)
def test_with_a_token_it_alone_counts(app, monkeypatch, given, status):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "right")
    for address in ("127.0.0.1", "10.0.0.1"):
        response = app.test_client().get(
            "/metrics",
            headers={"Authorization": given},
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert response.status_code == status


def test_processes_that_share_a_folder_count_together(app, tmp_path):
    """Two web processes, one after the other; the second answers for both."""
    program = (
        "from reviewer.web import create_app; c = create_app().test_client();"
        "c.get('/sign-in'); print(c.get('/metrics').text)"
    )
    environment = {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DATABASE_URL": app.config["DATABASE_URL"],
        "UPLOADS_DIR": app.config["UPLOADS_DIR"],
        "SECRET_KEY": "for tests alone",
    }
    for count in (1, 2):
        ran = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        counted = {
            tuple(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(ran.stdout)
            if family.name == "plan_review_requests"
            for sample in family.samples
        }
        assert sum(v for labels, v in counted.items() if "people.sign_in" in labels) == count


# The page ----------------------------------------------------------------------------------------


@pytest.fixture
def lead(demo_app):
    with demo_app.app_context():
        made = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(demo_app, made.id)


def test_a_new_installation_says_what_is_not_set_up(lead):
    page = lead.get("/service").text
    assert "No backup is set up" in page and "No mail server is set up" in page
    assert "4 documents read, 0 to be read" in page and "free of" in page


def test_what_went_wrong_is_said_with_what_to_do(demo_app, lead, monkeypatch, tmp_path):
    with demo_app.app_context():
        session.add(Job(kind="mail", subject_id=1, asked_at=now() - timedelta(hours=1)))
        session.add(Job(kind="mail", subject_id=2, state=JobState.FAILED))
        session.get_one(Document, 1).status = "unreadable"
        keep(Kind.LINK, make_person("Ada Reader", Role.REVIEWER)).state = MessageState.FAILED
        session.commit()
    monkeypatch.setitem(demo_app.config, "SMTP_URL", "smtp://localhost")
    monkeypatch.setitem(demo_app.config, "BACKUP_DIR", str(tmp_path))
    page = lead.get("/service").text
    for words in (
        "The worker may have stopped",
        "1 job failed for good",
        "1 document could not be read",
        "1 email could not be sent",
        "None was made yet",
    ):
        assert words in page
    moment = now() - timedelta(hours=3)
    (tmp_path / f"plan-review-{moment:%Y%m%dT%H%M%S}Z.zip").touch()
    assert "It should be newer" not in lead.get("/service").text
    monkeypatch.setitem(demo_app.config, "BACKUP_EVERY_HOURS", 1)
    assert "It should be newer" in lead.get("/service").text
