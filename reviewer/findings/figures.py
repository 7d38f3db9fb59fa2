"""A figure: the counts of one question on one document kind, with the base they stand on.

Pure: the counts come from elsewhere. Sentences, tables and charts all start from here, so a number
is the same wherever it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reviewer.instrument.model import CHOICES, SCALE, TEXT, DocumentKind, Option, Question

OTHER = "other"
FORMATS = ("png", "svg", "pdf")  # of a chart as a file


def percent_of(count: int, base: int) -> int | None:
    """`count` as a whole percentage of `base`, halves up; None where the base is 0 (rule 4)."""
    if not base:
        return None
    # Whole numbers throughout: round() takes halves to the even number, and a float can miss one.
    return (200 * count + base) // (2 * base)


@dataclass(frozen=True)
class Figure:
    """How many systems have each value. `counts` maps every option id, also at 0, to systems.

    `base` is the systems with a value (rule of counting 2); the rest of the systems reviewed are
    `unanswered`, `not_applicable` or `unresolved`. ValueError where the numbers contradict that.
    """

    question: Question
    document: DocumentKind
    counts: dict[str, int] = field(hash=False)
    base: int
    systems_reviewed: int
    systems_total: int
    unanswered: int
    not_applicable: int
    unresolved: int

    def __post_init__(self) -> None:
        for mistake in _contradictions(self):
            raise ValueError(f"{self.id}: {mistake}")

    @property
    def id(self) -> str:
        """Question and document kind, as in `coproduction-3-strategy`; its files are named so."""
        return f"{self.question.id}-{self.document.id}"

    @property
    def base_text(self) -> str:
        """The base out of the systems reviewed: "30 out of 31"."""
        return f"{self.base} out of {self.systems_reviewed}"

    def percent(self, option_id: str) -> int | None:
        """The option's share of the base, a whole percentage; None for a base of 0."""
        return percent_of(self.counts[option_id], self.base)

    @property
    def commonest(self) -> Option:
        """The answer of most systems; of equals the fuller one on a scale, the first as shown."""
        return max(self.shown, key=lambda option: self.counts[option.id])

    @property
    def shown(self) -> tuple[Option, ...]:
        """Every option in the order to show it: a scale in its own order, choices most named first
        (equals in the instrument's order) with `other` last."""
        if self.question.kind == SCALE:
            return self.question.options
        return tuple(
            sorted(self.question.options, key=lambda o: (o.id == OTHER, -self.counts[o.id]))
        )


def _contradictions(figure: Figure) -> list[str]:
    counts, base = figure.counts, figure.base
    outside = (figure.unanswered, figure.not_applicable, figure.unresolved)
    chosen = sum(counts.values())
    if figure.question.kind == TEXT:
        return ["a text question has no figure"]
    found = []
    if counts.keys() != {option.id for option in figure.question.options}:
        found.append(f"counts are of {sorted(counts)}, not of the question's options")
    if min(base, figure.systems_reviewed, *outside, *counts.values()) < 0:
        found.append("a count is below 0")
    if base + sum(outside) != figure.systems_reviewed:
        found.append(
            f"base {base} + unanswered {figure.unanswered} + not applicable "
            f"{figure.not_applicable} + unresolved {figure.unresolved} is not the "
            f"{figure.systems_reviewed} systems reviewed"
        )
    if figure.systems_reviewed > figure.systems_total:
        found.append(f"{figure.systems_reviewed} reviewed of {figure.systems_total} systems")
    if figure.question.kind == CHOICES:
        if max(counts.values(), default=0) > base or chosen < base:
            found.append(f"choices {counts} do not fit a base of {base}")
    elif chosen != base:
        found.append(f"counts add up to {chosen}, not to the base of {base}")
    return found
