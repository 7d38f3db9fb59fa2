"""What is held about a person: given whole, and removed without changing a count."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from reviewer.db import Base, now, session
from reviewer.findings.counting import figures
from reviewer.holding import remove_when_due
from reviewer.instrument.models import latest
from reviewer.logbook import EMPTIED, Entry
from reviewer.people.letters import Kind
from reviewer.people.mail import Message, keep
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, Given
from reviewer.reviews.models import Review, assign
from reviewer.reviews.offers import Conflict
from reviewer.selfassessment.assessing import begin
from tests.running.makers import make_person, make_round, sign_in

YES = Given(frozenset({"yes"}), comment="A comment of hers.")
NAME = "Quintessa Zwick"


@pytest.fixture
def made(app):
    """Quintessa with everything that somebody can leave behind; her id, the round's and a lead's
    browser."""
    with app.app_context():
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        person = make_person(NAME, Role.REVIEWER, organisation="Zwick & Daughters")
        person.set_password("four random plain words")
        round_ = make_round("spring")
        one, other = round_.systems()
        review = assign(round_, one, person)
        review.record("integration-6", "strategy", YES, author=person)
        review.submit()
        session.add(Conflict(person=person, system=other, reason="My Zwick lives there.", by=lead))
        keep(Kind.LINK, person)
        keep(Kind.HAND_OVER, lead, link="x", system="S", round="R", former=NAME)
        session.commit()
        return person.id, round_.id, sign_in(app, lead.id)


def everything() -> str:
    dump = [str(session.execute(select(table)).all()) for table in Base.metadata.sorted_tables]
    session.rollback()
    return " ".join(dump)


def test_a_person_takes_home_what_is_held_and_no_secret(app, made):
    person_id, _, lead = made
    own = sign_in(app, person_id).get("/account/data.json")
    assert own.headers["Content-Disposition"].startswith("attachment")
    held = json.loads(own.text)
    assert held["person"][0]["email"] == "quintessa.zwick@example.org"
    assert held["answer"][0]["comment"] == "A comment of hers."
    assert {"review", "conflict", "message", "logbook_about_the_account"} <= set(held)
    assert "argon2" not in own.text and "token" not in own.text
    assert json.loads(lead.get(f"/people/{person_id}/data.json").text).keys() == held.keys()


def test_the_page_says_who_answers_for_it(app, made, monkeypatch):
    client = sign_in(app, made[0])
    assert "Who answers for it" not in client.get("/account").text
    monkeypatch.setitem(app.config, "OPERATOR", "The Example Alliance runs this installation.")
    assert "Who answers for it: The Example Alliance" in client.get("/account").text


def test_nothing_of_somebody_else_is_in_it(app, made):
    with app.app_context():
        other = make_person("Olive Other", Role.REVIEWER)
        session.commit()
        client = sign_in(app, other.id)
    assert "Zwick" not in client.get("/account/data.json").text


def test_a_systems_own_assessment_is_given_to_its_people_alone(demo_app):
    app = demo_app
    with app.app_context():
        sam = session.scalars(select(Person).filter_by(role=Role.SYSTEM.value)).one()
        begin(sam, "A draft in private", latest("hpig-2024"), ["plan"])
        lead = session.scalars(select(Person).filter_by(role=Role.POLICY_LEAD.value)).first()
        session.commit()
        own, theirs = sign_in(app, sam.id), sign_in(app, lead.id)
        path = f"/people/{sam.id}/data.json"
        session.rollback()
    assert "assessment" in own.get("/account/data.json").json
    assert not [name for name in theirs.get(path).json if "assessment" in name or "private" in name]


def test_removing_takes_the_name_from_everywhere_and_keeps_the_counts(app, made):
    person_id, round_id, lead = made

    def counted() -> str:
        from reviewer.rounds.models import Round

        found = str(figures(session.get_one(Round, round_id)))
        session.rollback()
        return found

    with app.app_context():
        before = counted()
        assert "Zwick" in everything()
    page = f"/people/{person_id}/forget"
    assert "Remove their access first" in lead.get(page).text
    assert lead.post(page).status_code == 302
    with app.app_context():
        assert session.get_one(Person, person_id).name == NAME, "access comes first"
        session.rollback()
    lead.post(f"/people/{person_id}/remove")
    client = sign_in(app, person_id)
    lead.post(page)
    with app.app_context():
        left = everything()
        assert "Zwick" not in left and "quintessa" not in left.lower()
        assert counted() == before
        assert session.scalars(select(Answer.author_id)).one() == person_id
        assert session.scalars(select(Review)).one().reader == f"Former reviewer {person_id}"
        assert session.scalar(select(func.count(Message.id))) == 1  # the lead's own
        session.rollback()
    assert client.get("/account").status_code == 302
    shown = lead.get(f"/people/{person_id}").text
    assert "Their personal data was removed" in shown and "Give access back" not in shown
    assert "personal data: removed" in lead.get("/record?noun=person").text
    assert lead.post(page).status_code == 302  # a second press
    lead.post(f"/people/{person_id}/give-back")
    with app.app_context():
        assert session.get_one(Person, person_id).removed_at


@pytest.mark.parametrize(
    "values",
    [
        {"after": {"name": "Somebody else"}},
        {"before": EMPTIED, "at": now()},
        {"after": EMPTIED, "noun": "round"},
        {"after": EMPTIED, "outside": "nobody"},
        {"after": EMPTIED, "row_id": 7},
    ],
)
def test_the_database_allows_no_other_change_of_an_entry(app, made, values):
    with app.app_context():
        first = select(func.max(Entry.id)).where(Entry.noun == "person").scalar_subquery()
        with pytest.raises(DatabaseError, match="only grows"):
            session.execute(update(Entry).where(Entry.id == first).values(**values))
        session.rollback()


def test_an_entry_about_answers_cannot_be_emptied(app, made):
    with app.app_context():
        with pytest.raises(DatabaseError, match="only grows"):
            session.execute(update(Entry).where(Entry.noun == "review").values(after=EMPTIED))
        session.rollback()


@pytest.mark.parametrize(("days", "gone"), [(0, False), (30, True), (90, False)])
def test_by_setting_it_is_removed_some_time_after_access_was(app, made, monkeypatch, days, gone):
    monkeypatch.setitem(app.config, "KEEP_REMOVED_DAYS", days)
    with app.app_context():
        session.get_one(Person, made[0]).removed_at = now() - timedelta(days=60)
        session.commit()
        remove_when_due()
        assert session.get_one(Person, made[0]).is_forgotten is gone
        assert not session.get_one(Person, 1).is_forgotten


@pytest.mark.parametrize(("days", "left"), [(0, 2), (30, 0), (90, 2)])
def test_by_setting_old_letters_go(app, made, monkeypatch, days, left):
    monkeypatch.setitem(app.config, "KEEP_MAIL_DAYS", days)
    with app.app_context():
        session.execute(update(Message).values(written_at=now() - timedelta(days=60)))
        session.commit()
        remove_when_due()
        assert session.scalar(select(func.count(Message.id))) == left
