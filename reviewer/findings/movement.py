"""How the same systems answer two questions: the strategy and then the plan, or one round and then
the next. Pure: the values come from elsewhere.

The base is the systems with a value at both ends. Whoever has one at one end only is counted apart,
and outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewer.findings.figures import OTHER, percent_of
from reviewer.instrument.model import (
    CHOICES,
    SCALE,
    TEXT,
    DocumentKind,
    Instrument,
    Option,
    Question,
    sentence_case,
)
from reviewer.wording import count_text

# The settled options of each system with a value, by the system's id.
Values = Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class End:
    """One end of a movement: a question on a document kind, and where that is, in words that end
    a sentence: "in the joint forward plan", "in January 2024"."""

    question: Question
    document: DocumentKind
    words: str

    @property
    def place(self) -> tuple[str, str]:
        return self.question.id, self.document.id

    @property
    def id(self) -> str:
        return "-".join(self.place)


@dataclass(frozen=True)
class Movement:
    """How many systems had which answer at either end.

    `base` is the systems with a value at both; `before` and `after` count their answers by option
    id, also at 0, and `moves` how many had one answer before and another after. For choices, where
    a system has several, `moves` has every pair of them.
    """

    first: End
    second: End
    base: int
    before: dict[str, int]
    after: dict[str, int]
    moves: dict[tuple[str, str], int]
    only_before: int
    only_after: int

    @property
    def id(self) -> str:
        """Names its files. No id holds an underscore, so no chart of a figure has such a name."""
        return f"{self.first.id}_{self.second.id}"

    @property
    def is_choices(self) -> bool:
        return self.first.question.kind == CHOICES

    @property
    def shared(self) -> tuple[Option, ...]:
        """The options that can be chosen at both ends; of choices the most named first."""
        ids = {option.id for option in self.second.question.options}
        both = [option for option in self.first.question.options if option.id in ids]
        if not self.is_choices:
            return tuple(both)
        named = {o.id: self.before[o.id] + self.after[o.id] for o in both}
        return tuple(sorted(both, key=lambda o: (o.id == OTHER, -named[o.id])))

    def stayed(self, option_id: str) -> int:
        """How many systems have this answer at both ends."""
        return self.moves.get((option_id, option_id), 0)

    @property
    def same(self) -> int:
        """How many systems have the same one answer at both ends; not for choices."""
        return sum(count for (one, other), count in self.moves.items() if one == other)

    @property
    def fuller(self) -> int:
        """How many have a fuller answer after than before, on one scale."""
        return sum(n for (one, other), n in self.moves.items() if self._rank(other, one))

    @property
    def lesser(self) -> int:
        return sum(n for (one, other), n in self.moves.items() if self._rank(one, other))

    def _rank(self, fuller: str, lesser: str) -> bool:
        order = [option.id for option in self.first.question.options]
        return order.index(fuller) < order.index(lesser)


def moved(first: End, before: Values, second: End, after: Values) -> Movement:
    """The movement between two ends, from the values of each."""
    both = before.keys() & after.keys()
    moves = Counter((one, other) for s in both for one in before[s] for other in after[s])
    return Movement(
        first=first,
        second=second,
        base=len(both),
        before=_counted(first, before, both),
        after=_counted(second, after, both),
        moves=dict(moves),
        only_before=len(before.keys() - both),
        only_after=len(after.keys() - both),
    )


def pairs(instrument: Instrument) -> Iterator[tuple[End, End]]:
    """Every two places that ask the same of two documents, in asking order, the document that comes
    first in the instrument first: one question of several documents, and those declared."""
    order = [kind.id for kind in instrument.document_kinds]
    for question in instrument.questions:
        places = [(question, document) for document in question.documents]
        if question.kind == TEXT:
            continue
        other = next((q for q in instrument.questions if q.id == question.same_as), None)
        if other:
            places = [(other, d) for d in other.documents] + places
        ends = [
            End(asked, kind, f"in {_the(kind)}")
            for asked, kind in sorted(
                ((asked, instrument.document_kind(d)) for asked, d in places),
                key=lambda place: order.index(place[1].id),
            )
        ]
        for number, first in enumerate(ends):
            # Two of another question's places are a pair of that question.
            yield from (
                (first, second)
                for second in ends[number + 1 :]
                if question.id in (first.question.id, second.question.id)
            )


def sentence(movement: Movement) -> str:
    """One sentence that sums it up, with its base."""
    if not movement.base:
        return "No system has a value in both."
    if movement.is_choices:
        option = max(
            [o for o in movement.shared if o.id != OTHER] or movement.shared,
            key=lambda o: abs(movement.after[o.id] - movement.before[o.id]),
        )
        base = count_text(movement.base, "system")
        return f"Of the {base} that named any in both, {_named(movement, option)}."
    told = f"Of {count_text(movement.base, 'system')} with a value in both, {movement.same}"
    told += f" ({percent_of(movement.same, movement.base)}%) have the same answer"
    if movement.first.question.kind != SCALE:
        return f"{told}."
    return (
        f"{told}, {movement.fuller} a fuller one {movement.second.words} and {movement.lesser} a "
        "lesser one."
    )


def sentences(movement: Movement) -> list[str]:
    """A sentence for every answer that any system had before; for choices for every option that any
    named in either."""
    if not movement.base:
        return []
    if movement.is_choices:
        some = [o for o in movement.shared if movement.before[o.id] or movement.after[o.id]]
        return [sentence_case(f"{_named(movement, option)}.") for option in some]
    return [_went(movement, o) for o in movement.first.question.options if movement.before[o.id]]


def notes(movement: Movement) -> list[str]:
    """The lines beneath a chart: the base, who is outside it, and another wording."""
    found = [f"Base: {count_text(movement.base, 'system')} with a value in both"]
    for count, end in (
        (movement.only_before, movement.first),
        (movement.only_after, movement.second),
    ):
        if count:
            found.append(f"{count} more with a value only {end.words}")
    if movement.first.question.text != movement.second.question.text:
        found.append(f"Asked {movement.second.words}: {movement.second.question.text}")
    return found


def describe(movement: Movement) -> str:
    """The chart in words, for people who do not see it."""
    opening = f"{movement.first.question.text} {heading(movement)}."
    return " ".join([opening, *sentences(movement), f"{notes(movement)[0]}."])


def heading(movement: Movement) -> str:
    """What the chart shows, beneath the question."""
    if movement.is_choices:
        return f"{sentence_case(movement.first.words)}, and then {movement.second.words}"
    return f"Bars: answers {movement.first.words}. Colours: answers {movement.second.words}"


def _counted(end: End, values: Values, systems: set[int]) -> dict[str, int]:
    counts = Counter(option for system in systems for option in values[system])
    return {option.id: counts[option.id] for option in end.question.options}


def _named(movement: Movement, option: Option) -> str:
    before = count_text(movement.before[option.id], "system")
    return (
        f"‘{option.label}’ was named by {before} {movement.first.words} and by "
        f"{movement.after[option.id]} {movement.second.words}, by {movement.stayed(option.id)} in "
        "both"
    )


def _went(movement: Movement, option: Option) -> str:
    had = movement.before[option.id]
    went = [
        (count, f"({percent_of(count, had)}%)", f"‘{other.label}’")
        for other in movement.second.question.options
        if (count := movement.moves.get((option.id, other.id), 0))
    ]
    (count, share, label), *others = went
    verb = "has" if count == 1 else "have"
    parts = [f"{count} {share} {verb} {label} {movement.second.words}"]
    parts += [f"{count} {share} {label}" for count, share, label in others]
    told = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return (
        f"Of the {count_text(had, 'system')} with ‘{option.label}’ {movement.first.words}, {told}."
    )


def _the(kind: DocumentKind) -> str:
    """A document kind within a sentence: "the joint forward plan", "the NHS plan"."""
    name = kind.name
    return f"the {name if name[1:2].isupper() else name[:1].lower() + name[1:]}"
