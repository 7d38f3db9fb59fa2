"""The addresses of one-time links."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import update

from reviewer.db import now, session
from reviewer.people.models import (
    LinkKind,
    Person,
    SignInLink,
    make_sign_in_link,
    new_link,
)


def address_of(token: str) -> str:
    """Where the link of that token leads, from outside."""
    return page_address("people.use_link", token=token)


def page_address(endpoint: str, **values: object) -> str:
    """The address of a page from outside, for a letter. The worker has no request to ask."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return current_app.config["PUBLIC_URL"].rstrip("/") + path


def sign_in_address(person: Person) -> str:
    """A one-time sign-in address for a person."""
    return address_of(make_sign_in_link(person, current_app.config["SIGN_IN_LINK_HOURS"]))


def make_link_to_pass_on(person: Person, kind: LinkKind) -> SignInLink:
    """A one-time link whose token is kept until it is sent or used. Earlier ones of the same kind
    end: of two invitations in a mailbox, the newer is the one that works."""
    hours = {
        LinkKind.SIGN_IN: current_app.config["SIGN_IN_LINK_HOURS"],
        LinkKind.INVITATION: current_app.config["INVITATION_DAYS"] * 24,
        LinkKind.FORGOTTEN: 1,
    }[kind]
    _end(SignInLink.person_id == person.id, SignInLink.kind == kind.value)
    link, token = new_link(person, hours, kind)
    link.token = token
    session.add(link)
    return link


def end_links(person: Person) -> None:
    """No link lets the person in any more."""
    _end(SignInLink.person_id == person.id)


def _end(*which: object) -> None:
    session.execute(
        update(SignInLink)
        .where(SignInLink.used_at.is_(None), SignInLink.expires_at > now(), *which)  # type: ignore[arg-type]
        .values(expires_at=now(), token=None)
    )
