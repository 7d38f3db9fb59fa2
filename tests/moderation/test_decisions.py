"""The one writer of decisions: what it settles, keeps and refuses, and that counting takes it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from reviewer.db import session
from reviewer.findings.counting import figures, unresolved
from reviewer.moderation.decisions import LONGEST_REASON, changes_of, decide, decisions_of, withdraw
from reviewer.moderation.models import Decision, DecisionChange
from reviewer.moderation.readings import comparisons
from reviewer.reviews.answers import Answer, Given
from reviewer.reviews.models import Refused
from tests.moderation.makers import NO, NOT_APPLICABLE, SOME, YES, read, two_readings
from tests.running.makers import make_round

PLACE = ("data-3", "plan")
CHOICES = ("coproduction-4", "strategy")


@pytest.fixture
def scene(app):
    """A round, a system read twice with two differences, and a policy lead."""
    with app.app_context():
        round_, system, lead = two_readings(
            {PLACE: YES, ("data-4", "plan"): YES, CHOICES: several(0, 1)},
            {PLACE: NO, ("data-4", "plan"): YES, CHOICES: several(1)},
        )
        yield round_, system, lead
        session.rollback()


def several(*places):
    from reviewer.instrument.models import latest, released

    question = released(latest("hpig-2024").id).instrument.question(CHOICES[0])
    return Given(frozenset(question.options[n].id for n in places))


def figure(round_, place=PLACE):
    return next(f for f in figures(round_) if (f.question.id, f.document.id) == place)


def everything():
    """Every row of the readers' own answers."""
    return [(a.id, a.version, a.state, a.text) for a in session.scalars(select(Answer))]


def test_a_decision_settles_what_was_unresolved_and_first_answers_stay(scene):
    round_, system, lead = scene
    before = everything()
    assert (figure(round_).base, figure(round_).unresolved) == (0, 1)
    decide(round_, system, *PLACE, SOME, "The plan names it once.", lead)
    assert (figure(round_).base, figure(round_).unresolved) == (1, 0)
    assert figure(round_).counts == {"yes": 0, "some": 1, "no": 0}
    assert everything() == before


def test_several_options_and_not_applicable(scene):
    round_, system, lead = scene
    decide(round_, system, *CHOICES, several(0, 1), "Both are on page 3.", lead)
    assert sum(figure(round_, CHOICES).counts.values()) == 2
    decide(round_, system, *CHOICES, several(1), "Only one is.", lead)
    assert sum(figure(round_, CHOICES).counts.values()) == 1
    decide(round_, system, *CHOICES, NOT_APPLICABLE, "It has no such part.", lead)
    found = figure(round_, CHOICES)
    assert (found.base, found.not_applicable, found.unresolved) == (0, 1, 0)


def test_every_change_is_kept_with_who_when_why(scene):
    round_, system, lead = scene
    decide(round_, system, *PLACE, SOME, "  One\nmention. ", lead)
    decide(round_, system, *PLACE, YES, "Two mentions.", lead)
    withdraw(round_, system, *PLACE, "It was about another plan.", lead)
    changes = changes_of(round_, system)[PLACE]
    assert [(c.version, c.given(), c.reason, c.author.name) for c in changes] == [
        (1, SOME, "One mention.", "Lee Lead"),
        (2, YES, "Two mentions.", "Lee Lead"),
        (3, Given(), "It was about another plan.", "Lee Lead"),
    ]
    assert decisions_of(round_, system) == {}
    assert figure(round_).unresolved == 1
    decide(round_, system, *PLACE, NO, "Now it is right.", lead)
    assert changes_of(round_, system)[PLACE][-1].version == 4
    assert decisions_of(round_, system)[PLACE].given(round_.released.option_codes) == NO


def test_a_second_click_changes_nothing(scene):
    round_, system, lead = scene
    for _ in range(2):
        decide(round_, system, *PLACE, SOME, "One mention.", lead, seen=0)
    assert len(session.scalars(select(DecisionChange)).all()) == 1


def test_two_people_do_not_decide_over_one_another(scene):
    round_, system, lead = scene
    decide(round_, system, *PLACE, SOME, "One mention.", lead, seen=0)
    with pytest.raises(Refused, match="Somebody else decided"):
        decide(round_, system, *PLACE, NO, "None.", lead, seen=0)
    with pytest.raises(Refused, match="Somebody else decided"):
        withdraw(round_, system, *PLACE, "A mistake.", lead, seen=0)
    decide(round_, system, *PLACE, NO, "None.", lead, seen=1)


@pytest.mark.parametrize(
    ("question", "document", "given", "reason", "words"),
    [
        ("data-3", "plan", SOME, " \n", "Give the reason"),
        ("data-3", "plan", SOME, "x" * (LONGEST_REASON + 1), "Shorten the reason"),
        ("data-3", "plan", Given(), "Why not.", "Choose what the answer is"),
        ("data-3", "plan", Given(frozenset({"maybe"})), "Why not.", "no option maybe"),
        ("data-3", "plan", Given(frozenset({"yes", "no"})), "Why not.", "takes one option"),
        ("data-3", "plan", Given(frozenset({"yes"}), True), "Why not.", "not both"),
        ("data-3", "strategy", SOME, "Why not.", "not asked of"),
    ],
)
def test_what_the_question_does_not_take(scene, question, document, given, reason, words):
    round_, system, lead = scene
    with pytest.raises(ValueError, match=words):
        decide(round_, system, question, document, given, reason, lead)
    assert session.scalars(select(Decision)).all() == []


def test_a_text_is_not_settled(scene):
    round_, system, lead = scene
    text = next(q for q in round_.released.instrument.questions if q.kind == "text")
    with pytest.raises(ValueError, match="read and not counted"):
        decide(round_, system, text.id, text.documents[0], Given(text="x"), "Why not.", lead)


def test_what_the_state_does_not_allow(scene):
    round_, system, lead = scene
    decide(round_, system, *PLACE, SOME, "One mention.", lead)
    round_.close()
    with pytest.raises(Refused, match="is closed"):
        decide(round_, system, *PLACE, NO, "None.", lead)
    with pytest.raises(Refused, match="is closed"):
        withdraw(round_, system, *PLACE, "None.", lead)
    round_.reopen()
    elsewhere = next(s for s in make_round("autumn", 3).systems() if s not in round_.systems())
    with pytest.raises(Refused, match="not in the round"):
        decide(round_, elsewhere, *PLACE, NO, "None.", lead)
    with pytest.raises(Refused, match="No review of"):
        decide(round_, round_.systems()[1], *PLACE, NO, "None.", lead)
    with pytest.raises(Refused, match="no decision here"):
        withdraw(round_, system, "data-4", "plan", "None.", lead)


def test_the_database_holds_one_decision_and_one_history_for_a_place(scene):
    round_, system, lead = scene
    decide(round_, system, *PLACE, SOME, "One mention.", lead)
    change = changes_of(round_, system)[PLACE][0]
    columns = ("round_id", "system_id", "question_id", "document", "version")
    copy = {name: getattr(change, name) for name in columns}
    session.add(DecisionChange(**copy, state="given", options="no", reason="x", author=lead))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_the_list_counts_what_counting_counts(scene):
    """The page of second readings and the findings must never give two numbers for one thing."""
    round_, system, lead = scene
    [found] = comparisons(round_)
    assert (found.system, found.submitted, found.to_come) == (system, 2, 0)
    assert (found.differ, found.settled, found.left) == (2, 0, 2)
    assert len(unresolved(round_)) == found.left
    decide(round_, system, *PLACE, SOME, "One mention.", lead)
    [found] = comparisons(round_)
    assert (found.differ, found.settled, found.left) == (2, 1, 1)
    assert len(unresolved(round_)) == found.left


def test_a_reading_that_is_not_submitted_is_still_to_come(scene):
    round_, _, _ = scene
    other = round_.systems()[1]
    read(round_, other, "reader 1", {PLACE: YES})
    read(round_, other, "reader 2", {PLACE: NO}, submit=False)
    found = comparisons(round_)[1]
    assert (found.submitted, found.to_come, found.differ) == (1, 1, 0)
