"""The pages of people, and what a change does to somebody who is signed in."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import now, session
from reviewer.people.access import Refused, change, remove
from reviewer.people.directory import Standing, standing_of
from reviewer.people.letters import Kind
from reviewer.people.mail import Message, MessageState, keep
from reviewer.people.models import Person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review, assign
from reviewer.systems.models import System
from reviewer.systems.register import systems_at
from tests.running.makers import make_person, make_round, sign_in
from tests.running.test_overview import queries

PASSWORD = "four random plain words"


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        made = make_person("Lee Lead", Role.POLICY_LEAD, organisation="The Alliance")
        session.commit()
        return sign_in(app, made.id)


@pytest.fixture
def ada(app: Flask, lead: FlaskClient) -> int:
    with app.app_context():
        made = make_person("Ada Reader", Role.REVIEWER, organisation="A Charity")
        session.commit()
        return made.id


def names(page: str) -> list[str]:
    return re.findall(r'href="/people/\d+">([^<]+)</a>', page)


def details(**changed):
    given = {"name": "Ada Reader", "email": "ada.reader@example.org", "role": "reviewer"}
    return given | {"organisation": "A Charity", "system": ""} | changed


@pytest.mark.parametrize(
    ("removed", "entered", "last", "standing"),
    [
        (False, False, None, Standing.INVITED),
        (False, False, "kept", Standing.INVITED),
        (False, False, "failed", Standing.MAIL_FAILED),
        (False, True, "failed", Standing.MAIL_FAILED),
        (False, True, "sent", Standing.ACTIVE),
        (True, True, "failed", Standing.REMOVED),
    ],
)
def test_standing(removed, entered, last, standing):
    person = Person(removed_at=now() if removed else None, entered_at=now() if entered else None)
    assert standing_of(person, last) is standing


def test_the_list_can_be_narrowed(app, lead, ada):
    with app.app_context():
        sussex = session.scalars(select(System).filter_by(name="Sussex")).one()
        make_person("Ben Lee", Role.REVIEWER, home_system=sussex).removed_at = now()
        message = keep(Kind.LINK, session.get_one(Person, ada))
        message.state, message.error = MessageState.FAILED, "The mail server said no."
        session.commit()
    page = lead.get("/people").text
    assert names(page) == ["Ada Reader", "Ben Lee", "Lee Lead"]
    assert "The mail server said no." in page
    for asked, expected in {
        "show=mail": ["Ada Reader"],
        "show=removed": ["Ben Lee"],
        "show=active": [],
        "role=policy-lead": ["Lee Lead"],
        "q=SUSSEX+ben": ["Ben Lee"],
        "q=charity": ["Ada Reader"],
        "q=lee": ["Ben Lee", "Lee Lead"],
        "q=lee&show=removed": ["Ben Lee"],
        "q=nobody": [],
    }.items():
        assert names(lead.get(f"/people?{asked}").text) == expected, asked
    assert lead.get("/people?show=x").status_code == 404
    assert lead.get("/people?role=x").status_code == 404


def test_only_the_last_email_counts(app, lead, ada):
    with app.app_context():
        person = session.get_one(Person, ada)
        keep(Kind.LINK, person).state = MessageState.FAILED
        keep(Kind.LINK, person)
        session.commit()
    assert "Mail could not be sent" not in lead.get("/people").text


def test_the_list_asks_as_many_questions_for_many_as_for_one(app, lead, ada):
    with queries() as few:
        lead.get("/people")
    with app.app_context():
        for number, system in enumerate(session.scalars(select(System).limit(9))):
            keep(Kind.LINK, make_person(f"Reader {number}", Role.REVIEWER, home_system=system))
        session.commit()
    with queries() as many:
        lead.get("/people")
    assert len(many) == len(few)


def test_a_name_is_text(app, lead):
    with app.app_context():
        made = make_person("X", Role.REVIEWER, organisation="<i>Org</i>")
        made.name = "<b>Bold</b>"
        session.commit()
        number = made.id
    for path in ("", f"/{number}", f"/{number}/change", f"/{number}/remove"):
        page = lead.get(f"/people{path}").text
        assert "<b>Bold" not in page and "&lt;b&gt;Bold" in page


def test_changing_details(app, lead, ada):
    with app.app_context():
        sussex = session.scalars(select(System.id).filter_by(name="Kent and Medway")).one()
    changed = details(name=" Ada  Read ", organisation="Other", system=sussex, email="A@B.org")
    assert lead.post(f"/people/{ada}/change", data=changed).headers["Location"] == f"/people/{ada}"
    page = lead.get(f"/people/{ada}").text
    for shown in ("Ada Read", "Other", "Kent and Medway", "a@b.org"):
        assert shown in page
    assert "selected>Kent and Medway" in lead.get(f"/people/{ada}/change").text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"email": "nobody"}, "Enter an email address"),
        ({"email": "lee.lead@example.org"}, "Somebody else has an account"),
        ({"name": " "}, "Enter the name"),
        ({"name": "A" * 201}, "at most 200"),
        ({"role": "system"}, "Choose the system that the person answers for"),
        ({"role": "other"}, "Not a valid choice"),
        ({"system": "999"}, "Not a valid choice"),
    ],
)
def test_details_that_are_refused(app, lead, ada, changed, says):
    page = lead.post(f"/people/{ada}/change", data=details(**changed))
    assert says in page.text and "<title>Error: " in page.text
    with app.app_context():
        assert session.get_one(Person, ada).email == "ada.reader@example.org"


def test_a_role_holds_from_the_next_request_on(app, lead, ada):
    client = sign_in(app, ada)
    assert client.get("/reviews").status_code == 200
    assert client.get("/rounds").status_code == 403
    lead.post(f"/people/{ada}/change", data=details(role="policy-viewer"))
    # The visit of the earlier role is over, and the next one is of the new role.
    assert client.get("/reviews").location.startswith("/sign-in")
    enter(app, client, ada)
    assert client.get("/reviews").status_code == 403
    assert client.get("/rounds").status_code == 200


def test_a_name_changes_without_a_new_sign_in(app, lead, ada):
    client = sign_in(app, ada)
    lead.post(f"/people/{ada}/change", data=details(name="Ada Read"))
    assert "Ada Read" in client.get("/reviews").text


def test_another_system_to_answer_for_ends_the_visit(app, lead, ada):
    with app.app_context():
        first, second = [system.id for system in systems_at(date.today())][:2]
        session.rollback()
    lead.post(f"/people/{ada}/change", data=details(role="system", system=first))
    client = app.test_client()
    enter(app, client, ada)
    assert client.get("/account").status_code == 200
    lead.post(f"/people/{ada}/change", data=details(role="system", system=second))
    assert client.get("/account").status_code == 302


def test_a_lead_who_gives_the_role_up_goes_on_with_a_new_key(app, lead):
    with app.app_context():
        make_person("Other Lead", Role.POLICY_LEAD)
        session.commit()
    before = app.test_client()
    before.set_cookie("session", lead.get_cookie("session").value)
    changed = details(name="Lee Lead", email="lee.lead@example.org", role="policy-viewer")
    lead.post("/people/1/change", data=changed)
    assert lead.get("/account").status_code == 200
    assert lead.get("/people").status_code == 403
    assert before.get("/account").status_code == 302


def enter(app, client, person_id):
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, person_id), 1)
        session.commit()
    assert client.post(f"/sign-in/{token}").status_code == 302


def test_a_person_becomes_one_of_a_system_and_back(app, lead, ada):
    with app.app_context():
        number = session.scalars(select(System.id).filter_by(name="Kent and Medway")).one()
    lead.post(f"/people/{ada}/change", data=details(role="system", system=number))
    with app.app_context():
        person = session.get_one(Person, ada)
        assert person.system_id == number and person.home_system_id is None
    lead.post(f"/people/{ada}/change", data=details(system=number))
    with app.app_context():
        person = session.get_one(Person, ada)
        assert person.system_id is None and person.home_system_id == number


def test_a_new_address_ends_the_links_to_the_old_one(app, lead, ada):
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, ada), 1)
        session.commit()
    lead.post(f"/people/{ada}/change", data=details(email="ada@example.org"))
    assert app.test_client().post(f"/sign-in/{token}").status_code == 404


# Removing ----------------------------------------------------------------------------------------


def test_a_removed_person_is_out_at_the_next_request(app, lead, ada):
    with app.app_context():
        person = session.get_one(Person, ada)
        person.set_password(PASSWORD)
        token = make_sign_in_link(person, 1)
        session.commit()
    client = sign_in(app, ada)
    assert client.get("/account").status_code == 200
    assert "Remove the access of Ada Reader?" in lead.get(f"/people/{ada}/remove").text
    for _ in range(2):
        assert lead.post(f"/people/{ada}/remove").headers["Location"] == f"/people/{ada}"
    assert client.get("/account").headers["Location"].startswith("/sign-in")
    assert client.post("/account", headers={"Accept": "application/json"}).status_code == 401
    assert client.post(f"/sign-in/{token}").status_code == 404
    again = client.post("/sign-in", data={"email": "ada.reader@example.org", "password": PASSWORD})
    assert "not right" in again.text
    assert "Give access back" in lead.get(f"/people/{ada}").text


def test_access_can_be_given_back(app, lead, ada):
    client = sign_in(app, ada)
    with app.app_context():
        session.get_one(Person, ada).set_password(PASSWORD)
        session.commit()
    lead.post(f"/people/{ada}/remove")
    assert (
        "Give Ada Reader access back first"
        in lead.post(f"/people/{ada}/link", follow_redirects=True).text
    )
    lead.post(f"/people/{ada}/give-back")
    # The session of before stays ended; the password works.
    assert client.get("/account").status_code == 302
    client.post("/sign-in", data={"email": "ada.reader@example.org", "password": PASSWORD})
    assert client.get("/account").status_code == 200


def test_answers_keep_the_name_of_who_was_removed(app, lead, ada):
    with app.app_context():
        round_ = make_round("spring")
        review = assign(round_, round_.systems()[0], session.get_one(Person, ada))
        given = Given(options=frozenset({"yes"}))
        review.record("population-4", "plan", given, author=review.reviewer)
        session.commit()
        number = round_.id
    lead.post(f"/people/{ada}/remove")
    with app.app_context():
        assert session.scalars(select(Review)).one().reader == "Ada Reader"
    assert "Ada Reader" in lead.get(f"/rounds/{number}/answers.csv").text
    assert "Ada Reader" in lead.get(f"/rounds/{number}").text
    assert "Ada Reader" not in lead.get(f"/rounds/{number}/assign").text


def test_the_last_lead_stays(app, lead):
    says = "Lee Lead is the only policy lead. Make somebody else a policy lead first."
    assert says in lead.post("/people/1/remove", follow_redirects=True).text
    changed = details(name="Lee Lead", email="lee.lead@example.org", role="reviewer")
    assert says in lead.post("/people/1/change", data=changed).text
    assert lead.get("/people").status_code == 200


@pytest.mark.parametrize(("demonstration", "removed"), [(True, False), (False, True)])
def test_who_does_not_count_as_another_lead(app, lead, demonstration, removed):
    with app.app_context():
        other = make_person("Pat Lead", Role.POLICY_LEAD, demonstration=demonstration)
        other.removed_at = now() if removed else None
        lee = session.get_one(Person, 1)
        with pytest.raises(Refused, match="only policy lead"):
            remove(lee)


def test_one_of_two_leads_can_go(app, lead):
    with app.app_context():
        make_person("Other Lead", Role.POLICY_LEAD)
        session.commit()
    lead.post("/people/1/remove")
    assert lead.get("/people").headers["Location"].startswith("/sign-in")


def test_a_lead_of_the_demonstration_goes_when_a_real_one_is_there(app, lead):
    with app.app_context():
        pat = make_person("Pat Lead", Role.POLICY_LEAD, demonstration=True)
        remove(pat)
        assert pat.removed_at


def test_the_role_of_the_last_lead_can_be_kept_while_details_change(app, lead):
    with app.app_context():
        lee = session.get_one(Person, 1)
        change(lee, name="L", email=lee.email, organisation="", role=Role.POLICY_LEAD, system=None)
        assert lee.name == "L"


def test_emails_that_could_not_be_sent_are_shown_with_the_person(app, lead, ada):
    app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    lead.post(f"/people/{ada}/link", data={"action": "send"})
    with app.app_context():
        message = session.scalars(select(Message)).one()
        message.state, message.error = MessageState.FAILED, "550 no such user."
        session.commit()
    page = lead.get(f"/people/{ada}").text
    assert "550 no such user." in page and "Send the invitation again" in page
    assert lead.get("/people/999").status_code == 404
