"""What a reader says to an offer, and a review that goes from one reader to another."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.models import Refused, Review, assign
from reviewer.reviews.offers import Conflict, Declined, HandOver, declare, decline, hand_over
from reviewer.rounds.models import Round
from tests.running.makers import make_person, make_round, sign_in

YES = Given(options=frozenset({"yes"}))
JSON = {"Accept": "application/json"}


@pytest.fixture
def offered(app: Flask) -> int:
    """A review that Ada was asked for and has not begun."""
    with app.app_context():
        round_ = make_round("spring")
        ada = make_person("Ada Reader", Role.REVIEWER)
        make_person("Ben Reader", Role.REVIEWER)
        make_person("Lee Lead", Role.POLICY_LEAD)
        made = assign(round_, round_.systems()[0], ada)
        session.commit()
        return made.id


def person(name: str) -> Person:
    return session.scalars(select(Person).filter_by(name=f"{name} Reader")).one()


def client_of(app, name):
    with app.app_context():
        number = person(name).id
    return sign_in(app, number)


@pytest.fixture
def handed(app: Flask, offered: int) -> int:
    """A review that Ada began and Ben has now."""
    with app.app_context():
        review = session.get_one(Review, offered)
        review.record("population-4", "strategy", YES, author=person("Ada"))
        review.note_down("leadership", NoteKind.COMMENT, "So far so good.", author=person("Ada"))
        hand_over(review, person("Ben"), by=person("Ada"))
        session.commit()
    return offered


def test_an_offer_can_be_accepted(app, offered):
    client = client_of(app, "Ada")
    page = client.get("/reviews").text
    assert "Would you read this system?" in page
    assert "Start" not in page
    assert client.post(f"/reviews/{offered}/accept").location == "/reviews"
    page = client.get("/reviews").text
    assert "Would you read this system?" not in page
    assert "Start" in page


def test_the_first_answer_accepts(app, offered):
    with app.app_context():
        review = session.get_one(Review, offered)
        review.record("population-4", "strategy", YES, author=person("Ada"))
        assert review.accepted_at
        session.commit()


def test_declining_needs_a_reason_and_ends_the_slot(app, offered):
    client = client_of(app, "Ada")
    page = client.post(f"/reviews/{offered}/decline", data={"because": "other", "reason": "  "})
    assert "Say in a sentence why." in page.text
    page = client.post(f"/reviews/{offered}/decline", data={"reason": "No time."})
    assert "Say whether it is a conflict of interest." in page.text
    sent = {"because": "other", "reason": "No time."}
    assert client.post(f"/reviews/{offered}/decline", data=sent).location == "/reviews"
    assert "You have no review to do." in client.get("/reviews").text
    with app.app_context():
        assert session.scalars(select(Review)).all() == []
        assert session.scalars(select(Declined.reason)).all() == ["No time."]
        assert session.scalars(select(Conflict)).all() == []
    # A second click finds nothing to decline, and changes nothing.
    assert client.post(f"/reviews/{offered}/decline", data=sent).status_code == 404


def test_declining_with_a_conflict_declares_it(app, offered):
    client = client_of(app, "Ada")
    page = client.get(f"/reviews/{offered}/decline?because=conflict").text
    assert page.count(" checked") == 1
    sent = {"because": "conflict", "reason": "My sister works there."}
    client.post(f"/reviews/{offered}/decline", data=sent)
    with app.app_context():
        assert session.scalars(select(Review)).all() == []
        conflict = session.scalars(select(Conflict)).one()
        assert (conflict.person, conflict.by) == (person("Ada"), person("Ada"))
        assert "sister" in session.scalars(select(Declined.reason)).one()
    assert "My sister works there." in client.get("/reviews/conflicts").text


def test_a_begun_review_stays_until_it_is_handed_over(app, offered):
    with app.app_context():
        session.get_one(Review, offered).record(
            "population-4", "strategy", YES, author=person("Ada")
        )
        session.commit()
    client = client_of(app, "Ada")
    sent = {"because": "other", "reason": "I am ill."}
    page = client.post(f"/reviews/{offered}/decline", data=sent, follow_redirects=True).text
    assert "What you wrote is kept." in page
    assert "It stays here until somebody takes over." in page
    with app.app_context():
        assert len(session.get_one(Review, offered).answers) == 1
    client.post(f"/reviews/{offered}/accept")  # changed their mind
    with app.app_context():
        assert session.scalars(select(Declined)).all() == []


def test_a_conflict_is_declared_on_ones_own_page(app, offered):
    client = client_of(app, "Ada")
    with app.app_context():
        system = session.get_one(Review, offered).system_id
    assert "Choose a system." in client.post("/reviews/conflicts", data={"reason": "Why"}).text
    sent = {"system": str(system), "reason": "I advise it."}
    for _ in range(2):
        assert client.post("/reviews/conflicts", data=sent).location == "/reviews/conflicts"
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Conflict)) == 1
        assert session.scalars(select(Review)).all() == []


@pytest.mark.parametrize("how", ["submitted", "closed"])
def test_what_is_over_is_not_declined_or_handed_over(app, offered, how):
    with app.app_context():
        review = session.get_one(Review, offered)
        if how == "submitted":
            review.submit()
        else:
            review.round.close()
        with pytest.raises(Refused):
            decline(review, "No time.")
        with pytest.raises(Refused):
            hand_over(review, person("Ben"), by=person("Ada"))
        declare(person("Ada"), review.system, "I advise it.", by=person("Ben"))
        assert session.scalars(select(Declined)).all() == []
        assert session.get_one(Review, offered)
        session.commit()


def test_nothing_written_is_nothing_to_hand_over(app, offered):
    with app.app_context():
        review = session.get_one(Review, offered)
        with pytest.raises(Refused, match="take it back"):
            hand_over(review, person("Ben"), by=person("Ada"))
        session.rollback()


def test_somebody_elses_offer_is_not_answered(app, offered):
    client = client_of(app, "Ben")
    for what in ("accept", "decline"):
        assert client.post(f"/reviews/{offered}/{what}").status_code == 403
    with app.app_context():
        assert session.get_one(Review, offered).accepted_at is None


def test_the_new_reader_finds_the_answers_with_their_author(app, handed):
    client = client_of(app, "Ben")
    page = client.get("/reviews").text
    assert "Somebody else began it and cannot go on: 1 of" in page
    assert (
        "Answered by Ada Reader" in client.get(f"/reviews/{handed}/criteria/population-health").text
    )
    assert "Written by Ada Reader" in client.get(f"/reviews/{handed}/criteria/leadership").text
    page = client.get(f"/reviews/{handed}/submit").text
    assert page.count("Answered by Ada Reader") == 1
    assert page.count("Written by Ada Reader") == 1


def test_a_changed_answer_is_of_whoever_changed_it_and_the_history_keeps_both(app, handed):
    client = client_of(app, "Ben")
    sent = {"population-4.strategy.value": "no", "population-4.strategy.version": "1"}
    path = f"/reviews/{handed}/answers/population-4/strategy"
    assert client.post(path, data=sent, headers=JSON).status_code == 200
    with app.app_context():
        (answer,) = session.get_one(Review, handed).answers
        assert answer.author == person("Ben")
        assert [c.author.name for c in answer.history] == ["Ada Reader", "Ben Reader"]
    assert "Answered by" not in client.get(f"/reviews/{handed}/criteria/population-health").text


def test_the_former_reader_is_told_and_changes_nothing(app, handed):
    client = client_of(app, "Ada")
    assert "You have no review to do." in client.get("/reviews").text
    page = client.get(f"/reviews/{handed}")
    assert page.status_code == 403
    assert "This review was handed over to Ben Reader on" in page.text
    sent = {"population-4.strategy.value": "no", "population-4.strategy.version": "1"}
    for path in ("answers/population-4/strategy", "notes/leadership/comment"):
        refused = client.post(f"/reviews/{handed}/{path}", data=sent, headers=JSON)
        assert refused.status_code == 403
        assert "What you saved before is kept under your name." in refused.json["message"]
    assert client.post(f"/reviews/{handed}/submit").status_code == 403
    with app.app_context():
        review = session.get_one(Review, handed)
        assert [c.options for c in review.answers[0].history] == ["yes"]
        assert session.scalars(select(HandOver)).one().former == person("Ada")
        assert session.scalars(select(Round)).one().is_open


def test_a_stranger_is_told_nothing(app, handed):
    with app.app_context():
        make_person("Cat Reader", Role.REVIEWER)
        session.commit()
    page = client_of(app, "Cat").get(f"/reviews/{handed}")
    assert page.status_code == 403
    assert "handed over" not in page.text
