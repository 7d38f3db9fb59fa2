"""Changing what somebody may do: details and role, removing access and giving it back."""

from __future__ import annotations

from sqlalchemy import select

from reviewer.db import now, session
from reviewer.people.addresses import is_address
from reviewer.people.links import end_links
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.systems.models import System


class Refused(ValueError):
    """It cannot be done; the message says what to do, and `field` which answer is in the way."""

    def __init__(self, message: str, field: str = "role") -> None:
        super().__init__(message)
        self.field = field


def change(
    person: Person,
    *,
    name: str,
    email: str,
    organisation: str,
    role: Role,
    system: System | None,
) -> None:
    """Change a person's details. Another role, or another system to answer for, signs them out
    everywhere, so that no page of the earlier one stays open. `system` is the one they answer for
    in the role system, and their home system in every other. Refused says what is wrong."""
    email = email.strip().lower()
    if role is not Role.POLICY_LEAD:
        _keep_a_lead(person)
    if role is Role.SYSTEM and system is None:
        raise Refused("Choose the system that the person answers for.", "system")
    if not is_address(email):
        raise Refused("Enter an email address, like name@example.org.", "email")
    if email != person.email:
        if session.scalar(select(Person.id).filter_by(email=email)):
            raise Refused("Somebody else has an account with this email address.", "email")
        end_links(person)  # the earlier address may be a stranger's
    answers_for = system.id if system and role is Role.SYSTEM else None
    if (role, answers_for) != (person.role, person.system_id):
        person.end_sessions()
    person.name, person.email, person.organisation = name, email, organisation
    person.role = role.value  # type: ignore[assignment]
    person.system = system if role is Role.SYSTEM else None
    person.home_system = None if role is Role.SYSTEM else system
    session.flush()


def remove(person: Person) -> None:
    """Let somebody in no more, from their next request on. What they wrote stays, with their
    name. Refused if nobody could run the service then."""
    _keep_a_lead(person)
    if person.removed_at is None:
        person.removed_at = now()
        person.end_sessions()
        end_links(person)


def give_back(person: Person) -> None:
    """Let somebody in again, with the password they had. Refused where nothing of them is left."""
    if person.is_forgotten:
        raise Refused("Their personal data was removed. Invite them anew.")
    person.removed_at = None


def _keep_a_lead(person: Person) -> None:
    """Somebody has to be able to run the service. The demonstration's people do not count, unless
    they are all there is."""
    if person.role != Role.POLICY_LEAD or person.removed_at:
        return
    leads = select(Person).where(
        Person.role == Role.POLICY_LEAD.value, Person.removed_at.is_(None), Person.id != person.id
    )
    if not person.demonstration:
        leads = leads.where(Person.demonstration.is_(False))
    # Held, so that two leads cannot remove each other at the same moment.
    if not session.scalars(leads.with_for_update(of=Person)).first():
        raise Refused(
            f"{person.name} is the only policy lead. Make somebody else a policy lead first."
        )
