"""Who reads what as a file: a system and an email address in each row, in and out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from sqlalchemy import select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from reviewer.running.assignment import NotGiven, give_all
from reviewer.running.situation import READS_IT, situation_of
from reviewer.sheets import Row, read_rows
from reviewer.systems.models import System
from reviewer.systems.register import folded

COLUMNS = ("system", "name", "email", "reader", "state")  # in the download; an import needs two
MOST_ROWS = 5000


class BadFile(Exception):
    """Nothing was assigned; `lines` say why, one sentence each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(" ".join(lines))
        self.lines = lines


def assign_from(round_: Round, file: IO[bytes], name: str, *, dry_run: bool) -> int:
    """Assign what the rows of a CSV or XLSX file say, all or nothing, and give how many are new.

    A row for somebody who reads the system already changes nothing, so that the downloaded file
    can be sent back with more rows. BadFile lists every bad row by its number.
    """
    try:
        rows = read_rows(file, name, MOST_ROWS)
    except ValueError as error:
        raise BadFile([str(error)]) from error
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    missing = [column for column in ("system", "email") if column not in header]
    if missing:
        raise BadFile([f"{name} has no column {' and no column '.join(missing)} in its first row."])
    if len(rows) == MOST_ROWS:
        raise BadFile([f"{name} has more than {MOST_ROWS:,} rows."])
    numbered = {
        number: (row[header.index("system")].strip(), row[header.index("email")].strip().lower())
        for number, row in enumerate(
            (row + [""] * (len(header) - len(row)) for row in rows[1:]), start=2
        )
        if any(cell.strip() for cell in row)
    }
    pairs, mistakes = _understood(round_, numbered)
    try:
        given = give_all(round_, list(pairs.values()), dry_run=dry_run or bool(mistakes))
    except NotGiven as refused:
        numbers = list(pairs)
        if not numbers:
            raise BadFile(list(refused.lines.values())) from refused
        mistakes |= {numbers[place]: line for place, line in refused.lines.items()}
    if mistakes:
        raise BadFile([f"Row {number}: {mistakes[number]}" for number in sorted(mistakes)])
    return len(pairs) if dry_run else len(given)


def _understood(
    round_: Round, rows: dict[int, tuple[str, str]]
) -> tuple[dict[int, tuple[int, int]], dict[int, str]]:
    """System and person by row number, without those that are so already; and bad rows."""
    situation = situation_of(round_)
    systems: dict[str, int] = {}
    for system in situation.systems.values():
        systems[folded(system.code)] = systems[folded(system.name)] = system.id
    people = {p.email: p.id for p in situation.people.values()}
    pairs, mistakes = {}, {}
    for number, (words, email) in rows.items():
        found, person = systems.get(folded(words)), people.get(email)
        if found is None:
            mistakes[number] = f"no system “{words}” is in this round. Use its ONS code."
        elif person is None or not situation.readers[person].asked:
            mistakes[number] = f"no reviewer has the email address “{email}”. Invite them first."
        elif situation.readers[person].barred.get(found) != READS_IT:
            pairs[number] = (found, person)
    return pairs, mistakes


def assignments(round_: Round) -> Iterable[Row]:
    """The present assignments, in the shape that `assign_from` takes; imports are left out."""
    rows = session.execute(
        select(System.code, System.name, Person.email, Person.name.label("reader"), Review.stage)
        .select_from(Review)
        .join(System, System.id == Review.system_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(Review.round_id == round_.id)
        .order_by(System.name, Person.name, Review.id)
    )
    for row in rows:
        yield dict(zip(COLUMNS, row, strict=True))
