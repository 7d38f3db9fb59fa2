"""Reading tables that other programs saved."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import defusedxml.ElementTree
import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet._reader import iterparse

from reviewer.instrument.sheet_reading import from_sheets
from reviewer.reviews.imports import BadTable, read_table
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


# Files that swell -------------------------------------------------------------------------------


def packed(parts: dict[str, bytes]) -> BytesIO:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    file.seek(0)
    return file


def a_workbook() -> dict[str, bytes]:
    """The parts of a workbook with one row."""
    book, file = Workbook(), BytesIO()
    book.active.append(["name", "email"])
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


READERS = {
    "people, assignments, mappings": lambda file: read_rows(file, "a.xlsx", 5),
    "answers": lambda file: read_table(file, "a.xlsx"),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "more",
    [{"xl/media/zeros.bin": bytes(101 * 2**20)}, {f"xl/{n}.xml": b"" for n in range(1001)}],
    ids=["large inside", "many parts"],
)
def test_a_workbook_that_swells_is_refused_before_it_is_read(read, more, monkeypatch):
    monkeypatch.setattr("reviewer.sheets.load_workbook", None)
    monkeypatch.setattr("pandas.read_excel", None)
    with pytest.raises((ValueError, BadTable), match=r"^a.xlsx is too large. Divide its rows"):
        read(packed(a_workbook() | more))


def test_a_table_that_is_large_as_it_is_sent_is_refused():
    with pytest.raises(ValueError, match=r"^a.csv is too large"):
        read_rows(BytesIO(bytes(20 * 2**20 + 1)), "a.csv", 5)


def test_a_workbook_of_criteria_that_swells_is_refused():
    file = packed(a_workbook() | {"xl/media/zeros.bin": bytes(41_000_000)})
    instrument, mistakes = from_sheets(file.getvalue())
    assert instrument is None and "too large" in str(mistakes[0])


LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (level, (b"&l%d;" % (level - 1)) * 10 if level else b"ha" * 10)
    for level in range(9)
)


SHARED = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
SHARED_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def with_words_apart(words: bytes) -> dict[str, bytes]:
    """A workbook whose text stands in a part of its own, as Excel writes it."""
    parts = a_workbook()
    parts["xl/sharedStrings.xml"] = SHARED % words
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace(b"</Types>", SHARED_TYPE)
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<c r=.A1..*?</c>", b'<c r="A1" t="s"><v>0</v></c>', parts[sheet])
    return parts


def test_text_that_stands_apart_is_read():
    assert read_rows(packed(with_words_apart(b"name")), "a.xlsx", 5) == [["name", "email"]]


def test_workbooks_are_read_by_the_defused_reader():
    assert openpyxl.DEFUSEDXML and iterparse is defusedxml.ElementTree.iterparse


def declared(part: bytes, entities: bytes) -> bytes:
    root = re.search(rb"<(\w+)", part)[1]
    return b"<!DOCTYPE %s [%s]>" % (root, entities) + part


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("xl/worksheets/sheet1.xml", b"email"),
        ("xl/sharedStrings.xml", b"name"),
        ("xl/workbook.xml", b"Sheet"),
    ],
)
def test_entities_that_multiply_are_not_followed(read, part, word):
    """A thousand million laughs from a few hundred bytes, in each kind of part."""
    parts = with_words_apart(b"name")
    assert parts[part].count(word) >= 1
    parts[part] = declared(
        parts[part].replace(b">%s<" % word, b">&l8;<").replace(b'"%s"' % word, b'"&l8;"'), LAUGHS
    )
    assert b"&l8;" in parts[part].split(b"]>")[1]
    with pytest.raises((ValueError, BadTable), match=r"^a.xlsx cannot be read"):
        read(packed(parts))


def test_what_is_in_another_file_is_not_fetched(tmp_path):
    (tmp_path / "secret").write_text("of the machine")
    outside = b'<!ENTITY x SYSTEM "file://%s">' % str(tmp_path / "secret").encode()
    parts = with_words_apart(b"&x;")
    parts["xl/sharedStrings.xml"] = declared(parts["xl/sharedStrings.xml"], outside)
    with pytest.raises(ValueError, match=r"^a.xlsx cannot be read"):
        read_rows(packed(parts), "a.xlsx", 5)
