"""From a draft to an open round: the checklist, the check page, deleting, and the marks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import NotPublished, Round
from reviewer.running.opening import steps
from reviewer.running.overview import standings
from tests.reviews.shelf import put_on_shelf
from tests.running.makers import make_person, make_round, sign_in
from tests.running.test_overview import queries


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD).id
        session.commit()
    return sign_in(app, person)


@pytest.fixture
def draft(app: Flask, lead: FlaskClient) -> int:
    with app.app_context():
        made = make_round("spring", draft=True)
        session.commit()
        return made.id


def left(round_id: int, readers: int, day: date) -> list[str]:
    round_ = session.get_one(Round, round_id)
    return [s.id for s in steps(round_, standings(round_), readers, day) if s.missing]


def test_the_steps_say_what_is_missing(app, draft):
    day = date(2027, 1, 1)
    with app.app_context():
        round_ = session.get_one(Round, draft)
        assert left(draft, 0, day) == ["documents", "people", "assign"]
        round_.closes_on = day - timedelta(days=1)
        reader = make_person("Robin", Role.REVIEWER)
        for system in round_.systems():
            put_on_shelf(system, "strategy", ["text"])
            assign(round_, system, reader)
        assert left(draft, 1, day) == ["settings"]
        round_.closes_on = day
        assert left(draft, 1, day) == []
        session.rollback()


def test_a_system_with_nothing_published_needs_no_document_and_no_reader(app, draft):
    with app.app_context():
        round_ = session.get_one(Round, draft)
        by = make_person("Lou", Role.POLICY_LEAD)
        for system in round_.systems():
            for kind in ("strategy", "plan"):
                session.add(
                    NotPublished(round_id=draft, system_id=system.id, kind=kind, marked_by_id=by.id)
                )
        session.flush()
        assert left(draft, 1, date(2027, 1, 1)) == []
        session.rollback()


def test_the_overview_of_a_draft_is_a_checklist(app, lead, draft):
    page = lead.get(f"/rounds/{draft}").text
    assert "Before the round opens" in page
    assert "2 systems without a document." in page
    assert "Close the round" not in page
    assert "See the findings" not in page
    assert "Draft" in lead.get("/rounds").text


def test_opening_is_a_press_after_a_look_and_a_second_press_changes_nothing(app, lead, draft):
    page = lead.get(f"/rounds/{draft}/open").text
    assert "Still missing" in page
    assert "2 systems without a reader." in page
    for _ in range(2):
        assert lead.post(f"/rounds/{draft}/open").headers["Location"] == f"/rounds/{draft}"
    with app.app_context():
        round_ = session.get_one(Round, draft)
        assert (round_.is_open, round_.opened_by.name) == (True, "Lee Lead")
    assert lead.get(f"/rounds/{draft}/open").status_code == 302
    assert "Close the round" in lead.get(f"/rounds/{draft}").text


def test_a_draft_is_not_opened_or_closed_by_the_other_button(app, lead, draft):
    for wanted in ("open", "closed"):
        lead.post(f"/rounds/{draft}/state", data={"state": wanted})
        with app.app_context():
            assert session.get_one(Round, draft).is_draft


def test_a_reader_of_a_draft_sees_it_and_cannot_answer(app, lead, draft):
    with app.app_context():
        reader = make_person("Robin", Role.REVIEWER).id
        session.commit()
        system = session.get_one(Round, draft).systems()[0].id
    sent = lead.post(f"/rounds/{draft}/assign", data={"system": str(system), "person": str(reader)})
    assert sent.status_code == 302
    with app.app_context():
        review = session.scalars(select(Review.id)).one()
    client = sign_in(app, reader)
    assert "Not open yet" in client.get("/reviews").text
    assert "not open yet" in client.get(f"/reviews/{review}").text
    assert client.get(f"/reviews/{review}/criteria/integration").status_code == 302
    answer = {"data-3.plan.value": "yes"}
    assert client.post(f"/reviews/{review}/answers/data-3/plan", data=answer).status_code == 409
    assert client.post(f"/reviews/{review}/submit").status_code == 302
    with app.app_context():
        assert session.get_one(Review, review).stage == "assigned"


def test_a_draft_is_deleted_with_its_assignments_and_an_open_round_is_not(app, lead, draft):
    with app.app_context():
        round_ = session.get_one(Round, draft)
        assign(round_, round_.systems()[0], make_person("Robin", Role.REVIEWER))
        opened = make_round("summer").id
        session.commit()
    assert "1 assignment" in lead.get(f"/rounds/{draft}/delete").text
    assert lead.post(f"/rounds/{draft}/delete").headers["Location"] == "/rounds"
    lead.post(f"/rounds/{opened}/delete")
    assert lead.get(f"/rounds/{opened}/delete").status_code == 302
    with app.app_context():
        assert session.scalars(select(Round.id)).all() == [opened]
        assert session.scalars(select(Review)).all() == []


def test_a_draft_with_a_document_of_its_own_stays(app, lead, draft):
    with app.app_context():
        round_ = session.get_one(Round, draft)
        put_on_shelf(round_.systems()[0], "strategy", ["text"], round_=round_)
        session.commit()
    lead.post(f"/rounds/{draft}/delete")
    assert "This draft is in use" in lead.get(f"/rounds/{draft}").text


def test_marking_and_taking_the_mark_off(app, lead, draft):
    where = f"/rounds/{draft}/not-published"
    page = lead.get(where).text
    assert page.count('type="checkbox"') == 4
    with app.app_context():
        system = session.get_one(Round, draft).systems()[0].id
    lead.post(where, data={"mark": f"{system}:plan"})
    assert f'value="{system}:plan" checked' in lead.get(where).text
    overview = lead.get(f"/rounds/{draft}?show=not-published").text
    assert "Not published: " in overview
    lead.post(where, data={"mark": [f"{system}:plan", "x", "9:y"]})
    assert "not in this round" in lead.get(f"/rounds/{draft}").text
    lead.post(where, data={})
    with app.app_context():
        assert session.scalars(select(NotPublished)).all() == []


def test_the_pages_ask_the_database_as_often_for_2_systems_as_for_42(app, lead):
    with app.app_context():
        few, many = (make_round(f"r{n}", systems=n, draft=True).id for n in (2, 42))
        session.commit()
    lead.get(f"/rounds/{few}")  # the instrument is read once
    for path in ("", "/open", "/not-published", "/systems", "/settings"):
        counts = []
        for round_id in (few, many):
            with queries() as sent:
                assert lead.get(f"/rounds/{round_id}{path}").status_code == 200
            counts.append(len(sent))
        assert counts[0] == counts[1], path
