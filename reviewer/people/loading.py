"""What an address of the people area names, loaded and authorised in one place."""

from __future__ import annotations

from flask import abort

from reviewer.db import session
from reviewer.people.letters import Kind, Letter, letters
from reviewer.people.mail import Message
from reviewer.people.models import Person


def load_person(person_id: int, *, to_change: bool = False) -> Person:
    """The person of an address; one to change is held, so that two changes follow one another."""
    person = session.get(Person, person_id, with_for_update={"of": Person} if to_change else None)
    if person is None:
        abort(404)
    return person


def load_message(message_id: int, *, to_change: bool = False) -> Message:
    held = {"of": Message} if to_change else None
    message = session.get(Message, message_id, with_for_update=held)
    if message is None:
        abort(404)
    return message


def load_letter(letter: str) -> Letter:
    """The kind of letter of an address."""
    try:
        return letters()[Kind(letter)]
    except ValueError:
        abort(404)
