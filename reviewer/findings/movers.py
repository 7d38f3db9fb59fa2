"""The systems behind one number of a movement, for the policy team alone: it names them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.movement import Movement, Values
from reviewer.systems.models import System


@dataclass(frozen=True)
class Mover:
    """A system with a value at both ends, and the ids of the options of each."""

    id: int
    name: str
    before: frozenset[str]
    after: frozenset[str]


def movers(before: Values, after: Values, one: str = "", other: str = "") -> list[Mover]:
    """The systems that had the answer `one` before and `other` after, any where that is empty, by
    name; in one query."""
    ids = {
        system
        for system in before.keys() & after.keys()
        if (not one or one in before[system]) and (not other or other in after[system])
    }
    named = session.execute(select(System.id, System.name).where(System.id.in_(ids)))
    found = [Mover(id_, name, before[id_], after[id_]) for id_, name in named]
    return sorted(found, key=lambda mover: mover.name)


def is_asked(movement: Movement, one: str, other: str) -> bool:
    """Whether both are options of the movement, or empty for any."""
    return _has(movement.before, one) and _has(movement.after, other)


def _has(options: Collection[str], option: str) -> bool:
    return not option or option in options
