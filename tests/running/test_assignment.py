from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round
from tests.running.makers import make_person, make_round, sign_in


@pytest.fixture
def round_id(app: Flask) -> int:
    with app.app_context():
        made = make_round("spring")
        make_person("Ada Reader", Role.REVIEWER, organisation="A Charity")
        make_person("Vi Viewer", Role.POLICY_VIEWER)
        session.commit()
        return made.id


@pytest.fixture
def lead(app: Flask, round_id: int) -> FlaskClient:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id)


def system_id(number: int = 0) -> int:
    return session.scalars(select(Round)).first().systems()[number].id


def person_id(name: str = "Ada Reader") -> int:
    return session.scalars(select(Person.id).filter_by(name=name)).one()


def how_many_reviews() -> int:
    return session.scalar(select(func.count(Review.id)))


@pytest.fixture
def ada_on_first(app: Flask, round_id: int) -> dict[str, str]:
    """The form that gives Ada the first system."""
    with app.app_context():
        return {"system": str(system_id()), "person": str(person_id())}


@pytest.fixture
def given(app: Flask, round_id: int) -> str:
    """The address at which Ada's assignment of the first system is taken back."""
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        review = assign(round_, round_.systems()[0], session.get_one(Person, person_id()))
        session.commit()
        return f"/rounds/{round_id}/reviews/{review.id}/take-back"


def test_assigning(app, lead, round_id, ada_on_first):
    sent = lead.post(f"/rounds/{round_id}/assign", data=ada_on_first)
    assert sent.headers["Location"] == f"/rounds/{round_id}/assign"
    page = lead.get(f"/rounds/{round_id}/assign").text
    assert "Ada Reader is asked to read" in page
    assert "Ada Reader, A Charity, 1 system<" in page
    assert "(1 reader)" in page
    with app.app_context():
        review = session.scalars(select(Review)).one()
        assert (str(review.system_id), str(review.reviewer_id)) == tuple(ada_on_first.values())


def test_a_second_assignment_of_the_same_pair_is_refused(app, lead, round_id, ada_on_first):
    lead.post(f"/rounds/{round_id}/assign", data=ada_on_first)
    page = lead.post(f"/rounds/{round_id}/assign", data=ada_on_first)
    assert page.status_code == 200
    assert "Ada Reader already has" in page.text
    with app.app_context():
        assert how_many_reviews() == 1
    # The same person may read another system, and another person this one.
    with app.app_context():
        second = str(system_id(1))
    assert lead.post(f"/rounds/{round_id}/assign", data=ada_on_first | {"system": second}).location


def test_a_closed_round_takes_no_assignment(app, lead, round_id, ada_on_first):
    with app.app_context():
        session.get_one(Round, round_id).close()
        session.commit()
    page = lead.post(f"/rounds/{round_id}/assign", data=ada_on_first)
    assert "The round is closed" in page.text
    with app.app_context():
        assert how_many_reviews() == 0


def test_what_is_not_on_the_list_cannot_be_assigned(app, lead, round_id, ada_on_first):
    with app.app_context():
        make_round("other", systems=3)
        outside = session.scalars(select(Round).filter_by(name="other")).one().systems()
        inside = {s.id for s in session.get_one(Round, round_id).systems()}
        wrong = [
            {"system": str(next(s.id for s in outside if s.id not in inside))},
            {"person": str(person_id("Vi Viewer"))},
            {"system": ""},
            {"person": ""},
            {"system": "x"},
        ]
        session.commit()
    for change in wrong:
        page = lead.post(f"/rounds/{round_id}/assign", data=ada_on_first | change)
        assert "Error: Assign readers" in page.text
    with app.app_context():
        assert how_many_reviews() == 0


def test_a_link_from_the_overview_chooses_the_system(lead, round_id, ada_on_first):
    page = lead.get(f"/rounds/{round_id}/assign?system={ada_on_first['system']}").text
    assert f'<option value="{ada_on_first["system"]}" selected' in page


def test_invented_people_read_invented_rounds_only(app, lead, round_id):
    with app.app_context():
        session.scalars(select(Person).filter_by(name="Ada Reader")).one().demonstration = True
        session.commit()
    page = lead.get(f"/rounds/{round_id}/assign").text
    assert "There is no reviewer to assign" in page
    with app.app_context():
        session.get_one(Round, round_id).invented = True
        session.commit()
    assert "Ada Reader" in lead.get(f"/rounds/{round_id}/assign").text


def test_taking_back_asks_first(app, lead, given):
    page = lead.get(given).text
    assert "back from Ada Reader?" in page
    with app.app_context():
        assert how_many_reviews() == 1
    assert lead.post(given).status_code == 302
    with app.app_context():
        assert how_many_reviews() == 0
    assert lead.post(given).status_code == 404


@pytest.mark.parametrize("what", ["answer", "cleared answer", "note", "submitted"])
def test_what_was_begun_is_not_taken_back(app, lead, given, what):
    with app.app_context():
        review = session.scalars(select(Review)).one()
        if what == "note":
            review.note_down("leadership", NoteKind.COMMENT, "So far so good.")
        elif what == "submitted":
            review.submit()
        else:
            review.record("population-4", "strategy", Given(options=frozenset({"yes"})))
        if what == "cleared answer":
            review.record("population-4", "strategy", Given())
        session.commit()
    page = lead.post(given, follow_redirects=True).text
    assert "the assignment stays as it is" in page
    with app.app_context():
        assert how_many_reviews() == 1


def test_a_review_is_loaded_through_its_own_round(app, lead, given):
    with app.app_context():
        other = make_round("other")
        session.commit()
        elsewhere = given.replace("/rounds/1/", f"/rounds/{other.id}/")
    assert lead.get(elsewhere).status_code == 404
    assert lead.post(elsewhere).status_code == 404
    with app.app_context():
        assert how_many_reviews() == 1
