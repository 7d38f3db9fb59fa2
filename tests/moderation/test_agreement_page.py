"""Agreement over a round: which answers are compared, which questions are listed, the page."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.model import CHOICES, SCALE
from reviewer.moderation.agreement import Item, agreement
from reviewer.moderation.decisions import decide
from reviewer.moderation.exports import COLUMNS, number_text, range_text, table_rows
from reviewer.moderation.readings import blind_pairs
from reviewer.moderation.rewording import Line, agreement_of
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.asking import slots
from reviewer.reviews.models import Review, Stage, assign
from reviewer.rounds.models import Round
from tests.findings.makers import GROUPS, PLAN, RAG, question
from tests.moderation.makers import NO, NOT_APPLICABLE, SOME, YES, queries, read, two_readings
from tests.running.makers import make_person, make_round, sign_in

PLACE = ("data-3", "plan")


def fs(option):
    return frozenset({option})


def pairs_at(round_, place=PLACE):
    return list(blind_pairs(round_)[place].pairs.values())


@pytest.fixture
def context(app):
    with app.app_context():
        yield
        session.rollback()


# Which answers are compared -----------------------------------------------------------------------


def test_what_both_answered_is_a_pair(context):
    round_, _, _ = two_readings(
        {PLACE: YES, ("data-4", "plan"): NOT_APPLICABLE, ("data-1", "strategy"): YES},
        {PLACE: NO, ("data-4", "plan"): SOME, ("population-8", "plan"): Given(text="words")},
    )
    assert pairs_at(round_) == [(fs("yes"), fs("no"))]
    assert pairs_at(round_, ("data-4", "plan")) == [(None, fs("some"))]
    assert pairs_at(round_, ("data-1", "strategy")) == []  # the second did not answer
    assert ("population-8", "plan") not in blind_pairs(round_)  # texts are not compared


def test_what_was_not_asked_is_no_pair(context):
    hidden = {("leadership-4", "plan"): YES, ("leadership-5", "plan"): YES}
    round_, _, _ = two_readings(hidden, hidden | {("leadership-4", "plan"): NO})
    assert pairs_at(round_, ("leadership-5", "plan")) == []
    assert pairs_at(round_, ("leadership-4", "plan")) == [(fs("yes"), fs("no"))]


def test_it_is_the_first_submission_whatever_came_after(context):
    """A decision changes no answer, and what was changed after a return is not blind any more."""
    round_, system, lead = two_readings({PLACE: YES}, {PLACE: NO})
    decide(round_, system, *PLACE, SOME, "One mention.", lead)
    assert pairs_at(round_) == [(fs("yes"), fs("no"))]
    reading = session.scalars(system_reviews(round_)).first()
    submitted = reading.first_submitted_at
    reading.stage = Stage.BEGUN  # as if it was sent back
    reading.record(*PLACE, NO)
    assert pairs_at(round_) == [(fs("yes"), fs("no"))]
    reading.submit()
    assert pairs_at(round_) == [(fs("yes"), fs("no"))]
    assert reading.first_submitted_at == submitted < reading.submitted_at


def system_reviews(round_):
    return select(Review).filter_by(round_id=round_.id).order_by(Review.id)


def test_an_answer_changed_before_the_first_submission_is_the_later_one(context):
    round_ = make_round("spring")
    system = round_.systems()[0]
    review = assign(round_, system, "one")
    review.record(*PLACE, YES)
    review.record(*PLACE, NO)
    review.record("data-4", "plan", YES)
    review.record("data-4", "plan", Given())  # cleared: unanswered again
    review.submit()
    read(round_, system, "two", {PLACE: YES, ("data-4", "plan"): YES})
    assert pairs_at(round_) == [(fs("no"), fs("yes"))]
    assert pairs_at(round_, ("data-4", "plan")) == []


def test_a_third_reading_and_one_not_submitted_are_left_out(context):
    round_, system, _ = two_readings({PLACE: YES}, {PLACE: NO})
    read(round_, system, "third", {PLACE: NO})
    read(round_, round_.systems()[1], "one", {PLACE: YES})
    read(round_, round_.systems()[1], "two", {PLACE: YES}, submit=False)
    assert pairs_at(round_) == [(fs("yes"), fs("no"))]


# Which questions are listed -----------------------------------------------------------------------


def line(pairs, kind=SCALE, options=RAG):
    ids = tuple(option.id for option in options)
    item = Item(kind, ids, {n: (a, b) for n, (a, b) in enumerate(pairs)})
    return Line(question(options, kind), PLAN, item, agreement([item]))


def of_scale(*answers):
    """Pairs like "yy", "yn": y(es), s(ome), n(o), - for not applicable."""
    words = {"y": fs("yes"), "s": fs("some"), "n": fs("no"), "-": None}
    return line([(words[a], words[b]) for a, b in answers])


@pytest.mark.parametrize(
    ("answers", "listed", "why"),
    [
        (["yn"] * 4, False, "four systems say too little"),
        (["yn"] * 5, True, "five that all differ"),
        (["yy", "nn", "ss", "yy", "nn"], False, "full agreement"),
        (["yy"] * 5, False, "one cell: no kappa, and nothing to reword"),
        (["yy", "nn", "ss", "yy", "nn", "yy", "nn", "yn", "ny", "sy"], False, "70% is enough"),
        (["yy", "nn", "ss", "yy", "nn", "yy", "yn", "ny", "sy", "ys"], True, "60% is not"),
        (["yy"] * 8 + ["yn", "ny"], True, "80% the same, and no better than chance"),
        (["yy"] * 18 + ["yn", "ny"], False, "90% the same, though kappa is low"),
        (["--"] * 4 + ["y-"], False, "80% the same, and nothing on the scale"),
        (["y-"] * 5, True, "one calls it not applicable every time"),
    ],
)
def test_the_rule_for_scales(answers, listed, why):
    assert of_scale(*answers).is_unclear == listed, why


def test_the_rule_for_choices():
    def shared(*pairs):
        ids = [option.id for option in GROUPS]
        made = [(frozenset(ids[n] for n in a), frozenset(ids[n] for n in b)) for a, b in pairs]
        return line(made, CHOICES, GROUPS)

    assert not shared(*[([0, 1], [1])] * 5).is_unclear  # exactly half; never the same answer
    assert shared(*[([0, 1], [1, 2])] * 5).is_unclear
    assert not shared(*[([0, 1], [2])] * 4).is_unclear


@given(st.lists(st.sampled_from(["yy", "yn", "ys", "ss", "nn", "-y", "--"]), max_size=12))
def test_full_agreement_and_few_systems_are_never_listed(answers):
    found = of_scale(*answers)
    if len(answers) < 5 or not found.differing:
        assert not found.is_unclear


def test_the_least_agreed_on_comes_first(context):
    round_ = hard_round(6)
    found = agreement_of(round_)
    assert [x.question.id for x in found.to_reword] == ["data-3", "coproduction-4", "data-4"]
    assert [round(x.likeness, 2) for x in found.to_reword] == [0.0, 0.33, 0.5]


def hard_round(systems):
    """Readings that never agree on data-3, half the time on data-4, always on data-1, and share a
    third of the choices of coproduction-4."""
    round_ = make_round("hard", systems=systems)
    for n, system in enumerate(round_.systems()):
        first = {
            PLACE: YES,
            ("data-4", "plan"): YES if n % 2 else NO,
            ("data-1", "strategy"): YES if n % 2 else NO,
            ("coproduction-4", "strategy"): Given(frozenset({"survey", "other"})),
        }
        second = first | {
            PLACE: NO,
            ("data-4", "plan"): YES,
            ("coproduction-4", "strategy"): Given(frozenset({"survey", "focus-groups"})),
        }
        read(round_, system, "Ada Reader", first)
        read(round_, system, "Bo Second", second)
    return round_


# Page and table -----------------------------------------------------------------------------------


def test_numbers_in_words():
    assert [
        number_text(value, n) for value, n in ((0.625, 4), (-0.05, 4), (None, 4), (None, 0))
    ] == [*("0.62", "−0.05", "not defined", "")]
    assert range_text((-0.1, 0.5)) == "−0.10 to 0.50"
    assert range_text((0.745, 1.0), percent=True) == "75% to 100%"
    assert range_text(None) == ""


@pytest.fixture
def hard(app):
    with app.app_context():
        round_ = hard_round(6)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, lead.id), f"/rounds/{round_.id}/agreement"


def test_the_page(app, hard):
    client, address = hard
    page = client.get(address).text
    for part in (
        "over 6 systems",
        "Same answer, n 24",  # 6 systems and 4 questions
        "95% interval",
        "Beyond chance (kappa), n 18",
        "Choices shared (Jaccard), n 6",
        "Same answer: 0% (0 of 6). Kappa: 0.00, n 6.",
        "Choices shared: 0.33, n 6.",
        "Where the first answers differ: 6 systems",
        "/criteria/1#data-3",
    ):
        assert part in page, part
    assert "Ada Reader" not in page and "Bo Second" not in page
    differ = re.findall(r'href="(/rounds/\d+/moderation/\d+)#data-3\.plan\.', page)
    assert len(differ) == 6
    assert 'id="data-3.plan."' in client.get(differ[0]).text


def test_the_table(app, hard):
    client, address = hard
    response = client.get(f"{address}.csv")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert tuple(rows[0]) == COLUMNS
    by_question = {(row["question"], row["document"]): row for row in rows if row["question"]}
    assert by_question[PLACE]["kappa"] == "0.0" and by_question[PLACE]["reword"] == "yes"
    assert by_question["data-1", "strategy"]["kappa"] == "1.0"
    assert by_question["data-2", "strategy"]["n"] == "0"
    assert by_question["data-2", "strategy"]["kappa"] == ""
    assert [row["level"] for row in rows].count("criterion") == 7
    assert rows[-1]["level"] == "round" and rows[-1]["n"] == "24"
    assert float(rows[-1]["kappa_low"]) <= float(rows[-1]["kappa"]) <= float(rows[-1]["kappa_high"])
    assert "Ada" not in response.text


def test_one_cell_is_called_not_defined(context):
    round_, _, _ = two_readings({PLACE: YES}, {PLACE: YES})
    rows = {row["question"]: row for row in table_rows(agreement_of(round_)) if row["question"]}
    assert rows["data-3"]["kappa"] == "not defined"


def test_nothing_to_say_yet(app):
    with app.app_context():
        round_ = make_round("spring")
        read(round_, round_.systems()[0], "only", {PLACE: YES})
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        client, address = sign_in(app, lead.id), f"/rounds/{round_.id}/agreement"
    assert "Nothing can be said yet" in client.get(address).text
    assert client.get(f"{address}.csv").text.count("\n") > 60


def test_few_systems_have_no_interval(app):
    with app.app_context():
        round_ = hard_round(4)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        client, address = sign_in(app, lead.id), f"/rounds/{round_.id}/agreement"
    page = client.get(address).text
    assert "An interval needs 5 systems" in page and "95% interval" not in page
    assert "No question is below these marks" in page


def test_queries_do_not_grow_with_systems(app, hard):
    client, address = hard
    with app.app_context():
        large = make_round("large", systems=9)
        full = {
            (q.id, on): Given(frozenset({q.options[0].id}))
            for q, on in slots(large.released.instrument)
            if q.options
        }
        for system in large.systems():
            for reader in ("1", "2"):
                review = assign(large, system, reader)
                review.record_all(full)
                review.submit()
        session.commit()
        large_address = f"/rounds/{session.get_one(Round, large.id).id}/agreement"
    with queries() as few:
        client.get(address)
    with queries() as many:
        assert "over 9 systems" in client.get(large_address).text
    assert len(many) == len(few) <= 8
