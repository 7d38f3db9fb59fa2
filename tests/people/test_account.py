from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.models import Person, check_password, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.systems.models import System
from tests.running.makers import make_person, sign_in


@pytest.fixture
def person_id(app: Flask) -> int:
    with app.app_context():
        person = make_person("Ada Reader", Role.REVIEWER, organisation="A <Charity>")
        session.commit()
        return person.id


def test_what_is_known_of_the_person(app, person_id):
    page = sign_in(app, person_id).get("/account").text
    for known in ("Ada Reader", "ada.reader@example.org", "A &lt;Charity&gt;", "Reviewer"):
        assert known in page
    assert ">System<" not in page


def test_a_person_of_a_system(app):
    with app.app_context():
        system = session.scalars(select(System).limit(1)).one()
        person = make_person("Sam System", Role.SYSTEM, system=system)
        session.commit()
        client, name = sign_in(app, person.id), system.name
    assert name in client.get("/account").text


def test_setting_a_password(app, person_id):
    client = sign_in(app, person_id)
    assert "Set a password" in client.get("/account").text
    words = "four random plain words"
    assert client.post("/account", data={"password": words, "again": words}).status_code == 302
    page = client.get("/account").text
    assert "Your password is set" in page
    assert "Change your password" in page
    with app.app_context():
        assert check_password("ada.reader@example.org", words)


OLD, NEW = "four random plain words", "four other plain words"


def change(client, old, new=NEW):
    return client.post("/account", data={"old": old, "password": new, "again": new})


@pytest.fixture
def with_password(app, person_id) -> int:
    with app.app_context():
        session.get_one(Person, person_id).set_password(OLD)
        session.commit()
    return person_id


def test_changing_a_password_asks_for_the_old_one(app, with_password):
    client = sign_in(app, with_password)
    assert "Your current password" in client.get("/account").text
    assert "This is not your current password" in change(client, "wrong").text
    assert "Enter your current password" in change(client, "").text
    assert change(client, OLD).headers["Location"] == "/account"
    with app.app_context():
        assert check_password("ada.reader@example.org", NEW)


def test_a_new_password_ends_every_other_session_and_link(app, with_password):
    here, elsewhere = sign_in(app, with_password), sign_in(app, with_password)
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, with_password), 1)
        session.commit()
    assert elsewhere.get("/account").status_code == 200
    change(here, OLD)
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").headers["Location"].startswith("/sign-in")
    assert app.test_client().post(f"/sign-in/{token}").status_code == 404


def test_who_came_by_a_link_sets_a_new_password_without_the_old(app, with_password):
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, with_password), 1)
        session.commit()
    client = app.test_client()
    client.post(f"/sign-in/{token}")
    assert "Your current password" not in client.get("/account").text
    assert client.post("/account", data={"password": NEW, "again": NEW}).status_code == 302
    # Once; the next change asks again.
    assert "Your current password" in client.get("/account").text


def test_the_old_password_cannot_be_guessed_here_either(app, with_password):
    client = sign_in(app, with_password)
    for _ in range(10):
        change(client, "wrong")
    assert "Too many wrong tries" in change(client, OLD).text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "four random words", "again": "for random words"}, "passwords differ"),
        ({"password": "", "again": ""}, "Enter a password"),
    ],
)
def test_a_password_that_is_refused(app, person_id, data, message):
    page = sign_in(app, person_id).post("/account", data=data)
    assert message in page.text
    with app.app_context():
        assert session.get_one(Person, person_id).password_hash is None


def test_a_new_link_for_somebody_who_cannot_get_in(app):
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=["people", "add", "a@example.org", "--name", "A", "--role", "reviewer"]
    )
    again = runner.invoke(args=["people", "link", "A@example.org"])
    assert again.exit_code == 0
    assert again.output.startswith("http://localhost/sign-in/")
    assert again.output != made.output
    nobody = runner.invoke(args=["people", "link", "b@example.org"])
    assert nobody.exit_code == 1
    assert "no account with the address b@example.org" in nobody.output


def test_a_person_has_a_name(app):
    result = app.test_cli_runner().invoke(
        args=["people", "add", "a@example.org", "--name", " ", "--role", "reviewer"]
    )
    assert result.exit_code == 1
    assert "Give the person's name" in result.output
