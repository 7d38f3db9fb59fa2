from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import func, select

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from tests.running.makers import make_person, make_round, sign_in

HEADER = "system,question,document,reviewer,value,comment"


@pytest.fixture
def round_id(app: Flask) -> int:
    with app.app_context():
        made = make_round("spring")
        session.commit()
        return made.id


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id)


@pytest.fixture
def code(app: Flask, round_id: int) -> str:
    with app.app_context():
        return session.get_one(Round, round_id).systems()[0].code


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def send(lead: FlaskClient, round_id: int, content: bytes, name: str = "answers.csv", **fields):
    data = {"file": (BytesIO(content), name), **fields}
    return lead.post(f"/rounds/{round_id}/import", data=data)


def counts(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return session.scalar(select(func.count(Review.id))), session.scalar(
            select(func.count(Answer.id))
        )


def test_checking_writes_nothing(app, lead, round_id, code):
    rows = [f"{code},population-4,strategy,7,Yes,", f"{code},population-4,plan,7,n/a,why"]
    for action in ({"action": "check"}, {}):  # Enter in the form is a check too
        page = send(lead, round_id, table(*rows), **action)
        assert "This file can be imported: 2 answers in 1 review." in page.text
        assert "Nothing was written" in page.text
        assert counts(app) == (0, 0)


def test_importing(app, lead, round_id, code):
    rows = [f"{code},population-4,strategy,7,Yes,", f"{code},population-4,plan,8,n/a,why"]
    page = lead.get(send(lead, round_id, table(*rows), action="import").headers["Location"]).text
    assert "Imported 2 answers in 2 reviews." in page
    assert "8 (imported), 1 answer" in page
    assert counts(app) == (2, 2)
    with app.app_context():
        assert set(session.scalars(select(Review.stage))) == {"submitted"}


def test_an_excel_file_and_columns_that_are_not_used(app, lead, round_id, code):
    book = Workbook()
    for line in (
        ["System", "question", "value", "comment", "colour"],
        [code, "population-4", "no"],
    ):
        book.active.append(line + [None] * (5 - len(line)))
    book.active["E2"] = "blue"
    file = BytesIO()
    book.save(file)
    page = send(lead, round_id, file.getvalue(), "answers.XLSX")
    assert "Row 2: population-4 is asked of strategy and of plan" in page.text
    book.active["F1"], book.active["F2"] = "document", "plan"
    file = BytesIO()
    book.save(file)
    page = send(lead, round_id, file.getvalue(), "answers.XLSX")
    assert "1 answer in 1 review. Columns not used: colour." in page.text


@pytest.mark.parametrize("action", ["check", "import"])
def test_every_bad_row_is_listed_and_nothing_is_written(app, lead, round_id, code, action):
    rows = [
        f"{code},population-4,strategy,7,Yes,",
        "E1,population-4,strategy,7,Yes,",
        f"{code},population-4,strategy,7,<b>Perhaps</b>,",
        "",
        f"{code},population-99,,7,Yes,",
    ]
    page = send(lead, round_id, table(*rows), action=action)
    assert page.status_code == 200
    assert "Nothing was imported: 3 things to put right." in page.text
    assert "<title>Error: Import answers" in page.text
    for line in ("Row 3: ", "Row 4: ", "Row 6: ", "&lt;b&gt;Perhaps"):
        assert line in page.text
    assert "Row 2: " not in page.text
    assert counts(app) == (0, 0)


def test_importing_again_needs_a_tick(app, lead, round_id, code):
    send(lead, round_id, table(f"{code},population-4,plan,7,Yes,"), action="import")
    again = table(f"{code},population-4,plan,7,No,")
    page = send(lead, round_id, again, action="import")
    assert "already imported" in page.text
    page = send(lead, round_id, again, action="check", replace="y")
    assert "1 answer in 1 review, 1 in the place of earlier ones." in page.text
    sent = send(lead, round_id, again, action="import", replace="y")
    assert "1 in the place of earlier ones" in lead.get(sent.headers["Location"]).text
    assert counts(app) == (1, 1)
    with app.app_context():
        history = session.scalars(select(AnswerChange.options).order_by(AnswerChange.version))
        assert history.all() == ["yes", "no"]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "", "Choose a CSV or XLSX file."),
        (b"x", "answers.pdf", "Choose a file whose name ends in .csv or .xlsx."),
        (b"a,b\n1,2\n", "answers.csv", "has no column system, question, value, comment"),
        (b"no workbook", "answers.xlsx", "cannot be read"),
        ("system,é".encode("latin-1"), "answers.csv", "not in UTF-8"),
        (table(), "answers.csv", "has no answers"),
        (b"", "answers.csv", "cannot be read"),
    ],
)
def test_a_file_that_is_none(app, lead, round_id, content, name, message):
    page = send(lead, round_id, content, name, action="import")
    assert message in page.text
    assert counts(app) == (0, 0)


def test_a_closed_round(app, lead, round_id, code):
    with app.app_context():
        session.get_one(Round, round_id).close()
        session.commit()
    page = send(lead, round_id, table(f"{code},population-4,plan,7,Yes,"), action="import")
    assert "is closed" in page.text
    assert counts(app) == (0, 0)
