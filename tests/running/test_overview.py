from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.findings.counting import systems_reviewed
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round
from reviewer.running.overview import NARROWED, standings
from tests.running.makers import make_person, make_round, sign_in

YES = Given(options=frozenset({"yes"}))


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def make_document(
    system_id: int, round_id: int | None = None, kind: str = "plan", **more: object
) -> None:
    session.add(
        Document(
            system_id=system_id,
            round_id=round_id,
            kind=kind,
            file_name="plan.pdf",
            stored_as=f"{uuid4().hex}.pdf",
            size=1,
            sha256="0",
            **{"version": 1, **more},
        )
    )


def begin(review: Review, *, submit: bool = False) -> None:
    for document in ("strategy", "plan"):
        review.record("population-4", document, YES, author=review.reviewer)
    if submit:
        review.submit()


@pytest.fixture
def lead_id(app: Flask) -> int:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return person.id


@pytest.fixture
def busy(app: Flask) -> int:
    """A round of five systems, each of which stands elsewhere; the id of the round."""
    with app.app_context():
        round_ = make_round("spring", systems=5)
        reviewed, begun, assigned, cleared, _ = round_.systems()
        ada = make_person("Ada Reader", Role.REVIEWER, organisation="Royal College of Tests")
        begin(assign(round_, reviewed, ada), submit=True)
        begin(assign(round_, reviewed, "reviewer 7"))
        begin(assign(round_, begun, ada))
        assign(round_, assigned, ada)
        empty = assign(round_, cleared, ada)
        begin(empty)
        for answer in list(empty.load_answers().values()):
            empty.record(
                round_.released.question_codes[answer.question_id], answer.document, Given()
            )
        empty.submit()
        make_document(reviewed.id)
        make_document(begun.id, round_.id)
        make_document(begun.id, kind="strategy")
        make_document(begun.id, version=2)  # a second version is no second document
        make_document(begun.id, kind="supporting", status="unreadable")
        # Another round's documents and readers say nothing about this one.
        other = make_round("autumn", systems=5)
        make_document(assigned.id, other.id)
        begin(assign(other, assigned, ada), submit=True)
        session.commit()
        return round_.id


def test_where_each_system_stands(app, busy):
    with app.app_context():
        round_ = session.get_one(Round, busy)
        found = standings(round_)
        assert [s.system for s in found] == round_.systems()
        assert [s.documents for s in found] == [1, 2, 0, 0, 0]
        assert [[(r.name, r.imported, r.stage, r.answers) for r in s.readers] for s in found] == [
            [("Ada Reader", False, "submitted", 2), ("reviewer 7", True, "begun", 2)],
            [("Ada Reader", False, "begun", 2)],
            [("Ada Reader", False, "assigned", 0)],
            [("Ada Reader", False, "submitted", 0)],
            [],
        ]
        kept = {
            name: [i for i, s in enumerate(found) if keeps(s)]
            for name, (_, keeps) in NARROWED.items()
        }
        assert kept == {
            "all": [0, 1, 2, 3, 4],
            "reviewed": [0],
            "not-submitted": [0, 1, 2],
            "no-reader": [4],
            "declined": [],
            "no-documents": [2, 3, 4],
            "not-published": [],
        }
        # The page and the findings must never give two numbers for the same thing.
        assert systems_reviewed(round_) == len(kept["reviewed"])


def test_the_page(app, lead_id, busy):
    page = sign_in(app, lead_id).get(f"/rounds/{busy}").text
    for part in (
        "1 of 5 (20%)",
        "2 of 5",
        "Ada Reader, Royal College of Tests, 2 answers",
        "reviewer 7 (imported)",
        "2 documents",
        "No documents",
        "Take back",
        f'href="/rounds/{busy}/findings"',
        "Close the round",
    ):
        assert part in page
    assert "Invented" not in page


def test_narrowing(app, lead_id, busy):
    client = sign_in(app, lead_id)
    with app.app_context():
        names = [s.name for s in session.get_one(Round, busy).systems()]
    page = client.get(f"/rounds/{busy}?show=no-reader").text
    assert [name in page for name in names] == [False, False, False, False, True]
    assert client.get(f"/rounds/{busy}?show=nonsense").status_code == 404
    assert f'href="/rounds/{busy}#systems"' in page
    assert f'href="/rounds/{busy}?show=reviewed#systems"' in page


def test_viewers_are_offered_nothing_that_changes_a_round(app, busy):
    with app.app_context():
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER)
        session.commit()
        client = sign_in(app, viewer.id)
    page = client.get(f"/rounds/{busy}").text
    assert "answers.xlsx" in page
    for part in ("Take back", "/assign", "/import", "Close the round"):
        assert part not in page


def test_an_invented_round_says_so(app, lead_id, busy):
    with app.app_context():
        session.get_one(Round, busy).invented = True
        session.commit()
    client = sign_in(app, lead_id)
    for path in ("", "/assign", "/import"):
        assert "Invented for demonstration" in client.get(f"/rounds/{busy}{path}").text


def test_a_last_day_that_has_passed(app, lead_id, busy):
    def says_so(day: date) -> bool:
        with app.app_context():
            session.get_one(Round, busy).closes_on = day
            session.commit()
        return "has passed" in sign_in(app, lead_id).get(f"/rounds/{busy}").text

    assert says_so(date.today() - timedelta(days=2))
    assert not says_so(date.today() + timedelta(days=2))


def test_names_are_text(app, lead_id, busy):
    with app.app_context():
        session.get_one(Round, busy).name = "<b>bold</b>"
        session.scalars(select(Person).filter_by(role=Role.REVIEWER)).one().name = "<i>Ada</i>"
        session.commit()
    page = sign_in(app, lead_id).get(f"/rounds/{busy}").text
    assert "&lt;i&gt;Ada" in page
    assert "<b>" not in page
    assert "<i>" not in page


def test_ten_queries_at_42_systems_and_60_people(app, lead_id, busy):
    client = sign_in(app, lead_id)
    with queries() as few:
        client.get(f"/rounds/{busy}")
    with app.app_context():
        large = make_round("large", systems=42)
        people = [make_person(f"Reader {n}", Role.REVIEWER) for n in range(60)]
        for n, system in enumerate(large.systems()):
            begin(assign(large, system, people[n]), submit=n % 2 == 0)
            assign(large, system, people[(n + 7) % 60])
            make_document(system.id, large.id)
        session.commit()
        large_id = large.id
    with queries() as many:
        page = client.get(f"/rounds/{large_id}")
    assert "21 of 42 (50%)" in page.text
    assert len(many) == len(few)
    assert 0 < len(many) <= 10
    with queries() as of_assigning:
        client.get(f"/rounds/{large_id}/assign")
    assert 0 < len(of_assigning) <= 10
