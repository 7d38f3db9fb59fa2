"""What an assessment gives: a profile, what stands beside an answer, the plan, the drafts, and the
comparison with a round."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from reviewer.config import ROOT
from reviewer.db import session
from reviewer.instrument.check import read
from reviewer.private import open_round
from reviewer.reviews.answers import Given
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import assign
from reviewer.selfassessment.beside import recommendations
from reviewer.selfassessment.models import Action, Draft
from reviewer.selfassessment.standing import Value, profile, standings
from tests.running.makers import make_round, sign_in
from tests.selfassessment.makers import (
    add_people,
    answer,
    attach,
    begin,
    cite,
    document_of,
    review_of,
    share,
)


@pytest.fixture
def people(app):
    return add_people(app)


@pytest.fixture
def own(app, people):
    """The browser of the one who works on it, its number and its review."""
    client = sign_in(app, people.own)
    number = begin(client)
    attach(client, number, "The lead is named on this page", "The second page stays")
    return client, number, review_of(app, number)


def instrument():
    found, mistakes = read((ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8"))
    assert found, mistakes
    return found


# Pure ---------------------------------------------------------------------------------------------


def test_a_profile_counts_answers_on_scales_and_adds_up_to_what_is_asked():
    asked = {(q.id, on) for q in instrument().questions for on in q.documents}
    scaled = {(q.id, on) for q in instrument().questions for on in q.documents if q.scale}
    some, first = sorted(scaled)[:10], sorted(scaled)[0]
    values = {place: Value(frozenset({"no"})) for place in some}
    values[first] = Value(not_applicable=True)
    found = profile(instrument(), standings(instrument(), values, asked))
    assert sum(found.totals.values()) == len(scaled)
    assert found.totals["No"] == 9 and found.totals["Not applicable"] == 1
    assert found.totals["Not answered"] == len(scaled) - 10


def test_a_gap_is_an_answer_that_is_not_the_fullest_and_nothing_else_is():
    asked = {("leadership-2", "plan"), ("coproduction-2", "strategy")}

    def gaps(value):
        values = {("leadership-2", "plan"): value}
        return [s for s in standings(instrument(), values, asked) if s.is_gap]

    assert len(gaps(Value(frozenset({"no"})))) == 1
    assert gaps(Value(frozenset({"yes"}))) == []
    assert gaps(Value(not_applicable=True)) == gaps(Value()) == []


def test_every_recommendation_bears_on_criteria_and_questions_that_there_are():
    source, found = recommendations("hpig-2024")
    criteria = {c.id for c in instrument().criteria}
    questions = {q.id: q.criterion for q in instrument().questions}
    assert source and {r.criterion for r in found} == criteria | {""}
    for recommended in found:
        assert {questions[q] for q in recommended.questions} <= {recommended.criterion}
    assert recommendations("no-such-instrument") == ("", ())


# On the page --------------------------------------------------------------------------------------


def test_each_question_says_what_a_yes_asks_for_and_what_was_recommended(app, own):
    client, number, review = own
    answer(client, review, "leadership-2", "no")
    said = client.get(f"/drafts/{number}/results").text
    assert "What “Yes” asks for" in said
    assert "Publish who leads for children" in said
    assert "January 2024, as published" in said


def test_the_sector_is_shown_from_five_systems_on(app, own):
    client, number, review = own
    answer(client, review, "leadership-2", "no")

    def said(systems):
        with app.app_context():
            round_ = make_round(f"with {systems}", systems=systems)
            for system in round_.systems():
                made = assign(round_, system, "Reader")
                made.record("leadership-2", "plan", Given(frozenset({"yes"})))
                made.submit()
            round_.close()
            session.commit()
        return client.get(f"/drafts/{number}/results").text

    assert "The sector" not in said(4)
    assert "with 5 round, 5 systems): Yes 100% (5)" in said(5)


def test_a_plan_from_gaps_is_ordered_kept_and_taken_home(app, own):
    client, number, review = own
    for question, value in (
        ("leadership-2", "no"),
        ("leadership-3", "no"),
        ("leadership-4", "yes"),
    ):
        answer(client, review, question, value)
    plan = f"/drafts/{number}/plan"
    assert "2 gaps" in client.get(plan).text
    client.post(plan, data={"go": "gaps"})
    client.post(plan, data={"go": "gaps"})  # a second click adds nothing
    with app.app_context():
        open_round(session, number)
        first, second = session.scalars(select(Action.id).order_by(Action.place)).all()
    fields = {
        f"{second}-what": "=Name <her> & publish",
        f"{second}-who": "Chief nurse",
        f"{second}-due": ["31", "3", "2027"],
        f"{second}-status": "begun",
        f"{first}-status": "to do",
    }
    client.post(plan, data=fields | {"go": f"up:{second}"})
    wrong = client.post(plan, data=fields | {f"{second}-due": ["31", "2", "2027"]})
    assert "Enter a real date" in wrong.text and "Chief nurse" in wrong.text
    sheet = load_workbook(io.BytesIO(client.get(f"{plan}.xlsx").data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.rows]
    assert [row[0] for row in rows] == ["number", 1, 2]
    assert rows[1][7] == "=Name <her> & publish" and rows[1][8] == "Chief nurse"
    with ZipFile(io.BytesIO(client.get(f"{plan}.docx").data)) as file:
        assert "Chief nurse" in file.read("word/document.xml").decode()
    assert client.get(f"{plan}.pdf").data.startswith(b"%PDF")
    answer_again = f"/reviews/{review}/answers/leadership-3/plan"
    data = {"leadership-3.plan.value": "yes", "leadership-3.plan.version": "1"}
    assert client.post(answer_again, data=data).status_code == 200
    assert "Closed in this draft" in client.get(plan).text


def test_the_next_draft_starts_from_the_answers_and_the_first_keeps_its_own(app, own):
    client, number, review = own
    answer(client, review, "leadership-2", "some", "vague")
    document = str(document_of(app, number))
    for quote in ("The second page stays", "The lead is named"):
        cite(client, review, "leadership-2", document=document, pages="1-2", quote=quote)
    attach(client, number, "A page before it", "Nothing of that here", "The second page stays")
    assert "draft 2" in client.get(f"/drafts/{number}").text
    data = {"leadership-2.plan.value": "yes", "leadership-2.plan.version": "1"}
    again = client.post(f"/reviews/{review}/answers/leadership-2/plan", data=data)
    assert again.status_code == 200, again.text
    with app.app_context():
        open_round(session, number)
        one, two = session.scalars(select(Draft).order_by(Draft.number)).all()
        assert one.answers["leadership-2.plan"]["options"] == ["some"] and two.answers is None
        quotes = {e.quote: e.newer_first_page for e in session.scalars(select(Evidence))}
    assert quotes["The second page stays"] == 3 and quotes["The lead is named"] is None
    assert "1 citation to check" in client.get(f"/drafts/{number}").text
    chart = client.get(f"/drafts/{number}/progress.svg")
    assert chart.mimetype == "image/svg+xml"
    assert re.search(r"Draft 1: .*To some extent 1.*Draft 2: Yes 1", chart.text)


def test_the_same_file_again_and_a_draft_without_answers_begin_no_other_draft(app, own):
    client, number, review = own
    attach(client, number, "Another text")
    answer(client, review, "leadership-2", "yes")
    attach(client, number, "Another text")
    with app.app_context():
        open_round(session, number)
        assert [d.number for d in session.scalars(select(Draft))] == [1]


# Beside a round -----------------------------------------------------------------------------------


def settled_round(app, *, closed):
    with app.app_context():
        round_ = make_round("autumn")
        review = assign(round_, round_.systems()[0], "Reader")
        for question, value in (("leadership-2", "yes"), ("leadership-3", "no")):
            review.record(question, "plan", Given(frozenset({value}), comment="theirs alone"))
        review.submit()
        if closed:
            round_.close()
        session.commit()


def test_own_answers_stand_beside_settled_ones_of_a_closed_round(app, own):
    client, number, review = own
    answer(client, review, "leadership-2", "some")
    answer(client, review, "leadership-3", "no")
    path = f"/drafts/{number}/comparison"
    assert "No round with these questions" in client.get(path).text
    settled_round(app, closed=True)
    said = client.get(path).text
    assert "autumn" in said and "theirs alone" not in said
    cells = re.findall(r"numeric\">(\d+)</td>", said)
    assert cells == ["1", "2"]  # the same in one of two


def test_a_round_that_is_open_shows_a_system_nothing_it_was_not_asked_about(app, own):
    client, number, review = own
    answer(client, review, "leadership-2", "some")
    settled_round(app, closed=False)
    assert "No round with these questions" in client.get(f"/drafts/{number}/comparison").text


def test_the_policy_team_sees_the_comparison_only_when_it_is_shared_and_nothing_else(
    app, people, own
):
    client, number, review = own
    answer(client, review, "leadership-2", "some")
    settled_round(app, closed=True)
    lead, path = sign_in(app, people.lead), f"/drafts/{number}/comparison"
    assert lead.get(path).status_code == 404
    share(client, number, "lee.lead@example.org", "comparison")
    assert "autumn" in lead.get(path).text
    for other in ("", "/results", "/plan", "/documents", "/progress.svg", "/plan.xlsx"):
        assert lead.get(f"/drafts/{number}{other}").status_code == 404, other
    assert lead.get(f"/documents/{document_of(app, number)}/file").status_code == 404
