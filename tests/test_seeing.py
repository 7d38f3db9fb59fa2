"""What is written about a running service, for whom, and that no personal data is in it."""

from __future__ import annotations

import io
import json
import logging

import pytest
from flask import Flask
from sqlalchemy import select

from reviewer import jobs, seeing
from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review
from reviewer.rounds.models import find_round
from tests.documents.pdfs import typeset
from tests.people.mailbox import mailbox
from tests.running.makers import make_person, sign_in

PLANTED = ("Quintessa Zwick", "quintessa.zwick@example.org", "a secret password of mine")
COMMENT = "Zyxwvut says that nobody asked the children."


class Lines:
    """The log as a program reads it."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written():
    """What goes to standard error, as in a service of systemd or a container."""
    stream = io.StringIO()
    root, ours = logging.getLogger(), logging.getLogger("reviewer")
    kept, level, own = root.handlers[:], root.level, ours.level
    seeing.write_lines(stream)
    yield Lines(stream)
    root.handlers[:], root.level = kept, level
    ours.setLevel(own)


def test_a_request_is_one_line_with_the_number_that_its_answer_has(app, written):
    response = app.test_client().get("/sign-in")
    number = response.headers["X-Request-ID"]
    assert len(number) == 16
    [line] = [line for line in written.lines if line.get("request") == number]
    assert (line["method"], line["rule"], line["status"]) == ("GET", "/sign-in", 200)
    assert line["ms"] >= 0 and line["level"] == "info"
    assert app.test_client().get("/sign-in").headers["X-Request-ID"] != number


def test_the_number_is_ours_and_not_the_visitors(app, written):
    response = app.test_client().get("/sign-in", headers={"X-Request-ID": "forged"})
    assert response.headers["X-Request-ID"] != "forged" and "forged" not in written.text


def test_a_fault_is_found_by_the_number_on_its_page(app, written, monkeypatch):
    def fault() -> str:
        raise ValueError(f"{PLANTED[0]} typed this")

    monkeypatch.setitem(app.view_functions, "people.sign_in", fault)
    monkeypatch.setitem(app.config, "TESTING", False)
    response = app.test_client().get("/sign-in")
    assert response.headers["X-Request-ID"] in response.text
    [line] = [line for line in written.lines if line["level"] == "error"]
    assert line["request"] == response.headers["X-Request-ID"]
    assert line["error"] == "ValueError" and "test_seeing.py" in line["places"][-1]
    assert PLANTED[0] not in written.text


@pytest.mark.parametrize("made_of", ["\r\n", "\x1b[31m", "\u2028", '"}', "\x00"])
def test_a_record_is_one_line_whatever_is_in_it(app, written, made_of):
    app.logger.error("said %s", f"a{made_of}b")
    [line] = written.text.rstrip("\n").split("\n")
    assert json.loads(line)["message"] == f"said a{made_of}b"
    assert line.isascii() and line.isprintable()


def test_in_a_terminal_it_is_plain_and_only_what_is_wrong(app, written):
    written.stream.isatty = lambda: True
    seeing.write_lines(written.stream)
    app.test_client().get("/sign-in")
    assert written.text == ""
    try:
        raise ValueError(PLANTED[0])
    except ValueError:
        app.logger.exception("it went wrong")
    assert written.text.startswith("it went wrong\n  ValueError\n    ")
    assert PLANTED[0] not in written.text


def test_no_personal_data_is_written(demo_app, written, tmp_path):
    """Signing in, a wrong password, a save, an upload, a search, a letter: none of it says who."""
    app = demo_app
    with app.app_context():
        person = make_person(PLANTED[0], Role.REVIEWER)
        person.set_password(PLANTED[2])
        review = session.scalars(
            select(Review).filter_by(round_id=find_round("practice").id).limit(1)
        ).one()
        review.reviewer = person
        session.commit()
        review_id, system_id, round_id = review.id, review.system_id, review.round_id
        lead = session.scalars(select(Person.id).filter_by(role=Role.POLICY_LEAD.value)).first()
        session.rollback()
    client = app.test_client()
    with mailbox() as box:
        app.config["SMTP_URL"] = box.url
        for password in (PLANTED[2] + "x", PLANTED[2]):
            client.post("/sign-in", data={"email": PLANTED[1], "password": password})
        client.post("/sign-in/forgotten", data={"email": PLANTED[1]})
        answer = f"/reviews/{review_id}/answers/integration-6/strategy"
        saved = client.post(
            answer,
            data={"option": "yes", "comment": COMMENT},
            headers={"Accept": "application/json"},
        )
        assert saved.status_code < 500
        client.get(f"/rounds/{round_id}/systems/{system_id}/documents?q={COMMENT}")
        file = (io.BytesIO(typeset(COMMENT)), f"{PLANTED[0]}.pdf")
        client.post(
            f"/rounds/{round_id}/systems/{system_id}/documents",
            data={"files": file, "kind": "strategy", "source_address": "", "published_on": ""},
        )
        sign_in(app, lead).get(f"/people?q={PLANTED[0]}")
        client.get(f"/nowhere/{PLANTED[0]}")
        client.open("/sign-in", method=PLANTED[0].replace(" ", "-").upper())
        box.refusal = f"550 no mailbox for {PLANTED[1]}"
        with app.app_context():
            jobs.run_waiting()
        app.config["SMTP_URL"] = ""
    assert len(written.lines) > 9
    for word in (*PLANTED, *PLANTED[0].split(), *COMMENT.split()[:1], "zwick"):
        assert word.lower() not in written.text.lower(), word


def test_a_link_that_signs_in_is_written_without_its_secret(app, written):
    app.test_client().get("/sign-in/the-secret-of-a-link")
    assert "the-secret" not in written.text
    assert [line["rule"] for line in written.lines] == ["/sign-in/<token>"]


def test_a_job_that_fails_is_written_without_what_it_worked_on(app: Flask, written):
    def fails(_subject_id, _renew) -> None:
        raise ValueError(COMMENT)

    jobs.handles("test-of-logs", lambda _id: None)(fails)
    with app.app_context():
        jobs.ask("test-of-logs", 7)
        session.commit()
        jobs.run_waiting()
    assert COMMENT not in written.text
    assert {line.get("outcome") for line in written.lines} >= {"failed"}
