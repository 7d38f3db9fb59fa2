"""Figures as a table, and that table as a CSV, Excel or JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable

from reviewer.findings.figures import Figure
from reviewer.sheets import Sheet, to_csv, to_xlsx

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


def table_file(figures: Iterable[Figure], kind: str, notice: str | None = None) -> bytes:
    """The table as a file: csv, xlsx or json, ValueError for another kind. `notice` says that a
    round is invented; CSV has no place for it, so the caller names that file so."""
    match kind:
        case "csv":
            return to_csv(COLUMNS, rows(figures))
        case "xlsx":
            return to_xlsx([Sheet("Findings", COLUMNS, rows(figures))], notice)
        case "json":
            return to_json(figures, notice)
        case _:
            raise ValueError(f"a table is made as csv, xlsx or json, not as {kind}")
