"""A figure beside what it was: in an earlier round, or in print. Pure.

What is not known of an earlier time stays unknown: it is never 0, and no share is made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reviewer.findings.carrying import Carried
from reviewer.findings.figures import OTHER, Figure, percent_of
from reviewer.findings.movement import End, Movement, Values, moved
from reviewer.findings.sentences import sentence
from reviewer.instrument.model import SCALE, Option
from reviewer.wording import count_text

NOT_KNOWN = "not known"


class Known(StrEnum):
    """How a number of an earlier time is known."""

    COUNTED = "counted"
    PRINTED = "printed"
    COMPUTED = "computed"
    INFERRED = "inferred"

    @property
    def words(self) -> str:
        return {
            Known.COUNTED: "counted from the answers",
            Known.PRINTED: "printed in the report",
            Known.COMPUTED: "computed: the printed percentage of the printed base gives one number",
            Known.INFERRED: "inferred: the base is not printed, and this one fits",
        }[self]


@dataclass(frozen=True)
class Number:
    """How many systems had an answer, of how many. None is unknown; `known` is how the rest is."""

    count: int | None
    base: int | None
    known: Known | None

    @property
    def percent(self) -> int | None:
        if self.count is None or self.base is None:
            return None
        return percent_of(self.count, self.base)

    def __str__(self) -> str:
        if self.count is None:
            return NOT_KNOWN
        if self.base is None:
            return f"{self.count} of an unknown base"
        share = "" if self.percent is None else f"{self.percent}% "
        return f"{share}({self.count} of {self.base})"


UNKNOWN = Number(None, None, None)


@dataclass(frozen=True)
class Time:
    """An earlier time: where its numbers stand, in words that end a sentence ("in the spring
    round"), and how many systems it rests on, if that is known."""

    words: str
    reviewed: int | None
    total: int | None


@dataclass(frozen=True)
class Compared:
    """A figure now and what it was. `was` has a number for every option of now; it is None if the
    question was not asked then. `same` is of the systems in both, None for numbers in print.
    `differ` and `unknown` count the systems that `same` leaves out, as `Carried` says;
    `reviewed_then` the systems reviewed then whose document was published;
    `asked_as` is the id of the question then."""

    now: Figure
    time: Time
    was: dict[str, Number] | None
    same: Movement | None = None
    differ: int = 0
    unknown: int = 0
    reviewed_then: int | None = None
    asked_as: str = ""

    @property
    def id(self) -> str:
        """Names its files: no id of a question or document kind holds an underscore."""
        return f"{self.now.id}_over-time"

    @property
    def base_then(self) -> int | None:
        """Of how many systems the earlier numbers are; None if that is unknown."""
        return next((n.base for n in (self.was or {}).values() if n.base is not None), None)

    @property
    def known(self) -> list[Known]:
        """How the earlier counts are known, each way once."""
        found = {n.known for n in (self.was or {}).values() if n.known and n.count is not None}
        return [known for known in Known if known in found]

    @property
    def is_known(self) -> bool:
        """Whether any count of the earlier time is known."""
        return any(number.count is not None for number in (self.was or {}).values())

    def number(self, option_id: str) -> Number:
        return (self.was or {}).get(option_id, UNKNOWN)

    def points(self, option_id: str) -> int | None:
        """By how many percentage points the share is larger now; None where either is unknown."""
        was, now = self.number(option_id).percent, self.now.percent(option_id)
        return None if was is None or now is None else now - was

    @property
    def told(self) -> Option:
        """The answer that the sentence is about: the fullest of a scale whose earlier number is
        known, and of other questions the one that moved most."""
        known = [o for o in self.now.shown if self.number(o.id).count is not None]
        if not known:
            return self.now.shown[0] if self.now.question.kind == SCALE else self.now.commonest
        if self.now.question.kind == SCALE:
            return known[0]
        named = [option for option in known if option.id != OTHER] or known
        return max(named, key=lambda option: abs(self.points(option.id) or 0))


def compare(
    now: Figure,
    time: Time,
    before: Figure | None,
    options: Mapping[str, str],
    *,
    then: Carried | None = None,
    values: Values | None = None,
    words: str = "",
) -> Compared:
    """A figure beside that of an earlier round. `options` has the new id of each old option; `then`
    and `values` are the values of the same systems, `words` says where those of now stand."""
    if before is None:
        return Compared(now, time, None)
    old = {new: old for old, new in options.items()}
    was = {
        option.id: Number(before.counts[old[option.id]], before.base, Known.COUNTED)
        if option.id in old
        else UNKNOWN
        for option in now.question.options
    }
    if then is None:
        return Compared(
            now, time, was, reviewed_then=before.systems_reviewed, asked_as=before.question.id
        )
    ends = (End(now.question, now.document, w) for w in (time.words, words))
    first, second = ends
    left_out = {*then.differ, *then.unknown}
    of_now = {s: value for s, value in (values or {}).items() if s not in left_out}
    same = moved(first, then.values, second, of_now)
    left = (len(then.differ), len(then.unknown))
    return Compared(now, time, was, same, *left, before.systems_reviewed, before.question.id)


def sentence_of(compared: Compared) -> str:
    """One sentence: the share now, and what it was."""
    option = compared.told
    start = sentence(compared.now, option.id).removesuffix(".")
    if compared.was is None:
        return f"{start}; it was not asked {compared.time.words}."
    number = compared.number(option.id)
    if number.count is None:
        return f"{start}; what it was {compared.time.words} is not known."
    how = "" if number.known in (Known.COUNTED, None) else f", {number.known}"
    return f"{start}; {compared.time.words} it was {number}{how}."


def rests_on(compared: Compared) -> list[str]:
    """How many systems the comparison rests on, in lines."""
    documents = compared.now.document.plural
    lines = [f"Base now: {compared.now.base_text} {documents} reviewed"]
    if compared.was is not None:
        then = compared.base_then
        of = f" out of {compared.reviewed_then} reviewed" if compared.reviewed_then else ""
        lines.append(f"Base then: {NOT_KNOWN if then is None else f'{then}{of}'}")
    if compared.same:
        lines.append(f"The same systems in both: {compared.same.base}")
    if compared.differ:
        systems = count_text(compared.differ, "merged system")
        lines.append(f"{systems} left out of these: the predecessors had different answers")
    if compared.unknown:
        systems = count_text(compared.unknown, "system")
        lines.append(f"{systems} left out of these: the answer is no longer offered")
    return lines


def describe(compared: Compared) -> str:
    """The chart in words."""
    question, kind = compared.now.question, compared.now.document
    values = "; ".join(
        f"{option.title}: {compared.number(option.id)} {compared.time.words}, "
        f"{Number(compared.now.counts[option.id], compared.now.base, Known.COUNTED)} now"
        for option in compared.now.shown
    )
    return f"{question.text} {kind.plural}. {values}."


def known_ways(found: Iterable[Compared]) -> list[Known]:
    """Every way in which the earlier counts are known."""
    used = {known for compared in found for known in compared.known}
    return [known for known in Known if known in used]
