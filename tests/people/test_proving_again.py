"""What changes how somebody gets in asks again for password and code that were given long ago."""

from __future__ import annotations

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviewer.db import session
from reviewer.people import factor, permissions
from reviewer.people.models import Person, SecondFactor
from reviewer.people.permissions import Role
from tests.people.conftest import QUICK
from tests.running.makers import make_person, sign_in

PASSWORD = "four random plain words"
QUARTER, HOUR = 15 * 60, 60 * 60
FORM = {"name": "Ada Reader", "email": "ada@example.org", "role": "reviewer", "system": ""}


@pytest.fixture(autouse=True)
def ada(app: Flask) -> int:
    with app.app_context():
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        lead.password_hash = QUICK.hash(PASSWORD)
        person = make_person("Ada Reader", Role.REVIEWER)
        session.commit()
        return person.id


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.post("/sign-in", data={"email": "lee.lead@example.org", "password": PASSWORD})
    return client


@pytest.fixture
def later(monkeypatch):
    """`later(seconds)`: so much later than now."""
    start = permissions.time()
    return lambda seconds: monkeypatch.setattr(permissions, "time", lambda: start + seconds)


def email_of(app: Flask, person_id: int) -> str:
    with app.app_context():
        found = session.get_one(Person, person_id).email
        session.rollback()
        return found


def test_which_addresses_ask(app):
    asking = {name for name, view in app.view_functions.items() if getattr(view, "fresh", False)}
    assert asking == {
        *("directory.change_person", "directory.reset_second_factor", "directory.make_link"),
        *("factor.set_up_page", "holding.ask", "holding.forget", "mail.again"),
    }


def test_a_new_address_of_somebody_asks_again_after_a_quarter_of_an_hour(app, lead, later, ada):
    path = f"/people/{ada}/change"
    later(QUARTER - 60)
    assert lead.get(path).status_code == 200
    later(QUARTER + 60)
    asked = lead.get(path).location
    assert asked == f"/account/confirm?next={path}"
    assert "Your password" in lead.get(asked).text
    assert "This is not your password" in lead.post(asked, data={"password": "wrong"}).text
    assert lead.get(path).status_code == 302
    assert lead.get("/people").status_code == 200, "other pages go on"


def test_it_goes_on_where_one_wanted_to_and_is_not_asked_again(app, lead, later, ada, monkeypatch):
    path = f"/people/{ada}/change"
    later(QUARTER + 60)
    asked = lead.get(path).location
    monkeypatch.undo()
    monkeypatch.setattr("reviewer.people.passwords._hasher", QUICK)
    assert lead.post(asked, data={"password": PASSWORD}).location == path
    assert lead.get(path).status_code == 200
    assert lead.post(path, data=FORM).status_code == 302
    assert email_of(app, ada) == "ada@example.org"


def test_a_form_that_was_opened_in_time_can_be_sent_for_an_hour(app, lead, later, ada):
    path = f"/people/{ada}/change"
    later(HOUR - 60)
    assert lead.post(path, data=FORM).location == f"/people/{ada}"
    assert email_of(app, ada) == "ada@example.org"
    later(HOUR + 60)
    assert "/account/confirm" in lead.post(path, data=FORM | {"email": "x@example.org"}).location
    assert email_of(app, ada) == "ada@example.org"


@pytest.mark.parametrize("what", ["link", "reset-second-factor"])
def test_a_button_leads_back_to_its_page(app, lead, later, ada, what):
    later(QUARTER + 60)
    page = f"/people/{ada}"
    answer = lead.post(f"{page}/{what}", headers={"Referer": f"http://localhost{page}"})
    assert answer.location == f"/account/confirm?next={page}"
    elsewhere = lead.post(f"{page}/{what}", headers={"Referer": "http://evil.example//x.example"})
    following = lead.post(elsewhere.location, data={"password": PASSWORD}).location
    assert following == "/"


def test_the_code_is_asked_for_as_well(app, lead, later, ada, monkeypatch):
    with app.app_context():
        person = session.query(Person).filter_by(name="Lee Lead").one()
        person.second_factor = SecondFactor(
            secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", set_up_at=person.created_at
        )
        session.commit()
    monkeypatch.setattr(factor, "time", lambda: 1_800_000_000)
    later(QUARTER + 60)
    asked = lead.get(f"/people/{ada}/change").location
    wrong = lead.post(asked, data={"password": PASSWORD, "code": "000000"})
    assert "This code is not right" in wrong.text
    assert "Enter the code" in lead.post(asked, data={"password": PASSWORD}).text
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(1_800_000_000)
    assert lead.post(asked, data={"password": PASSWORD, "code": code}).status_code == 302


def test_a_new_key_is_no_proof(app, lead, later, ada):
    """Ending all other visits gives this one a new key, and asks for nothing."""
    with lead.session_transaction() as kept:
        kept[permissions.PROVEN] -= QUARTER + 60
    assert lead.post("/account/visits/end-others").status_code == 302
    assert "/account/confirm" in lead.get(f"/people/{ada}/change").location


def test_passwords_cannot_be_guessed_here_either(app, lead, later, ada):
    later(QUARTER + 60)
    for _ in range(10):
        lead.post("/account/confirm", data={"password": "wrong"})
    said = lead.post("/account/confirm", data={"password": PASSWORD})
    assert said.status_code == 200 and "Too many wrong tries" in said.text


def test_who_signs_in_by_links_alone_has_nothing_to_be_asked_for(app, later, ada):
    with app.app_context():
        viewer = make_person("Vic Lead", Role.POLICY_LEAD)
        session.commit()
        number = viewer.id
    client = sign_in(app, number)
    later(QUARTER + 60)
    assert client.get(f"/people/{ada}/change").status_code == 200
