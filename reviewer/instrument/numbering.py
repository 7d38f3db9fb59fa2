"""What a new version changes, and which number that asks for. Pure. See criteria/README.md."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reviewer.instrument.model import Instrument
from reviewer.instrument.patch import NotWording, differences, number
from reviewer.instrument.written import raw_of


@dataclass(frozen=True)
class Difference:
    """The questions that a new version has, has changed and has no more, by id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]
    options_added: tuple[str, ...]
    means_another: tuple[str, ...]  # another kind or scale, an answer less, another document
    words_alone: bool
    is_same: bool

    @property
    def size(self) -> str:
        """Which of the three numbers goes up, and why."""
        if self.words_alone:
            return "the last number, because words alone change"
        if self.retired or self.means_another:
            return "the first number, because a question is retired or means something else"
        return "the middle number, because questions or answers are added or stand elsewhere"

    @property
    def place(self) -> int:
        return 2 if self.words_alone else 0 if self.retired or self.means_another else 1


def difference(old: Instrument, new: Instrument) -> Difference:
    """What `new` changes."""
    before, after = ({q.id: q for q in each.questions} for each in (old, new))
    both = [id_ for id_ in after if id_ in before]
    try:
        same, words = not differences(old, new), True
    except NotWording:
        same, words = False, False
    another, more = [], []
    for id_ in both:
        was, now = before[id_], after[id_]
        had, has = ({o.id for o in q.options} for q in (was, now))
        fewer = had - has or set(was.documents) - set(now.documents)
        other = (was.kind, was.scale, was.asked_where) != (now.kind, now.scale, now.asked_where)
        if fewer or other:
            another.append(id_)
        elif has - had:
            more.append(id_)
    return Difference(
        added=tuple(id_ for id_ in after if id_ not in before),
        changed=tuple(id_ for id_ in both if raw_of(before[id_]) != raw_of(after[id_])),
        retired=tuple(id_ for id_ in before if id_ not in after),
        options_added=tuple(more),
        means_another=tuple(another),
        words_alone=words,
        is_same=same,
    )


def next_version(old: str, place: int, taken: Collection[str]) -> str:
    """The version after `old` in which the number at `place` (0, 1 or 2) goes up, that is free."""
    start = number(old)[:place]
    same = [number(v) for v in taken if number(v)[:place] == start]
    top = max([number(old)[place], *(v[place] for v in same)])
    return ".".join(map(str, (*start, top + 1, *([0] * (2 - place)))))
