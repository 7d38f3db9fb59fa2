"""Figures as a table, and tables as CSV, Excel and JSON files.

The writers take any rows (a mapping each), so other exports use them too. All of them keep a cell
from being run as a formula when the file is opened in a spreadsheet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from reviewer.findings.figures import Figure

Cell = str | int | float | date | None
Row = Mapping[str, Cell]

COLUMNS = (
    "criterion",
    "question",
    "document",
    "text",
    "option",
    "count",
    "base",
    "percent",
    "systems_reviewed",
    "systems_total",
    "unanswered",
    "not_applicable",
    "unresolved",
)
ABOUT = "About"
WIDEST, NARROWEST = 60, 8  # characters of a column in Excel
LONGEST = 32_767  # characters that one Excel cell holds

# What a spreadsheet takes for the start of a formula, after OWASP's "CSV injection". Apostrophes in
# front count too, so that text which had one of its own comes back with it.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# Neither XML nor a spreadsheet can hold these; U+FFFE is what PDF text has at soft hyphens.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


def rows(figures: Iterable[Figure]) -> list[dict[str, str | int | None]]:
    """A row for every option of every figure, also at count 0. `criterion`, `question` and
    `document` are ids, `option` is the label; `percent` is whole, None where the base is 0."""
    return [
        {
            "criterion": figure.question.criterion,
            "question": figure.question.id,
            "document": figure.document.id,
            "text": figure.question.text,
            "option": option.label,
            "count": figure.counts[option.id],
            "base": figure.base,
            "percent": figure.percent(option.id),
            "systems_reviewed": figure.systems_reviewed,
            "systems_total": figure.systems_total,
            "unanswered": figure.unanswered,
            "not_applicable": figure.not_applicable,
            "unresolved": figure.unresolved,
        }
        for figure in figures
        for option in figure.question.options
    ]


def frame(figures: Iterable[Figure]) -> pd.DataFrame:
    """The same rows for pandas; `percent` is a nullable whole number."""
    return pd.DataFrame(rows(figures), columns=list(COLUMNS)).astype({"percent": "Int64"})


def to_csv(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """CSV in UTF-8: a header, then a line for each row, empty where a cell is None.

    No byte order mark and plain line feeds, so that the first column's name and the last column's
    cells are clean for pandas, R and the command line; Excel users have `to_xlsx`. Text that a
    spreadsheet would run gets an apostrophe in front, which `plain_cell` takes off again. The
    columns are a contract, so a notice has no place inside: name the file of an invented round so.
    """
    lines = [header, *([row[column] for column in header] for row in rows)]
    return "".join(",".join(map(_csv_cell, line)) + "\n" for line in lines).encode()


def plain_cell(text: str) -> str:
    """The text as it was before `to_csv` put an apostrophe in front of it; other text unchanged."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def to_xlsx(
    header: Sequence[str], rows: Iterable[Row], sheet: str, notice: str | None = None
) -> bytes:
    """An Excel workbook of one table: numbers as numbers, dates as dates, text never as a formula.

    Line breaks become line feeds, and text is cut at the 32,767 characters that a cell holds. A
    `notice` (an invented round) stands on a second sheet, in the file's properties and above every
    printed page; the table stays the first sheet, where readers of the file look for it.
    """
    table = [[row[column] for column in header] for row in rows]
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(table) + 1}"
    for number, column in enumerate(zip(header, *table, strict=True), start=1):
        page.column_dimensions[get_column_letter(number)].width = _width(column)
    page.append([_xlsx_cell(page, title, bold=True) for title in header])
    for line in table:
        page.append([_xlsx_cell(page, value) for value in line])
    if notice:
        book.properties.description = notice
        page.oddHeader.center.text = notice.replace("&", "&&")
        about = book.create_sheet(ABOUT)
        about.column_dimensions["A"].width = WIDEST
        about.append([_xlsx_cell(about, notice, bold=True)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def to_json(figures: Iterable[Figure], notice: str | None = None) -> bytes:
    """The rows of `rows` as JSON in UTF-8, under "rows"; the notice under "notice" (or null)."""
    document = {"notice": notice, "rows": rows(figures)}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _csv_cell(value: Cell) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = _FORBIDDEN.sub("", value)
    if _FORMULA.match(text):
        text = "'" + text
    # The csv module leaves a lone carriage return unquoted, and every reader ends the line there.
    if any(mark in text for mark in ',"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text


def _xlsx_cell(page: object, value: Cell, bold: bool = False) -> WriteOnlyCell:
    text = isinstance(value, str)
    if isinstance(value, str):
        lines = value.replace("\r\n", "\n").replace("\r", "\n")
        value = _FORBIDDEN.sub("", lines)[:LONGEST]
    cell = WriteOnlyCell(page, value)
    if text:
        # openpyxl guesses formulas (=) and errors (#N/A) from text. quotePrefix keeps the cell text
        # also when someone edits it.
        cell.data_type = "s"
        cell.quotePrefix = bool(_FORMULA.match(str(value)))
        cell.alignment = _WRAPPED if _longest_line(value) > WIDEST or "\n" in str(value) else _TOP
    if bold:
        cell.font = Font(bold=True)
    return cell


def _width(column: Sequence[Cell]) -> int:
    return min(max(NARROWEST, 2 + max(map(_longest_line, column))), WIDEST)


def _longest_line(value: Cell) -> int:
    return 0 if value is None else max(map(len, str(value).split("\n")))
