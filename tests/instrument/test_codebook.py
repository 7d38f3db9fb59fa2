"""The code book tells of every column and every value of the tables."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from reviewer.config import ROOT
from reviewer.findings.tables import COLUMNS, MEANINGS
from reviewer.instrument.check import read
from reviewer.instrument.codebook import TITLE, code_book
from reviewer.people.permissions import Role
from reviewer.reviews.exports import ANSWER_COLUMNS, ANSWER_MEANINGS, NOTE_COLUMNS

INSTRUMENT, _ = read((ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8"))


def test_it_has_every_column_document_question_and_answer():
    book = code_book(INSTRUMENT, findings=MEANINGS, answers=ANSWER_MEANINGS)
    found = {(row["entry"], row["of"], row["id"]): row["text"] for row in book}
    assert len(found) == len(book) and all(found.values())
    assert all(("column", "findings", name) in found for name in COLUMNS)
    assert all(("column", "answers", name) in found for name in ANSWER_COLUMNS)
    assert {"blank", "not applicable", "unresolved"} <= {row["id"] for row in book}
    for kind in INSTRUMENT.document_kinds:
        assert found["document", "", kind.id].startswith(kind.name)
    for question in INSTRUMENT.questions:
        assert found["question", question.criterion, question.id] == question.text
        asked = found["asked", question.criterion, question.id]
        assert all(kind in asked for kind in question.documents)
        assert not question.asked_where or question.asked_where.question in asked
        for option in question.options:
            assert found["option", question.id, option.id] == option.label


@pytest.mark.parametrize(
    ("path", "first", "header"),
    [
        ("findings/table.xlsx", "Findings", COLUMNS),
        ("snapshots/1/table.xlsx", "Findings", COLUMNS),
        ("answers.xlsx", "answers", ANSWER_COLUMNS),
    ],
)
def test_every_workbook_has_it_after_its_table(demo_app, sign_in, path, first, header):
    client = demo_app.test_client()
    sign_in(client, Role.POLICY_LEAD)
    book = load_workbook(BytesIO(client.get(f"/rounds/1/{path}").data), read_only=True)
    assert book.sheetnames[0] == first and TITLE in book.sheetnames
    assert next(book[first].iter_rows(values_only=True)) == header
    told = [row[1] for row in book[TITLE].iter_rows(values_only=True) if row[0] == "column"]
    assert set(header) <= set(told)
    if "notes" in book.sheetnames:
        assert set(NOTE_COLUMNS) <= set(told)


def test_it_can_be_taken_beside_the_csv(demo_app, sign_in):
    client = demo_app.test_client()
    sign_in(client, Role.POLICY_VIEWER)
    text = client.get("/rounds/1/findings/code-book.csv").text
    assert text.startswith("entry,id,of,text\n") and "coproduction-3" in text
