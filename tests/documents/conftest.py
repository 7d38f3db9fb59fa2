"""A round of two systems, and a way to attach a PDF to one of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents import store
from reviewer.instrument.models import InstrumentVersion
from reviewer.rounds.models import create_round
from reviewer.systems.models import System
from tests.documents.pdfs import words_at, written


@dataclass(frozen=True)
class Place:
    """The ids of a round and of the first system in its scope, and that system's code."""

    round_id: int
    system_id: int
    code: str
    other_id: int

    @property
    def shelf(self) -> str:
        return f"/rounds/{self.round_id}/systems/{self.system_id}/documents"


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context():
        first, second = session.scalars(select(System).order_by(System.code).limit(2)).all()
        instrument = session.scalars(select(InstrumentVersion)).first()
        made = create_round("spring", instrument=instrument, systems=[first, second])
        session.commit()
        return Place(made.id, first.id, first.code, second.id)


@pytest.fixture
def attach(app: Flask, place: Place) -> Callable[..., int]:
    """`attach(b"%PDF-...", kind="plan")` keeps a file as it is sent and gives the document's id."""

    def keep(pdf: bytes, name: str = "plan.pdf", kind: str = "plan", **more: Any) -> int:
        with app.app_context():
            system = session.get_one(System, more.pop("system_id", place.system_id))
            document, _ = store.attach(io.BytesIO(pdf), name, system=system, kind=kind, **more)
            session.commit()
            return document.id

    return keep


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> set[tuple[int, int]]:
    """The (round, system) ids that a reviewer may read, in place of the reviews' own answer."""
    granted: set[tuple[int, int]] = set()
    monkeypatch.setattr(
        store,
        "readers_of_shelf",
        [lambda person, round_, system: (round_.id, system.id) in granted],
    )
    return granted


def uploads() -> Path:
    """The folder of the uploads, inside an application's context."""
    return Path(current_app.config["UPLOADS_DIR"])


def plain_pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    return written([words_at(words) for words in pages])
