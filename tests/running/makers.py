"""An application on a database of its own, and the people and rounds that tests of pages need."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.data import upgrade_all
from reviewer.db import connect, session
from reviewer.instrument.models import InstrumentVersion
from reviewer.people.models import Person, add_person
from reviewer.people.permissions import Role
from reviewer.rounds.models import Round, create_round
from reviewer.systems.models import System
from reviewer.web import create_app

DATABASE = "test.sqlite3"


def make_app(**settings: object) -> Flask:
    """The application, without form tokens unless told; `use_database` gives it a database."""
    return create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "test",
            "DATABASE_URL": "sqlite://",
            "WTF_CSRF_ENABLED": False,
            **settings,
        }
    )


def make_blank(app: Flask, folder: Path) -> Path:
    """A database file with the newest schema, the register and the released criteria."""
    use_database(app, folder)
    with app.app_context():
        upgrade_all()
        session.get_bind().engine.dispose()
    return folder / DATABASE


def use_database(app: Flask, folder: Path, blank: Path | None = None) -> None:
    """Give the application a database in this folder, a copy of `blank`.

    One application serves many tests, since a new one reads every template again.
    """
    if blank:
        shutil.copy(blank, folder / DATABASE)
    app.config["UPLOADS_DIR"] = str(folder / "uploads")
    connect(f"sqlite:///{folder / DATABASE}")


def make_person(name: str, role: Role, **more: object) -> Person:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return add_person(email, name=name, role=role, **more)  # type: ignore[arg-type]


def make_round(name: str, systems: int = 2, **more: object) -> Round:
    """A round of so many real systems, the first by code."""
    scope = session.scalars(select(System).order_by(System.code).limit(systems)).all()
    version = session.scalars(select(InstrumentVersion)).one()
    return create_round(name, instrument=version, systems=scope, **more)  # type: ignore[arg-type]


def sign_in(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which that person is signed in, without the cost of a password."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = str(person_id), True
    return client
