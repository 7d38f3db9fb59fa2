"""Reads a workbook of criteria and names every mistake with its sheet and cell. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from reviewer.instrument.check import Mistake, Place, Reading, examine, stripped
from reviewer.instrument.model import Instrument
from reviewer.instrument.sheet import (
    ABOUT,
    ANSWER,
    ENDING,
    ENTRIES,
    LISTS,
    MAY_BE_MISSING,
    OF_QUESTION,
    OF_SCALE,
    QUESTION,
    SHEETS,
    TEXT,
    WHAT,
    items_of,
    plain,
)
from reviewer.instrument.written import Raw
from reviewer.sheets import swells

LARGEST = 40_000_000  # bytes of a workbook when it is unpacked
MOST_ROWS, MOST_COLUMNS = 5_000, 40


@dataclass
class Book:
    """What a workbook holds, as text, with the row that each entry stands in."""

    rows: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # heading -> letter
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, sheet: str, heading: str, row: int, message: str) -> None:
        letter = self.columns.get(sheet, {}).get(heading, "A")
        self.mistakes.append(Mistake(f"sheet {sheet}, cell {letter}{row}", message))


def from_sheets(content: bytes) -> tuple[Instrument | None, list[Mistake]]:
    """The instrument of a workbook, or else all its mistakes."""
    try:
        book = _read(content)
    except ValueError as error:
        return None, [Mistake("the file", str(error))]
    reading = SheetReading(book)
    instrument, mistakes = examine(stripped(reading.raw()), reading)
    mistakes = [*book.mistakes, *mistakes]
    return (None, mistakes) if mistakes else (instrument, [])


def _read(content: bytes) -> Book:
    if swells(BytesIO(content), LARGEST):
        raise ValueError("is too large to be a workbook of criteria.")
    try:
        sheets = load_workbook(BytesIO(content), read_only=True)
    except Exception as error:  # openpyxl raises many kinds for a file it cannot read
        raise ValueError("cannot be read as an Excel workbook.") from error
    book = Book()
    for title, columns in {"About": (WHAT, TEXT), **SHEETS}.items():
        book.rows[title] = []
        if title in sheets.sheetnames:
            _take(book, title, sheets[title], tuple(columns))
        elif title not in MAY_BE_MISSING:
            book.mistakes.append(Mistake(f"sheet {title}", "is missing"))
    return book


def _take(book: Book, title: str, page: Any, known: tuple[str, ...]) -> None:
    rows = page.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS)
    letters = book.columns[title] = {}
    headings: dict[int, str] = {}
    for number, cell in enumerate(next(rows, ())):
        heading = " ".join(str(cell.value or "").split())
        name = next((each for each in known if each.casefold() == heading.casefold()), None)
        if name in letters:
            book.wrong(title, name or "", 1, f"there are two columns {name}")
        elif name:
            headings[number], letters[name] = name, get_column_letter(number + 1)
        elif heading and title != "About":
            at = f"sheet {title}, cell {get_column_letter(number + 1)}1"
            book.mistakes.append(Mistake(at, f"there is no column “{heading[:40]}” in this sheet"))
    for name in known:
        if name not in letters:
            book.mistakes.append(Mistake(f"sheet {title}, row 1", f"the column {name} is missing"))
    for number, cells in enumerate(rows, 2):
        found = {
            heading: _text(book, title, heading, number, cells[at].value, cells[at].data_type)
            for at, heading in headings.items()
            if at < len(cells)
        }
        if any(text.strip() for text in found.values()):
            book.rows[title].append((number, dict.fromkeys(known, "") | found))


def _text(book: Book, title: str, heading: str, row: int, value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind == "f":
        book.wrong(title, heading, row, "is a formula; write the text itself")
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else str(value)
    if not isinstance(value, str):
        book.wrong(title, heading, row, "is a date or time; format the cell as text")
        return ""
    return plain(value)


class SheetReading(Reading):
    """The walk of `check.py` through a workbook: what it calls a line is an entry's number here."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.book = book
        self.at: list[tuple[str, int]] = [("About", 0)]
        self.headers = defaultdict(list)

    def _put(self, path: tuple[str | int, ...], sheet: str, row: int) -> None:
        self.headers[path].append(len(self.at))
        self.at.append((sheet, row))

    def raw(self) -> Raw:
        """What a TOML file would say. What a workbook alone can get wrong is noted."""
        names = {name.casefold(): key for key, (name, _) in ABOUT.items()}
        raw: Raw = {}
        for number, row in self.book.rows["About"]:
            key = names.get(row[WHAT].strip().casefold())
            if key is None:
                self.book.wrong("About", WHAT, number, f"“{row[WHAT][:40]}” is not known here")
            elif row[TEXT].strip():
                raw[key] = row[TEXT]
        for title, key in ENTRIES.items():
            entries = [self._entry(title, key, *row) for row in self.book.rows[title]]
            if entries or key != "scales":
                raw[key] = entries
        self._options(raw)
        self._statements(raw)
        return raw

    def _entry(self, title: str, name: str, number: int, row: dict[str, str]) -> Raw:
        self._put((name,), title, number)
        return self._values(title, number, row)

    def _values(self, title: str, number: int, row: dict[str, str]) -> Raw:
        entry: Raw = {}
        for heading, key in SHEETS[title].items():
            text = row[heading]
            if not key or not text.strip():
                continue
            outer, _, inner = key.partition(".")
            is_list = key in LISTS and not (title == "Questions" and key == "guidance")
            value: Any = items_of(text) if is_list else text
            if key == "counted":
                value = text.strip().casefold() != "no"
                if text.strip().casefold() not in ("yes", "no"):
                    self.book.wrong(title, heading, number, "must be yes or no")
                if value:
                    continue
            if inner:
                entry.setdefault(outer, {})[inner] = value
            else:
                entry[outer] = value
        return entry

    def _options(self, raw: Raw) -> None:
        for number, row in self.book.rows["Options"]:
            scale, question = row[OF_SCALE].strip(), row[OF_QUESTION].strip()
            if bool(scale) == bool(question):
                message = f"name its owner in one of the columns {OF_SCALE} and {OF_QUESTION}"
                self.book.wrong("Options", OF_SCALE, number, message)
                continue
            name, owners = (OF_SCALE, "scales") if scale else (OF_QUESTION, "questions")
            found = self._owner(raw.get(owners, ()), scale or question)
            if found is None:
                what = owners.removesuffix("s")
                self.book.wrong(
                    "Options", name, number, f"there is no {what} “{scale or question}”"
                )
                continue
            place, owner = found
            self._put((owners, place, "options"), "Options", number)
            owner.setdefault("options", []).append(self._values("Options", number, row))

    def _statements(self, raw: Raw) -> None:
        for number, row in self.book.rows["Statements"]:
            found = self._owner(raw["questions"], row[QUESTION].strip())
            answer = row[ANSWER].strip()
            if found is None:
                message = f"there is no question “{row[QUESTION].strip()}”"
                self.book.wrong("Statements", QUESTION, number, message)
            elif answer in found[1].setdefault("statement", {}):
                self.book.wrong("Statements", ANSWER, number, f"“{answer}” has a sentence above")
            else:
                found[1]["statement"][answer] = row[ENDING]

    def _owner(self, entries: Any, name: str) -> tuple[int, Raw] | None:
        return next(
            ((n, e) for n, e in enumerate(entries) if e.get("id", "").strip() == name), None
        )

    def wrong(self, place: Place, key: str, message: str) -> None:
        words, number = place
        sheet, row = self.at[number]
        missing = re.match(r'"(\w+)" is missing', message)
        key = missing[1] if missing else key
        if ", asked_where" in words:
            key = f"asked_where.{key}"
        elif key == "asked_where":
            key = "asked_where.question"
        heading = next((h for h, k in SHEETS.get(sheet, {}).items() if k == key), "")
        if sheet == "About":
            heading, row = TEXT, self._about_row(heading_of(key))
        elif key == "statement":
            sheet, heading, row = self._statement_row(words, row, message)
        letter = self.book.columns.get(sheet, {}).get(heading, "A")
        at = f"sheet {sheet}, cell {letter}{row}" if row else f"sheet {sheet}"
        said = re.sub(r" \(line \d+\)|, asked_where$", "", words)
        if sheet == "About":
            said, heading = heading_of(key), ""
        where = ", ".join(filter(None, (at, said, heading)))
        self.mistakes.append(Mistake(where, " ".join(message.split()), number))

    def _about_row(self, name: str) -> int:
        return next((n for n, row in self.book.rows["About"] if row[WHAT].strip() == name), 0)

    def _statement_row(self, words: str, row: int, message: str) -> tuple[str, str, int]:
        rows = [
            (n, each[ANSWER].strip())
            for n, each in self.book.rows["Statements"]
            if re.search(rf"question {re.escape(each[QUESTION].strip())}( |,|$)", words)
        ]
        named = [n for n, answer in rows if message.startswith((answer + " ", f'"{answer}" '))]
        found = named or [n for n, _ in rows]
        return ("Statements", ENDING, found[0]) if found else ("Questions", "Id", row)


def heading_of(key: str) -> str:
    """What the sheet About calls a key of the file."""
    return ABOUT.get(key, (key.replace("_", " "), ""))[0]
