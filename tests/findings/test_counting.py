"""Counting in SQL against a plain count in Python, on random rounds."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.db import now, session
from reviewer.findings.counting import figures, systems_reviewed, unresolved
from reviewer.findings.cut import by_region
from reviewer.instrument.models import OptionRow, QuestionRow, release
from reviewer.moderation.models import Decision, DecisionOption
from reviewer.people.models import add_person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import assign
from reviewer.rounds.models import create_round
from reviewer.systems.models import System

INSTRUMENT = """
id = "counting"
version = "1.0.0"
title = "Counting"
source = "This test"
about = "Every kind of question, a chain of conditions, two document kinds."

[[document_kinds]]
id = "one"
name = "One"
plural = "ones"

[[document_kinds]]
id = "two"
name = "Two"
plural = "twos"

[[scales]]
id = "grades"
name = "Grades"
options = [{ id = "a", label = "A" }, { id = "b", label = "B" }, { id = "c", label = "C" }]

[[criteria]]
id = "only"
title = "Only"

[[questions]]
id = "scale"
criterion = "only"
kind = "scale"
scale = "grades"
text = "Scale?"
documents = ["one", "two"]
wording = "derived"
source = "this test"
search = ["x"]
statement = { a = "are a", b = "are b", c = "are c" }

[[questions]]
id = "many"
criterion = "only"
kind = "choices"
text = "Many?"
documents = ["one"]
wording = "derived"
source = "this test"
search = ["x"]
options = [{ id = "p", label = "P" }, { id = "q", label = "Q" }, { id = "r", label = "R" }]
statement = { option = "named {option}" }

[[questions]]
id = "then"
criterion = "only"
kind = "choice"
text = "Then?"
documents = ["one", "two"]
wording = "derived"
source = "this test"
search = ["x"]
options = [{ id = "y", label = "Y" }, { id = "n", label = "N" }]
asked_where = { question = "scale", answers = ["a", "b"] }
statement = { y = "did", n = "did not" }

[[questions]]
id = "last"
criterion = "only"
kind = "choice"
text = "Last?"
documents = ["two"]
wording = "derived"
source = "this test"
search = ["x"]
options = [{ id = "y", label = "Y" }, { id = "n", label = "N" }]
asked_where = { question = "then", answers = ["y"] }
statement = { y = "did", n = "did not" }
"""

PLACES = {
    ("scale", "one"): "abc",
    ("scale", "two"): "abc",
    ("many", "one"): "pqr",
    ("then", "one"): "yn",
    ("then", "two"): "yn",
    ("last", "two"): "yn",
}
CONDITIONS = {
    ("then", "one"): (("scale", "one"), "ab"),
    ("then", "two"): (("scale", "two"), "ab"),
    ("last", "two"): (("then", "two"), "y"),
}
NOT_APPLICABLE = "n/a"

# A value is a set of options, or not applicable; a place without an entry is unanswered.


def values(place: tuple[str, str]) -> st.SearchStrategy[frozenset[str] | str]:
    most = 3 if place[0] == "many" else 1
    chosen = st.frozensets(st.sampled_from(PLACES[place]), min_size=1, max_size=most)
    return st.one_of(chosen, st.just(NOT_APPLICABLE))


reviews = st.fixed_dictionaries({}, optional={place: values(place) for place in PLACES})
systems = st.lists(
    st.tuples(
        st.lists(st.tuples(reviews, st.booleans()), max_size=3),  # answers, and is it submitted?
        st.fixed_dictionaries({}, optional={place: values(place) for place in PLACES}),  # decisions
    ),
    min_size=1,
    max_size=5,
)


def plain_count(
    drawn: list[tuple[list[tuple[dict, bool]], dict]],
) -> dict[tuple[str, str], tuple[Counter, int, int, int]]:
    """For every place the options' counts, the base, not applicable and unresolved."""
    counted = {place: (Counter(), 0, 0, 0) for place in PLACES}
    for read, decided in drawn:
        for place in PLACES:
            given_here = [
                answers[place]
                for answers, submitted in read
                if submitted and place in answers and holds(answers, place)
            ]
            if place in decided and any(answers and submitted for answers, submitted in read):
                given_here = [decided[place]]
            options, base, left_out, differ = counted[place]
            if not given_here:
                continue
            if len(set(given_here)) > 1:
                differ += 1
            elif given_here[0] == NOT_APPLICABLE:
                left_out += 1
            else:
                base += 1
                options.update(given_here[0])
            counted[place] = (options, base, left_out, differ)
    return counted


def holds(answers: dict, place: tuple[str, str]) -> bool:
    if place not in CONDITIONS:
        return True
    other, wanted = CONDITIONS[place]
    value = answers.get(other, frozenset())
    return holds(answers, other) and value != NOT_APPLICABLE and bool(value & set(wanted))


def as_given(value: frozenset[str] | str) -> Given:
    if value == NOT_APPLICABLE:
        return Given(not_applicable=True)
    return Given(options=frozenset(value))


@pytest.fixture
def scene(app):
    """An instrument, five systems, and somebody who decides."""
    with app.app_context():
        version = release(INSTRUMENT)
        made = [
            System(
                code=f"T{n}", name=f"System {n}", region=f"R{n % 2}", valid_from=date(2022, 7, 1)
            )
            for n in range(5)
        ]
        session.add_all(made)
        lead = add_person("lead@example.org", name="Lead", role=Role.POLICY_LEAD)
        session.flush()
        rows = {
            row.code: row.id for row in session.query(QuestionRow).filter_by(instrument="counting")
        }
        options = {(o.question_id, o.code): o.id for o in session.query(OptionRow)}
        yield version, made, lead, rows, options
        session.rollback()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=systems, order=st.permutations(list(PLACES)))
def test_sql_counts_what_a_plain_count_counts(scene, drawn, order):
    version, made, lead, rows, options = scene
    with session.begin_nested() as savepoint:
        round_ = create_round("random", instrument=version, systems=made[: len(drawn)])
        for system, (read, decided) in zip(made, drawn, strict=False):
            for number, (answers, submitted) in enumerate(read):
                review = assign(round_, system, f"reader {number}")
                for place in order:  # conditions must come out right whatever came first
                    if place in answers:
                        review.record(*place, as_given(answers[place]))
                if submitted:
                    review.submit()
            for (question, document), value in decided.items():
                decision = Decision(
                    round_id=round_.id,
                    system_id=system.id,
                    question_id=rows[question],
                    document=document,
                    not_applicable=value == NOT_APPLICABLE,
                    reason="a test",
                    decided_by_id=lead.id,
                    decided_at=now(),
                )
                chosen = () if value == NOT_APPLICABLE else value
                decision.options = [
                    DecisionOption(option_id=options[rows[question], code]) for code in chosen
                ]
                session.add(decision)
        session.flush()
        found = figures(round_)
        plain = plain_count(drawn)
        cuts = by_region(round_, ["scale", "many", "then", "last"])
        differ_somewhere = unresolved(round_)
        reviewed = systems_reviewed(round_)
        savepoint.rollback()
    of_region = [plain_count(drawn[n::2]) for n in range(min(2, len(drawn)))]
    for place, regions in cuts.items():
        assert [cut.region for cut in regions] == ["R0", "R1"][: len(drawn)]
        for cut, alone in zip(regions, of_region, strict=True):
            counts, base, _, _ = alone[place]
            assert (cut.base, cut.counts) == (base, dict(counts))
    assert cuts.keys() == PLACES.keys()
    assert reviewed == sum(any(a and s for a, s in read) for read, _ in drawn)
    assert len(differ_somewhere) == sum(differ for _, _, _, differ in plain.values())
    for figure in found:
        counts, base, left_out, differ = plain[figure.question.id, figure.document.id]
        assert figure.counts == {option.id: counts[option.id] for option in figure.question.options}
        assert (figure.base, figure.not_applicable, figure.unresolved) == (base, left_out, differ)
        assert figure.systems_total == len(drawn)
