"""How much of the sector the figures rest on, and how far the others could move them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import reviewed_in
from reviewer.findings.figures import Figure, percent_of
from reviewer.instrument.model import DocumentKind
from reviewer.rounds.models import NotPublished, Round, RoundSystem
from reviewer.systems.models import System

NO_REGION = "No region"


@dataclass(frozen=True)
class Range:
    """Whole percentages between which the share of an answer lies over the `systems` that could
    have a value, whatever those without one would have said. None where there are none."""

    low: int | None
    high: int | None
    systems: int

    def __str__(self) -> str:
        if self.low is None:
            return "nothing can be said"
        if self.low == self.high:
            return f"{self.low}%"
        return f"{self.low}% to {self.high}%"


def sector_range(figure: Figure, option_id: str, not_published: int) -> Range:
    """The range of an option over every system in scope that has published the document.

    `not_published` are the systems in scope that have not: there is nothing of theirs to count.
    Who is not reviewed, unanswered or not resolved could have said anything; not applicable is an
    answer, and stays outside. A question asked under a condition counts those who were not asked
    as unknown too, which can only widen the range.
    """
    unknown = max(
        0,
        figure.systems_total
        - not_published
        - figure.systems_reviewed
        + figure.unanswered
        + figure.unresolved,
    )
    count, systems = figure.counts[option_id], figure.base + unknown
    return Range(percent_of(count, systems), percent_of(count + unknown, systems), systems)


@dataclass(frozen=True)
class Region:
    """The systems in scope of one region; `not_published` counts them by document kind."""

    name: str
    in_scope: int
    reviewed: int
    not_published: dict[str, int]


def regions_of(round_: Round) -> list[Region]:
    """Coverage by region, by name, in three queries."""
    systems = dict(
        session.execute(
            select(System.id, System.region)
            .join(RoundSystem, RoundSystem.system_id == System.id)
            .where(RoundSystem.round_id == round_.id)
        ).all()
    )
    reviewed = set(session.scalars(reviewed_in(round_)))
    missing = Counter(
        (systems[system], kind)
        for system, kind in session.execute(
            select(NotPublished.system_id, NotPublished.kind).filter_by(round_id=round_.id)
        )
        if system in systems
    )
    names = sorted(set(systems.values()), key=lambda name: name or "")
    return [
        Region(
            name=name or NO_REGION,
            in_scope=sum(region == name for region in systems.values()),
            reviewed=sum(systems[system] == name for system in reviewed if system in systems),
            not_published={kind.id: missing[name, kind.id] for kind in round_.kinds},
        )
        for name in names
    ]


def not_published_by_kind(regions: list[Region], kinds: list[DocumentKind]) -> dict[str, int]:
    """How many systems in scope have not published a document, by its kind."""
    return {kind.id: sum(r.not_published.get(kind.id, 0) for r in regions) for kind in kinds}
