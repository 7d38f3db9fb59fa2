"""Criteria as a workbook and back: nothing is lost, and every mistake has its cell."""

from __future__ import annotations

from dataclasses import fields
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from reviewer.config import ROOT
from reviewer.instrument.check import read
from reviewer.instrument.model import (
    Condition,
    Criterion,
    DocumentKind,
    Instrument,
    Option,
    Question,
    Scale,
)
from reviewer.instrument.sheet import SHEETS, to_sheets
from reviewer.instrument.sheet_reading import from_sheets
from reviewer.instrument.written import written

HERE = Path(__file__).parent
GOOD, _ = read((HERE / "harbour-safety.toml").read_text(encoding="utf-8"))
FILES = [HERE / "harbour-safety.toml", *sorted((ROOT / "criteria").glob("*.toml"))]

HOSTILE = (
    "=1+1",
    "'=1+1",
    "@SUM(A1)",
    "-2",
    "#N/A",
    "_x000D_",
    "_x005F_x000D_",
    "_x00A0\rx",
    "a\n\nb",
    "a\n  b",
    "7",
    "TRUE",
    "1.0",
    "\x01\ufffe",
    "a\r\nb",
)
words = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
).map(lambda text: text.strip() or "x")
lines = st.lists(words, max_size=3, unique=True).map(tuple)
names = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
labels = st.lists(
    st.from_regex(r"[=@'+-]?[A-Za-zé’#&_ ]{1,12}[A-Z]", fullmatch=True).map(str.strip),
    min_size=2,
    max_size=4,
    unique_by=lambda label: " ".join(label.replace("’", "'").casefold().split()),
)


@st.composite
def options(draw):
    return tuple(
        Option(f"o-{number}x", label, draw(lines)) for number, label in enumerate(draw(labels))
    )


@st.composite
def instruments(draw):
    """Any instrument that the checker lets through."""
    kinds = tuple(
        DocumentKind(name, draw(words), draw(words), counted=number == 0 or draw(st.booleans()))
        for number, name in enumerate(draw(st.lists(names, min_size=1, max_size=3, unique=True)))
    )
    scales = tuple(
        Scale(name, draw(words), draw(options()))
        for name in draw(st.lists(names, max_size=2, unique=True))
    )
    criteria = tuple(
        Criterion(name, draw(words), *(draw(words) if draw(st.booleans()) else "" for _ in "abc"))
        for name in draw(st.lists(names, min_size=1, max_size=2, unique=True))
    )
    questions: list[Question] = []
    ids = draw(st.lists(names, min_size=len(criteria), max_size=len(criteria) + 3, unique=True))
    documents = tuple(kind.id for kind in kinds if kind.counted)
    for number, name in enumerate(ids):
        kind = draw(st.sampled_from(["choice", "choices", "text"] + ["scale"] * bool(scales)))
        scale = draw(st.sampled_from(scales)) if kind == "scale" else None
        own = draw(options()) if kind.startswith("choice") else scale.options if scale else ()
        statement = {o.id: draw(st.sampled_from(["=did", "did so", "_x0041_"])) for o in own}
        if kind == "choices":
            statement["option"] = "named {option}"
        earlier = [q for q in questions if q.options]
        condition = None
        if earlier and draw(st.booleans()):
            other = draw(st.sampled_from(earlier))
            condition = Condition(other.id, (other.options[0].id, other.options[1].id))
        questions.append(
            Question(
                id=name,
                criterion=criteria[min(number, len(criteria) - 1)].id,
                kind=kind,
                text=draw(words),
                documents=documents,
                wording=draw(st.sampled_from(["published", "derived"])),
                source=draw(words),
                options=own,
                scale=scale.id if scale else None,
                notes=draw(lines),
                guidance=draw(words) if draw(st.booleans()) else "",
                search=draw(lines),
                statement=statement if draw(st.booleans()) else {},
                asked_where=condition,
            )
        )
    return Instrument(
        draw(names), "1.2.3", draw(words), draw(words), draw(words), kinds, scales, criteria,
        tuple(questions),
    )  # fmt: skip


@settings(max_examples=60)
@given(instruments())
def test_any_criteria_come_back_from_a_workbook_and_from_a_file_as_they_were(instrument):
    assert read(written(instrument)) == (instrument, [])
    assert from_sheets(to_sheets(instrument)) == (instrument, [])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_our_own_come_back_too(path):
    instrument, _ = read(path.read_text(encoding="utf-8"))
    assert from_sheets(to_sheets(instrument)) == (instrument, [])
    assert read(written(instrument)) == (instrument, [])


def test_every_key_of_a_file_has_its_column():
    for sheet, kind in (("Questions", Question), ("Criteria", Criterion), ("Options", Option)):
        columns = {key.partition(".")[0] for key in SHEETS[sheet].values()}
        elsewhere = {"options", "statement"}
        assert columns - {""} == {each.name for each in fields(kind)} - elsewhere


def edited(sheet: str, cell: str, value, also=()) -> list[str]:
    book = load_workbook(BytesIO(to_sheets(GOOD)))
    for title, place, text in ((sheet, cell, value), *also):
        book[title][place] = text
    return mistakes(book)


def mistakes(book: Workbook) -> list[str]:
    file = BytesIO()
    book.save(file)
    instrument, found = from_sheets(file.getvalue())
    assert (instrument is None) == bool(found)
    return [str(mistake) for mistake in found]


MISTAKES = """
About | B3 | one | sheet About, cell B3, Version: "one" is not a version
About | A3 | Verson | sheet About, cell A3: “Verson” is not known here
Questions | B2 | wether | cell B2, question weather-1, Criterion: there is no criterion "wether"
Questions | D3 |  | cell D3, question weather-2, Question: "text" is missing
Questions | D3 | =1+1 | sheet Questions, cell D3: is a formula; write the text itself
Questions | L4 | weather-9 | cell L4, question weather-3, Asked where: there is no question
Questions | C1 | Sort | sheet Questions, cell C1: there is no column “Sort” in this sheet
Options | B8 | nowhere | sheet Options, cell B8: there is no question “nowhere”
Options | A8 | present | sheet Options, cell A8: name its owner in one of the columns
Options | D8 | the coastguard | question weather-2, option coastguard, Label: "the coastguard"
Statements | B2 | provn | Statements, cell C2, question weather-1, End of the sentence: "provn"
Statements | A2 | x | sheet Statements, cell A2: there is no question “x”
Document kinds | D2 | maybe | sheet Document kinds, cell D2: must be yes or no
"""


@pytest.mark.parametrize("line", MISTAKES.strip().split("\n"))
def test_a_mistake_has_its_sheet_and_cell(line):
    sheet, cell, value, said = line.split(" | ")
    found = edited(sheet, cell, value or None)
    assert any(said in each for each in found), found


def test_a_number_and_a_switch_of_excel_are_read_as_what_they_say():
    assert edited("Document kinds", "D2", True) == []
    assert '"2027" is not a version' in edited("About", "B3", 2027)[0]


def test_what_is_no_workbook_is_said():
    assert str(from_sheets(b"PK nothing")[1][0]) == (
        "the file: cannot be read as an Excel workbook."
    )
    empty = Workbook()
    assert "sheet Questions: is missing" in mistakes(empty)


def test_no_cell_is_a_formula():
    hostile = read(written(GOOD).replace("Safety of small harbours", "=HYPERLINK(1)"))[0]
    page = load_workbook(BytesIO(to_sheets(hostile)))["About"]
    assert page["B4"].value == "=HYPERLINK(1)"
    assert page["B4"].data_type == "s"


def test_the_commands(app, tmp_path):
    run = app.test_cli_runner().invoke
    book, file = tmp_path / "h.xlsx", tmp_path / "h.toml"
    original, _ = read((ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8"))
    result = run(args=["criteria", "to-sheet", "hpig-2024", str(book)])
    assert result.exit_code == 0, result.output
    result = run(args=["criteria", "from-sheet", str(book), str(file)])
    assert (result.exit_code, result.output) == (
        0,
        f"{file}: hpig-2024 {original.version}, 7 criteria, 61 questions.\n",
    )
    assert read(file.read_text(encoding="utf-8")) == (original, [])

    result = run(args=["criteria", "to-sheet", "nothing", str(book)])
    assert result.exit_code == 1
    assert "No criteria with the id 'nothing' were released." in result.output

    page = load_workbook(book)
    page["Questions"]["B2"] = "nowhere"
    page.save(book)
    result = run(args=["criteria", "from-sheet", str(book), str(file)])
    assert result.exit_code == 1
    assert (
        "sheet Questions, cell B2, question population-1, Criterion: there is no" in result.output
    )
    assert f"Error: {book} has 1 mistake." in result.output
