"""What becomes of each question from one version of an instrument to another. Pure.

A mapping is proposed from ids and likeness (`proposing.py`), reviewed by a person, and says of
every answer whether it goes along, waits for a person, or stays readable with the old version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reviewer.instrument.model import TEXT, Instrument


class Fate(StrEnum):
    """What becomes of a question. Reworded: it means the same, whatever its id is now."""

    KEPT = "kept"
    REWORDED = "reworded"
    SPLIT = "split"
    MERGED = "merged"
    RETIRED = "retired"


ONE_TO_ONE = (Fate.KEPT, Fate.REWORDED)


@dataclass(frozen=True)
class Move:
    """One question of the old version and those of the new one that it becomes.

    `options` has the new option for each old one, "" where there is none; it says nothing of
    questions that are split, merged or retired, whose answers a person has to look at.
    """

    old: str
    fate: Fate
    new: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VersionMap:
    """What becomes of every question of the old version, in its asking order."""

    moves: tuple[Move, ...]

    def of(self, old: str) -> Move:
        """What becomes of that question; KeyError if the old version has none of that id."""
        for move in self.moves:
            if move.old == old:
                return move
        raise KeyError(old)

    @property
    def ids(self) -> dict[str, str]:
        """New ids by old ones, where the question means the same: figures can be compared."""
        return {move.old: move.new[0] for move in self.moves if move.fate in ONE_TO_ONE}

    def options_of(self, old: str) -> dict[str, str]:
        """New option ids by old ones, of a question that means the same."""
        return {before: after for before, after in self.of(old).options.items() if after}

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {"old": m.old, "fate": m.fate.value, "new": list(m.new), "options": dict(m.options)}
            for m in self.moves
        ]

    @classmethod
    def from_json(cls, kept: Iterable[Mapping[str, Any]]) -> VersionMap:
        return cls(
            tuple(
                Move(k["old"], Fate(k["fate"]), tuple(k["new"]), dict(k["options"])) for k in kept
            )
        )


def check(mapping: VersionMap, old: Instrument, new: Instrument) -> list[str]:
    """Everything that stands in the way of using a mapping, in words that name the question."""
    each = (said for move in mapping.moves for said in _of(move, old, new))
    return [*_complete(mapping, old), *each, *_shared(mapping)]


def _complete(mapping: VersionMap, old: Instrument) -> Iterator[str]:
    known = {question.id for question in old.questions}
    times = Counter(move.old for move in mapping.moves)
    for question in old.questions:
        if not times[question.id]:
            yield f"{question.id}: say what becomes of it."
    for id_, number in times.items():
        if id_ not in known:
            yield f"{id_}: the old version has no question of this id."
        elif number > 1:
            yield f"{id_}: it stands here {number} times; once is enough."


def _of(move: Move, old: Instrument, new: Instrument) -> Iterator[str]:
    for id_ in move.new:
        if id_ not in {question.id for question in new.questions}:
            yield f"{move.old}: the new version has no question “{id_}”."
            return
    wanted = {Fate.RETIRED: "no question", Fate.SPLIT: "two or more questions"}
    right = {
        Fate.RETIRED: not move.new,
        Fate.SPLIT: len(set(move.new)) == len(move.new) > 1,
    }.get(move.fate, len(move.new) == 1)
    if not right:
        yield f"{move.old}: {move.fate} goes with {wanted.get(move.fate, 'one question')}."
        return
    if move.fate == Fate.KEPT and move.new != (move.old,):
        yield f"{move.old}: kept goes with the same id; another id is reworded."
    if move.fate in ONE_TO_ONE and move.old in {question.id for question in old.questions}:
        known = {option.id for option in old.question(move.old).options}
        there = {option.id for option in new.question(move.new[0]).options}
        for before, after in move.options.items():
            if before not in known:
                yield f"{move.old}: the old question has no option “{before}”."
            elif after and after not in there:
                yield f"{move.old}: {move.new[0]} has no option “{after}”."


def _shared(mapping: VersionMap) -> Iterator[str]:
    """A new question takes the answers of one old question, or is called merged by all of them."""
    by_new: dict[str, list[Move]] = {}
    for move in mapping.moves:
        for id_ in set(move.new):
            by_new.setdefault(id_, []).append(move)
    for id_, moves in by_new.items():
        merged = [move for move in moves if move.fate == Fate.MERGED]
        if len(moves) > 1 and len(merged) < len(moves):
            names = " and ".join(move.old for move in moves)
            yield f"{names}: more than one of them becomes {id_}, so call each of them merged."
        elif len(moves) == len(merged) == 1:
            yield f"{moves[0].old}: nothing else becomes {id_}, so it is not merged but reworded."


class Course(StrEnum):
    """What an upgrade does with an answer."""

    CARRIED = "carried"
    PERSON = "person"
    READABLE = "readable"


@dataclass(frozen=True)
class Held:
    """An answer as an upgrade sees it; `options` are ids of the old question."""

    question: str
    document: str
    options: frozenset[str] = frozenset()
    has_text: bool = False


def course(mapping: VersionMap, new: Instrument, held: Held) -> Course:
    """Carried: the answer is the same in the new version. Person: the new version asks for it in
    another way. Readable: the new version does not ask for it, and it stays with the old one."""
    move = mapping.of(held.question)
    asked = [id_ for id_ in move.new if held.document in new.question(id_).documents]
    if not asked:
        return Course.READABLE
    if move.fate not in ONE_TO_ONE:
        return Course.PERSON
    question = new.question(move.new[0])
    mapped = [move.options.get(option, "") for option in held.options]
    fits = all(mapped) and len(set(mapped)) == len(mapped)
    if held.has_text != (question.kind == TEXT) and (held.has_text or held.options):
        fits = fits and not held.has_text and question.kind != TEXT
    return Course.CARRIED if fits else Course.PERSON


@dataclass(frozen=True)
class Account:
    """How many answers take which course. They are all accounted for, or there is no account."""

    answers: int
    carried: int
    person: int
    readable: int

    def __post_init__(self) -> None:
        if self.answers != self.carried + self.person + self.readable:
            raise ValueError("some answers are not accounted for.")


def account(mapping: VersionMap, new: Instrument, held: Sequence[Held]) -> Account:
    """What an upgrade would do with these answers."""
    counts = Counter(course(mapping, new, each) for each in held)
    return Account(
        len(held), counts[Course.CARRIED], counts[Course.PERSON], counts[Course.READABLE]
    )
