"""The table of a round, and that no cell of a file is changed, lost or run as a formula."""

import csv
import io
import json

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.findings.tables import COLUMNS, rows, table_file
from reviewer.sheets import Sheet, plain_cell, to_csv, to_xlsx
from tests.findings.makers import GROUPS, PLAN, figure, groups

NOTICE = "Invented for the demonstration & training"
FIGURES = [figure(1, 11, 19), figure(0, 0, 0, document=PLAN), groups(9, 14, 13, 0, base=26)]

# Every start of a formula, what ends a cell or a line, and what XML or a spreadsheet cannot hold.
SPECIAL = "=+-@\t\r\n＝＋－＠'\"`,;|\x00\x0b\x1f\x7f\ufeff\ufffe#_x😀 \u2028é"
FORBIDDEN = {*map(chr, {*range(32)} - {9, 10, 13}), "\ufffe", "\uffff"}
KNOWN = ["=1+1", "'=1+1", "''@x", "+44 20 7946 0000", "-", "@SUM(A1)", "=cmd|' /C calc'!A0"]
KNOWN += ["#N/A", "#REF!", "TRUE", "12", "1e5", "NULL", "_x000D_", '"', '""', " ", "x" * 200]
KNOWN += ["- first\n- second", "a\rb", "a\r\nb"]
hostile = st.one_of(
    st.text(st.sampled_from(SPECIAL + "A1!()/0"), max_size=12),
    st.text(max_size=30),
    st.sampled_from(KNOWN),
)


def kept(text: str) -> str:
    """The text without the characters that no file of this kind can hold."""
    return "".join(character for character in text if character not in FORBIDDEN)


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def read_xlsx(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_a_row_for_every_option_also_at_0():
    table = rows(FIGURES)
    assert all(tuple(row) == COLUMNS for row in table)
    assert [row["count"] for row in table] == [1, 11, 19, 0, 0, 0, 9, 14, 13, 0]
    assert [row["option"] for row in table[6:]] == [option.label for option in GROUPS]
    assert [row["percent"] for row in table] == [3, 35, 61, None, None, None, 35, 54, 50, 0]
    assert table[3]["document"] == "plan"
    assert (table[6]["base"], table[6]["unanswered"], table[6]["systems_total"]) == (26, 5, 42)


def test_the_csv_as_other_tools_read_it():
    content = table_file(FIGURES, "csv")
    assert content.startswith(",".join(COLUMNS).encode() + b"\n")
    assert b"\r" not in content
    table = pd.read_csv(io.BytesIO(content))
    assert list(table["count"]) == [row["count"] for row in rows(FIGURES)]
    assert table["percent"].isna().sum() == 3
    with_base_0 = next(line for line in read_csv(content) if line[2] == "plan")
    assert with_base_0[COLUMNS.index("percent")] == ""


def test_the_xlsx_has_typed_cells_and_a_usable_sheet():
    book = read_xlsx(table_file(FIGURES, "xlsx"))
    sheet = book.active
    assert book.sheetnames == ["Findings"]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:M{len(rows(FIGURES)) + 1}"
    assert sheet["F3"].value == 11 and sheet["F3"].data_type == "n"
    assert sheet["H5"].value is None
    widths = [sheet.column_dimensions[column].width for column in "ABCDEFGHIJKLM"]
    assert min(widths) >= 8 and max(widths) <= 60 and widths[3] > widths[5]


def test_the_json_is_the_rows_and_each_carries_the_notice():
    told = json.loads(table_file(FIGURES, "json", NOTICE))
    assert [row.pop("notice") for row in told] == [NOTICE] * len(told)
    assert told == rows(FIGURES)
    assert json.loads(table_file(FIGURES, "json")) == rows(FIGURES)


def test_an_invented_round_says_so_in_the_workbook_and_the_table_stays_first():
    content = table_file(FIGURES, "xlsx", NOTICE)
    book = read_xlsx(content)
    assert book.sheetnames == ["Findings", "About"]
    assert book["About"]["A1"].value == NOTICE
    assert book.properties.description == NOTICE
    assert book.active.oddHeader.center.text.replace("&&", "&") == NOTICE
    assert list(pd.read_excel(io.BytesIO(content)).columns) == list(COLUMNS)


def test_another_kind_of_file_is_refused():
    with pytest.raises(ValueError, match="csv, xlsx or json"):
        table_file(FIGURES, "ods")


@given(st.lists(st.tuples(hostile, hostile), max_size=5))
def test_csv_keeps_every_text_and_none_starts_a_formula(cells):
    header = ("first", "second")
    content = to_csv(header, [dict(zip(header, pair, strict=True)) for pair in cells])
    read = read_csv(content)
    assert [[plain_cell(cell) for cell in line] for line in read[1:]] == [
        [kept(one), kept(other)] for one, other in cells
    ]
    assert not any(cell[:1] in {*"=+-@\t\r\n＝＋－＠"} - {""} for line in read for cell in line)


@settings(max_examples=40)
@given(st.lists(st.tuples(hostile, hostile), min_size=3, max_size=8))
def test_xlsx_keeps_every_text_and_none_is_a_formula(cells):
    header = ("first", "second")
    made = [dict(zip(header, pair, strict=True)) for pair in cells]
    sheet = read_xlsx(to_xlsx([Sheet("Answers", header, made)])).active
    for line, pair in zip(sheet.iter_rows(min_row=2), cells, strict=True):
        for cell, text in zip(line, pair, strict=True):
            expected = kept(text.replace("\r\n", "\n").replace("\r", "\n"))
            assert (cell.value or "") == expected
            assert cell.data_type in ("inlineStr", "s", "n")  # n: the empty cell
            if expected[:1] in {*"=+-@"} and expected:
                assert cell.quotePrefix


def test_only_what_a_spreadsheet_would_run_gets_an_apostrophe():
    texts = ["plain", "'tis", "don't", " =1", "1+1", "", "=1", "'=1", "-2"]
    lines = to_csv(["text"], [{"text": text} for text in texts]).decode().split("\n")
    assert lines[1:-1] == ["plain", "'tis", "don't", " =1", "1+1", "", "'=1", "''=1", "'-2"]
    assert to_csv(["n"], [{"n": -2}]) == b"n\n-2\n"


@given(hostile)
def test_text_that_was_never_written_by_us_is_left_alone(text):
    if not text.startswith("'"):
        assert plain_cell(text) == text
