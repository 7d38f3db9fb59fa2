"""When a visit ends, what a copy of its cookie is worth then, and how the cookie is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import func, select

from reviewer.db import now, session
from reviewer.people import passwords, visits
from reviewer.people.models import Person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.people.visits import EndedVisit, forget_ended
from reviewer.web import create_app
from tests.people.conftest import QUICK
from tests.running.makers import make_person

PASSWORD = "four random plain words"
ADA = {"email": "ada.reader@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def ada(app: Flask) -> int:
    with app.app_context():
        person = make_person("Ada Reader", Role.REVIEWER)
        person.password_hash = QUICK.hash(PASSWORD)
        session.commit()
        return person.id


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which Ada is signed in by her password."""
    client = app.test_client()
    assert client.post("/sign-in", data=ADA).status_code == 302
    return client


def signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def copy_of(client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie, as a thief has."""
    copy = client.application.test_client()
    copy.set_cookie("session", client.get_cookie("session").value)
    return copy


def test_a_copy_of_the_cookie_ends_with_the_visit(app, client):
    copy = copy_of(client)
    assert signed_in(copy)
    client.post("/sign-out")
    assert not signed_in(copy)
    assert not signed_in(client)


def test_signing_out_twice_is_no_fault(app, client):
    copies = [copy_of(client), copy_of(client)]
    for copy in copies:
        assert copy.post("/sign-out").status_code == 302


def test_signing_out_here_ends_no_other_visit(app, client):
    other = app.test_client()
    other.post("/sign-in", data=ADA)
    client.post("/sign-out")
    assert signed_in(other)


def test_signing_out_everywhere(app, client):
    other = app.test_client()
    other.post("/sign-in", data=ADA)
    assert "Sign out in every browser" in other.get("/account").text
    assert client.post("/account/sign-out-everywhere").location == "/sign-in"
    assert not signed_in(other)
    assert "signed out in every browser" in client.get("/sign-in").text
    assert client.post("/sign-in", data=ADA).status_code == 302
    assert signed_in(client)


def test_every_sign_in_has_a_key_of_its_own(app, client):
    def key() -> str:
        with client.session_transaction() as kept:
            return kept[visits.VISIT][0]

    before = key()
    with client.session_transaction() as kept:
        kept["of an earlier visitor"] = "x"
    client.post("/sign-in", data=ADA)
    assert key() != before
    with client.session_transaction() as kept:
        assert "of an earlier visitor" not in kept


def test_a_visit_ends_when_nothing_was_done(app, client, monkeypatch):
    hours, start = [0], int(visits.time())
    signed = lambda _signer: start + hours[0] * 3600  # noqa: E731
    monkeypatch.setattr(TimestampSigner, "get_timestamp", signed)
    for _ in range(5):
        hours[0] += 11
        assert signed_in(client), "every request begins the hours anew"
    hours[0] += 13
    assert not signed_in(client)


def test_a_visit_ends_however_busy(app, client, monkeypatch):
    start = visits.time()
    monkeypatch.setattr(visits, "time", lambda: start + 7 * 24 * 3600 - 60)
    assert signed_in(client)
    monkeypatch.setattr(visits, "time", lambda: start + 7 * 24 * 3600 + 60)
    assert not signed_in(client)


def test_a_cookie_of_before_is_no_visit(app, client):
    with client.session_transaction() as kept:
        del kept[visits.VISIT]
    assert not signed_in(client)


def test_what_is_over_in_any_case_is_forgotten(app, client):
    client.post("/sign-out")
    with app.app_context():
        count = select(func.count()).select_from(EndedVisit)
        forget_ended()
        assert session.scalar(count) == 1
        session.scalars(select(EndedVisit)).one().ended_at = now() - timedelta(days=9)
        session.commit()
        forget_ended()
        assert session.scalar(count) == 0


@pytest.mark.parametrize("secure", [False, True])
def test_how_the_browser_keeps_the_cookie(app, secure):
    settings = {name: app.config[name] for name in ("DATABASE_URL", "SECRET_KEY", "UPLOADS_DIR")}
    other = create_app(settings | {"SECURE_COOKIES": secure, "PUBLIC_URL": "https://localhost"})
    other.config["WTF_CSRF_ENABLED"] = False
    address = "https://localhost" if secure else "http://localhost"
    response = other.test_client().post("/sign-in", data=ADA, base_url=address)
    name, *flags = response.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-session=" if secure else "session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert ("Secure" in flags) is secure
    assert not [flag for flag in flags if flag.startswith("Domain")]
    assert ("Strict-Transport-Security" in response.headers) is secure


def test_passwords_are_hashed_by_argon2id_with_more_than_owasps_least(monkeypatch):
    monkeypatch.undo()  # of the quick ones
    given = extract_parameters(passwords._hasher.hash("x"))
    assert given.type is Type.ID
    assert given.memory_cost >= 19 * 1024 and given.time_cost >= 2


def test_a_hash_of_other_numbers_is_renewed_at_sign_in(app, client, ada, monkeypatch):
    def stored() -> str:
        with app.app_context():
            found = session.get_one(Person, ada).password_hash
            session.rollback()
            return found

    before = stored()
    app.test_client().post("/sign-in", data=ADA)
    assert stored() == before
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=64))
    app.test_client().post("/sign-in", data=ADA | {"password": "wrong"})
    assert stored() == before
    assert app.test_client().post("/sign-in", data=ADA).status_code == 302
    assert extract_parameters(stored()).time_cost == 2


def test_removing_access_holds_from_the_next_request_on(app, client, ada):
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, ada), 1)
        session.get_one(Person, ada).removed_at = now()
        session.commit()
    assert not signed_in(client)
    assert app.test_client().post(f"/sign-in/{token}").status_code == 404
    assert app.test_client().post("/sign-in", data=ADA).status_code == 200
