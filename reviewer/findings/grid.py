"""The scale questions of a round as one table: a row for each question, a column for each kind of
document, and in a cell how the systems stand there. Pure.

What is not asked of a kind has an empty cell: None here, which is not the same as no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.findings.figures import Figure
from reviewer.instrument.model import SCALE, Criterion, DocumentKind, Instrument, Question


@dataclass(frozen=True)
class GridRow:
    question: Question
    cells: tuple[Figure | None, ...]


@dataclass(frozen=True)
class Grid:
    """`sections` are criteria with their rows; those without a scale question are left out."""

    kinds: tuple[DocumentKind, ...]
    sections: tuple[tuple[Criterion, tuple[GridRow, ...]], ...]


def grid(instrument: Instrument, figures: Sequence[Figure]) -> Grid:
    """The table of these figures, in asking order, with the kinds that any of them is about."""
    by_place = {(f.question.id, f.document.id): f for f in figures if f.question.kind == SCALE}
    about = {document for _, document in by_place}
    kinds = tuple(kind for kind in instrument.document_kinds if kind.id in about)
    asked = {question for question, _ in by_place}
    sections = []
    for criterion in instrument.criteria:
        rows = tuple(
            GridRow(question, tuple(by_place.get((question.id, kind.id)) for kind in kinds))
            for question in instrument.questions_of(criterion.id)
            if question.id in asked
        )
        if rows:
            sections.append((criterion, rows))
    return Grid(kinds, tuple(sections))


def words(cell: Figure | None, *, of_one: bool) -> str:
    """What a cell says: where the round is of one system its value alone, else every value that
    any system has with its count, the fullest first; nothing where nothing was asked."""
    if cell is None:
        return ""
    if not cell.base:
        if of_one and cell.not_applicable:
            return "Not applicable"
        return "Not settled" if cell.unresolved else "No value"
    if of_one:
        return next(o.title for o in cell.question.options if cell.counts[o.id])
    said = [f"{o.title}: {cell.counts[o.id]}" for o in cell.question.options if cell.counts[o.id]]
    return f"{'; '.join(said)} (of {cell.base})"
