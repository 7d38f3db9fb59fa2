"""Inviting, from the pasted list to the first page of the invited."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import func, select

from reviewer.db import now, session
from reviewer.jobs import Job
from reviewer.people.mail import Message, MessageState
from reviewer.people.models import Person, SignInLink, check_password
from reviewer.people.permissions import Role
from reviewer.systems.models import System
from tests.people.mailbox import mailbox
from tests.people.test_mail import run_jobs
from tests.running.makers import make_person, sign_in

PASSWORD = "four random plain words"
LIST = "Ada Reader,Ada@Example.org,A Charity,NHS Kent & Medway ICB\nBen Lee <ben@example.org>"


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        made = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, made.id)


def invite(client, people, action="invite", role="reviewer", **more):
    data = {"people": people, "role": role, "action": action} | more
    return client.post("/people/invite", data=data, content_type="multipart/form-data")


def counts(app) -> tuple[int, int]:
    with app.app_context():
        people = session.scalar(select(func.count(Person.id)))
        return people - 1, session.scalar(select(func.count(Message.id)))


def person(email: str) -> Person:
    return session.scalars(select(Person).filter_by(email=email)).one()


def test_checking_shows_the_list_and_writes_nothing(app, lead):
    page = invite(lead, LIST, "check").text
    assert "2 people would be invited as reviewer" in page
    assert (
        "ada@example.org" in page and '<td class="govuk-table__cell">Kent and Medway</td>' in page
    )
    assert counts(app) == (0, 0)
    with app.app_context():
        assert not session.scalar(select(SignInLink)) and not session.scalar(select(Job))


def test_inviting_makes_accounts_and_letters(app, lead):
    assert invite(lead, LIST).headers["Location"] == "/people/outbox"
    with app.app_context():
        ada, ben = person("ada@example.org"), person("ben@example.org")
        assert (ada.name, ada.organisation, ada.role) == ("Ada Reader", "A Charity", "reviewer")
        assert ada.home_system.name == "Kent and Medway" and ada.system is None
        assert ben.name == "Ben Lee" and ben.home_system is None
    assert counts(app) == (2, 2)
    page = lead.get("/people/outbox").text
    assert "2 people are invited. Nothing is sent from here" in page
    # A second press of the button.
    assert "Everybody in the list has an account already" in invite(lead, LIST).text
    assert counts(app) == (2, 2)


def test_a_hundred_at_once(app, lead):
    people = "\n".join(f"Reader {n}\treader{n}@example.org\tCharity\tSussex" for n in range(100))
    assert "100 people would be invited" in invite(lead, people, "check").text
    with mailbox() as box:
        app.config["SMTP_URL"] = box.url
        assert invite(lead, people).headers["Location"] == "/people?show=invited"
        with app.app_context():
            run_jobs()
        assert sorted(mail["To"].addresses[0].addr_spec for mail in box.taken) == sorted(
            f"reader{n}@example.org" for n in range(100)
        )
    assert counts(app) == (100, 100)


def test_a_person_of_a_system_answers_for_it(app, lead):
    assert "add the system that Ada answers for" in invite(lead, "Ada,a@b.org", role="system").text
    invite(lead, "Ada,a@b.org,,E54000032", role="system")
    with app.app_context():
        ada = person("a@b.org")
        assert ada.role == "system" and ada.system.code == "E54000032" and not ada.home_system


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ("", "Paste a list of people, or choose a file"),
        (" \n , \n", "Paste a list of people, or choose a file"),
        ("name,email", "The list has nobody in it."),
        ("Ada,ada@example.org,,Surry Heartland", "Do you mean Surrey Heartlands?"),
        ("Ada,ada@example.org,,E999", "no system is called “E999”. Use its name or ONS code."),
        ("Ada\nBen,ben@example.org\nCy,cy@example", "2 things to put right"),
        ('"Ada,ada@example.org\nBen,ben@example.org', "a quotation mark is opened"),
        ("A,a@b.org\n" * 201, "more than 200 lines"),
    ],
)
def test_a_list_with_a_mistake_invites_nobody_and_is_not_lost(app, lead, people, says):
    page = invite(lead, people)
    assert page.status_code == 200 and says in page.text
    assert "<title>Error: " in page.text
    assert counts(app) == (0, 0)
    if people.startswith("Ada"):
        assert "Ada" in page.text.partition("<textarea")[2].partition("</textarea>")[0]


def test_mistakes_are_listed_in_the_order_of_the_lines(lead):
    page = invite(lead, "A,a@b.org,,Nowhere at all\nB\nC,c@b.org,,E1", "check").text
    places = [page.index(f"Line {n}: ") for n in (1, 2, 3)]
    assert places == sorted(places)


def test_accounts_that_are_there_are_left_alone(app, lead):
    with app.app_context():
        ada = make_person("Ada Reader", Role.POLICY_VIEWER)
        make_person("Old Hand", Role.REVIEWER).removed_at = now()
        session.commit()
        address = ada.email
    people = f"Somebody Else,{address}\nOld Hand,old.hand@example.org\nNew,new@example.org"
    page = invite(lead, people, "check").text
    assert "1 person would be invited" in page and "2 people have an account already" in page
    assert "policy viewer, has not been here yet" in page and "access removed" in page
    invite(lead, people)
    with app.app_context():
        assert person(address).name == "Ada Reader" and person(address).role == "policy-viewer"
        assert person("old.hand@example.org").removed_at
        assert session.scalars(select(Message)).one().person.email == "new@example.org"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_is_checked_and_then_stands_in_the_box(app, lead, ending):
    rows = [["Name", "Email", "Organisation"], ["Siân", "sian@example.org", 'The "Kite", London']]
    if ending == "xlsx":
        book, file = Workbook(), BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(file)
        content = file.getvalue()
    else:
        content = 'Name,Email,Organisation\nSiân,sian@example.org,"The ""Kite"", London"'.encode(
            "cp1252"
        )
    upload = (BytesIO(content), f"people.{ending}")
    page = invite(lead, "", "check", file=upload).text
    assert "1 person would be invited" in page
    box = "Name\tEmail\tOrganisation\nSiân\tsian@example.org\tThe &#34;Kite&#34;, London"
    assert box in page
    assert counts(app) == (0, 0)
    invite(lead, box.replace("&#34;", '"'))
    with app.app_context():
        assert person("sian@example.org").organisation == 'The "Kite", London'


def test_a_file_that_is_none(lead):
    other = (BytesIO(b"x"), "people.pdf")
    assert "ends in .csv or .xlsx" in invite(lead, "", "check", file=other).text
    broken = (BytesIO(b"x"), "people.xlsx")
    assert "cannot be read as an Excel workbook" in invite(lead, "", "check", file=broken).text
    both = (BytesIO(b"A,a@b.org"), "people.csv")
    assert "Use the box or a file" in invite(lead, "B,b@b.org", "check", file=both).text


def test_only_a_policy_lead_invites(app):
    for role in (Role.REVIEWER, Role.POLICY_VIEWER):
        with app.app_context():
            made = make_person(role.value, role)
            session.commit()
            client = sign_in(app, made.id)
        assert invite(client, LIST).status_code == 403


# The invitation ----------------------------------------------------------------------------------


@pytest.fixture
def invitation(app: Flask, lead: FlaskClient) -> str:
    invite(lead, "Ada Reader,ada@example.org")
    with app.app_context():
        message = session.scalars(select(Message)).one()
        return message.link_address.removeprefix("http://localhost")


def accept(client, path, password=PASSWORD, again=PASSWORD):
    return client.post(path, data={"password": password, "again": again})


def test_an_invitation_sets_a_password_and_leads_to_the_work(app, invitation):
    client = app.test_client()
    for _ in range(2):  # mail scanners look, and use nothing up
        page = client.get(invitation)
        assert page.status_code == 200 and "Welcome, Ada Reader" in page.text
    assert accept(client, invitation).headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/reviews"
    with app.app_context():
        assert check_password("ada@example.org", PASSWORD)
        assert person("ada@example.org").entered_at


def test_an_invitation_works_once(app, invitation):
    accept(app.test_client(), invitation)
    late = app.test_client()
    for answer in (late.get(invitation), accept(late, invitation, "another good password")):
        assert answer.status_code == 404 and "no longer works" in answer.text
    with app.app_context():
        assert check_password("ada@example.org", PASSWORD)
    assert late.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", "short", "at least 12"),
        (PASSWORD, "other", "differ"),
        ("", "", "Enter a password"),
    ],
)
def test_a_refused_password_does_not_use_the_invitation_up(app, invitation, password, again, says):
    client = app.test_client()
    assert says in accept(client, invitation, password, again).text
    assert client.get("/account").status_code == 302
    assert accept(client, invitation).status_code == 302


def test_an_invitation_runs_out(app, invitation):
    with app.app_context():
        link = session.scalars(select(SignInLink)).one()
        days = (link.expires_at - now()) / timedelta(days=1)
        assert 13.9 < days <= 14
        link.expires_at = now()
        session.commit()
    assert accept(app.test_client(), invitation).status_code == 404


def test_the_outbox_forgets_the_link_when_it_is_used(app, lead, invitation):
    assert invitation in lead.get("/people/outbox/1").text
    assert invitation in lead.get("/people/outbox.csv").text
    accept(app.test_client(), invitation)
    assert "/sign-in/" not in lead.get("/people/outbox/1").text
    assert "/sign-in/" not in lead.get("/people/outbox.csv").text
    with app.app_context():
        assert session.scalars(select(SignInLink)).one().token is None


def test_a_second_invitation_ends_the_first(app, lead, invitation):
    shown = lead.post("/people/2/link", data={"action": "keep"}).headers["Location"]
    assert shown == "/people/outbox/2"
    assert "Invitation to Ada Reader" in lead.get(shown).text
    assert accept(app.test_client(), invitation).status_code == 404
    with app.app_context():
        newer = session.get_one(Message, 2).link_address.removeprefix("http://localhost")
    assert accept(app.test_client(), newer).status_code == 302


def test_who_has_been_here_gets_a_sign_in_link_and_no_invitation(app, lead, invitation):
    accept(app.test_client(), invitation)
    shown = lead.post("/people/2/link", data={"action": "send"}).headers["Location"]
    assert "Sign-in link to Ada Reader" in lead.get(shown).text
    with app.app_context():
        message = session.get_one(Message, 2)
        assert message.state == MessageState.KEPT
        path = message.link_address.removeprefix("http://localhost")
    client = app.test_client()
    assert "Sign in as Ada Reader" in client.get(path).text
    assert client.post(path).status_code == 302
    assert client.get("/account").status_code == 200


def test_two_invitations_of_one_person_at_the_same_moment(app, monkeypatch):
    from reviewer.people import inviting

    with app.app_context():
        system = session.scalars(select(System)).first()
        assert system
        made = inviting.plan([(1, ["Ada", "ada@example.org"])], Role.REVIEWER)
        session.add(Person(email="ada@example.org", name="Ada", role="reviewer"))
        session.flush()
        # The other one was not there yet when this one looked.
        monkeypatch.setattr(inviting, "add_person", lambda email, **more: _insert(email, more))
        assert inviting.invite(made) == []
        assert not session.scalar(select(Message))


def _insert(email, more):
    made = Person(email=email, name=more["name"], role=more["role"].value)
    session.add(made)
    session.flush()
    return made
