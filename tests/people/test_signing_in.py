from __future__ import annotations

import re
import sqlite3
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import make_url

from reviewer.db import now, session
from reviewer.people import models, passwords
from reviewer.people.models import Person, SignInLink, make_sign_in_link
from reviewer.people.permissions import Role
from tests.people.conftest import QUICK
from tests.running.makers import make_person, sign_in

PASSWORD = "four random plain words"
HASH = QUICK.hash(PASSWORD)


@pytest.fixture
def person_id(app: Flask) -> int:
    with app.app_context():
        person = make_person("Ada Reader", Role.REVIEWER)
        person.password_hash = HASH
        session.commit()
        return person.id


@pytest.fixture
def link(app: Flask, person_id: int) -> str:
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, person_id), hours=1)
        session.commit()
        return f"/sign-in/{token}"


def signed_in(client) -> bool:
    return client.get("/account").status_code == 200


def test_looking_at_a_link_does_not_use_it(app, link):
    client = app.test_client()
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert "Sign in as Ada Reader" in page.text
    client.head(link)
    assert not signed_in(client)
    assert client.post(link).headers["Location"] == "/"
    assert signed_in(client)


def test_a_link_signs_in_once(app, link):
    assert app.test_client().post(link).status_code == 302
    late = app.test_client()
    for answer in (late.get(link), late.post(link)):
        assert answer.status_code == 404
        assert "no longer works" in answer.text
        assert "Ada" not in answer.text
    assert not signed_in(late)


def test_a_link_runs_out(app, link):
    with app.app_context():
        session.query(SignInLink).update({"expires_at": now() - timedelta(seconds=1)})
        session.commit()
    client = app.test_client()
    assert client.post(link).status_code == 404
    assert not signed_in(client)


def test_a_link_in_another_persons_browser_changes_the_person(app, link):
    with app.app_context():
        other = make_person("Ben Lead", Role.POLICY_LEAD)
        session.commit()
        client = sign_in(app, other.id)
    client.post(link)
    assert "ada.reader@example.org" in client.get("/account").text


def test_password(app, person_id):
    client = app.test_client()
    sent = client.post("/sign-in", data={"email": " Ada.Reader@Example.org", "password": PASSWORD})
    assert sent.headers["Location"] == "/"
    assert signed_in(client)
    # Who is signed in already is not asked again.
    assert client.get("/sign-in").headers["Location"] == "/"


def test_a_refusal_does_not_say_whether_there_is_an_account(app, person_id):
    def refusal(email: str) -> tuple[int, str]:
        client = app.test_client()
        page = client.post("/sign-in", data={"email": email, "password": "wrong"})
        assert not signed_in(client)
        # What was typed comes back, and every form has a token of its own.
        text = page.text.replace(email, "")
        return page.status_code, re.sub(r'"csrf_token" value="\S+"', "", text)

    with app.app_context():
        make_person("No Password", Role.REVIEWER)
        session.commit()
    known = refusal("ada.reader@example.org")
    assert "The email address or the password is not right" in known[1]
    assert known == refusal("nobody@example.org")
    assert known == refusal("no.password@example.org")


@pytest.mark.parametrize("data", [{}, {"email": "ada.reader@example.org"}, {"password": "x"}])
def test_a_half_filled_form_says_what_is_missing(app, person_id, data):
    page = app.test_client().post("/sign-in", data=data)
    assert "<title>Error: Sign in" in page.text
    assert "Enter your" in page.text


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ("/account?x=1", "/account?x=1"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\t\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https:evil.example", "/"),
        ("evil", "/"),
        ("", "/"),
    ],
)
def test_next_page_is_ours(app, person_id, link, given, where):
    by_password = app.test_client().post(
        "/sign-in",
        query_string={"next": given},
        data={"email": "ada.reader@example.org", "password": PASSWORD},
    )
    by_link = app.test_client().post(link, query_string={"next": given})
    assert (by_password.headers["Location"], by_link.headers["Location"]) == (where, where)


def test_a_page_that_asks_for_sign_in_is_reached_after_it(app, person_id):
    client = app.test_client()
    asked = client.get("/account").headers["Location"]
    assert asked.startswith("/sign-in?next=")
    done = client.post(asked, data={"email": "ada.reader@example.org", "password": PASSWORD})
    assert done.headers["Location"] == "/account"


def test_signing_out(app, person_id):
    client = sign_in(app, person_id)
    assert client.get("/sign-out").status_code == 405
    response = client.post("/sign-out")
    assert response.headers["Location"] == "/sign-in"
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert not signed_in(client)


def test_a_form_without_its_token_is_refused(app, person_id, link, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client = app.test_client()
    assert client.post(link).status_code == 400
    assert not signed_in(client)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(link).text)
    assert token
    assert client.post(link, data={"csrf_token": token[1]}).status_code == 302
    assert signed_in(client)


class Watched:
    """Passwords that can be made and checked only while somebody else could write."""

    def __init__(self, app: Flask) -> None:
        self.path, self.asked = make_url(app.config["DATABASE_URL"]).database, 0

    def __getattr__(self, name: str):
        other = sqlite3.connect(self.path, timeout=0)
        other.execute("BEGIN IMMEDIATE")  # "database is locked" where the request holds it
        other.rollback()
        other.close()
        self.asked += 1
        return getattr(QUICK, name)


@pytest.mark.sqlite
def test_nobody_waits_for_the_database_while_a_password_is_made_or_checked(
    app, person_id, monkeypatch
):
    watched = Watched(app)
    monkeypatch.setattr(passwords, "_hasher", watched)
    passwords._hash_of_nobody()
    new = "four other plain words"

    def asks(client, path: str, **data: str) -> int:
        before = watched.asked
        asks.answer = client.post(path, data=data)
        return watched.asked - before

    ada, right = "ada.reader@example.org", {"email": "ada.reader@example.org", "password": PASSWORD}
    client = app.test_client()
    assert asks(client, "/sign-in", email=ada, password="wrong") == 1
    assert asks(client, "/sign-in", email="nobody@example.org", password="wrong") == 1
    assert asks(client, "/sign-in", **right) >= 1
    assert signed_in(client)
    assert asks(client, "/account", old=PASSWORD, password=new, again=new) >= 2
    assert asks.answer.status_code == 302
    with app.app_context():
        link, token = models.new_link(
            session.get_one(Person, person_id), 1, models.LinkKind.INVITATION
        )
        session.add(link)
        session.commit()
    assert asks(app.test_client(), f"/sign-in/{token}", password=PASSWORD, again=PASSWORD) == 1
    assert asks.answer.status_code == 302
    assert asks(app.test_client(), "/sign-in", **right) >= 1
    assert asks.answer.status_code == 302


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(app, person_id):
    with app.app_context():
        proof = models.proof_of("ada.reader@example.org", PASSWORD)
        assert proof and proof.person()
        session.get_one(Person, person_id).set_password("four other plain words")
        assert proof.person() is None
        session.rollback()
        proof = models.proof_of("ada.reader@example.org", PASSWORD)
        session.get_one(Person, person_id).removed_at = now()
        assert proof and proof.person() is None


def test_an_easy_password_of_before_still_signs_in_and_cannot_be_chosen_anew(app, person_id):
    with app.app_context():
        session.get_one(Person, person_id).password_hash = QUICK.hash("password1234")
        session.commit()
    client = app.test_client()
    old = {"email": "ada.reader@example.org", "password": "password1234"}
    assert client.post("/sign-in", data=old).status_code == 302
    for easy, says in (("letmein123456", "many people use it"), ("Ada.Reader.99", "your name")):
        given = {"old": "password1234", "password": easy, "again": easy}
        assert says in client.post("/account", data=given).text
    assert signed_in(client)
