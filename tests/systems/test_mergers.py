"""Mergers and splits: recorded once, nothing renamed, and what was left is offered."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.documents.store import attach
from reviewer.instrument.models import latest
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.last_time import last_time
from reviewer.reviews.models import assign
from reviewer.rounds.models import create_round
from reviewer.systems.mergers import Merger, record_merger
from reviewer.systems.models import System
from reviewer.systems.register import load_register, systems_by_code
from tests.running.makers import make_person, sign_in

BLACK_COUNTRY, BIRMINGHAM = "E54000062", "E54000055"
DAY = date(2027, 4, 1)


def new(code="E54000099", name="West Midlands") -> System:
    return System(code=code, name=name, ods_code="", region="")


@pytest.fixture
def lead(app):
    with app.app_context():
        person = make_person("Lea Lead", Role.POLICY_LEAD)
        session.commit()
        return person.id


def two() -> list[System]:
    return systems_by_code([BLACK_COUNTRY, BIRMINGHAM])


def test_a_merger_into_a_new_system_stands_when_the_register_is_read_again(app, lead):
    with app.app_context():
        record_merger(two(), [], DAY, lead, new())
        session.commit()
        load_register()
        session.commit()
        for system in two():
            assert system.valid_to == date(2027, 3, 31)
            assert [s.name for s in system.successors] == ["West Midlands"]
        made = systems_by_code(["E54000099"])[0]
        assert (made.valid_from, made.region, made.invented) == (DAY, "Midlands", False)
        assert {s.code for s in made.predecessors} == {BLACK_COUNTRY, BIRMINGHAM}
        assert session.scalars(select(Merger)).one().words.endswith("became West Midlands")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("twice", "already became West Midlands; it is recorded once."),
        ("itself", "cannot become itself"),
        ("round", "so it cannot be the other way round too."),
        ("known", "which is in the register: choose it there."),
        ("code", "is no ONS code: it is a letter and eight digits."),
        ("nothing", "Choose what it becomes, or add the new system."),
        ("nobody", "Choose at least one system that ends."),
        ("early", "so it cannot end before 1 July 2020."),
        ("mixed", "Real systems and invented ones cannot merge"),
    ],
)
def test_what_is_wrong_is_one_sentence(app, lead, kind, said):
    with app.app_context():
        one, other = two()
        third = new()
        if kind in ("twice", "round"):
            record_merger([one], [], DAY, lead, third)
        invented = System(
            code="V1", name="Made up", region="", invented=True, valid_from=date(2020, 1, 1)
        )
        calls = {
            "twice": lambda: record_merger([one], [other], DAY, lead),
            "itself": lambda: record_merger([one, other], [one], DAY, lead),
            "round": lambda: record_merger([third], [one], date(2028, 4, 1), lead),
            "known": lambda: record_merger([one], [], DAY, lead, new(code=BIRMINGHAM)),
            "code": lambda: record_merger([one], [], DAY, lead, new(code="X")),
            "nothing": lambda: record_merger([one], [], DAY, lead),
            "nobody": lambda: record_merger([], [one], DAY, lead),
            "early": lambda: record_merger([one], [other], date(2020, 7, 1), lead),
            "mixed": lambda: record_merger([one], [invented], DAY, lead),
        }
        before = len(session.scalars(select(Merger)).all())
        with pytest.raises(ValueError, match="") as refused:
            calls[kind]()
        assert said in str(refused.value)
        assert str(refused.value).count(". ") == 0
        assert len(session.scalars(select(Merger)).all()) == before
        session.rollback()


def test_in_the_browser(app, lead):
    with app.app_context():
        ids = [system.id for system in two()]
    client = sign_in(app, lead)
    form = {"day": ["1", "4", "2027"], "ending": ids, "name": "West Midlands", "code": "e54000099"}
    page = client.post("/systems/merger", data=form, follow_redirects=True).text
    assert "became West Midlands" in page
    again = client.post("/systems/merger", data=form).text
    assert "There is a problem" in again
    assert "Merger or split" in client.get("/record").text


def test_documents_and_last_time_are_offered_to_the_reader_of_what_they_became(app, lead):
    with app.app_context():
        one, other = two()
        version = latest("hpig-2024")
        before = create_round("Before", instrument=version, systems=[one, other])
        for system, answer in ((one, "yes"), (other, "no")):
            review = assign(before, system, "import")
            review.record("population-1", "strategy", Given(frozenset({answer})))
            review.submit()
        before.close()
        document, _ = attach(BytesIO(b"%PDF-1.4"), "plan.pdf", system=one, kind="plan")
        record_merger([one, other], [], DAY, lead, new())
        made = systems_by_code(["E54000099"])[0]
        after = create_round("After", instrument=version, systems=[made])
        after.earlier = before
        reader, stranger = (make_person(n, Role.REVIEWER) for n in ("Rea Reader", "Stu Stranger"))
        review = assign(after, made, reader)
        session.commit()
        told = last_time(review)
        assert "Last time (Before, Black Country): Yes" in told["population-1", "strategy"]
        assert "Last time (Before, Birmingham and Solihull): No" in told["population-1", "strategy"]
        document_id, made_id, round_id = document.id, made.id, after.id
        reader_id, stranger_id = reader.id, stranger.id
    client = sign_in(app, reader_id)
    shelf = f"/rounds/{round_id}/systems/{made_id}/documents"
    assert "Black Country: Joint forward plan" in client.get(shelf).text
    assert client.get(f"/documents/{document_id}/pages/1").status_code in (200, 302)
    assert sign_in(app, stranger_id).get(f"/documents/{document_id}/pages/1").status_code == 403
    page = client.post(f"{shelf}/inherited/{document_id}", follow_redirects=True).text
    assert "Attached: Black Country – plan.pdf" in page
    assert client.post(f"{shelf}/inherited/999").status_code == 404
    with app.app_context():
        copied = session.scalars(select(Document).filter_by(system_id=made_id)).one()
        assert (copied.kind, copied.file_name) == ("supporting", "Black Country – plan.pdf")
        assert session.get_one(Document, document_id).system.code == BLACK_COUNTRY
