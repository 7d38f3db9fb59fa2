"""The logbook writes every change down, and the record reads it beside the answers' history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from reviewer.db import now, session
from reviewer.logbook import Entry
from reviewer.moderation.decisions import decide, withdraw
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.models import Review, assign
from reviewer.reviews.offers import declare
from reviewer.reviews.publishing import mark_not_published
from reviewer.running.assignment import take_back
from reviewer.running.record import Asked, changes, count
from reviewer.systems.models import System
from tests.running.makers import make_person, make_round, sign_in
from tests.running.test_overview import queries

YES, NO = Given(options=frozenset({"yes"})), Given(options=frozenset({"no"}), comment="Looked.")


NO_OPTION = Given(options=frozenset({"no"}))


@pytest.fixture
def review(app: Flask) -> Iterator[Review]:
    with app.app_context():
        round_ = make_round("Spring")
        yield assign(round_, round_.systems()[0], make_person("Ann Reader", Role.REVIEWER))


@pytest.fixture
def lead(app: Flask) -> tuple[FlaskClient, int]:
    """A policy lead's browser, and the id of a review in which Ann said Yes."""
    with app.app_context():
        round_ = make_round("Spring")
        review = assign(round_, round_.systems()[0], make_person("Ann Reader", Role.REVIEWER))
        review.record("leadership-2", "plan", YES, author=review.reviewer)
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id), review.id


def entries(noun: str) -> list[Entry]:
    return list(session.scalars(select(Entry).filter_by(noun=noun).order_by(Entry.id)))


def test_making_changing_and_removing_a_row(app, review):
    person = review.reviewer
    person.role = Role.POLICY_VIEWER
    session.flush()
    made, changed = entries("person")[-2:]
    assert (made.before, made.after["name"], made.after["role"]) == (None, "Ann Reader", "reviewer")
    assert changed.before == {"role": "reviewer"}
    assert changed.after == {"role": "policy-viewer"}
    assert changed.outside == "command line"
    number = review.id
    take_back(review)
    removed = entries("review")[-1]
    assert (removed.row_id, removed.before["stage"], removed.after) == (number, "assigned", None)
    assert (removed.round_id, removed.system_id) == (review.round_id, review.system_id)


def test_what_did_not_change_is_not_written_down(app, review):
    before = session.scalars(select(Entry.id)).all()
    review.reviewer.name = "Ann Reader"
    review.stage = review.stage
    session.flush()
    assert session.scalars(select(Entry.id)).all() == before


def test_a_password_is_never_written_down(app, review):
    review.reviewer.set_password("a long enough password")
    session.flush()
    assert "argon2" not in str([(e.before, e.after) for e in entries("person")])


def test_a_change_that_was_rolled_back_is_not_there(app, review):
    session.commit()
    before = len(entries("round"))
    review.round.close()
    session.flush()
    assert len(entries("round")) == before + 1
    session.rollback()
    assert len(entries("round")) == before


@pytest.mark.parametrize(
    "statement",
    [update(Entry).values(noun="other"), delete(Entry), text("DELETE FROM logbook_entry")],
)
def test_the_database_refuses_to_change_the_logbook(app, review, statement):
    session.commit()
    with pytest.raises(DatabaseError, match="only grows"):
        session.execute(statement)
    session.rollback()
    assert entries("review")


def test_an_answer_goes_from_what_to_what(app, review):
    review.record("leadership-2", "plan", YES, author=review.reviewer)
    review.record("leadership-2", "plan", NO, author=review.reviewer)
    review.record("leadership-2", "plan", Given(), author=review.reviewer)
    cleared, second, first = changes(Asked(noun="answer"))
    assert (first.who, first.about, first.before) == ("Ann Reader", "leadership-2, plan", "")
    assert first.after == "options: yes"
    assert second.before == "options: yes"
    assert second.after == "options: no; comment: Looked."
    assert cleared.after == "state: unanswered"
    assert first.system == review.system.name
    assert first.round == "Spring"


def test_narrowing(app, review):
    ann = review.reviewer
    other = make_round("Autumn")
    review.record("leadership-2", "plan", YES, author=ann)
    review.note_down("leadership", NoteKind.COMMENT, "Well led.", author=ann)
    session.flush()
    everything = changes(Asked())
    assert count(Asked()) == len(everything)
    assert [c.at for c in everything] == sorted((c.at for c in everything), reverse=True)

    def whats(**asked) -> set[str]:
        found = changes(Asked(**asked))
        assert count(Asked(**asked)) == len(found)
        return {change.what for change in found}

    assert whats(noun="note") == {"Comment on a criterion"}
    assert whats(round_id=other.id) == {"Round", "System in a round"}
    assert whats(system_id=review.system_id, round_id=review.round_id) == {
        "Answer",
        "Comment on a criterion",
        "Reading of a system",
        "System in a round",
    }
    assert whats(person_id=ann.id) == {"Answer"}, "the rest was done on the command line"
    today = now().date()
    assert whats(first=today - timedelta(days=1), last=today + timedelta(days=1))
    assert not whats(last=date(2020, 1, 1))
    assert not whats(first=date(2100, 1, 1))
    assert [c.at for c in changes(Asked(), start=2, most=3)] == [c.at for c in everything[2:5]]


def test_a_self_assessment_is_in_no_record(app, review):
    review.record("leadership-2", "plan", YES, author=review.reviewer)
    review.round.kind = "self"
    session.flush()
    assert {change.what for change in changes(Asked())} <= {"Account"}


def test_who_did_it_is_who_is_signed_in(app, lead):
    client, review_id = lead
    with app.app_context():
        round_id = session.get_one(Review, review_id).round_id
    client.post(f"/rounds/{round_id}/state", data={"state": "closed"})
    page = client.get(f"/record?round={round_id}&noun=round").text
    assert "Lee Lead" in page
    assert "state: open" in page
    assert "state: closed" in page
    table = client.get(f"/record/all.csv?round={round_id}&noun=round").text
    assert table.splitlines()[0].lstrip("\ufeff") == "at,who,what,about,round,system,before,after"
    assert "Lee Lead,Round,,Spring,,state: open,state: closed" in table


def test_the_page_takes_as_many_queries_for_many_changes_as_for_few(app, lead):
    client, review_id = lead
    with queries() as few:
        client.get("/record")
    with app.app_context():
        review = session.get_one(Review, review_id)
        for number in range(20):
            person = make_person(f"Reader {number}", Role.REVIEWER)
            review.record("leadership-2", "plan", YES if number % 2 else NO, author=person)
        session.commit()
    with queries() as many:
        page = client.get("/record").text
    assert "Reader 7" in page
    assert len(many) == len(few)


@pytest.mark.parametrize("query", ["first=31.3.2027", "page=0", "page=99", "noun=x", "round=abc"])
def test_an_odd_address_shows_what_can_be_shown(lead, query):
    shown = lead[0].get(f"/record?{query}")
    assert shown.status_code == 200
    assert ("is not a day" in shown.text) == query.startswith("first")


def test_a_decision_goes_from_what_to_what(app, review):
    round_, system, lead = review.round, review.system, make_person("Lee Lead", Role.POLICY_LEAD)
    review.record("leadership-2", "plan", YES, author=review.reviewer)
    review.submit()
    decide(round_, system, "leadership-2", "plan", YES, "Read it again", lead)
    decide(round_, system, "leadership-2", "plan", NO_OPTION, "Read it once more", lead)
    withdraw(round_, system, "leadership-2", "plan", "Left to the readers", lead)
    gone, second, first = changes(Asked(noun="decision_change"))
    assert (first.what, first.about, first.before) == ("Decision", "leadership-2, plan", "")
    assert first.after == "state: given; options: yes; reason: Read it again"
    assert second.before == first.after
    assert second.after == "state: given; options: no; reason: Read it once more"
    assert gone.before == second.after
    assert gone.after == "state: unanswered; reason: Left to the readers"


def test_a_mark_and_a_conflict_are_in_the_record_when_they_go_too(app, review):
    round_, system, lead = review.round, review.system, make_person("Lee Lead", Role.POLICY_LEAD)
    mark_not_published(round_, {(system.id, "plan")}, lead)
    mark_not_published(round_, set(), lead)
    gone, made = changes(Asked(noun="not_published"))
    assert (made.before, made.after, made.system) == ("", "kind: plan", system.name)
    assert (gone.before, gone.after) == ("kind: plan", "")
    session.delete(declare(review.reviewer, system, "Works there", by=lead))
    session.flush()
    gone, made = changes(Asked(noun="conflict"))
    assert made.after == gone.before == "person: Ann Reader; reason: Works there"


def test_what_is_written_of_people_is_for_who_manages_them(app, lead):
    """Addresses, employers and reasons: a viewer sees them on no other page either."""
    client, review_id = lead
    with app.app_context():
        system = session.scalars(select(System).order_by(System.code)).first()
        reader = session.get_one(Review, review_id).reviewer
        declare(reader, system, "Her sister chairs it", by=reader)
        viewer = make_person("Vic Viewer", Role.POLICY_VIEWER)
        session.commit()
        watching = sign_in(app, viewer.id)
    for path in ("/record", "/record/all.csv", "/record?noun=person", "/record?noun=conflict"):
        seen, hidden = client.get(path).text, watching.get(path).text
        assert "@example.org" in seen or "Her sister" in seen, path
        assert "@example.org" not in hidden and "Her sister" not in hidden, path
    offered = '<option value="person"'
    assert offered in client.get("/record").text and offered not in watching.get("/record").text
