"""Systems from one round to a later one: a merged system stands beside its predecessors. Pure.

Systems are ids here. One that was split among several is carried to none of them: nobody could say
to which its answer belongs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reviewer.findings.movement import Values


@dataclass(frozen=True)
class Carrying:
    """`predecessors` has the systems of the earlier round that each later one stands beside;
    `split` those of the earlier round that several took over, and which; `gone` those whose area is
    not in the later round; `new` those of the later round that stand beside nobody."""

    predecessors: dict[int, tuple[int, ...]]
    split: dict[int, tuple[int, ...]]
    gone: tuple[int, ...]
    new: tuple[int, ...]

    @property
    def merged(self) -> dict[int, tuple[int, ...]]:
        """Later systems that stand beside others than themselves."""
        return {now: then for now, then in self.predecessors.items() if then != (now,)}


def carry(
    earlier: Collection[int], later: Collection[int], successors: Mapping[int, Sequence[int]]
) -> Carrying:
    """Where each system of the earlier round went. Successors are followed until one is in the
    later round, or has none itself."""
    predecessors: dict[int, list[int]] = {}
    split, gone = {}, []
    for system in sorted(earlier):
        ends = _ends(system, set(later), successors)
        if len(ends) > 1:
            split[system] = tuple(sorted(ends))
        elif ends <= set(later):
            predecessors.setdefault(ends.pop(), []).append(system)
        else:
            gone.append(system)
    return Carrying(
        predecessors={now: tuple(then) for now, then in sorted(predecessors.items())},
        split=split,
        gone=tuple(gone),
        new=tuple(sorted(set(later) - predecessors.keys())),
    )


def _ends(system: int, later: set[int], successors: Mapping[int, Sequence[int]]) -> set[int]:
    found, seen, waiting = set[int](), set[int](), [system]
    while waiting:
        here = waiting.pop()
        if here in seen:  # a register that goes round in a circle
            continue
        seen.add(here)
        following = successors.get(here, ())
        if here in later or not following:
            found.add(here)
        else:
            waiting += following
    return found or {system}


@dataclass(frozen=True)
class Carried:
    """The earlier values under the later systems. `differ` are the later systems whose
    predecessors had different values, and `unknown` those whose value cannot be given any more:
    both are outside every count of the same systems."""

    values: dict[int, frozenset[str]]
    differ: tuple[int, ...]
    unknown: tuple[int, ...]


def carried(values: Values, carrying: Carrying, options: Mapping[str, str]) -> Carried:
    """The values of a round under the systems of a later one. `options` has the new id of each
    option that there still is. A merged system has the value that all its predecessors with one
    share."""
    found: dict[int, frozenset[str]] = {}
    differ, unknown = [], []
    for now, then in carrying.predecessors.items():
        had = {values[system] for system in then if system in values}
        if len(had) > 1:
            differ.append(now)
        elif had:
            value = had.pop()
            if all(option in options for option in value):
                found[now] = frozenset(options[option] for option in value)
            else:
                unknown.append(now)
    return Carried(found, tuple(differ), tuple(unknown))
