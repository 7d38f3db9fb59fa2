"""Email to people: written in the request's own transaction, sent by the worker.

Others call `send`. Where no mail server is set, and for the demonstration's invented people, a
message is kept in the outbox, for the policy team to pass on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer import jobs
from reviewer.db import Base, now, session
from reviewer.people import smtp
from reviewer.people.addresses import LONGEST_ADDRESS
from reviewer.people.letters import Kind, fill, letters, wording
from reviewer.people.links import address_of, make_link_to_pass_on
from reviewer.people.models import Person, SignInLink
from reviewer.wording import date_text

JOB = "mail"
# How long to wait after a try that may succeed later, such as of a server that is busy.
WAITS = (timedelta(minutes=2), timedelta(minutes=15))
LINK_PLACE = "\ufffc"  # where the one-time link stands in a stored text
NO_LINK = "[The link stood here. It is shown only while it waits to be passed on.]"


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"


class Message(Base):
    """One email to one person, at the address they had then. A one-time link is a secret, so it is
    not in `body` but with `link`, which forgets it when it is sent or used."""

    __tablename__ = "message"
    __table_args__ = (CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    kind: Mapped[Kind] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str]
    link_id: Mapped[int | None] = mapped_column(ForeignKey(SignInLink.id))
    state: Mapped[MessageState] = mapped_column(String(10))
    error: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    link: Mapped[SignInLink | None] = relationship()

    @property
    def link_address(self) -> str:
        """The one-time link, as long as it can be used and was not sent."""
        token = self.link.token if self.link and self.link.works else None
        return address_of(token) if token else ""

    @property
    def text(self) -> str:
        return self.body.replace(LINK_PLACE, self.link_address or NO_LINK)


def send(kind: Kind, person: Person, **words: object) -> Message:
    """Write to a person in this transaction; the worker sends it. ValueError names a word that the
    letter can use and was not given.

    `name` is known, and so are `link` and `until` of a letter with a one-time link.
    """
    message = keep(kind, person, **words)
    if current_app.config["SMTP_URL"] and not person.demonstration:
        _hand_over(message)
    return message


def keep(kind: Kind, person: Person, **words: object) -> Message:
    """As `send`, but only into the outbox, for somebody to pass on."""
    letter = letters()[kind]
    link = make_link_to_pass_on(person, letter.one_time) if letter.one_time else None
    words = {word: str(value).replace(LINK_PLACE, "") for word, value in words.items()}
    words["name"] = person.name.replace(LINK_PLACE, "")
    if link:
        words |= {"link": LINK_PLACE, "until": date_text(link.expires_at)}
    missing = [word for word in letter.words if word not in words]
    if missing:
        raise ValueError(f"The letter {kind} needs the words {', '.join(missing)}.")
    subject, text = wording(kind)
    message = Message(
        person=person,
        kind=kind.value,
        address=person.email,
        subject=" ".join(fill(subject, words).split())[:300],
        body=fill(text, words),
        link=link,
        state=MessageState.KEPT.value,
    )
    session.add(message)
    session.flush()
    return message


def send_again(message: Message) -> None:
    """Send a message that was kept or failed, to the address that the person has now; with a new
    one-time link where it had one."""
    letter = letters()[Kind(message.kind)]
    message.address, message.sent_at = message.person.email, None
    if letter.one_time:
        message.link = make_link_to_pass_on(message.person, letter.one_time)
    if current_app.config["SMTP_URL"] and not message.person.demonstration:
        _hand_over(message)
    else:
        message.state, message.error = MessageState.KEPT, ""


def _hand_over(message: Message) -> None:
    message.state, message.error, message.tries = MessageState.WAITING, "", 0
    jobs.ask(JOB, message.id)


def _given_up(message_id: int) -> None:
    _end(message_id, MessageState.FAILED, "Something went wrong here while it was being sent.")


@jobs.handles(JOB, _given_up)
def _deliver(message_id: int, _renew: Callable[[], None]) -> None:
    """Send one message. No transaction is open while the mail server is spoken to: it would hold
    the write lock of everybody else."""
    message = session.get_one(Message, message_id)
    url = current_app.config["SMTP_URL"]
    if message.state != MessageState.WAITING:
        return  # the worker was killed after sending it, before it could say so
    if not url:
        _end(message_id, MessageState.KEPT)
    elif message.person.removed_at:
        _end(message_id, MessageState.FAILED, "Their access was removed before it was sent.")
    elif message.link and not message.link_address:
        _end(message_id, MessageState.FAILED, "Its link stopped working before it was sent.")
    else:
        sender = sender_address()
        mail = smtp.compose(
            sender,
            message.person.name,
            message.address,
            message.subject,
            message.text,
            # The same at every try, so that a mailbox can tell a second copy.
            f"<{message.id}.{message.written_at.timestamp()}@{parseaddr(sender)[1].split('@')[1]}>",
        )
        session.rollback()
        try:
            smtp.send(url, mail, plain=current_app.config["MAIL_WITHOUT_TLS"])
        except smtp.Trouble as trouble:
            _note(message_id, trouble)
        else:
            _end(message_id, MessageState.SENT)


def sender_address() -> str:
    """Whom our mail is from."""
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    try:
        ip_address(host)
        host = "localhost"
    except ValueError:
        pass
    return current_app.config["MAIL_FROM"] or f"Plan Review <plan-review@{host}>"


def _note(message_id: int, trouble: smtp.Trouble) -> None:
    """After a try that failed: try again later, or give up."""
    message = session.get_one(Message, message_id)
    message.tries += 1
    if trouble.for_good or message.tries > len(WAITS):
        _end(message_id, MessageState.FAILED, trouble.sentence)
    else:
        message.error = trouble.sentence
        jobs.ask(JOB, message_id, after=WAITS[message.tries - 1])
        session.commit()


def _end(message_id: int, state: MessageState, error: str = "") -> None:
    message = session.get_one(Message, message_id)
    message.state, message.error = state, error
    if state is MessageState.SENT:
        message.sent_at = now()
        if message.link:
            message.link.token = None  # the one copy is in the person's mailbox now
    session.commit()
