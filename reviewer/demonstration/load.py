"""The demonstration: invented systems, a closed round that reproduces the published counts, and a
round to practise in with documents to read."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import typst

from reviewer.config import ROOT
from reviewer.demonstration.dealing import deal
from reviewer.demonstration.writing import load_writing
from reviewer.documents.models import Document
from reviewer.documents.store import attach
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, latest
from reviewer.people.models import Person, add_person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.imports import import_answers
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import create_round, find_round
from reviewer.running.closing import close
from reviewer.systems.models import System
from reviewer.systems.register import load_register

HERE = Path(__file__).parent
FONTS = ROOT / "static" / "vendor" / "fonts"
INSTRUMENT = "hpig-2024"
CLOSED, PRACTICE = "demonstration", "practice"
REVIEWED = 31  # of 42, as in the report of January 2024
SEED = 2024
PRACTICE_DAYS = 28
READER = "robin.reader@example.org"
BEGUN = "V54000001"  # the practice system whose review is under way

Progress = Callable[[str], None]
Rows = list[dict[str, str]]


def load_demonstration(progress: Progress) -> None:
    """Put the demonstration into the database; the caller commits. ValueError if it is there.

    The text of its documents is read afterwards, by the worker.
    """
    practice = tomllib.loads((HERE / "practice.toml").read_text(encoding="utf-8"))
    # Before the first query: a transaction on SQLite holds the write lock of everybody else.
    progress("Typesetting the invented documents")
    pdfs = {entry["source"]: typeset(entry["source"]) for entry in practice["documents"]}
    for name in (CLOSED, PRACTICE):
        if find_round(name):
            raise ValueError(f"The demonstration is loaded already: there is a round {name}.")
    version = latest(INSTRUMENT)
    if version is None:
        raise ValueError(f"{INSTRUMENT} is not released here. Run: flask --app app data upgrade")
    systems = load_register(HERE / "systems.csv", invented=True)
    by_code = {system.code: system for system in systems}
    practised = list(dict.fromkeys(entry["system"] for entry in practice["documents"]))
    _load_closed_round(version, systems, practised, progress)
    progress("Making the round to practise in")
    people = {entry["email"]: _add(entry, by_code) for entry in practice["people"]}
    _load_practice_round(
        version, [by_code[code] for code in practised], people[READER], practice, pdfs
    )


def typeset(source: str) -> bytes:
    """One of the invented documents as a PDF."""
    path = HERE / "documents" / f"{source}.typ"
    return typst.compile(path, font_paths=[FONTS], ignore_system_fonts=True)


def read_counts() -> Rows:
    """The counts that the closed round gives again, a row for each option."""
    with (HERE / "counts.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def choose_reviewed(systems: Sequence[System], practised: Sequence[str]) -> list[str]:
    """The codes of the systems that were reviewed: not those to practise on, and a like share of
    every region."""
    others = sorted(
        (system for system in systems if system.code not in practised),
        key=lambda system: (system.region, system.code),
    )
    return sorted(others[n * len(others) // REVIEWED].code for n in range(REVIEWED))


def conditions_of(instrument: Instrument) -> dict[str, tuple[str, list[str]]]:
    """Each question that hangs on another: that one, and the labels that let it be asked."""
    return {
        question.id: (other.id, [other.option(answer).label for answer in asked.answers])
        for question in instrument.questions
        if (asked := question.asked_where) and (other := instrument.question(asked.question))
    }


def _load_closed_round(
    version: InstrumentVersion,
    systems: Sequence[System],
    practised: Sequence[str],
    progress: Progress,
) -> None:
    round_ = create_round(
        CLOSED, instrument=version, systems=systems, closes_on=date.today(), invented=True
    )
    rows = deal(
        read_counts(),
        choose_reviewed(systems, practised),
        conditions_of(round_.released.instrument),
        SEED,
        tomllib.loads((HERE / "comments.toml").read_text(encoding="utf-8")),
    )
    progress(f"Importing {len(rows):,} invented answers of {REVIEWED} systems")
    import_answers(round_, _table(rows), "demonstration.csv")
    close(round_, None)
    load_writing(round_)


def _load_practice_round(
    version: InstrumentVersion,
    systems: Sequence[System],
    reader: Person,
    practice: dict[str, Any],
    pdfs: dict[str, bytes],
) -> None:
    round_ = create_round(
        PRACTICE,
        instrument=version,
        systems=systems,
        closes_on=date.today() + timedelta(days=PRACTICE_DAYS),
        invented=True,
    )
    reviews = {system.code: assign(round_, system, reader) for system in systems}
    by_code = {system.code: system for system in systems}
    read: dict[str, Document] = {}
    for entry in practice["documents"]:
        document, _ = attach(
            BytesIO(pdfs[entry["source"]]),
            entry["file_name"],
            system=by_code[entry["system"]],
            kind=entry["kind"],
            source_address=entry["address"],
            published_on=entry["published_on"],
            retrieved_on=date.today(),
        )
        if entry["system"] == BEGUN:
            read[entry["kind"]] = document
    _answer(reviews[BEGUN], reader, practice, read)


def _answer(
    review: Review, reader: Person, practice: dict[str, Any], read: dict[str, Document]
) -> None:
    for entry in practice["answers"]:
        given = Given(
            options=frozenset(entry.get("options", ())),
            text=entry.get("text", ""),
            comment=entry.get("comment", ""),
            pages=tuple((first, last) for first, last in entry["pages"]),
        )
        review.record(
            entry["question"],
            entry["document"],
            given,
            author=reader,
            read=read[entry["document"]],
        )
    for note in practice["notes"]:
        review.note_down(note["criterion"], NoteKind(note["kind"]), note["text"], author=reader)


def _add(entry: dict[str, str], systems: dict[str, System]) -> Person:
    return add_person(
        entry["email"],
        name=entry["name"],
        role=Role(entry["role"]),
        organisation=entry["organisation"],
        system=systems.get(entry.get("system", "")),
        demonstration=True,
    )


def _table(rows: Rows) -> BytesIO:
    text = StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return BytesIO(text.getvalue().encode())
