"""The names that no text of a round may carry out of the policy area unseen, from the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from reviewer.writing.screening import Named, Screen, screen


@dataclass(frozen=True)
class Names:
    """Every system of the register and every invented one, and the people of a round."""

    systems: tuple[Named, ...]
    people: tuple[str, ...]

    def screen(self, but: System | None = None) -> Screen:
        """What finds them in a text; `but` is a system that agreed to be named."""
        return screen(self.systems, self.people, but.code if but else "")


def names_for(round_: Round) -> Names:
    """The names to look for: systems, everybody with an account, and the labels of imported
    reviews; in three queries."""
    systems = session.execute(select(System.code, System.ods_code, System.name))
    people = set(session.scalars(select(Person.name)))
    labels = select(Review.label).filter_by(round_id=round_.id).where(Review.label.is_not(None))
    people |= {label for label in session.scalars(labels.distinct()) if label}
    return Names(tuple(Named(*system) for system in systems), tuple(sorted(people)))
