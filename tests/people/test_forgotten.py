"""A forgotten password: the link that comes, and that nothing tells who has an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from reviewer import jobs
from reviewer.db import now, session
from reviewer.people.forgotten import Forgotten
from reviewer.people.mail import Message
from reviewer.people.models import Person, SignInLink, check_password
from reviewer.people.permissions import Role
from reviewer.people.tries import WrongTry
from reviewer.web import create_app
from tests.people.conftest import QUICK
from tests.people.mailbox import Mailbox, mailbox
from tests.running.makers import make_person, sign_in
from tests.running.test_overview import queries

OLD, NEW = "four random plain words", "four other plain words"
ADA = "ada.reader@example.org"


@pytest.fixture
def box(app: Flask) -> Iterator[Mailbox]:
    with mailbox() as running:
        app.config["SMTP_URL"] = running.url
        yield running


@pytest.fixture(autouse=True)
def ada(app: Flask) -> int:
    with app.app_context():
        person = make_person("Ada Reader", Role.REVIEWER)
        person.password_hash = QUICK.hash(OLD)
        session.commit()
        return person.id


def ask(app: Flask, email: str = ADA, address: str = "10.0.0.1"):
    return app.test_client().post(
        "/sign-in/forgotten", data={"email": email}, environ_overrides={"REMOTE_ADDR": address}
    )


def work(app: Flask) -> None:
    with app.app_context():
        jobs.run_waiting()


def link_in(box: Mailbox) -> str:
    found = re.search(r"http://localhost(/sign-in/\S+)", box.taken[-1].get_content())
    assert found
    return found[1]


def choose(client, link):
    return client.post(link, data={"password": NEW, "again": NEW})


def test_from_the_form_to_a_new_password(app, box, ada):
    assert "/sign-in/forgotten" in app.test_client().get("/sign-in").text
    elsewhere = sign_in(app, ada)
    assert "Look into your mailbox" in ask(app, " Ada.Reader@Example.org").text
    work(app)
    assert box.taken[0]["To"] == "Ada Reader <ada.reader@example.org>"
    link, client = link_in(box), app.test_client()
    assert "Choose a new password" in client.get(link).text
    assert choose(client, link).location == "/"
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    with app.app_context():
        assert check_password(ADA, NEW) and not check_password(ADA, OLD)
        assert session.scalar(select(func.count()).select_from(Forgotten)) == 0


def test_the_link_works_once_and_for_an_hour(app, box):
    ask(app)
    work(app)
    link = link_in(box)
    with app.app_context():
        found = session.scalars(select(SignInLink)).one()
        assert timedelta(minutes=59) < found.expires_at - now() <= timedelta(hours=1)
        session.rollback()
    assert choose(app.test_client(), link).status_code == 302
    assert choose(app.test_client(), link).status_code == 404
    ask(app)
    work(app)
    with app.app_context():
        session.query(SignInLink).update({"expires_at": now() - timedelta(seconds=1)})
        session.commit()
    assert choose(app.test_client(), link_in(box)).status_code == 404


def test_a_second_link_ends_the_first_and_no_invitation(app, box):
    for _ in range(2):
        ask(app)
        work(app)
    first, second = (re.search(r"/sign-in/\S+", m.get_content())[0] for m in box.taken)
    assert choose(app.test_client(), first).status_code == 404
    assert choose(app.test_client(), second).status_code == 302


def test_the_second_factor_is_still_asked_for(app, box, ada):
    app.config["REQUIRE_SECOND_FACTOR"] = True
    with app.app_context():
        session.get_one(Person, ada).role = Role.POLICY_LEAD
        session.commit()
    ask(app)
    work(app)
    client = app.test_client()
    choose(client, link_in(box))
    assert client.get("/rounds").location == "/account/second-factor"


def test_nothing_tells_whether_there_is_an_account(app, box):
    """The same page from the same statements: how long it takes cannot tell either."""

    def answer(email: str) -> tuple[int, str, list[str]]:
        with queries() as asked:
            page = ask(app, email)
        text = re.sub(r'"csrf_token" value="\S+"', "", page.text.replace(email, ""))
        return page.status_code, text, asked

    with app.app_context():
        make_person("Gone Away", Role.REVIEWER).removed_at = now()
        session.commit()
    answer("warm.up@example.org")
    known = answer(ADA)
    assert known[2], "nothing was counted"
    assert known == answer("nobody@example.org")
    assert known == answer("gone.away@example.org")
    work(app)
    assert [mail["To"] for mail in box.taken] == ["Ada Reader <ada.reader@example.org>"]


@pytest.mark.parametrize("email", [ADA, "nobody@example.org"])
def test_three_an_hour_for_one_account(app, box, email):
    for number in range(3):
        assert "Look into your mailbox" in ask(app, email, f"10.0.0.{number}").text
    refused = ask(app, email, "10.0.0.9").text
    assert re.search(r"Too many requests. Try again at \d\d:\d\d.", refused)
    # Another process counts the same.
    names = ("DATABASE_URL", "SECRET_KEY", "UPLOADS_DIR", "PUBLIC_URL", "SMTP_URL")
    other = create_app({name: app.config[name] for name in names} | {"WTF_CSRF_ENABLED": False})
    assert "Too many requests" in ask(other, email, "10.0.0.10").text
    with app.app_context():
        for row in session.scalars(select(WrongTry)):
            row.at -= timedelta(hours=1)
        session.commit()
    assert "Look into your mailbox" in ask(app, email).text


def test_twenty_an_hour_from_one_address(app, box):
    for number in range(20):
        assert "Look into your mailbox" in ask(app, f"a{number}@example.org").text
    assert "Too many requests" in ask(app).text
    assert "Look into your mailbox" in ask(app, address="10.0.0.2").text


def test_without_a_mail_server_it_says_whom_to_ask(app):
    assert "Ask the policy team" in app.test_client().get("/sign-in/forgotten").text
    assert "Ask the policy team" in ask(app).text
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Forgotten)) == 0
        assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_an_address_that_is_none_is_no_fault(app, box):
    assert "Enter your email address" in ask(app, "").text
    ask(app, "x" * 5000 + "\r\nBcc: all@example.org")
    work(app)
    assert not box.taken
