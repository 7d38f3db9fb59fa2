"""Figures as a table, and that table as a CSV, Excel or JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable

from reviewer.findings.figures import Figure
from reviewer.findings.movement import Movement
from reviewer.findings.over_time import Compared
from reviewer.instrument.codebook import code_sheet
from reviewer.instrument.model import Instrument
from reviewer.sheets import Sheet, to_csv, to_xlsx

# Each column of the table with what it means, for the code book.
MEANINGS = {
    "criterion": "The id of the criterion.",
    "question": "The id of the question.",
    "document": "The id of the kind of document that was read.",
    "text": "The question, as it was asked.",
    "option": "The answer, by its label.",
    "count": "How many systems have this answer. Of a choice of several, one system can have more.",
    "base": "How many systems have a value here; every percentage is of this number.",
    "percent": "count as a whole percentage of base, halves up; blank where base is 0.",
    "systems_reviewed": "How many systems have a submitted review with at least one answer.",
    "systems_total": "How many systems are in the scope of the round.",
    "unanswered": "Systems reviewed that have no answer here. This is not the answer No.",
    "not_applicable": "Systems whose answer is that the question does not apply; outside the base.",
    "unresolved": "Systems whose readers differ and where nothing was decided; outside the base.",
}
COLUMNS = tuple(MEANINGS)


MOVEMENT_COLUMNS = (
    "criterion",
    "first_question",
    "first_document",
    "second_question",
    "second_document",
    "text",
    "first_answer",
    "second_answer",
    "systems",
    "first_total",
    "second_total",
    "base",
)


COMPARED_COLUMNS = (
    "criterion",
    "question",
    "document",
    "text",
    "option",
    "earlier_count",
    "earlier_base",
    "earlier_percent",
    "earlier_known",
    "count",
    "base",
    "percent",
    "points",
    "same_systems",
    "same_earlier",
    "same_now",
    "same_both",
)


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


def to_json(figures: Iterable[Figure], notice: str | None = None) -> bytes:
    """The rows of `rows` as a JSON list in UTF-8; each carries the notice if there is one."""
    more = {"notice": notice} if notice else {}
    table = [{**row, **more} for row in rows(figures)]
    return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()


def table_file(
    figures: Iterable[Figure],
    kind: str,
    notice: str | None = None,
    instrument: Instrument | None = None,
) -> bytes:
    """The table as a file: csv, xlsx or json, ValueError for another kind. `notice` says that a
    round is invented; CSV has no place for it, so the caller names that file so. With `instrument`
    the workbook has a code book on its second sheet."""
    match kind:
        case "csv":
            return to_csv(COLUMNS, rows(figures))
        case "xlsx":
            sheets = [Sheet("Findings", COLUMNS, rows(figures))]
            if instrument:
                sheets.append(code_sheet(instrument, Findings=MEANINGS))
            return to_xlsx(sheets, notice)
        case "json":
            return to_json(figures, notice)
        case _:
            raise ValueError(f"a table is made as csv, xlsx or json, not as {kind}")


def movement_rows(movements: Iterable[Movement]) -> list[dict[str, str | int | None]]:
    """A row for every answer before with every answer after, also at 0; for choices one for every
    option that both have. `systems` have both answers, `first_total` and `second_total` the one."""
    return [
        {
            "criterion": movement.second.question.criterion,
            "first_question": movement.first.question.id,
            "first_document": movement.first.document.id,
            "second_question": movement.second.question.id,
            "second_document": movement.second.document.id,
            "text": movement.first.question.text,
            "first_answer": one.label,
            "second_answer": other.label,
            "systems": movement.moves.get((one.id, other.id), 0),
            "first_total": movement.before[one.id],
            "second_total": movement.after[other.id],
            "base": movement.base,
        }
        for movement in movements
        for one in movement.first.question.options
        for other in movement.second.question.options
        if one.id == other.id or not movement.is_choices
    ]


def movement_file(movements: Iterable[Movement], kind: str, notice: str | None = None) -> bytes:
    """The movements as a file: csv or xlsx."""
    table = movement_rows(movements)
    if kind == "csv":
        return to_csv(MOVEMENT_COLUMNS, table)
    return to_xlsx([Sheet("Two documents", MOVEMENT_COLUMNS, table)], notice)


def compared_rows(found: Iterable[Compared]) -> list[dict[str, str | int | None]]:
    """A row for every option of every figure beside what it was; None is unknown, never 0.
    `same_systems` have a value both times, `same_both` of them this answer both times."""
    table: list[dict[str, str | int | None]] = []
    for compared in found:
        now, same = compared.now, compared.same
        for option in now.question.options:
            was = compared.number(option.id)
            table.append(
                {
                    "criterion": now.question.criterion,
                    "question": now.question.id,
                    "document": now.document.id,
                    "text": now.question.text,
                    "option": option.label,
                    "earlier_count": was.count,
                    "earlier_base": was.base,
                    "earlier_percent": was.percent,
                    "earlier_known": was.known.value if was.known else None,
                    "count": now.counts[option.id],
                    "base": now.base,
                    "percent": now.percent(option.id),
                    "points": compared.points(option.id),
                    "same_systems": same.base if same else None,
                    "same_earlier": same.before[option.id] if same else None,
                    "same_now": same.after[option.id] if same else None,
                    "same_both": same.stayed(option.id) if same else None,
                }
            )
    return table


def compared_file(found: Iterable[Compared], kind: str, notice: str | None = None) -> bytes:
    """The comparison as a file: csv or xlsx."""
    table = compared_rows(found)
    if kind == "csv":
        return to_csv(COMPARED_COLUMNS, table)
    return to_xlsx([Sheet("Over time", COMPARED_COLUMNS, table)], notice)
