"""Tables as CSV and Excel files, for every export, and reading them again.

Both writers keep a cell from being run as a formula when the file is opened in a spreadsheet.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import SEEK_END, BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import IO

import click
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Cell = str | int | float | date | None
Row = Mapping[str, Cell]

ABOUT = "About"
WIDEST, NARROWEST = 60, 8  # characters of a column in Excel
LONGEST = 32_767  # characters that one Excel cell holds
LARGEST = 20 * 1024 * 1024  # bytes of a table, as it is sent
LARGEST_INSIDE = 100 * 1024 * 1024  # bytes of a workbook, unpacked
MOST_COLUMNS = 200  # that are read of a table
MOST_PARTS = 1_000  # files in a workbook; Excel writes a dozen, and one for each sheet

# What a spreadsheet takes for the start of a formula, after OWASP's "CSV injection". Apostrophes in
# front count too, so that text which had one of its own comes back with it.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# Neither XML nor a spreadsheet can hold these; U+FFFE is what PDF text has at soft hyphens.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


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


def read_rows(file: IO[bytes], name: str, most: int) -> list[list[str]]:
    """The first `most` rows of a CSV or XLSX file, as text; of a workbook, those of the sheet that
    was open last. ValueError says what to do about a file that cannot be read."""
    check_size(file, name)
    if name.lower().endswith(".xlsx"):
        try:
            sheet = load_workbook(file, read_only=True, data_only=True).active
            wide = min(sheet.max_column or MOST_COLUMNS, MOST_COLUMNS) if sheet else 0
            rows = sheet.iter_rows(1, most, 1, wide, values_only=True) if sheet else ()
            return [["" if c is None else plain_cell(str(c)) for c in row] for row in rows]
        except Exception as error:  # openpyxl raises many kinds for a file it cannot read
            raise ValueError(f"{name} cannot be read as an Excel workbook.") from error
    text = _decoded(file.read())
    try:
        reader = csv.reader(StringIO(text, newline=""), csv.Sniffer().sniff(text[:4096], ",;\t"))
    except csv.Error:  # one column only
        reader = csv.reader(StringIO(text, newline=""))
    try:
        return [[plain_cell(cell) for cell in row] for row in islice(reader, most)]
    except csv.Error as error:
        raise ValueError(f"{name} cannot be read as a CSV file: {error}.") from error


def check_size(file: IO[bytes], name: str) -> None:
    """Refuse a table that would fill the memory, before anything of it is read. ValueError says
    what to do."""
    start = file.tell()
    size = file.seek(0, SEEK_END)
    file.seek(start)
    if size > LARGEST or (name.lower().endswith(".xlsx") and swells(file)):
        raise ValueError(f"{name} is too large. Divide its rows among several files.")


def swells(file: IO[bytes], largest: int = LARGEST_INSIDE) -> bool:
    """Whether a packed file holds more than so many bytes, or too many parts. Its directory is
    believed: nothing reads more of a part than the directory says. One that is no packed file
    holds nothing."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except Exception:  # zipfile raises many kinds for a file that it cannot read
        return False
    finally:
        file.seek(0)
    return len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > largest


def _decoded(content: bytes) -> str:
    """Text as spreadsheets save it: UTF-8, Excel's "Unicode text", or the one of Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook."""

    title: str
    header: Sequence[str]
    rows: Sequence[Row]


def to_xlsx(sheets: Sequence[Sheet], notice: str | None = None) -> bytes:
    """An Excel workbook: numbers as numbers, dates as dates, text never as a formula.

    Line breaks become line feeds, and text is cut at the 32,767 characters that a cell holds. A
    `notice` (an invented round) stands on a last sheet, in the file's properties and above every
    printed page; the first table stays the first sheet, where readers of the file look for it.
    """
    book = Workbook(write_only=True)
    notice = _FORBIDDEN.sub("", notice or "")
    for sheet in sheets:
        _add_sheet(book, sheet, notice)
    if notice:
        book.properties.description = notice
        about = book.create_sheet(ABOUT)
        about.column_dimensions["A"].width = WIDEST
        about.append([_xlsx_cell(about, notice, bold=True)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _add_sheet(book: Workbook, sheet: Sheet, notice: str | None) -> None:
    table = [[row[column] for column in sheet.header] for row in sheet.rows]
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.header))}{len(table) + 1}"
    for number, column in enumerate(zip(sheet.header, *table, strict=True), start=1):
        page.column_dimensions[get_column_letter(number)].width = _width(column)
    if notice:
        page.oddHeader.center.text = notice.replace("&", "&&")
    page.append([_xlsx_cell(page, title, bold=True) for title in sheet.header])
    for line in table:
        page.append([_xlsx_cell(page, value) for value in line])


def check_format(output: Path, *formats: str) -> None:
    """Refuse a file name whose ending is none of these, before any work is done."""
    if output.suffix.lower().lstrip(".") not in formats:
        raise click.UsageError(
            f"The output must end in .{' or .'.join(formats)}, not {output.name}."
        )


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
