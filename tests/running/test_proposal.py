"""Assigning many at once: the proposal and the file; conflicts and hand-overs of a policy lead."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.mail import Message
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review, assign
from reviewer.reviews.offers import Conflict, declare, decline
from reviewer.rounds.models import Round
from tests.running.makers import make_person, make_round, sign_in
from tests.running.test_overview import queries

YES = Given(options=frozenset({"yes"}))


@pytest.fixture
def round_id(app: Flask) -> int:
    """Three systems, Ada, Ben and Cat."""
    with app.app_context():
        made = make_round("spring", systems=3)
        made.second_readings = 1
        for name in ("Ada", "Ben", "Cat"):
            make_person(f"{name} Reader", Role.REVIEWER, organisation=f"{name}’s Charity")
        session.commit()
        return made.id


@pytest.fixture
def lead(app: Flask, round_id: int) -> FlaskClient:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id)


def person(name: str) -> Person:
    return session.scalars(select(Person).filter_by(name=f"{name} Reader")).one()


def systems():
    return session.scalars(select(Round)).first().systems()


def reads() -> set[tuple[str, str]]:
    """Who reads what: the first names, and the first words of the systems."""
    rows = session.scalars(select(Review)).all()
    return {(r.reviewer.name.split()[0], r.system.code) for r in rows}


def shown(page: str) -> dict[str, list[str]]:
    """The form of a proposal as a browser would send it."""
    people = re.findall(r'<select[^>]*name="(more-)?person".*?</select>', page, re.DOTALL)
    chosen = [
        (re.search(r'value="(\d+)" selected', m[0]) or [None, ""])[1]
        for m in re.finditer(r'<select[^>]*name="(?:more-)?person".*?</select>', page, re.DOTALL)
    ]
    fixed = re.findall(r'name="system" value="(\d+)"', page)
    more = len(people) - len(fixed)
    return {
        "system": fixed,
        "person": chosen[: len(fixed)],
        "more-system": [""] * more,
        "more-person": chosen[len(fixed) :],
    }


def test_the_proposal_is_sent_as_it_stands(app, lead, round_id):
    path = f"/rounds/{round_id}/assign/proposal"
    page = lead.get(path).text
    form = shown(page)
    assert len(form["system"]) == 4
    assert "a second reading, beside" in page
    sent = lead.post(path, data=form)
    assert sent.location == f"/rounds/{round_id}"
    told = lead.get(sent.location).text
    assert "3 systems were given to 3 readers, 4 readings in all" in told
    with app.app_context():
        assert len(reads()) == 4
        letters = session.scalars(select(Message)).all()
        assert sorted(m.person.name for m in letters) == ["Ada Reader", "Ben Reader", "Cat Reader"]
        assert all("http://localhost/reviews" in m.text for m in letters)
    assert "There is nothing to propose" in lead.get(path).text
    # The second click is refused whole, and says why.
    again = lead.post(path, data=form).text
    assert "Nothing was sent" in again
    assert "already has" in again
    with app.app_context():
        assert len(reads()) == 4
        assert len(session.scalars(select(Message)).all()) == 3


def test_it_can_be_changed_dropped_and_added_to(app, lead, round_id):
    path = f"/rounds/{round_id}/assign/proposal"
    with app.app_context():
        one, two, three = (str(system.id) for system in systems())
        ada, ben = str(person("Ada").id), str(person("Ben").id)
    form = {
        "system": [one, two],
        "person": [ada, ""],
        "more-system": [three, ""],
        "more-person": [ben, ""],
    }
    assert lead.post(path, data=form).status_code == 302
    with app.app_context():
        first, _, last = (system.code for system in systems())
        assert reads() == {("Ada", first), ("Ben", last)}


def test_nothing_is_written_if_one_row_no_longer_holds(app, lead, round_id):
    path = f"/rounds/{round_id}/assign/proposal"
    with app.app_context():
        one, two, three = systems()
        ada, ben = person("Ada"), person("Ben")
        declare(ada, two, "My sister works there.", by=ada)
        form = {
            "system": [str(s.id) for s in (one, two, three)],
            "person": [str(ben.id), str(ada.id), str(ben.id)],
            "more-system": [str(two.id)],
            "more-person": [str(ben.id)],
        }
        session.commit()
    page = lead.post(path, data=form).text
    assert "declared a conflict (My sister works there)." in page
    assert "Ben Reader would have 3 systems; the cap of this round is 2." in page
    assert shown(page)["person"] == form["person"]  # nothing that was chosen is lost
    assert "Chosen by hand." in page
    with app.app_context():
        assert reads() == set()
        assert session.scalars(select(Message)).all() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"more-person": ["1"]}, "Choose a system for this reader"),
        ({"more-system": ["first"]}, "Choose a reader for this system"),
        ({}, "Choose a reader for at least one system."),
        ({"system": ["first"], "person": ["999"]}, "Choose another reader for"),
    ],
)
def test_half_a_row_is_no_row(app, lead, round_id, change, says):
    with app.app_context():
        first = str(systems()[0].id)
    form = {"more-system": [""], "more-person": [""], **change}
    form = {name: [first if v == "first" else v for v in values] for name, values in form.items()}
    assert says in lead.post(f"/rounds/{round_id}/assign/proposal", data=form).text


def test_what_cannot_be_done_is_said_with_the_ways_out(app, lead, round_id):
    with app.app_context():
        session.get_one(Round, round_id).cap = 1
        session.commit()
    page = lead.get(f"/rounds/{round_id}/assign/proposal").text
    assert "3 systems without a reader and 1 second reading need 4 readings" in page
    assert "Raise the cap from 1 to 2." in page
    assert "Plan 0 second readings and not 1." in page


def test_conflicts_and_what_was_declined_are_not_proposed(app, lead, round_id):
    with app.app_context():
        one, two, _ = systems()
        review = assign(session.get_one(Round, round_id), one, person("Ada"))
        decline(review, "No time.")
        person("Ada").home_system = two
        person("Ben").organisation = f"NHS {one.name} ICB"
        session.commit()
        ada, first, second = person("Ada").id, one.id, two.id
    page = lead.get(f"/rounds/{round_id}/assign/proposal").text
    form = shown(page)
    pairs = set(zip(form["system"], form["person"], strict=True))
    assert not {(str(first), str(ada)), (str(second), str(ada))} & pairs
    assert "it is their home system" in page
    assert "declined it (No time)" in page


def test_by_hand_a_conflict_and_the_cap_hold_too(app, lead, round_id):
    path = f"/rounds/{round_id}/assign"
    with app.app_context():
        one, two, three = systems()
        declare(person("Ada"), one, "My sister works there.", by=person("Ada"))
        form = [{"system": str(s.id), "person": str(person("Ada").id)} for s in (one, two, three)]
        session.get_one(Round, round_id).cap = 1
        session.commit()
    page = lead.post(path, data=form[0]).text
    assert "declared a conflict (My sister works there)." in page
    assert lead.post(path, data=form[1]).status_code == 302
    assert "the cap of this round is 1" in lead.post(path, data=form[2]).text
    with app.app_context():
        assert len(reads()) == 1


def send_file(lead, round_id, text, action, name="who.csv"):
    data = {"file": (BytesIO(text.encode()), name), "action": action}
    return lead.post(
        f"/rounds/{round_id}/assign/file", data=data, content_type="multipart/form-data"
    )


def test_by_file_checked_and_then_assigned(app, lead, round_id):
    with app.app_context():
        one, two, _ = systems()
        rows = [
            "name,Email,System",
            f"x,ADA.reader@example.org,{one.code}",
            ",,",
            f'x,ben.reader@example.org,"{two.name}"',
        ]
        text = "\n".join(rows)
        expected = {("Ada", one.code), ("Ben", two.code)}
    assert "2 new assignments" in send_file(lead, round_id, text, "check").text
    with app.app_context():
        assert reads() == set()
    assert send_file(lead, round_id, text, "assign").status_code == 302
    with app.app_context():
        assert reads() == expected
    # The download comes back as it is, and changes nothing.
    for ending in ("csv", "xlsx"):
        file = lead.get(f"/rounds/{round_id}/assignments.{ending}").data
        data = {"file": (BytesIO(file), f"who.{ending}"), "action": "check"}
        page = lead.post(
            f"/rounds/{round_id}/assign/file", data=data, content_type="multipart/form-data"
        )
        assert "0 new assignments" in page.text


def test_every_bad_row_is_listed_and_nothing_is_written(app, lead, round_id):
    with app.app_context():
        one, two, three = systems()
        declare(person("Cat"), one, "I advise it", by=person("Cat"))
        text = "\n".join(
            [
                "system,email",
                f"{one.code},ada.reader@example.org",
                "E99999999,ada.reader@example.org",
                f"{one.code},nobody@example.org",
                f"{one.code},ada.reader@example.org",
                f"{one.code},cat.reader@example.org",
                f"{two.code},ada.reader@example.org",
                f"{three.code},ada.reader@example.org",
            ]
        )
        session.commit()
    page = send_file(lead, round_id, text, "assign").text
    assert "Nothing was assigned: 5 things to put right." in page
    for line in (
        "Row 3: no system “E99999999”",
        "Row 4: no reviewer has the email address “nobody@example.org”",
        "Row 5: Ada Reader is here twice",
        "Row 6: Cat Reader cannot read",
        "Row 8: Ada Reader would have 3 systems",
    ):
        assert line in page
    with app.app_context():
        assert reads() == set()
    assert "has no column email" in send_file(lead, round_id, "system,who\n", "check").text
    assert "to put right" in send_file(lead, round_id, "", "check").text


def test_a_lead_notes_a_conflict_and_takes_it_out(app, lead, round_id):
    path = f"/rounds/{round_id}/conflicts"
    with app.app_context():
        one, ada = systems()[0], person("Ada")
        form = {"person": str(ada.id), "system": str(one.id), "reason": "Advises it."}
        remove = f"{path}/{ada.id}/{one.id}/remove"
    assert "Choose a person." in lead.post(path, data={**form, "person": ""}).text
    assert lead.post(path, data=form).location == path
    page = lead.get(path).text
    assert "Advises it." in page
    assert "noted by Lee Lead" in page
    assert lead.post(remove).location == path
    with app.app_context():
        assert session.scalars(select(Conflict)).all() == []
    assert lead.post(f"{path}/1/9999/remove").status_code == 404


@pytest.fixture
def begun(app: Flask, round_id: int) -> str:
    """The address where Ada's half-done review is handed over; Cat's home is that system."""
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        review = assign(round_, round_.systems()[0], person("Ada"))
        review.record("population-4", "strategy", YES, author=person("Ada"))
        decline(review, "I am ill.")
        person("Cat").home_system = review.system
        session.commit()
        return f"/rounds/{round_id}/reviews/{review.id}/hand-over"


def test_a_half_done_review_is_handed_over(app, lead, begun, round_id):
    assert "Cannot go on: I am ill." in lead.get(f"/rounds/{round_id}?show=declined").text
    page = lead.get(begun).text
    assert "Ada Reader cannot go on: I am ill." in page
    assert re.search(r"<option value=\"\d+\" disabled[^>]*>Cat Reader.*home system", page)
    with app.app_context():
        ben, cat = str(person("Ben").id), str(person("Cat").id)
    assert "it is their home system" in lead.post(begun, data={"person": cat}).text
    assert lead.post(begun, data={"person": ben}).status_code == 302
    page = lead.get(f"/rounds/{round_id}").text
    assert "Taken over from Ada Reader" in page
    with app.app_context():
        review = session.scalars(select(Review)).one()
        assert review.reviewer == person("Ben")
        assert review.answers[0].author == person("Ada")
        message = session.scalars(select(Message)).one()
        assert message.person == person("Ben")
        assert "Ada Reader began to read" in message.text
    # Ada has read part of it, so she is not asked to be its second reader.
    form = {"system": str(review.system_id), "person": ""}
    with app.app_context():
        form["person"] = str(person("Ada").id)
    assert "was handed over" in lead.post(f"/rounds/{round_id}/assign", data=form).text


def test_a_second_click_on_hand_over_changes_nothing(app, lead, begun):
    with app.app_context():
        ben = {"person": str(person("Ben").id)}
    lead.post(begun, data=ben)
    assert lead.post(begun, data=ben).status_code == 200
    with app.app_context():
        assert len(session.scalars(select(Message)).all()) == 1


def test_queries_do_not_grow_with_systems_and_people(app, lead, round_id, begun):
    paths = ("/assign/proposal", "/conflicts", "/assignments.csv")

    def count():
        found = []
        for path in paths:
            with queries() as made:
                lead.get(f"/rounds/{round_id}{path}")
            found.append(len(made))
        return found

    few = count()
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        one, two, three = round_.systems()
        for n in range(12):
            made = make_person(f"Extra {n} Reader", Role.REVIEWER, home_system=one)
            assign(round_, three, made)
            declare(made, two, "Advises it.", by=made)
        session.commit()
    assert count() == few
    assert max(few) <= 14
