"""The exercise before the real work: its file, its pages, and what is told of others."""

from __future__ import annotations

import tomllib

import pytest
from sqlalchemy import select

from reviewer.calibration.exercise import FOLDER, exercise_for
from reviewer.calibration.models import CalibrationAnswer, first_answers, keep
from reviewer.config import ROOT
from reviewer.db import session
from reviewer.documents.quotes import locate
from reviewer.instrument.check import read
from reviewer.people.permissions import Role
from reviewer.reviews.models import assign
from tests.running.makers import make_person, make_round, sign_in

CODE = "hpig-2024"
ALL_YES = dict.fromkeys(
    ("leadership-2", "population-7", "coproduction-5", "inequalities-7", "data-3"), "yes"
)
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_reference_can_be_given_and_its_quote_stands_on_its_page(path):
    assert tomllib.loads(path.read_text(encoding="utf-8"))["instrument"] == path.stem
    exercise = exercise_for(path.stem)
    instrument, mistakes = read((ROOT / "criteria" / path.name).read_text(encoding="utf-8"))
    assert not mistakes and len(exercise.references) == 5
    assert len(exercise.asked(instrument)) == 5, "a question or an option is unknown"
    pages = list(enumerate((text for _, text in exercise.pages), 1))
    for question, reference in exercise.asked(instrument):
        assert exercise.document in question.documents
        place = locate(pages, reference.quote, near=reference.page)
        assert place and (place.first, place.last) == (reference.page, reference.page)
    assert len({reference.answer for reference in exercise.references}) == 3


def test_another_instrument_has_none():
    assert exercise_for("unknown") is None
    assert exercise_for("../hpig-2024") is None


@pytest.fixture
def people(app):
    """Ids of five reviewers, the first with a system to read, and of a policy viewer."""
    with app.app_context():
        found = [make_person(f"Reader {n}", Role.REVIEWER) for n in range(5)]
        round_ = make_round("spring")
        assign(round_, round_.systems()[0], found[0])
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER)
        session.commit()
        return [person.id for person in found], viewer.id


def test_the_invitation_turns_into_a_quiet_link(app, people):
    client = sign_in(app, people[0][0])
    assert "Try the five questions" in client.get("/reviews").text
    assert client.get(f"/calibration/{CODE}/outcome").location.endswith(f"/calibration/{CODE}")
    done = client.post(f"/calibration/{CODE}", data=ALL_YES)
    assert done.location.endswith("/outcome")
    page = client.get(done.location).text
    assert page.count("The same") == 2
    assert "It does not say what changed" in page
    assert "Too few others" in page
    home = client.get("/reviews").text
    assert "Try the five questions" not in home and "that you began with" in home
    assert "You have done it before" in client.get(f"/calibration/{CODE}").text


def test_nothing_chosen_or_something_strange_is_not_kept(app, people):
    client = sign_in(app, people[0][0])
    for data in ({}, {"leadership-2": "maybe"}, {"leadership-1": "yes"}):
        response = client.post(f"/calibration/{CODE}", data=data)
        assert response.status_code == 200 and "Answer at least one question" in response.text
    with app.app_context():
        assert not session.scalars(select(CalibrationAnswer)).all()


def test_others_are_told_in_counts_of_first_answers_from_three_on(app, people):
    readers, viewer = people
    for n, reader in enumerate(readers[1:4]):
        client = sign_in(app, reader)
        client.post(f"/calibration/{CODE}", data=ALL_YES | {"data-3": "no" if n else "some"})
        client.post(f"/calibration/{CODE}", data=ALL_YES)  # a second time changes no count
    client = sign_in(app, readers[0])
    client.post(f"/calibration/{CODE}", data={"leadership-2": "no"})
    page = client.get(f"/calibration/{CODE}/outcome").text
    assert "Of 3 others: 3 Yes, 0 To some extent, 0 No." in page
    assert "Of 3 others: 0 Yes, 1 To some extent, 2 No." in page
    totals = sign_in(app, viewer).get(f"/calibration/{CODE}/totals").text
    assert "First answers of 4 people" in totals and "First answers of 3 people" in totals
    assert "Reader" not in totals.partition("<main")[2].replace("Readers", "")
    assert sign_in(app, viewer).get(f"/calibration/{CODE}").status_code == 403


def test_an_answer_added_after_the_references_were_seen_is_no_first_answer(app, people):
    with app.app_context():
        someone = make_person("Ada Reader", Role.REVIEWER)
        keep(someone, CODE, {"data-3": "no"})
        keep(someone, CODE, {"data-3": "some", "leadership-2": "yes"})
        assert {q: dict(c) for q, c in first_answers(CODE).items()} == {"data-3": {"no": 1}}
        session.rollback()


def test_an_instrument_without_an_exercise_has_no_page(app, people):
    assert sign_in(app, people[0][0]).get("/calibration/unknown").status_code == 404
