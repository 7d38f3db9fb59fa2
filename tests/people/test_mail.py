"""From `send` to the mailbox: what is written, tried again, given up, and what is kept here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from reviewer import jobs
from reviewer.db import now, session
from reviewer.people import smtp
from reviewer.people.letters import Kind
from reviewer.people.mail import NO_LINK, Message, MessageState, keep, send, send_again
from reviewer.people.models import Person, SignInLink, find_sign_in_link
from reviewer.people.permissions import Role
from tests.people.mailbox import Mailbox, mailbox
from tests.running.makers import make_person


@pytest.fixture
def box(app: Flask) -> Iterator[Mailbox]:
    with mailbox() as running:
        app.config["SMTP_URL"] = running.url
        yield running


@pytest.fixture
def person(app: Flask) -> Iterator[Person]:
    with app.app_context():
        made = make_person("Ada Reader", Role.REVIEWER)
        session.commit()
        yield made


def run_jobs() -> None:
    """Run what waits, also what waits for later."""
    session.commit()
    while True:
        for job in session.scalars(select(jobs.Job).filter_by(state=jobs.JobState.WAITING)):
            job.not_before = None
        if not session.dirty:
            break
        session.commit()
        jobs.run_waiting()
        if not session.scalar(select(jobs.Job).filter_by(state=jobs.JobState.WAITING)):
            break
    session.rollback()


def message() -> Message:
    return session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()


def test_a_message_is_sent_by_the_worker(box, person):
    assert send(Kind.INVITATION, person).state == MessageState.WAITING
    assert not box.taken
    run_jobs()
    [mail] = box.taken
    assert mail["To"] == "Ada Reader <ada.reader@example.org>"
    assert mail["From"] == "Plan Review <plan-review@localhost>"
    text = mail.get_content()
    assert "Dear Ada Reader," in text and "{" not in text
    token = text.partition("http://localhost/sign-in/")[2].split()[0]
    link = find_sign_in_link(token)
    assert link and link.person.email == "ada.reader@example.org"
    assert message().state == MessageState.SENT and message().sent_at


def test_a_sent_link_is_kept_nowhere_here(box, person):
    send(Kind.INVITATION, person)
    assert "/sign-in/" not in message().body
    run_jobs()
    assert message().link.token is None
    assert NO_LINK in message().text


def test_nothing_is_sent_when_the_request_fails(box, person):
    send(Kind.LINK, person)
    session.rollback()
    run_jobs()
    assert not box.taken and not session.scalar(select(Message))


def test_a_refused_address_is_given_up_at_once(box, person):
    box.refusal = "550 no such user"
    send(Kind.LINK, person)
    run_jobs()
    assert message().state == MessageState.FAILED
    assert message().error == "The mail server refused the address: 550 no such user."
    assert message().tries == 1


def test_three_tries_and_then_it_is_given_up(box, person):
    box.refusal = "451 greylisted"
    send(Kind.LINK, person)
    session.commit()
    jobs.run_waiting()
    assert (message().state, message().tries) == (MessageState.WAITING, 1)
    session.rollback()
    jobs.run_waiting()  # not at once: a busy server would refuse again
    assert message().tries == 1
    run_jobs()
    run_jobs()
    assert (message().state, message().tries) == (MessageState.FAILED, 3)
    assert "451 greylisted" in message().error


def test_a_second_try_can_succeed(box, person):
    box.refusal = "451 greylisted"
    send(Kind.LINK, person)
    session.commit()
    jobs.run_waiting()
    box.refusal = ""
    run_jobs()
    assert message().state == MessageState.SENT and message().error == ""
    assert len(box.taken) == 1


def test_a_message_that_was_sent_is_not_sent_again_by_its_job(box, person):
    sent = send(Kind.LINK, person)
    session.commit()
    number = sent.id
    jobs.run_waiting()
    jobs.ask("mail", number)  # as after a worker that died before it could say so
    run_jobs()
    assert len(box.taken) == 1


def test_sending_again_goes_to_the_new_address_with_a_new_link(box, person):
    box.refusal = "550 no such user"
    send(Kind.INVITATION, person)
    run_jobs()
    box.refusal = ""
    person = session.scalars(select(Person)).one()
    person.email = "ada@example.org"
    old = message().link_id
    send_again(message())
    run_jobs()
    assert box.taken[0]["To"] == "Ada Reader <ada@example.org>"
    assert message().link_id != old and not session.get_one(SignInLink, old).works
    assert find_sign_in_link(box.taken[0].get_content().partition("/sign-in/")[2].split()[0])


@pytest.mark.parametrize("why", ["no server", "demonstration"])
def test_what_cannot_be_sent_is_kept_with_its_link(box, app, person, why):
    if why == "no server":
        app.config["SMTP_URL"] = ""
    else:
        person.demonstration = True
    assert send(Kind.INVITATION, person).state == MessageState.KEPT
    run_jobs()
    assert not box.taken
    assert message().link_address in message().text
    assert message().link_address.startswith("http://localhost/sign-in/")


def test_a_message_to_pass_on_by_hand_is_not_sent(box, person):
    keep(Kind.LINK, person)
    run_jobs()
    assert not box.taken and message().state == MessageState.KEPT


@pytest.mark.parametrize("end", ["used", "expired", "removed", "newer"])
def test_a_dead_link_is_not_shown(app, person, end):
    first = keep(Kind.LINK, person)
    assert first.link
    if end == "used":
        first.link.use()
    elif end == "expired":
        first.link.expires_at = now() - timedelta(seconds=1)
    elif end == "removed":
        person.removed_at = now()
    else:
        keep(Kind.LINK, person)
    session.flush()
    session.expire_all()
    assert first.link_address == ""
    assert NO_LINK in first.text and "/sign-in/" not in first.text


@pytest.mark.parametrize(
    ("end", "says"), [("removed", "access was removed"), ("expired", "link stopped working")]
)
def test_a_link_that_died_while_it_waited_is_not_sent(box, person, end, says):
    sent = send(Kind.LINK, person)
    if end == "removed":
        person.removed_at = now()
    else:
        sent.link.expires_at = now()
    run_jobs()
    assert not box.taken
    assert message().state == MessageState.FAILED and says in message().error


def test_a_fault_of_ours_is_shown_too(box, person, monkeypatch):
    monkeypatch.setattr(smtp, "compose", lambda *_: 1 / 0)
    send(Kind.LINK, person)
    run_jobs()
    assert message().state == MessageState.FAILED and "Something went wrong here" in message().error


def test_other_letters_take_their_words(box, person):
    words = {"link": "http://localhost/reviews/1", "system": "Ashenford", "round": "Spring {name}"}
    with pytest.raises(ValueError, match="nudge needs the words days_left"):
        send(Kind.NUDGE, person, **words)
    send(Kind.NUDGE, person, days_left="12 days", **words)
    run_jobs()
    text = box.taken[0].get_content()
    assert "Time left: 12 days" in text and "http://localhost/reviews/1" in text
    assert "Spring {name}" in text  # what is filled in is not filled in itself
