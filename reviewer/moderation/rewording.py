"""What agreement leads to: the questions whose wording is to be looked at. Never people.

A question is listed when at least 5 systems were read twice and

* of a scale or of one choice: fewer than 70% of the pairs have the same answer; or kappa is under
  0.4, below which Fleiss (Statistical Methods for Rates and Proportions, 1981) calls agreement
  poor, and fewer than 90% have the same answer. Where nearly all answers are alike kappa is low
  however well people agree (Feinstein and Cicchetti 1990, J Clin Epidemiol 43(6)), so it alone
  makes no question unclear;
* of several choices: the readings share less than half of what either chose (Jaccard under 0.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from reviewer.instrument.model import CHOICES, Criterion, DocumentKind, Question
from reviewer.moderation.agreement import (
    FEWEST,
    Agreement,
    Intervals,
    Item,
    agreement,
    intervals,
)
from reviewer.moderation.readings import blind_pairs
from reviewer.rounds.models import Round

LEAST_SAME, NEARLY_ALL, LEAST_KAPPA, LEAST_JACCARD = 70, 90, 0.4, 0.5


@dataclass(frozen=True)
class Line:
    """The agreement on one question and document kind."""

    question: Question
    kind: DocumentKind
    item: Item
    found: Agreement

    @property
    def differing(self) -> list[int]:
        """The systems whose two first answers differ, by id."""
        return [system for system, (one, other) in self.item.pairs.items() if one != other]

    @property
    def likeness(self) -> float:
        """What questions are ordered by: the share with the same answer, or that is shared."""
        if self.question.kind == CHOICES:
            return 1.0 if self.found.jaccard is None else self.found.jaccard
        return 1.0 if self.found.same is None else self.found.same

    @property
    def is_unclear(self) -> bool:
        if self.question.kind == CHOICES:
            jaccard = self.found.jaccard
            return (
                self.found.jaccard_n >= FEWEST and jaccard is not None and jaccard < LEAST_JACCARD
            )
        percent = self.found.percent
        if percent is None or self.found.n < FEWEST:
            return False
        low = self.found.kappa is not None and self.found.kappa < LEAST_KAPPA
        return percent < LEAST_SAME or (low and percent < NEARLY_ALL)


@dataclass(frozen=True)
class RoundAgreement:
    """The agreement on first answers over a round. `systems` were read twice."""

    systems: int
    whole: Agreement
    intervals: Intervals | None
    criteria: Sequence[tuple[Criterion, Agreement, Sequence[Line]]]

    @cached_property
    def to_reword(self) -> list[Line]:
        """The unclear questions, the least agreed on first."""
        lines = [line for _, _, found in self.criteria for line in found if line.is_unclear]
        return sorted(lines, key=lambda line: (line.likeness, -line.found.n))


def agreement_of(round_: Round) -> RoundAgreement:
    """The agreement by question, by criterion and over the whole, in two queries."""
    instrument = round_.released.instrument
    pairs = blind_pairs(round_)
    lines = [
        Line(instrument.question(question), instrument.document_kind(on), item, agreement([item]))
        for (question, on), item in pairs.items()
    ]
    by_criterion = [
        (criterion, [line for line in lines if line.question.criterion == criterion.id])
        for criterion in instrument.criteria
    ]
    items = list(pairs.values())
    return RoundAgreement(
        systems=len({system for item in items for system in item.pairs}),
        whole=agreement(items),
        intervals=intervals(items),
        criteria=[
            (criterion, agreement([line.item for line in found]), found)
            for criterion, found in by_criterion
        ],
    )
