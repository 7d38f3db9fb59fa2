"""Inviting people: what a list would do, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.people.letters import Kind
from reviewer.people.mail import send
from reviewer.people.models import Person, add_person
from reviewer.people.pasted import Pasted, Row, read_people
from reviewer.people.permissions import Role
from reviewer.systems.models import System
from reviewer.systems.register import folded, systems_by_words

MOST = 200  # rows of one list: writing is one transaction, and holds up everybody else's


class BadList(Exception):
    """The list cannot be used; `lines` say why, one sentence each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(" ".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True)
class Guest:
    """One person of a list; `known` is the account that has the address already."""

    pasted: Pasted
    system: System | None
    known: Person | None


@dataclass(frozen=True)
class Plan:
    """What inviting a list would do. Nothing is written by making it."""

    role: Role
    guests: tuple[Guest, ...]
    repeated: tuple[int, ...]
    unused: tuple[str, ...]

    @property
    def new(self) -> list[Guest]:
        return [guest for guest in self.guests if guest.known is None]


def plan(rows: Sequence[Row], role: Role) -> Plan:
    """What the list would do. BadList names everything that is wrong with it."""
    if len(rows) > MOST:
        raise BadList([f"The list has more than {MOST} lines. Invite them in parts."])
    reading = read_people(rows)
    systems = systems_by_words()
    known = _known([person.email for person in reading.people])
    guests: list[Guest] = []
    mistakes = [(_number(line), line) for line in reading.mistakes]
    for person in reading.people:
        try:
            system = _system(person, role, systems)
        except ValueError as error:
            mistakes.append((person.number, f"Line {person.number}: {error}"))
        else:
            guests.append(Guest(person, system, known.get(person.email)))
    if mistakes:
        raise BadList([line for _, line in sorted(mistakes)])
    if not guests:
        raise BadList(["The list has nobody in it."])
    return Plan(role, tuple(guests), reading.repeated, reading.unused)


def invite(made: Plan) -> list[Person]:
    """Make the accounts and write the invitations."""
    invited = []
    for guest in made.new:
        try:
            # A savepoint: somebody else may have invited the same person this very moment.
            with session.begin_nested():
                person = add_person(
                    guest.pasted.email,
                    name=guest.pasted.name,
                    role=made.role,
                    organisation=guest.pasted.organisation,
                    system=guest.system if made.role is Role.SYSTEM else None,
                    home_system=None if made.role is Role.SYSTEM else guest.system,
                )
        except IntegrityError:
            continue
        send(Kind.INVITATION, person)
        invited.append(person)
    return invited


def _known(emails: Sequence[str]) -> dict[str, Person]:
    query = select(Person).where(Person.email.in_(emails)).options(joinedload(Person.system))
    return {person.email: person for person in session.scalars(query)}


def _system(person: Pasted, role: Role, systems: Mapping[str, System]) -> System | None:
    if not person.system:
        if role is Role.SYSTEM:
            raise ValueError(f"add the system that {person.name} answers for.")
        return None
    found = systems.get(folded(person.system))
    if found is None:
        close = get_close_matches(folded(person.system), systems, n=1, cutoff=0.75)
        hint = f"Do you mean {systems[close[0]].name}?" if close else "Use its name or ONS code."
        raise ValueError(f"no system is called “{person.system}”. {hint}")
    return found


def _number(line: str) -> int:
    """Of a sentence that begins with “Line 12:”; others come first."""
    start = line.partition(":")[0].removeprefix("Line ")
    return int(start) if start.isdecimal() else 0
