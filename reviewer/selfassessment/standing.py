"""Where a draft stands, question by question and criterion by criterion. Pure.

Nothing is scored: a profile counts answers as they were given, and a gap is an answer on a scale
that is not its fullest one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reviewer.instrument.model import SCALE, Criterion, DocumentKind, Instrument, Option, Question

NOT_APPLICABLE, UNANSWERED = "Not applicable", "Not answered"


@dataclass(frozen=True)
class Value:
    """What is answered at one place: option ids, not applicable, or nothing."""

    options: frozenset[str] = frozenset()
    not_applicable: bool = False
    text: str = ""

    @property
    def is_answered(self) -> bool:
        return bool(self.options or self.not_applicable or self.text)


Place = tuple[str, str]  # question id and document kind
Values = Mapping[Place, Value]


@dataclass(frozen=True)
class Standing:
    """One question on one kind of document, and what is answered."""

    question: Question
    kind: DocumentKind
    value: Value

    @property
    def place(self) -> Place:
        return self.question.id, self.kind.id

    @property
    def fullest(self) -> Option | None:
        """The fullest answer of its scale, whose guidance says what it asks for."""
        return self.question.options[0] if self.question.kind == SCALE else None

    @property
    def is_gap(self) -> bool:
        """Whether the answer is on a scale and not the fullest one."""
        return bool(
            self.fullest and self.value.options and self.fullest.id not in self.value.options
        )

    @property
    def words(self) -> str:
        if self.value.not_applicable:
            return NOT_APPLICABLE
        chosen = [o.title for o in self.question.options if o.id in self.value.options]
        return "; ".join(chosen) or self.value.text or UNANSWERED


def standings(instrument: Instrument, values: Values, asked: Collection[Place]) -> list[Standing]:
    """Every place that is asked, in asking order."""
    return [
        Standing(question, instrument.document_kind(on), values.get((question.id, on), Value()))
        for question in instrument.questions
        for on in question.documents
        if (question.id, on) in asked
    ]


@dataclass(frozen=True)
class Row:
    """One criterion of a profile: how many answers of each kind, by the titles of the profile."""

    criterion: Criterion
    counts: dict[str, int]

    @property
    def asked(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Profile:
    """The answers on scales, counted by criterion. `titles` are those of the options, the fullest
    first, then not applicable and not answered."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def totals(self) -> dict[str, int]:
        return {title: sum(row.counts[title] for row in self.rows) for title in self.titles}


def profile(instrument: Instrument, found: Sequence[Standing]) -> Profile:
    """The profile of a draft. Questions without a scale are in none of its counts."""
    scaled = [standing for standing in found if standing.question.kind == SCALE]
    options = {
        option.title: None
        for scale in instrument.scales
        for option in scale.options
        if any(s.question.scale == scale.id for s in scaled)
    }
    titles = (*options, NOT_APPLICABLE, UNANSWERED)
    rows = []
    for criterion in instrument.criteria:
        own = [s.words for s in scaled if s.question.criterion == criterion.id]
        if own:
            rows.append(Row(criterion, {title: own.count(title) for title in titles}))
    return Profile(titles, tuple(rows))
