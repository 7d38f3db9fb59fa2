"""The readings of one system side by side, question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.documents.store import on_shelf
from reviewer.instrument.model import TEXT, Criterion, DocumentKind, Question
from reviewer.instrument.models import Released
from reviewer.moderation.decisions import changes_of, decisions_of
from reviewer.moderation.forms import DecisionForm, decision_form
from reviewer.moderation.models import Decision, DecisionChange
from reviewer.moderation.readings import reading_name
from reviewer.reviews.answers import Answer, AnswerState, Given, Note, answers_of, chosen_of
from reviewer.reviews.asking import is_asked, slots
from reviewer.reviews.citations import Citation, citations, pages_words
from reviewer.reviews.earlier import given_by
from reviewer.reviews.forms import prefix
from reviewer.reviews.models import Review, Stage
from reviewer.reviews.page import told
from reviewer.rounds.models import Round, kinds_not_published
from reviewer.systems.models import System


@dataclass(frozen=True)
class Cell:
    """What one reading has at one place. `was` is its first answer, where that was another.

    `pages` are the words, the document and the first page of each.
    """

    review: Review
    reading: str
    asked: bool
    given: Given
    labels: tuple[str, ...]
    pages: Sequence[tuple[str, int, int]] = ()
    citations: Sequence[Citation] = ()
    was: str = ""

    @property
    def counts(self) -> bool:
        """Whether counting takes it."""
        return self.asked and self.given.state != AnswerState.UNANSWERED

    @property
    def value(self) -> tuple[frozenset[str], bool]:
        return self.given.options, self.given.not_applicable


@dataclass(frozen=True)
class Row:
    """One question on one document kind, with what each reading has, and what was decided."""

    question: Question
    kind: DocumentKind
    cells: Sequence[Cell]
    decision: Decision | None
    settled: Given | None
    changes: Sequence[DecisionChange]

    @property
    def name(self) -> str:
        """Its anchor, and what the names of its fields begin with."""
        return prefix(self.question, self.kind.id)

    @property
    def differs(self) -> bool:
        """Whether counting finds no value here without a decision (rule of counting 1)."""
        counted = {cell.value for cell in self.cells if cell.counts}
        return self.question.kind != TEXT and len(counted) > 1

    @property
    def is_left(self) -> bool:
        return self.differs and self.decision is None

    @property
    def form(self) -> DecisionForm:
        """The form, with what was decided if anything was."""
        return decision_form(
            self.question,
            self.kind.id,
            given=self.settled,
            reason=self.decision.reason if self.decision else "",
            version=self.changes[-1].version if self.changes else 0,
        )

    def told(self, given: Given) -> str:
        """A value of this question in words; what is unanswered was withdrawn."""
        return told(self.question, given) if given != Given() else "Withdrawn"


@dataclass(frozen=True)
class Comparison:
    """All of one system. Notes are by criterion and kind, the text of each reading by its name."""

    readings: Sequence[Review]
    to_come: int
    rows: list[Row]
    notes: Mapping[tuple[str, str], Mapping[str, str]]

    def to_settle(self, criterion: Criterion) -> list[Row]:
        """Where the readings differ, or something was decided."""
        rows = self._of(criterion)
        return [row for row in rows if row.differs or row.decision]

    def the_rest(self, criterion: Criterion) -> list[Row]:
        """Where they agree, where one has no answer, and texts; what neither has is left out."""
        return [
            row
            for row in self._of(criterion)
            if not (row.differs or row.decision)
            and any(c.counts or c.given.comment or c.citations for c in row.cells)
        ]

    @property
    def names(self) -> list[str]:
        return [reading_name(n) for n in range(len(self.readings))]

    def note_kinds(self, criterion: Criterion) -> set[str]:
        """Which kinds of note any reading has on a criterion."""
        return {kind for of, kind in self.notes if of == criterion.id}

    @property
    def differ(self) -> int:
        return sum(row.differs for row in self.rows)

    @property
    def left(self) -> int:
        return sum(row.is_left for row in self.rows)

    def next_after(self, name: str) -> Row | None:
        """The next place to settle, from the top again after the last; None if none is left."""
        place = next((n for n, row in enumerate(self.rows) if row.name == name), -1) + 1
        return next((row for row in self.rows[place:] + self.rows[:place] if row.is_left), None)

    def _of(self, criterion: Criterion) -> list[Row]:
        return [row for row in self.rows if row.question.criterion == criterion.id]


def compare(round_: Round, system: System) -> Comparison:
    """The submitted readings of a system side by side, in as many queries whatever their number."""
    reviews = session.scalars(
        select(Review)
        .filter_by(round_id=round_.id, system_id=system.id)
        .order_by(Review.first_submitted_at, Review.id)
    ).all()
    readings = [review for review in reviews if review.stage == Stage.SUBMITTED]
    names = {review.id: reading_name(n) for n, review in enumerate(readings)}
    released = round_.released
    answers = answers_of(list(names), released.question_codes)
    first = given_by(Review.first_submitted_at, released, Review.id.in_(names))
    documents = on_shelf(system, round_)
    decisions, changes = decisions_of(round_, system), changes_of(round_, system)
    chosen = {review: chosen_of(found, released.option_codes) for review, found in answers.items()}
    rows = []
    missing = kinds_not_published(round_, system)
    for question, on in slots(released.instrument):
        if on in missing:
            continue
        place = (question.id, on)
        cells = [
            _cell(
                review,
                names[review.id],
                question,
                answers[review.id].get(place),
                is_asked(released.instrument, question, on, chosen[review.id]),
                first.get(review.id, {}).get(place, Given()),
                released,
                documents,
            )
            for review in readings
        ]
        decision = decisions.get(place)
        rows.append(
            Row(
                question=question,
                kind=released.instrument.document_kind(on),
                cells=cells,
                decision=decision,
                settled=decision.given(released.option_codes) if decision else None,
                changes=changes.get(place, ()),
            )
        )
    return Comparison(readings, len(reviews) - len(readings), rows, _notes(names))


def _cell(
    review: Review,
    reading: str,
    question: Question,
    answer: Answer | None,
    asked: bool,
    first: Given,
    released: Released,
    documents: Sequence[Document],
) -> Cell:
    if answer is None:
        return Cell(review, reading, asked, Given(), ())
    given = answer.given(released.option_codes)
    kinds = {kind.id: kind for kind in released.instrument.document_kinds}
    return Cell(
        review=review,
        reading=reading,
        asked=asked,
        given=given,
        labels=tuple(o.title for o in question.options if o.id in given.options),
        pages=[
            (pages_words((e.pages,)), e.document_id, e.pages[0])
            for e in sorted(answer.evidence, key=lambda e: e.pages)
            if e.is_page_of(answer.document)
        ],
        citations=[c for c in citations(answer, documents, kinds) if not c.removed],
        was="" if given.says_the_same(first) else told(question, first),
    )


def _notes(names: Mapping[int, str]) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for note in session.scalars(select(Note).where(Note.review_id.in_(names), Note.text != "")):
        found.setdefault((note.criterion, note.kind), {})[names[note.review_id]] = note.text
    return found
