"""The round that the volunteers find: systems with two documents each, and reviews handed in."""

from __future__ import annotations

import io
import os
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, literal, select

from reviewer import jobs
from reviewer.data import upgrade_all
from reviewer.db import session
from reviewer.documents.models import Document, Page
from reviewer.documents.store import attach
from reviewer.instrument.model import Instrument
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.asking import slots
from reviewer.reviews.models import assign
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from tests.documents.conftest import uploads
from tests.documents.pdfs import designed
from tests.running.makers import make_person, make_round

SYSTEMS, LEADS = 42, 2
PASSWORD = "a long password of the load test"
READ_BEFORE = 60  # pages, about, of each of the two documents
PARAGRAPHS_A_PAGE = 7  # of a designed document
UPLOADS = (10, 25, 40, 70, 100)  # pages, about, of the files that are attached in the evening
ATTACHED_EARLY = 5  # one in so many volunteers attaches a file when they come


@dataclass(frozen=True)
class Found:
    """What the people of the evening have to know; ids, since no session goes along."""

    round_id: int
    emails: list[str]  # of the volunteers
    leads: list[str]
    reviews: list[list[int]]
    shelves: list[str]
    documents: list[list[tuple[int, int]]]  # of a volunteer's system: number and pages
    slots: list[tuple[str, str]]
    criteria: list[str]
    last_document: int
    instrument: Instrument


def prepare(people: int) -> Found:
    """Make it. Inside an application's context."""
    upgrade_all()
    round_ = make_round("Load", systems=SYSTEMS)
    round_id, instrument = round_.id, round_.released.instrument
    read = _documents(round_.systems()[0], texts_of(instrument))
    jobs.run_waiting()  # which ends this session
    round_ = session.get_one(Round, round_id)
    systems = round_.systems()
    shelves = {system.id: [_copy(number, system) for number in read] for system in systems[1:]}
    shelves[systems[0].id] = read
    session.commit()
    scaled = [
        (question.id, kind)
        for question, kind in slots(instrument)
        if {"yes", "some", "no"} <= {option.id for option in question.options}
        and not question.asked_where
    ]
    _hand_some_in(round_, systems, scaled)
    leads = [_person(f"Lead {n}", Role.POLICY_LEAD) for n in range(LEADS)]
    volunteers = [_person(f"Volunteer {n}", Role.REVIEWER) for n in range(people)]
    reviews = []
    for n, person in enumerate(volunteers):
        own = [systems[(n + k) % len(systems)] for k in range(2)]
        reviews.append([assign(round_, system, person) for system in own])
    session.flush()
    pages = {d.id: d.page_count for d in session.scalars(select(Document))}
    found = Found(
        round_.id,
        [person.email for person in volunteers],
        [person.email for person in leads],
        [[review.id for review in two] for two in reviews],
        [f"/rounds/{round_.id}/systems/{two[0].system_id}/documents" for two in reviews],
        [[(d, pages[d]) for d in shelves[two[0].system_id]] for two in reviews],
        scaled,
        [criterion.id for criterion in instrument.criteria],
        max(pages),
        instrument,
    )
    session.commit()
    return found


def _person(name: str, role: Role) -> Any:
    person = make_person(name, role)
    if not _hash:
        person.set_password(PASSWORD)
        _hash.append(person.password_hash)
    person.password_hash = _hash[0]  # each has to be checked; to make each would take as long
    return person


_hash: list[str | None] = []


def _documents(system: System, texts: list[str]) -> list[int]:
    found = []
    for n, kind in enumerate(("strategy", "plan")):
        pdf = _plan(texts, READ_BEFORE, random.Random(n))
        document, _ = attach(io.BytesIO(pdf), f"{kind}.pdf", system=system, kind=kind)
        session.flush()
        found.append(document.id)
    session.commit()
    return found


def texts_of(instrument: Instrument) -> list[str]:
    """Sentences such as a plan may have: what is asked, and what is looked for."""
    return [
        sentence
        for question in instrument.questions
        for sentence in (
            question.text,
            question.guidance,
            f"We will say more of {', '.join(question.search)} in the year to come.",
        )
        if sentence.strip()
    ]


def _plan(texts: list[str], pages: int, rng: random.Random) -> bytes:
    """A designed document of about so many pages."""
    count = pages * PARAGRAPHS_A_PAGE
    return designed(" ".join(rng.sample(texts, 3)) for _ in range(count))


def files(texts: list[str]) -> Callable[[random.Random], bytes]:
    """Gives one of a few files of each length, never the same twice: its last line differs."""
    made = [_plan(texts, pages, random.Random(pages)) for pages in UPLOADS]
    return lambda rng: rng.choice(made) + f"% {uuid.uuid4().hex}\n".encode()


def _hand_some_in(round_: Round, systems: Sequence[System], wanted: list[tuple[str, str]]) -> None:
    """A reading of every second system, so that there is something to count."""
    rng = random.Random(1)
    for n, system in enumerate(systems[::2]):
        review = assign(round_, system, _person(f"Early reader {n}", Role.REVIEWER))
        given = {
            place: Given(options=frozenset({rng.choice(("yes", "some", "no"))})) for place in wanted
        }
        review.record_all(given)
        review.submit()
    session.commit()


def _copy(number: int, system: System) -> int:
    """The same document, text and pictures, for another system; its files are hard links."""
    document = session.get_one(Document, number)
    row = {c.name: getattr(document, c.name) for c in Document.__table__.columns if c.name != "id"}
    stem = uuid.uuid4().hex
    session.flush()
    new = session.scalar(
        insert(Document)
        .values(**row | {"system_id": system.id, "stored_as": f"{stem}.pdf"})
        .returning(Document.id)
    )
    assert new
    session.execute(
        insert(Page).from_select(
            ["document_id", "number", "text", "final"],
            select(literal(new), Page.number, Page.text, Page.final).filter_by(document_id=number),
        )
    )
    old = document.stored_as.removesuffix(".pdf")
    os.link(uploads() / f"{old}.pdf", uploads() / f"{stem}.pdf")
    (uploads() / "pictures" / stem).mkdir()
    for picture in (uploads() / "pictures" / old).iterdir():
        os.link(picture, uploads() / "pictures" / stem / picture.name)
    return int(new)
