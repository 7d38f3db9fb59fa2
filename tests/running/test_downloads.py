from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.asking import slots
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import INVENTED, Round
from tests.running.makers import make_person, make_round, sign_in

COMMENTS = ("", "=1+1", "'quoted", "a, “b”; c\nd", "@home", "– dash")


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id)


@pytest.fixture
def full(app: Flask) -> int:
    """A round with an answer of every kind to every question, from two readers; its id."""
    with app.app_context():
        round_ = make_round("Spring 2027 – first")
        first, second = round_.systems()
        for turn, (system, reader) in enumerate(
            [(first, make_person("Ada Reader", Role.REVIEWER)), (first, "7"), (second, "7")]
        ):
            fill(assign(round_, system, reader), turn)
        session.commit()
        return round_.id


@pytest.fixture
def small(app: Flask) -> int:
    """A round with one answer and one note; its id."""
    with app.app_context():
        round_ = make_round("Spring 2027 – first")
        review = assign(round_, round_.systems()[0], "7")
        review.record("population-4", "plan", Given(options=frozenset({"yes"})))
        review.note_down("leadership", NoteKind.COMMENT, "A note.")
        session.commit()
        return round_.id


def fill(review: Review, turn: int) -> None:
    instrument = review.round.released.instrument
    for number, (question, document) in enumerate(slots(instrument), start=turn):
        comment = COMMENTS[number % len(COMMENTS)]
        options = [option.id for option in question.options]
        if number % 9 == 0:
            given = Given(not_applicable=True, comment=comment)
        elif number % 9 == 1:
            given = Given(comment=comment)
        elif question.kind == "text":
            given = Given(text=f"+ goal {number}\n- and another", comment=comment)
        elif question.kind == "choices":
            given = Given(options=frozenset(options[number % 2 :: 2]), comment=comment)
        else:
            given = Given(options=frozenset({options[number % len(options)]}), comment=comment)
        review.record(question.id, document, given)
    review.submit()


def all_answers(round_id: int) -> dict[tuple[str, str, str, str], tuple[Given, bool]]:
    round_ = session.get_one(Round, round_id)
    return {
        (review.system.code, review.reader, *place): (
            answer.given(round_.released.option_codes),
            answer.hidden,
        )
        for review in session.scalars(select(Review).filter_by(round_id=round_id))
        for place, answer in review.load_answers().items()
        if answer.given(round_.released.option_codes) != Given()
    }


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_can_be_imported_again(app, lead, full, ending):
    file = lead.get(f"/rounds/{full}/answers.{ending}").data
    with app.app_context():
        second = make_round("second")
        session.commit()
        second_id = second.id
    data = {"file": (BytesIO(file), f"answers.{ending}"), "action": "import"}
    sent = lead.post(f"/rounds/{second_id}/import", data=data)
    assert sent.status_code == 302, sent.text
    with app.app_context():
        before, after = all_answers(full), all_answers(second_id)
        assert len(before) > 200
        assert after == before


def test_the_names_of_files(app, lead, small):
    def name(path: str) -> str:
        return lead.get(f"/rounds/{small}/{path}").headers["Content-Disposition"]

    assert name("answers.csv") == 'attachment; filename="spring-2027-first-answers.csv"'
    with app.app_context():
        session.get_one(Round, small).invented = True
        session.commit()
    assert name("answers.xlsx") == 'attachment; filename="spring-2027-first-invented-answers.xlsx"'


def test_the_workbook_has_the_notes_and_the_notice(app, lead, small):
    with app.app_context():
        session.get_one(Round, small).invented = True
        session.commit()
    file = lead.get(f"/rounds/{small}/answers.xlsx")
    book = load_workbook(BytesIO(file.data))
    assert book.sheetnames[:2] == ["answers", "notes"]
    assert book["notes"].max_row == 2
    assert INVENTED in [cell.value for row in book[book.sheetnames[-1]] for cell in row]


def test_the_template_has_a_row_per_question_and_document(app, lead, small):
    file = lead.get(f"/rounds/{small}/import/template.csv")
    rows = list(csv.DictReader(StringIO(file.text)))
    with app.app_context():
        asked = [(q.id, d) for q, d in slots(session.get_one(Round, small).released.instrument)]
        code = session.get_one(Round, small).systems()[0].code
    assert [(row["question"], row["document"]) for row in rows] == asked
    assert {row["value"] + row["comment"] + row["system"] for row in rows} == {""}
    # Filled in with the first value that it offers, it can be imported as it is.
    for row in rows:
        row |= {"system": code, "reviewer": "8"}
        row["value"] = row["possible_values"].split("; ")[0]
    filled = StringIO()
    writer = csv.DictWriter(filled, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    data = {"file": (BytesIO(filled.getvalue().encode()), "filled.csv"), "action": "check"}
    page = lead.post(f"/rounds/{small}/import", data=data).text
    assert f"{len(asked)} answers in 1 review. Nothing was written." in page
