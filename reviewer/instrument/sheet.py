"""An instrument as a workbook; `sheet_reading.py` is the way back, and nothing is lost. Pure.

A sheet for each kind of entry and a row for each entry. A list stands in one cell, an item on each
line; a line that starts with two spaces goes on with the item above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.utils import get_column_letter

from reviewer.instrument.model import Instrument
from reviewer.instrument.written import Raw, raw_of
from reviewer.sheets import LONGEST, Row, Sheet, to_xlsx

GOES_ON = "  "  # starts a line that belongs to the item above

WHAT, TEXT, HOW = "What", "Text", "How to fill it in"
ABOUT = {
    "id": ("Id", "Small letters, digits and hyphens. It stays the same in every version."),
    "version": ("Version", "Three numbers, like 1.2.0. A released version never changes."),
    "title": ("Title", "The heading that everybody sees."),
    "source": ("Source", "Where the questions are from: publisher, title, date."),
    "about": ("About", "A paragraph for reviewers."),
}
OF_SCALE, OF_QUESTION = "Of scale", "Of question"
QUESTION, ANSWER, ENDING = "Question", "Answer", "End of the sentence"
# What the columns of each sheet hold: the keys of its entries. A dot: the key of an entry within.
SHEETS: dict[str, dict[str, str]] = {
    "Document kinds": {
        "Id": "id",
        "Name": "name",
        "In a sentence": "plural",
        "Counted": "counted",
    },
    "Scales": {"Id": "id", "Name": "name"},
    "Criteria": {
        "Id": "id",
        "Title": "title",
        "About": "about",
        "Prompt for a comment": "comment_prompt",
        "Prompt for good practice": "good_practice_prompt",
    },
    "Questions": {
        "Id": "id",
        "Criterion": "criterion",
        "Kind": "kind",
        "Question": "text",
        "Documents": "documents",
        "Wording": "wording",
        "Source": "source",
        "Scale": "scale",
        "Notes": "notes",
        "Guidance": "guidance",
        "Words to search for": "search",
        "Asked where": "asked_where.question",
        "Answered": "asked_where.answers",
        "Asks the same as": "same_as",
    },
    "Options": {
        OF_SCALE: "",
        OF_QUESTION: "",
        "Id": "id",
        "Label": "label",
        "When to choose it": "guidance",
    },
    "Statements": {QUESTION: "", ANSWER: "", ENDING: ""},
}
MAY_BE_MISSING = ("Scales", "Options", "Statements")
LISTS = ("documents", "notes", "search", "guidance", "asked_where.answers")
# The lists of an instrument, by sheet.
ENTRIES = {
    "Document kinds": "document_kinds",
    "Scales": "scales",
    "Criteria": "criteria",
    "Questions": "questions",
}
# Neither XML nor Excel takes these in a cell, so they are written as Excel writes them, and so is
# text that would be taken for one.
_ODD = r"[\x00-\x08\x0b-\x1f\ufffe\uffff]"
_TO_ESCAPE = re.compile(rf"{_ODD}|_(?=x[0-9A-Fa-f]{{4}}(?:_|{_ODD}))")
_ESCAPED = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")  # halves of a pair are no text


def to_sheets(instrument: Instrument) -> bytes:
    """The workbook. ValueError names a cell whose text is longer than a cell can be."""
    raw = raw_of(instrument)
    sheets = [
        Sheet(
            "About",
            (WHAT, TEXT, HOW),
            [{WHAT: name, TEXT: _cell(raw[key]), HOW: how} for key, (name, how) in ABOUT.items()],
        )
    ]
    for title, columns in SHEETS.items():
        sheets.append(Sheet(title, tuple(columns), list(_rows(title, raw))))
    for sheet in sheets:
        for number, row in enumerate(sheet.rows, 2):
            for column, value in enumerate(row.values(), 1):
                if len(str(value)) > LONGEST:
                    raise ValueError(
                        f"sheet {sheet.title}, cell {get_column_letter(column)}{number}: the text "
                        f"has {len(str(value)):,} characters, and a cell holds {LONGEST:,}; keep "
                        "these criteria as a TOML file."
                    )
    return to_xlsx(sheets)


def _rows(title: str, raw: Raw) -> Iterator[Row]:
    columns = SHEETS[title]
    if title == "Options":
        for name, owners in ((OF_SCALE, "scales"), (OF_QUESTION, "questions")):
            for owner in raw.get(owners, ()):
                for option in owner.get("options", ()):
                    row = {heading: _value(option, key) for heading, key in columns.items() if key}
                    yield {OF_SCALE: "", OF_QUESTION: ""} | {name: owner["id"]} | row
    elif title == "Statements":
        for question in raw["questions"]:
            for answer, words in question.get("statement", {}).items():
                yield {QUESTION: question["id"], ANSWER: _cell(answer), ENDING: _cell(words)}
    else:
        for entry in raw.get(ENTRIES[title], ()):
            yield {heading: _value(entry, key) for heading, key in columns.items()}


def _value(entry: Raw, key: str) -> str:
    if key == "counted":
        return "yes" if entry.get(key, True) else "no"
    outer, _, inner = key.partition(".")
    value = entry.get(outer, "")
    return _cell(value.get(inner, "") if inner and value else value)


def _cell(value: str | list[str]) -> str:
    if isinstance(value, list):
        value = lines_of(value)
    return _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)


def plain(text: str) -> str:
    """The text of a cell as it was before `to_sheets` or Excel wrote it."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def lines_of(items: list[str]) -> str:
    """A list as text, an item on each line; `items_of` is the way back."""
    return "\n".join(item.replace("\n", "\n" + GOES_ON) for item in items)


def items_of(text: str) -> list[str]:
    found: list[str] = []
    for line in text.split("\n"):
        if line.startswith(GOES_ON) and found:
            found[-1] += "\n" + line[len(GOES_ON) :]
        elif line.strip():
            found.append(line)
    return found
