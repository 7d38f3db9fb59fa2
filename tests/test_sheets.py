"""Reading tables that other programs saved."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook

from reviewer.sheets import read_rows

ROWS = [["name", "email"], ["Siân", "sian@example.org"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_csv_as_spreadsheets_save_it(encoding, comma):
    text = "\r\n".join(comma.join(row) for row in ROWS)
    assert read_rows(BytesIO(text.encode(encoding)), "people.csv", 10) == ROWS


def test_an_excel_workbook():
    book, file = Workbook(), BytesIO()
    for row in [*ROWS, ["=1+1", None]]:
        book.active.append(row)
    book.save(file)
    assert read_rows(file, "People.XLSX", 2) == ROWS


def test_one_column_quotes_and_a_limit():
    assert read_rows(BytesIO(b"email\na@b.org\n"), "a.csv", 10) == [["email"], ["a@b.org"]]
    assert read_rows(BytesIO(b'name,org\nA,"X, Y"\nB,Z'), "a.csv", 2)[1] == ["A", "X, Y"]
    assert read_rows(BytesIO(b""), "a.csv", 2) == []
    assert len(read_rows(BytesIO(b"a,b\n" * 50), "a.csv", 7)) == 7


def test_what_is_no_workbook_is_said():
    with pytest.raises(ValueError, match=r"^a.xlsx cannot be read as an Excel workbook"):
        read_rows(BytesIO(b"PK nothing"), "a.xlsx", 5)
