"""Wrong passwords: counted across processes, refused in time, and telling nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from reviewer.db import now, session
from reviewer.people import tries
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.people.tries import MOST, WrongTry
from reviewer.web import create_app
from reviewer.wording import time_text
from tests.people.conftest import QUICK
from tests.running.makers import make_person

PASSWORD = "four random plain words"
HASH = QUICK.hash(PASSWORD)
ADA = "ada.reader@example.org"


@pytest.fixture(autouse=True)
def ada(app: Flask) -> None:
    with app.app_context():
        make_person("Ada Reader", Role.REVIEWER).password_hash = HASH
        session.commit()


def attempt(app, password="wrong", email=ADA, address="10.0.0.1"):
    data = {"email": email, "password": password}
    return app.test_client().post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address})


def shift(app, by: timedelta) -> None:
    with app.app_context():
        for row in session.scalars(select(WrongTry)):
            row.at -= by
        session.commit()


def test_ten_wrong_passwords_and_even_the_right_one_waits(app):
    for _ in range(MOST):
        assert "not right" in attempt(app).text
    page = attempt(app, PASSWORD).text
    said = re.search(r"Too many wrong tries. Try again at (\d\d:\d\d).", page)
    assert said
    soon = now() + timedelta(minutes=15)
    assert said[1] in [time_text(soon + timedelta(minutes=m)) for m in (0, 1)]
    assert "Too many" in attempt(app, PASSWORD, address="10.0.0.2").text
    shift(app, timedelta(minutes=14))
    assert "Too many" in attempt(app, PASSWORD).text
    shift(app, timedelta(minutes=1))
    assert attempt(app, PASSWORD).status_code == 302


def test_an_account_that_is_not_there_is_refused_the_same_way(app):
    def answers(email: str) -> list[tuple[int, str]]:
        pages = [attempt(app, email=email, address=email) for _ in range(MOST + 1)]
        own = email + r'|csrf_token" value="\S+"|again at \d\d:\d\d'
        return [(page.status_code, re.sub(own, "", page.text)) for page in pages]

    assert answers(ADA) == answers("nobody@example.org")


def test_trying_while_refused_does_not_make_it_longer(app):
    for _ in range(MOST):
        attempt(app)
    with app.app_context():
        before = session.query(WrongTry).count()
        session.rollback()
    attempt(app)
    with app.app_context():
        assert session.query(WrongTry).count() == before


def test_the_right_password_starts_the_count_again(app):
    for _ in range(2):
        for _ in range(MOST - 1):
            attempt(app)
        assert attempt(app, PASSWORD).status_code == 302


def test_capitals_and_spaces_make_no_other_account(app):
    for _ in range(MOST):
        attempt(app, email=" Ada.Reader@EXAMPLE.org")
    assert "Too many" in attempt(app).text


def test_one_address_trying_many_accounts_is_refused(app, monkeypatch):
    monkeypatch.setattr(tries, "MOST_FROM_ONE_ADDRESS", 12)
    for number in range(12):
        assert "not right" in attempt(app, email=f"a{number}@example.org").text
    assert "Too many" in attempt(app, PASSWORD).text
    assert attempt(app, PASSWORD, address="10.0.0.2").status_code == 302


def test_behind_a_web_server_the_visitors_address_counts(app, monkeypatch, tmp_path):
    monkeypatch.setattr(tries, "MOST_FROM_ONE_ADDRESS", 2)
    settings = {name: app.config[name] for name in ("DATABASE_URL", "SECRET_KEY")}
    other = create_app(settings | {"UPLOADS_DIR": str(tmp_path), "PROXIES": 1, "TESTING": True})
    other.config["WTF_CSRF_ENABLED"] = False

    def through(visitor: str) -> str:
        data = {"email": "x@example.org", "password": "wrong"}
        headers = {"X-Forwarded-For": f"1.2.3.4, {visitor}"}
        return other.test_client().post("/sign-in", data=data, headers=headers).text

    for _ in range(2):
        assert "not right" in through("10.0.0.1")
    assert "Too many" in through("10.0.0.1")
    assert "not right" in through("10.0.0.2")


def test_old_tries_are_cleared_and_no_address_is_kept(app):
    attempt(app)
    shift(app, timedelta(hours=1))
    attempt(app)
    with app.app_context():
        rows = session.scalars(select(WrongTry)).all()
        assert len(rows) == 2
        assert all(re.fullmatch("[0-9a-f]{64}", row.who) for row in rows)


def test_signing_in_is_noted(app):
    attempt(app, PASSWORD)
    with app.app_context():
        entered = session.scalars(select(Person.entered_at)).one()
        assert entered and now() - entered < timedelta(minutes=1)
