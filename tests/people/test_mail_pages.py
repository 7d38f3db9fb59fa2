"""The outbox and the wording of the emails, as the policy lead meets them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import now, session
from reviewer.jobs import Job
from reviewer.people.letters import Kind, LetterWording, letters
from reviewer.people.mail import Message, MessageState, keep
from reviewer.people.models import Person, add_person
from reviewer.people.permissions import Role
from tests.running.makers import make_person, sign_in
from tests.running.test_overview import queries

LETTER = "/people/letters/invitation"


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        made = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, made.id)


@pytest.fixture
def kept(app: Flask) -> int:
    with app.app_context():
        ada = add_person("ada@example.org", name="Ada <b>Reader", role=Role.REVIEWER)
        message = keep(Kind.INVITATION, ada)
        session.commit()
        return message.id


def test_an_empty_outbox_says_that_nothing_is_sent(app, lead):
    page = lead.get("/people/outbox").text
    assert "Nothing is sent from here" in page and "No email was written yet" in page
    app.config["SMTP_URL"] = "smtp://localhost"
    assert "Nothing is sent from here" not in lead.get("/people/outbox").text


def test_the_outbox_names_the_message_and_shows_no_link(app, lead, kept):
    page = lead.get("/people/outbox").text
    assert "Ada &lt;b&gt;Reader" in page and "Not sent" in page
    assert "/sign-in/" not in page


def test_a_kept_message_can_be_copied_with_its_link(app, lead, kept):
    page = lead.get(f"/people/outbox/{kept}").text
    assert page.count("http://localhost/sign-in/") == 2
    assert "Dear Ada" in page


def test_a_used_link_is_gone_and_a_new_one_can_be_put_in(app, lead, kept):
    address = f"/people/outbox/{kept}"
    with app.app_context():
        session.get_one(Message, kept).link.use()
        session.commit()
    page = lead.get(address).text
    assert "/sign-in/" not in page and "Put a new link into it" in page
    assert lead.post(f"{address}/again").headers["Location"] == address
    page = lead.get(address).text
    assert "http://localhost/sign-in/" in page and "pass it on" in page


def test_send_again(app, lead, kept):
    app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    with app.app_context():
        found = session.get_one(Message, kept)
        found.state, found.error = MessageState.FAILED, "The mail server said no."
        session.commit()
    address = f"/people/outbox/{kept}"
    assert "The mail server said no." in lead.get(address).text
    for _ in range(2):  # the second press finds it on its way
        lead.post(f"{address}/again")
    with app.app_context():
        assert session.get_one(Message, kept).state == MessageState.WAITING
        assert len(session.scalars(select(Job).filter_by(kind="mail")).all()) == 1
    assert "On its way" in lead.get(address).text


def test_nothing_goes_to_somebody_who_was_removed(app, lead, kept):
    app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    with app.app_context():
        session.get_one(Message, kept).person.removed_at = now()
        session.commit()
    assert "again" not in lead.get(f"/people/outbox/{kept}").text
    page = lead.post(f"/people/outbox/{kept}/again", follow_redirects=True).text
    assert "Nothing was sent" in page
    with app.app_context():
        assert session.get_one(Message, kept).state == MessageState.KEPT


def test_the_outbox_by_state(app, lead, kept):
    assert "Ada" in lead.get("/people/outbox?show=kept").text
    assert "No email is in that state" in lead.get("/people/outbox?show=failed").text
    assert lead.get("/people/outbox?show=other").status_code == 404
    assert lead.get("/people/outbox/999").status_code == 404


def test_the_outbox_asks_as_many_questions_for_many_as_for_one(app, lead, kept):
    with queries() as few:
        lead.get("/people/outbox")
    with app.app_context():
        for number in range(10):
            keep(Kind.INVITATION, make_person(f"Reader {number}", Role.REVIEWER))
        session.commit()
    with queries() as many:
        lead.get("/people/outbox")
    assert len(many) == len(few)


def test_every_letter_can_be_opened(lead):
    page = lead.get("/people/letters").text
    for letter in letters().values():
        assert letter.title in page
        shown = lead.get(f"/people/letters/{letter.kind}").text
        assert "How it looks" in shown
    assert lead.get("/people/letters/other").status_code == 404


def test_looking_saves_nothing(app, lead):
    words = {"subject": "Hello {name}", "text": "Come <b>in</b>:\r\n\r\n{link}", "action": "look"}
    page = lead.post(LETTER, data=words).text
    assert "Hello Robin Reader" in page and "Come &lt;b&gt;in&lt;/b&gt;" in page
    assert "Not saved yet" in page
    with app.app_context():
        assert not session.scalar(select(LetterWording))


def test_the_policy_teams_wording_is_used_until_it_is_given_up(app, lead):
    words = {"subject": "Hello  {name}", "text": "Come in:\r\n\r\n{link}\r\n", "action": "save"}
    assert lead.post(LETTER, data=words).headers["Location"] == "/people/letters"
    assert "your wording is used" in lead.get("/people/letters").text

    def written() -> tuple[str, str]:
        with app.app_context():
            lee = session.scalars(select(Person)).one()
            message = keep(Kind.INVITATION, lee)
            return message.subject, message.text

    assert written()[0] == "Hello Lee Lead"
    assert written()[1].startswith("Come in:\n\nhttp://localhost/sign-in/")
    lead.post(f"{LETTER}/ours")
    assert written()[0] == letters()[Kind.INVITATION].subject


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"subject": "S", "text": "{name}"}, "Put {link} into the text"),
        ({"subject": "S", "text": "{nmae} {link}"}, "Nothing can be filled in for {nmae}"),
        ({"subject": "{x}", "text": "{link}"}, "Nothing can be filled in for {x}"),
        ({"subject": "", "text": "{link}"}, "Enter a subject"),
        ({"subject": "S" * 201, "text": "{link}"}, "at most 200"),
    ],
)
def test_a_wording_that_is_refused_is_not_lost(app, lead, words, says):
    page = lead.post(LETTER, data=words | {"action": "save"}).text
    assert says in page and "<title>Error: " in page
    assert f"{words['text']}</textarea>" in page
    with app.app_context():
        assert not session.scalar(select(LetterWording))
