"""What a system has not published is not asked and not counted; a document that appears is."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from reviewer.db import session
from reviewer.findings.counting import figures, systems_reviewed, unresolved
from reviewer.findings.figures import Figure
from reviewer.instrument.models import OptionRow, latest
from reviewer.moderation.models import Decision, DecisionOption
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, Given
from reviewer.reviews.asking import slots
from reviewer.reviews.imports import BadTable, import_answers
from reviewer.reviews.models import Refused, Review, assign
from reviewer.reviews.publishing import mark_not_published
from reviewer.rounds.drafting import choose_questions
from reviewer.rounds.models import NotPublished, Round
from reviewer.running.overview import standings
from tests.running.makers import make_person, make_round, sign_in

YES = Given(frozenset({"yes"}))
PLAN, STRATEGY = ("data-3", "plan"), ("coproduction-3", "strategy")


@pytest.fixture
def lead(app: Flask) -> Iterator[Person]:
    with app.app_context():
        yield make_person("Lee Lead", Role.POLICY_LEAD)
        session.rollback()


@pytest.fixture
def round_(lead: Person) -> Round:
    """Two systems, each with a review that answered one question on each document."""
    made = make_round("spring")
    reader = make_person("Robin Reader", Role.REVIEWER)
    for system in made.systems():
        review = assign(made, system, reader)
        review.record(*PLAN, YES, author=reader)
        review.record(*STRATEGY, YES, author=reader)
    return made


def reviews(round_: Round) -> list[Review]:
    return list(session.scalars(select(Review).filter_by(round_id=round_.id).order_by(Review.id)))


def submit_all(round_: Round) -> None:
    for review in reviews(round_):
        review.submit()
    session.flush()


def figure(round_: Round, question: str, document: str) -> Figure:
    return next(f for f in figures(round_) if f.id == f"{question}-{document}")


def test_nothing_is_asked_about_what_was_not_published(round_, lead):
    first, second = reviews(round_)
    assert mark_not_published(round_, {(first.system_id, "plan")}, lead) == 1
    assert {on for _, on in slots(first.released.instrument)} == {"strategy"}
    assert [kind.id for kind in first.not_published] == ["plan"]
    assert {on for _, on in slots(second.released.instrument)} == {"strategy", "plan"}
    with pytest.raises(ValueError, match="marked as not having published it"):
        first.record(*PLAN, Given(frozenset({"no"})))
    first.record(*STRATEGY, Given(frozenset({"no"})))
    second.record(*PLAN, Given(frozenset({"no"})))


def test_an_answer_given_before_is_kept_hidden_and_comes_back(round_, lead):
    review, _ = reviews(round_)
    mark_not_published(round_, {(review.system_id, "plan")}, lead)
    hidden = {(a.document): a.hidden for a in review.answers}
    assert hidden == {"plan": True, "strategy": False}
    assert mark_not_published(round_, set(), lead) == 1
    session.expire_all()
    assert not any(answer.hidden for answer in review.answers)
    assert review.load_answers()[PLAN].version == 1


def test_the_figures_leave_a_system_out_that_has_not_published(round_, lead):
    submit_all(round_)
    before = figure(round_, *PLAN)
    assert (before.base, before.systems_reviewed, before.systems_total) == (2, 2, 2)
    first, _ = reviews(round_)
    mark_not_published(round_, {(first.system_id, "plan")}, lead)
    plan, strategy = figure(round_, *PLAN), figure(round_, *STRATEGY)
    assert (plan.base, plan.unanswered, plan.base_text) == (1, 0, "1 out of 1")
    assert (strategy.base, strategy.base_text, plan.systems_total) == (2, "2 out of 2", 2)
    assert systems_reviewed(round_) == 2
    mark_not_published(round_, set(), lead)
    assert figure(round_, *PLAN) == before


def test_with_nothing_published_a_system_is_in_scope_and_not_reviewed(round_, lead):
    submit_all(round_)
    first, second = reviews(round_)
    mark_not_published(round_, {(first.system_id, kind) for kind in ("plan", "strategy")}, lead)
    assert systems_reviewed(round_) == 1
    assert {f.systems_reviewed for f in figures(round_)} == {1}
    by_system = {s.system.id: s for s in standings(round_)}
    assert not by_system[first.system_id].reviewed
    assert by_system[first.system_id].nothing_to_read
    assert by_system[second.system_id].reviewed
    assert unresolved(round_) == []


def test_a_decision_about_what_was_not_published_does_not_count(round_, lead):
    submit_all(round_)
    first, _ = reviews(round_)
    row = round_.released.question_ids[PLAN[0]]
    option = session.scalar(select(OptionRow.id).filter_by(question_id=row, code="no"))
    session.add(
        Decision(
            round_id=round_.id,
            system_id=first.system_id,
            question_id=row,
            document="plan",
            reason="read together",
            decided_by_id=lead.id,
            options=[DecisionOption(option_id=option, question_id=row)],
        )
    )
    session.flush()
    assert figure(round_, *PLAN).counts["no"] == 1
    mark_not_published(round_, {(first.system_id, "plan")}, lead)
    assert (figure(round_, *PLAN).counts["no"], figure(round_, *PLAN).base) == (0, 1)


def test_a_closed_round_and_what_is_not_of_the_round_are_refused(round_, lead):
    system = reviews(round_)[0].system_id
    for mark in ((system, "supporting"), (999, "plan")):
        with pytest.raises(ValueError, match="not in this round"):
            mark_not_published(round_, {mark}, lead)
    round_.close()
    with pytest.raises(Refused, match="closed"):
        mark_not_published(round_, {(system, "plan")}, lead)
    assert session.scalars(select(NotPublished)).all() == []


def test_the_database_holds_a_mark_to_the_scope(round_, lead):
    session.add(NotPublished(round_id=round_.id, system_id=999, kind="plan", marked_by_id=lead.id))
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_import_names_the_rows_about_what_was_not_published(round_, lead):
    first, _ = reviews(round_)
    mark_not_published(round_, {(first.system_id, "plan")}, lead)
    rows = f"{first.system.code},data-3,plan,Yes,\n{first.system.code},coproduction-3,strategy,Yes,"
    table = f"system,question,document,value,comment\n{rows}\n".encode()
    with pytest.raises(BadTable) as bad:
        import_answers(round_, io.BytesIO(table), "t.csv")
    assert len(bad.value.lines) == 1
    assert bad.value.lines[0].startswith("Row 2: ")
    assert "not having published" in bad.value.lines[0]


def test_a_draft_takes_no_answer_and_a_kind_left_out_is_not_asked(lead):
    draft = make_round("autumn", draft=True)
    choose_questions(draft, latest("hpig-2024"), ["plan"])
    review = assign(draft, draft.systems()[0], make_person("Ada", Role.REVIEWER))
    with pytest.raises(Refused, match="not open yet"):
        review.record(*PLAN, YES)
    with pytest.raises(BadTable, match="not open yet"):
        import_answers(draft, io.BytesIO(b""), "t.csv")
    draft.open(lead)
    review.record(*PLAN, YES)
    with pytest.raises(KeyError):
        review.record(*STRATEGY, YES)
    review.submit()
    session.flush()
    assert {f.document.id for f in figures(draft)} == {"plan"}
    assert figure(draft, *PLAN).base == 1
    assert session.scalars(select(Answer)).one().document == "plan"


def test_the_pages_of_a_review_leave_out_what_was_not_published(app):
    with app.app_context():
        lead, reader = make_person("Lee", Role.POLICY_LEAD), make_person("Robin", Role.REVIEWER)
        made = make_round("spring", systems=1)
        review = assign(made, made.systems()[0], reader)
        mark_not_published(made, {(review.system_id, "plan")}, lead)
        session.commit()
        client, base = sign_in(app, reader.id), f"/reviews/{review.id}"
        round_id, lead_id, system_id = made.id, lead.id, review.system_id
    tasks = client.get(base).text
    assert "Not published" in tasks
    page = client.get(f"{base}/criteria/integration").text
    assert 'data-document="strategy"' in page
    assert 'data-document="plan"' not in page
    sent = client.post(f"{base}/answers/data-3/plan", data={"data-3.plan.value": "yes"})
    assert sent.status_code == 400
    with app.app_context():
        made, lead = session.get_one(Round, round_id), session.get_one(Person, lead_id)
        mark_not_published(made, {(system_id, kind) for kind in ("plan", "strategy")}, lead)
        session.commit()
    assert "Nothing to read was published" in client.get("/reviews").text
    for path in (base, f"{base}/submit"):
        assert client.get(path).status_code == 200
    assert client.get(f"{base}/criteria/integration").status_code == 404
