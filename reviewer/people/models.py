"""People: accounts, passwords and the links that sign somebody in once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.people.addresses import LONGEST_ADDRESS, is_address
from reviewer.people.passwords import hash_of, is_of_before, is_right
from reviewer.people.permissions import PERMISSIONS, Permission, Role
from reviewer.systems.models import System

NOWHERE = "removed.invalid"  # RFC 2606: no mail goes there


class LinkKind(StrEnum):
    """What a one-time link does: sign the person in, or let them choose a password: their first, or
    one in the place of that they forgot."""

    SIGN_IN = "sign-in"
    INVITATION = "invitation"
    FORGOTTEN = "forgotten"


class Person(Base, UserMixin):
    """An account. Without a password it is entered by a one-time link only.

    `system` is the one that a person of the role system answers for; `home_system` is where a
    reader works or lives, and so should not read.
    """

    __tablename__ = "person"
    logged = (
        "name",
        "email",
        "organisation",
        "role",
        "system_id",
        "home_system_id",
        "removed_at",
    )
    __table_args__ = (
        CheckConstraint("(role = 'system') = (system_id IS NOT NULL)", name="system_of_role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[Role] = mapped_column(String(20))
    system_id: Mapped[int | None] = mapped_column(ForeignKey(System.id))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    home_system_id: Mapped[int | None] = mapped_column(ForeignKey(System.id))
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    entered_at: Mapped[datetime | None]  # when they last signed in
    removed_at: Mapped[datetime | None]
    sessions_ended: Mapped[int] = mapped_column(default=0, server_default="0")

    system: Mapped[System | None] = relationship(foreign_keys=system_id)
    home_system: Mapped[System | None] = relationship(foreign_keys=home_system_id)
    second_factor: Mapped[SecondFactor | None] = relationship(cascade="all, delete-orphan")

    @property
    def gives_code(self) -> bool:
        """Whether a code is asked for after the password or the link."""
        return bool(self.second_factor and self.second_factor.set_up_at)

    @property
    def needs_second_factor(self) -> bool:
        """Policy accounts do, and all where a setting says so; nobody of the demonstration."""
        if self.demonstration or not current_app.config["REQUIRE_SECOND_FACTOR"]:
            return False
        policy = self.role in (Role.POLICY_LEAD, Role.POLICY_VIEWER)
        return policy or bool(current_app.config["SECOND_FACTOR_FOR_ALL"])

    @property
    def may_have_second_factor(self) -> bool:
        """The demonstration's accounts are published: a visitor must not lock one."""
        return not self.demonstration

    @property
    def can_prove_again(self) -> bool:
        """Whether there is anything to ask them for in the middle of a visit."""
        return bool(self.password_hash) or self.gives_code

    @property
    def owes_second_factor(self) -> bool:
        """Whether no page but that of setting it up is open."""
        return self.needs_second_factor and not self.gives_code

    def get_id(self) -> str:
        """What a session keeps. It is worth nothing once `end_sessions` was called."""
        return f"{self.id}.{self.sessions_ended}"

    def end_sessions(self) -> None:
        """Sign the person out of every browser at its next request."""
        self.sessions_ended += 1

    @property
    def needs_invitation(self) -> bool:
        """Whether they have never been here and have no password to come back with."""
        return self.password_hash is None and self.entered_at is None

    @property
    def is_forgotten(self) -> bool:
        """Whether their personal data was removed; what they wrote stands under a label."""
        return self.email.endswith(f"@{NOWHERE}")

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[Role(self.role)]

    def set_password(self, password: str) -> None:
        """Slow on purpose: a page gives `hash_of` to `password_hash`, before it begins to write."""
        self.password_hash = hash_of(password)


class SecondFactor(Base):
    """The secret that a person's app and we compute codes from; see `factor.py`."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    set_up_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code that was used


class SignInLink(Base):
    """A link that signs a person in once. Only a hash of it is kept, and the token itself as long
    as a message with it waits to be sent or passed on."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[LinkKind] = mapped_column(
        String(10), default=LinkKind.SIGN_IN.value, server_default=LinkKind.SIGN_IN.value
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    @property
    def works(self) -> bool:
        return self.used_at is None and self.expires_at > now() and not self.person.removed_at

    def use(self) -> None:
        """It works no more, and nothing shows it any more."""
        self.used_at, self.token = now(), None


def add_person(
    email: str,
    *,
    name: str,
    role: Role,
    organisation: str = "",
    system: System | None = None,
    home_system: System | None = None,
    demonstration: bool = False,
) -> Person:
    """Make an account. ValueError says what is missing or already there."""
    email = email.strip().lower()
    if not is_address(email):
        raise ValueError(f"{email!r} is not an email address.")
    if not name.strip():
        raise ValueError("Give the person's name.")
    if (role is Role.SYSTEM) != (system is not None):
        raise ValueError(
            "A person of the role system, and only such a person, needs --system CODE."
        )
    if session.scalar(select(Person).filter_by(email=email)):
        raise ValueError(f"There is an account with the address {email} already.")
    person = Person(
        email=email,
        name=name.strip(),
        role=role.value,
        organisation=organisation.strip(),
        system=system,
        home_system=home_system,
        demonstration=demonstration,
    )
    session.add(person)
    session.flush()
    return person


def make_sign_in_link(person: Person, hours: int) -> str:
    """A token that signs the person in once within that many hours."""
    link, token = new_link(person, hours, LinkKind.SIGN_IN)
    session.add(link)
    session.flush()
    return token


def new_link(person: Person, hours: int, kind: LinkKind) -> tuple[SignInLink, str]:
    """A link that is not stored yet, and its token."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(hours=hours)
    return (
        SignInLink(
            person=person, kind=kind.value, token_hash=_digest(token), expires_at=expires_at
        ),
        token,
    )


def find_sign_in_link(token: str) -> SignInLink | None:
    """The link of that token if it can still be used."""
    link = session.scalar(select(SignInLink).filter_by(token_hash=_digest(token)).with_for_update())
    return link if link and link.works else None


@cache
def _by_number() -> Select[Person]:
    # Put together once: it takes as long as to run it, and every request does.
    return (
        select(Person)
        .where(Person.id == bindparam("number"))
        .options(joinedload(Person.second_factor))
    )


def signed_in_person(session_id: str, *which: ColumnElement[bool]) -> Person | None:
    """Whose session this is, unless it was ended or the person's access removed; `which` narrows
    it further."""
    number, _, _ = session_id.partition(".")
    if not number.isdecimal():
        return None
    person = session.scalar(_by_number().where(*which), {"number": int(number)})
    return person if person and person.get_id() == session_id and not person.removed_at else None


@dataclass(frozen=True)
class Proof:
    """That a password was right for an account, as it stood when it was looked at."""

    person_id: int
    password_hash: str
    renewed: str | None  # the hash by today's numbers, where the kept one is of others

    def person(self) -> Person | None:
        """Whose it is, unless their password was changed or their access removed since."""
        person = session.get(Person, self.person_id, populate_existing=True)
        if person is None or person.removed_at or person.password_hash != self.password_hash:
            return None
        person.password_hash = self.renewed or person.password_hash
        return person


def proof_of(email: str, password: str) -> Proof | None:
    """Whether address and password belong together. It takes as long for an address that nobody
    has; a page asks before it begins to write (`reading`)."""
    query = select(Person.id, Person.password_hash).filter_by(removed_at=None)
    person_id, kept = session.execute(query.filter_by(email=email.strip().lower())).first() or (
        None,
        None,
    )
    if not is_right(kept, password) or person_id is None or kept is None:
        return None
    renewed = hash_of(password) if is_of_before(kept) else None
    return Proof(person_id, kept, renewed)


def check_password(email: str, password: str) -> Person | None:
    """The person whose address and password these are."""
    proof = proof_of(email, password)
    return proof.person() if proof else None


def real_account_exists() -> bool:
    """Whether anybody but the demonstration's people has an account."""
    return bool(
        session.scalar(select(func.count()).select_from(Person).filter_by(demonstration=False))
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
