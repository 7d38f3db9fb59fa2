"""Answers from another survey tool: read the table, check every row, then write all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.check import folded
from reviewer.instrument.model import CHOICES, TEXT, Instrument, Question
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review, Stage, assign
from reviewer.rounds.models import Round
from reviewer.sheets import check_size, plain_cell
from reviewer.systems.models import System

REQUIRED = ("system", "question", "value", "comment")
OPTIONAL = ("document", "reviewer")
NOT_APPLICABLE = "n/a"
UNNAMED = "import"  # the reviewer of a table that names none

Row = Mapping[str, str]


class BadTable(Exception):
    """The table cannot be imported; `lines` say why, one sentence each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(" ".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Entry:
    """One row that can be imported."""

    system: str
    reviewer: str
    question: str
    document: str
    given: Given


@dataclass(frozen=True)
class Outcome:
    reviews: int
    answers: int
    replaced: int
    unused_columns: tuple[str, ...]


def read_table(file: IO[bytes], name: str) -> list[dict[str, str]]:
    """The rows of a CSV or XLSX file as text, blank cells as "". BadTable if it is neither."""
    import pandas as pd  # here, as it takes half a second that every start would pay

    try:
        check_size(file, name)
    except ValueError as error:
        raise BadTable([str(error)]) from error
    try:
        if name.lower().endswith(".xlsx"):
            frame = pd.read_excel(file, dtype=str, keep_default_na=False, engine="openpyxl")
        else:
            frame = pd.read_csv(
                file,
                dtype=str,
                keep_default_na=False,
                encoding="utf-8-sig",
                skip_blank_lines=False,  # else row numbers would not be the spreadsheet's
                index_col=False,
            )
    except UnicodeDecodeError:
        raise BadTable([f"{name} is not in UTF-8. Save it as “CSV UTF-8”, or as XLSX."]) from None
    except Exception as error:  # pandas and openpyxl raise many kinds for a file they cannot read
        raise BadTable([f"{name} cannot be read as a CSV or XLSX table: {error}"]) from error
    frame.columns = [str(column).strip().lower() for column in frame.columns]
    missing = [column for column in REQUIRED if column not in frame.columns]
    if missing:
        raise BadTable([f"{name} has no column {', '.join(missing)}. Add it to the first row."])
    return [
        {str(column): plain_cell(str(cell)).strip() for column, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def check_rows(
    rows: Iterable[Row],
    instrument: Instrument,
    systems: Iterable[str],
    not_published: Collection[tuple[str, str]] = (),
) -> tuple[list[Entry], list[str]]:
    """The entries of a table, and a sentence with the row number for every bad row. Pure.

    `not_published` holds system codes with document kinds, about which there can be no answer. The
    first row of data is row 2, as a spreadsheet counts.
    """
    scope = set(systems)
    entries: list[Entry] = []
    mistakes: list[str] = []
    first_at: dict[tuple[str, str, str, str], int] = {}
    for number, row in enumerate(rows, start=2):
        if not any(row.values()):
            continue
        try:
            entry = _entry(row, instrument, scope)
            place = (entry.system, entry.reviewer, entry.question, entry.document)
            if (entry.system, entry.document) in not_published:
                name = instrument.document_kind(entry.document).name
                raise ValueError(
                    f"{entry.system} is marked as not having published this: {name}. Take the mark "
                    "off before you import answers about it."
                )
            if place in first_at:
                raise ValueError(f"the same answer was given in row {first_at[place]}.")
        except ValueError as error:
            mistakes.append(f"Row {number}: {error}")
        else:
            first_at[place] = number
            entries.append(entry)
    return entries, mistakes


def import_answers(
    round_: Round, file: IO[bytes], name: str, *, replace: bool = False, dry_run: bool = False
) -> Outcome:
    """Make submitted reviews of a table, one per system and reviewer.

    BadTable lists everything that is wrong, and nothing is written. With `replace` a review of the
    same system and reviewer takes the new answers; its history keeps the old ones.
    """
    if not round_.is_open:
        state = "not open yet" if round_.is_draft else "closed"
        raise BadTable([f"The round {round_.name} is {state}. Open it before you import answers."])
    rows = read_table(file, name)
    systems = {system.code: system for system in round_.systems()}
    marks = round_.not_published()
    not_published = {(s.code, kind) for s in systems.values() for kind in marks.get(s.id, ())}
    entries, mistakes = check_rows(rows, round_.released.instrument, systems, not_published)
    known = _known(round_)
    pairs = dict.fromkeys((entry.system, entry.reviewer) for entry in entries)
    if not replace:
        mistakes += [
            f"{system} was already imported for the reviewer {reviewer}. "
            "Say that these answers take the place of those (--replace, or the box on the page)."
            for system, reviewer in pairs
            if (system, reviewer) in known
        ]
    if mistakes:
        raise BadTable(mistakes)
    if all(entry.given == Given() for entry in entries):
        raise BadTable([f"{name} has no answers."])
    if not dry_run:
        for (system, reviewer), given in _by_pair(entries):
            _write(round_, systems[system], reviewer, given, known.get((system, reviewer)))
    columns = rows[0].keys()
    return Outcome(
        reviews=len(pairs),
        answers=sum(entry.given != Given() for entry in entries),
        replaced=sum(pair in known for pair in pairs),
        unused_columns=tuple(c for c in columns if c not in REQUIRED + OPTIONAL),
    )


def _entry(row: Row, instrument: Instrument, scope: set[str]) -> Entry:
    if row["system"] not in scope:
        raise ValueError(f"no system with the code “{row['system']}” is in this round.")
    try:
        question = instrument.question(row["question"])
    except KeyError:
        raise ValueError(f"there is no question “{row['question']}”.") from None
    return Entry(
        system=row["system"],
        reviewer=row.get("reviewer") or UNNAMED,
        question=question.id,
        document=_document(row.get("document", ""), question),
        given=_given(row, question),
    )


def _document(document: str, question: Question) -> str:
    if document == "" and len(question.documents) == 1:
        return question.documents[0]
    if document not in question.documents:
        said = f"not of “{document}”" if document else "and the column document is empty"
        raise ValueError(
            f"{question.id} is asked of {' and of '.join(question.documents)}, {said}."
        )
    return document


def _given(row: Row, question: Question) -> Given:
    value, comment = row["value"], row["comment"]
    if value.casefold() == NOT_APPLICABLE:
        return Given(not_applicable=True, comment=comment)
    if question.kind == TEXT:
        return Given(text=value, comment=comment)
    parts = value.split(";") if question.kind == CHOICES else [value]
    return Given(
        options=frozenset(_option(part, question) for part in parts if part.strip()),
        comment=comment,
    )


def _option(part: str, question: Question) -> str:
    wanted = folded(part)
    for option in question.options:
        if wanted in (folded(option.id), folded(option.label)):
            return option.id
    labels = "; ".join(option.label for option in question.options)
    raise ValueError(f"“{part.strip()}” is no answer to {question.id}. Its answers are: {labels}.")


def _known(round_: Round) -> dict[tuple[str, str], Review]:
    reviews = session.execute(
        select(System.code, Review)
        .join(System, Review.system_id == System.id)
        .where(Review.round_id == round_.id, Review.label.is_not(None))
    )
    return {(code, review.label or ""): review for code, review in reviews}


def _by_pair(entries: list[Entry]) -> Iterator[tuple[tuple[str, str], list[Entry]]]:
    pairs: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        pairs.setdefault((entry.system, entry.reviewer), []).append(entry)
    return iter(pairs.items())


def _write(
    round_: Round, system: System, reviewer: str, entries: list[Entry], known: Review | None
) -> None:
    review = known or assign(round_, system, reviewer)
    given = {(entry.question, entry.document): entry.given for entry in entries}
    if known:
        # Put in the place of what was imported wrongly: these are the first answers now.
        known.stage, known.first_submitted_at = Stage.BEGUN, None
        for place in known.load_answers():
            given.setdefault(place, Given())
    review.record_all(given)
    review.submit()
