"""Nothing that a person or a PDF wrote does anything but stand there: on pages, in tables, file
names, downloads and files that are read. Emails: people/test_smtp.py; logs: test_seeing.py; Word,
PDF and the web page of a report: report/test_files.py."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.children import Limits
from reviewer.documents.models import Document
from reviewer.documents.models import Page as DocumentPage
from reviewer.documents.reading import read
from reviewer.documents.reasons import Unreadable
from reviewer.documents.store import plain_name
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.imports import BadTable, read_table
from reviewer.rounds.models import find_round
from reviewer.seeing import JsonLines
from reviewer.sheets import Sheet, plain_cell, to_csv, to_xlsx
from reviewer.systems.models import System
from tests.addresses import SLOW, addresses
from tests.documents.pdfs import words_at, written
from tests.house_rules import Page, is_whole_page

# An element, an attribute, a script and a template that would show if one were not escaped.
HOSTILE = (
    "\"'><pr-evil onfocus=go()>{{7*191}}{% for x in y %}</script></textarea></title></option>"
    '${7*191}&lt;pr-evil&gt;\u202e\u200f=HYPERLINK("javascript:go()")'
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
FORMULA = tuple("=+-@\t\r＝＋－＠")


def planted(app) -> None:
    """The demonstration with hostile words in everything that somebody wrote."""
    with app.app_context():
        for person in session.scalars(select(Person)):
            person.name = person.organisation = HOSTILE
        for system in session.scalars(select(System).filter_by(invented=True).limit(3)):
            system.name = HOSTILE + system.code
        find_round("practice").name = HOSTILE[:100]  # as many letters as a name may have
        for document in session.scalars(select(Document)):
            document.file_name, document.source_address = HOSTILE, "javascript:go()"
            document.reason = HOSTILE
        for page in session.scalars(select(DocumentPage)):
            page.text = f"{HOSTILE} {page.text}"
        for row in session.scalars(select(Answer)):
            row.comment = HOSTILE
        for change in session.scalars(select(AnswerChange)):
            change.comment = HOSTILE
        for note in session.scalars(select(Note)):
            note.text = HOSTILE
        for evidence in session.scalars(select(Evidence)):
            evidence.quote = HOSTILE
        session.commit()


@pytest.mark.parametrize("role", [Role.POLICY_LEAD, Role.REVIEWER, Role.SYSTEM])
def test_no_page_runs_what_somebody_wrote(demo_app, sign_in, role):
    client, shown, looked_at = demo_app.test_client(), 0, 0
    sign_in(client, role)
    paths = {a.endpoint: a.path for a in addresses(demo_app) if a.endpoint not in SLOW}
    planted(demo_app)
    for path in paths.values():
        response = client.get(path)
        if response.status_code != 200 or response.mimetype != "text/html":
            continue
        looked_at += 1
        page, text = Page(response.text), response.text
        assert "<pr-evil" not in text, path  # nor where a browser would not take it for an element
        assert "1337" not in text, f"{path}: a template ran"
        for tag, attributes in page.elements:
            assert "onfocus" not in attributes, f"{path}: <{tag}>"
            for name in ("href", "src", "action", "formaction"):
                address = attributes.get(name, "").strip().lower()
                assert not address.startswith("javascript:"), f"{path}: <{tag} {name}>"
        if is_whole_page(response):
            assert len(page.all("title")) >= 1 and page.title.endswith("Plan Review"), path
        shown += "&lt;pr-evil onfocus" in text
    assert shown >= min(5, looked_at) and looked_at > 3, (shown, looked_at)


@pytest.mark.parametrize(
    "path",
    ["record/all.csv", "rounds/{}/answers.csv", "rounds/{}/answers.xlsx", "people/outbox.csv"],
)
def test_no_download_holds_a_formula(demo_app, sign_in, path):
    client = demo_app.test_client()
    sign_in(client, Role.POLICY_LEAD)
    with demo_app.app_context():
        for row in session.scalars(select(Answer)):
            row.comment = '=HYPERLINK("http://evil.example","x")'
        number = find_round("demonstration").id
        session.commit()
    response = client.get("/" + path.format(number))
    if path.endswith("csv"):
        cells = [cell for line in csv.reader(io.StringIO(response.text)) for cell in line]
    else:
        sheet = load_workbook(io.BytesIO(response.data)).active
        found = [cell for line in sheet.iter_rows() for cell in line]
        assert all(cell.data_type != "f" for cell in found)
        assert any(cell.value and str(cell.value).startswith("=H") for cell in found)
        cells = []
    assert not [cell for cell in cells if cell.startswith(FORMULA) and not cell[1:2].isdigit()]


# Tables ------------------------------------------------------------------------------------------


@given(st.lists(TEXT, min_size=1, max_size=6))
@example(["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "'=1"])
@example(["a\r\nb", 'say "so"', "a,b", "\x00", "\x1b", "\ufffe", "\u202e"])
def test_any_text_stands_in_a_csv_cell_and_comes_back(texts):
    rows = [{"a": text, "b": "end"} for text in texts]
    lines = list(csv.reader(io.StringIO(to_csv(("a", "b"), rows).decode(), newline="")))
    assert len(lines) == len(texts) + 1 and all(len(line) == 2 for line in lines)
    for text, (cell, end) in zip(texts, lines[1:], strict=True):
        assert end == "end" and not cell.startswith(FORMULA)
        assert plain_cell(cell) == re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


@settings(max_examples=20)
@given(TEXT)
@example("=cmd|' /C calc'!A0")
@example("</t></is></c><script>")
@example("\x00\x0b\ufffe_x0041_")
def test_any_text_stands_in_a_workbook_as_text(text):
    made = to_xlsx([Sheet("One", ("a",), [{"a": text}])], notice=text[:50] or None)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<script" not in sheet
    assert load_workbook(io.BytesIO(made)).worksheets[0]["A2"].data_type in ("s", "n", "inlineStr")


# File names and logs -----------------------------------------------------------------------------


@given(TEXT)
@example("../../etc/passwd")
@example("C:\\Users\\a\\plan.pdf")
@example("a\r\nSet-Cookie: x=1.pdf")
@example("\u202efdp.exe")
@example("a/../..")
@example("\x00.pdf")
@example("..")
def test_a_file_name_is_only_shown(name):
    shown = plain_name(name)
    assert shown and len(shown) <= 255 and shown.isprintable()
    assert "/" not in shown and "\\" not in shown


def test_a_file_name_adds_no_header(demo_app, sign_in):
    client = demo_app.test_client()
    sign_in(client, Role.POLICY_LEAD)
    with demo_app.app_context():
        document = session.get_one(Document, 1)
        document.file_name = plain_name('a";\r\nSet-Cookie: x=1; filename="b\u202e.exe')
        session.commit()
    response = client.get("/documents/1/file")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "x" not in {c.partition("=")[0] for c in response.headers.getlist("Set-Cookie")}
    assert response.mimetype == "application/pdf"
    response.close()


@given(st.text(max_size=200))
@example('a\r\n{"level": "info"}')
@example("\x1b]0;title\x07")
@example("\ud800")
def test_any_text_is_one_line_of_the_log(text):
    record = logging.LogRecord("reviewer", logging.ERROR, "", 1, "said %s", (text,), None)
    line = JsonLines().format(record)
    assert line.isascii() and line.isprintable()
    assert json.loads(line)["message"] == f"said {text}"


# Files that are read -----------------------------------------------------------------------------


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """The file cut short, with a piece doubled, or with bytes that do not belong there."""
    places = st.integers(0, len(content))
    return st.builds(
        lambda start, end, put: content[: min(start, end)] + put + content[max(start, end) :],
        places,
        places,
        st.one_of(st.binary(max_size=30), st.sampled_from([b"", b"\x00" * 30, content[:200]])),
    )


PDF = written([words_at("The plan for babies, children and young people")])
QUICKLY = Limits(seconds_per_page=5, memory_mb=400, processes=1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=damaged(PDF))
@example(content=b"%PDF-1.7\n" + b"\xff" * 50)
@example(content=PDF.replace(b"/Kids", b"/Kid"))
@example(content=PDF.replace(b"/Pages", b"/Page "))
@example(content=b"")
def test_a_damaged_pdf_ends_in_text_or_in_a_reason(tmp_path, content):
    file = tmp_path / "damaged.pdf"
    file.write_bytes(content)
    try:
        events = list(read(file, replace(QUICKLY)))
    except Unreadable as unreadable:
        assert str(unreadable).endswith(".")
    else:
        assert events


TABLE = b"system,question,value,comment\nE54000001,coproduction-1,Yes,=1+1\n"


def workbook() -> bytes:
    row = {"system": "E1", "question": "q", "value": "Yes", "comment": "=1"}
    return to_xlsx([Sheet("Answers", tuple(row), [row])])


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=200), damaged(TABLE)), st.sampled_from(["a.csv", "a.xlsx"]))
@example(b'system,question,value,comment\n"', "a.csv")
@example(b"system,question,value,comment\n1,2,3,4,5,6\n", "a.csv")
@example(b"\x00", "a.csv")
@example(b"system,system,question,value,comment\n", "a.csv")
@example(b"\xef\xbb\xbfsystem,question,value,comment\n\x00,a,b,c\n", "a.csv")
def test_any_table_is_read_or_refused_with_a_sentence(content, name):
    _read_or_refuse(content, name)


@settings(max_examples=25)
@given(damaged(workbook()))
def test_any_workbook_is_read_or_refused_with_a_sentence(content):
    _read_or_refuse(content, "a.xlsx")


def _read_or_refuse(content: bytes, name: str) -> None:
    try:
        rows = read_table(io.BytesIO(content), name)
    except BadTable as bad:
        assert bad.lines and all(bad.lines)
    else:
        assert all(isinstance(cell, str) for row in rows for cell in row.values())
