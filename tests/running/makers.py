"""People and rounds on the real register, for tests of pages."""

from __future__ import annotations

from time import time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.models import latest
from reviewer.people.models import Person, add_person
from reviewer.people.permissions import PROVEN, Role
from reviewer.people.visits import SEEN, VISIT
from reviewer.rounds.models import Round, create_round
from reviewer.systems.models import System


def make_person(name: str, role: Role, **more: Any) -> Person:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return add_person(email, name=name, role=role, **more)


def make_round(name: str, systems: int = 2, **more: Any) -> Round:
    """A round of so many real systems, the first by code."""
    scope = session.scalars(select(System).order_by(System.code).limit(systems)).all()
    version = latest("hpig-2024")
    assert version
    return create_round(name, instrument=version, systems=scope, **more)


def sign_in(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which that person is signed in, without the cost of a password."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = f"{person_id}.0", True
        kept[VISIT] = (f"visit of {person_id}", int(time()))
        kept[PROVEN] = kept[SEEN] = int(time())
    return client
