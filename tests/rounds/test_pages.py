from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.rounds.models import Kind, Round
from reviewer.systems.register import systems_at
from tests.running.makers import make_person, make_round, sign_in


@pytest.fixture
def people(app: Flask) -> dict[Role, FlaskClient]:
    """A browser for each role."""
    with app.app_context():
        ids = {role: make_person(role.value, role).id for role in Role if role is not Role.SYSTEM}
        session.commit()
    return {role: sign_in(app, person_id) for role, person_id in ids.items()}


@pytest.fixture
def lead(people: dict[Role, FlaskClient]) -> FlaskClient:
    return people[Role.POLICY_LEAD]


@pytest.fixture
def round_id(app: Flask) -> int:
    with app.app_context():
        made = make_round("spring", closes_on=date(2027, 3, 31))
        session.commit()
        return made.id


def send(client: FlaskClient, **fields: object):
    data = {"name": "Spring", "instrument": "1", "scope": "current", "closes_on": ["", "", ""]}
    return client.post("/rounds/new", data=data | {"on": ["", "", ""]} | fields)


def only_round() -> Round:
    return session.scalars(select(Round)).one()


def test_no_round_yet(people):
    assert "Make a round" in people[Role.POLICY_LEAD].get("/rounds").text
    viewers = people[Role.POLICY_VIEWER].get("/rounds").text
    assert "There is no round yet" in viewers
    assert "Make a round" not in viewers


def test_the_list_of_rounds(app, people, round_id):
    with app.app_context():
        hidden = make_round("a private one", systems=1)
        hidden.kind = Kind.SELF
        session.commit()
    page = people[Role.POLICY_VIEWER].get("/rounds").text
    for part in ("Spring", "Open", "2 systems", "31 March 2027", f'href="/rounds/{round_id}"'):
        assert part in page
    assert "private" not in page


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.REVIEWER, [403, 403, 403]), (Role.POLICY_VIEWER, [200, 403, 403])],
)
def test_who_may_do_what(app, people, round_id, role, status):
    client = people[role]
    done = [
        client.get("/rounds"),
        send(client),
        client.post(f"/rounds/{round_id}/state", data={"state": "closed"}),
    ]
    assert [answer.status_code for answer in done] == status
    with app.app_context():
        assert only_round().is_open


def test_nobody_signed_in_is_sent_to_sign_in(app, round_id):
    client = app.test_client()
    for answer in (client.get("/rounds"), send(client), client.post(f"/rounds/{round_id}/state")):
        assert answer.headers["Location"].startswith("/sign-in")


def test_a_round_of_todays_register(app, lead):
    sent = send(lead, name="  Spring   2027 ", closes_on=["31", "3", "2027"])
    with app.app_context():
        made = only_round()
        assert sent.headers["Location"] == f"/rounds/{made.id}"
        assert (made.name, made.closes_on, made.state) == (
            "Spring 2027",
            date(2027, 3, 31),
            "draft",
        )
        assert made.systems() == systems_at(date.today())


def test_a_round_of_the_register_on_a_day(app, lead):
    send(lead, scope="on", on=["1", "July", "2023"])
    with app.app_context():
        made = only_round()
        assert made.closes_on is None
        assert made.systems() == systems_at(date(2023, 7, 1))
        assert len(made.systems()) == 42


def test_a_round_of_a_list_of_codes(app, lead):
    send(lead, scope="chosen", codes="E54000024\r\nE54000040, E54000024\r\n")
    with app.app_context():
        assert {s.code for s in only_round().systems()} == {"E54000024", "E54000040"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "Give the round a name"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"closes_on": ["31", "2", "2027"]}, "Enter a real date, such as 31 3 2027."),
        # WTForms looks at the first part alone: this would be a round without a date.
        ({"closes_on": ["", "3", "2027"]}, "Enter a real date, such as 31 3 2027."),
        ({"scope": "on"}, "Enter the day on which the register is read."),
        ({"scope": "on", "on": ["1", "1", "1990"]}, "at least one system"),
        ({"scope": "chosen"}, "Enter at least one ONS code"),
        ({"scope": "chosen", "codes": "E1 E54000024 E2"}, "has the code E1, E2."),
        ({"scope": ""}, "Choose which systems are in scope."),
        ({"name": "spring"}, "There is a round of this name already"),
    ],
)
def test_a_form_that_is_refused_says_why_and_makes_nothing(app, lead, round_id, fields, message):
    page = send(lead, **fields)
    assert message in page.text
    assert "<title>Error: Make a round" in page.text
    with app.app_context():
        assert only_round().id == round_id


def test_what_was_typed_is_still_there_after_a_mistake(lead):
    page = send(lead, name="", closes_on=["41", "3", "2027"], scope="chosen", codes="E54000024")
    for typed in ('value="41"', 'value="2027"', "E54000024</textarea>"):
        assert typed in page.text


def test_closing_and_opening(app, lead, round_id):
    address = f"/rounds/{round_id}/state"
    assert lead.get(address).status_code == 405
    lead.post(address, data={"state": "closed"})
    with app.app_context():
        closed_at = only_round().closed_at
        assert closed_at and not only_round().is_open
    lead.post(address, data={"state": "closed"})
    with app.app_context():
        assert only_round().closed_at == closed_at
    lead.post(address, data={"state": "neither"})
    refused = lead.post(address, data={"state": "open", "because": "  "}, follow_redirects=True)
    assert "Say why the round is opened again." in refused.text
    lead.post(address, data={"state": "open", "because": "A late reply"})
    with app.app_context():
        assert only_round().is_open
        assert only_round().closed_at is None


def test_a_self_assessment_is_no_round_to_the_policy_team(app, lead, round_id):
    with app.app_context():
        only_round().kind = Kind.SELF
        session.commit()
    assert lead.post(f"/rounds/{round_id}/state", data={"state": "closed"}).status_code == 404
    assert lead.post("/rounds/999/state", data={"state": "closed"}).status_code == 404
