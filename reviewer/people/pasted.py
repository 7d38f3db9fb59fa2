"""Reads a list of people as it comes out of a spreadsheet, a survey tool or an email program. Pure.

A row has a name and an email address, and may have an organisation and a home system. The first row
may name the columns; without that the address is found by its @, and the rest is taken in order.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from reviewer.people.addresses import is_address

# The row's number, as the person sees it in the box or in the file, and its cells.
Row = tuple[int, Sequence[str]]

HEADINGS = {
    "email": ("email", "e mail", "email address", "e mail address", "mail", "address"),
    "name": ("name", "full name", "your name", "person", "contact"),
    "first": ("first name", "forename", "given name"),
    "last": ("last name", "surname", "family name"),
    "organisation": ("organisation", "organization", "charity", "employer", "organisation name"),
    "system": ("home system", "system", "home ics", "ics", "icb", "integrated care system"),
}
COLUMN = {heading: column for column, known in HEADINGS.items() for heading in known}
LONGEST = 200  # characters of a name and of an organisation, as the database has them

# “Ada Reader <ada@example.org>”, one or several with ; or , between, as email programs copy them.
_ADDRESSED = re.compile(r"""\s*["']?(?P<name>[^"<>;@]*?)["']?\s*<(?P<email>[^<>]+)>\s*(?:[;,]|$)""")


@dataclass(frozen=True)
class Pasted:
    """One person of a list. `system` is what was written, a name or a code."""

    number: int
    name: str
    email: str
    organisation: str
    system: str


@dataclass(frozen=True)
class Reading:
    """What a list says: its people, a sentence for every row that is wrong, the numbers of rows
    that say the same again, and the headings of columns that are not used."""

    people: tuple[Pasted, ...]
    mistakes: tuple[str, ...]
    repeated: tuple[int, ...] = ()
    unused: tuple[str, ...] = ()


def rows_of_text(text: str) -> list[Row]:
    """The rows of a pasted text, with tabs, commas or semicolons between the cells. ValueError
    names a quotation mark that is left open: it would swallow the rows after it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    rows: list[Row] = []
    reader = csv.reader(StringIO(text), delimiter=_delimiter(lines), skipinitialspace=True)
    number = last = 0
    try:
        for cells in reader:
            number, last = last + 1, reader.line_num
            if last > number and sum(cell.count("@") for cell in cells) > 1:
                raise csv.Error
            people = _addressed(lines[number - 1]) if last == number else []
            rows += [(number, each) for each in people or [cells]]
    except csv.Error:
        raise ValueError(f"Line {number}: a quotation mark is opened and not closed.") from None
    return rows


def text_of_rows(rows: Iterable[Sequence[str]]) -> str:
    """The rows of a file as text for the box, one line each, so that the numbers stay."""
    return "\n".join("\t".join(map(_quoted, cells)).rstrip() for cells in rows)


def read_people(rows: Iterable[Row]) -> Reading:
    """The people of a list, each address once."""
    filled = [(number, list(map(_clean, cells))) for number, cells in rows]
    filled = [(number, cells) for number, cells in filled if any(cells)]
    columns: list[str] = []
    unused: tuple[str, ...] = ()
    if filled and _is_header(filled[0][1]):
        headings = filled.pop(0)[1]
        columns = [COLUMN.get(_folded(heading), "") for heading in headings]
        unused = tuple(h for h, c in zip(headings, columns, strict=True) if h and not c)
        if "email" not in columns:
            said = "The first row names the columns, and none is “email”. Add one."
            return Reading((), (said,), unused=unused)
    first: dict[str, Pasted] = {}
    mistakes: list[str] = []
    repeated: list[int] = []
    for number, cells in filled:
        try:
            person = _person(number, _by_heading(columns, cells) if columns else _by_place(cells))
        except ValueError as error:
            mistakes.append(f"Line {number}: {error}")
            continue
        before = first.setdefault(person.email, person)
        if before is person:
            continue
        if _same(before, person):
            repeated.append(number)
        else:
            mistakes.append(
                f"Line {number}: {person.email} stands in line {before.number} with other details. "
                "Leave one of the two."
            )
    return Reading(tuple(first.values()), tuple(mistakes), tuple(repeated), unused)


def _delimiter(lines: Sequence[str]) -> str:
    if any("\t" in line for line in lines):
        return "\t"
    # A semicolon also parts the addresses of an email program; between cells it is in most lines.
    semicolons = sum(";" in line for line in lines)
    return ";" if semicolons > sum("," in line for line in lines) else ","


def _addressed(line: str) -> list[Sequence[str]]:
    """The people of a line that holds nothing but addresses with their names; else none."""
    found: list[Sequence[str]] = []
    place = 0
    while place < len(line.rstrip()):
        match = _ADDRESSED.match(line, place)
        if match is None:
            return []
        name = match["name"].strip()
        surname, comma, rest = name.partition(",")
        if comma and "," not in rest:  # “Reader, Ada”, as large organisations list their people
            name = f"{rest.strip()} {surname}"
        found.append([name, match["email"]])
        place = match.end()
    return found


def _is_header(cells: Sequence[str]) -> bool:
    return not any("@" in cell for cell in cells) and any(_folded(c) in COLUMN for c in cells)


def _by_heading(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            found.setdefault(column, cell)
    if "name" not in found:
        found["name"] = " ".join(found[part] for part in ("first", "last") if part in found)
    return found


def _by_place(cells: Sequence[str]) -> dict[str, str]:
    at = next((place for place, cell in enumerate(cells) if "@" in cell), None)
    if at is None:
        raise ValueError("there is no email address in it.")
    rest = [*cells[:at], *cells[at + 1 :]]
    if _form(cells[at])[0] and not at:
        rest.insert(0, "")  # “Ada <ada@example.org>” is the name too
    while rest and not rest[-1]:
        rest.pop()
    if len(rest) > 3:
        raise ValueError(
            "it has more than name, email, organisation and home system. Put quotation marks "
            "around a part that has a comma in it."
        )
    return {"email": cells[at], **dict(zip(("name", "organisation", "system"), rest, strict=False))}


def _person(number: int, found: dict[str, str]) -> Pasted:
    name, email = _form(found.get("email", ""))
    email = email.casefold().removeprefix("mailto:").strip(" ,;.")
    name = found.get("name") or name
    if not email:
        raise ValueError(f"add the email address of {name}." if name else "add the email address.")
    # A domain without a dot is right on one machine only; in a list it is a slip.
    if not is_address(email) or "." not in email.partition("@")[2]:
        raise ValueError(f"“{email}” is not an email address.")
    if not name:
        raise ValueError(f"add the name of {email}.")
    person = Pasted(number, name, email, found.get("organisation", ""), found.get("system", ""))
    for what, value in (("name", person.name), ("organisation", person.organisation)):
        if len(value) > LONGEST:
            raise ValueError(f"the {what} is longer than {LONGEST} characters.")
    return person


def _form(cell: str) -> tuple[str, str]:
    """Name and address of a cell such as “Ada <ada@example.org>”."""
    match = re.fullmatch(r"""["']?([^<>"]*?)["']?\s*<([^<>]*)>[,;]?""", cell)
    return (match[1].strip(), match[2].strip()) if match else ("", cell)


def _same(one: Pasted, other: Pasted) -> bool:
    return all(
        _folded(getattr(one, part)) == _folded(getattr(other, part))
        for part in ("name", "organisation", "system")
    )


def _quoted(cell: str) -> str:
    """A cell as `rows_of_text` reads it: a quotation mark at its start would begin a quoted one."""
    cell = _clean(cell)
    return '"' + cell.replace('"', '""') + '"' if cell.startswith('"') else cell


def _clean(cell: str) -> str:
    """Without what cannot be seen, and with single spaces."""
    shown = "".join(c for c in cell if c.isprintable() or c.isspace())
    return " ".join(shown.split())


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w@]+", " ", text.casefold()).split())
