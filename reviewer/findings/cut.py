"""Figures cut by region, for the policy team alone: a cut never goes into an export (rule 7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Integer, String, func, literal, null, select, union_all
from sqlalchemy.sql.expression import cast

from reviewer.db import session
from reviewer.findings.counting import places_of
from reviewer.findings.coverage import NO_REGION
from reviewer.findings.figures import percent_of
from reviewer.rounds.models import Round, RoundSystem
from reviewer.systems.models import System

SMALL = 5  # systems: a share of fewer says more of one of them than of a region


@dataclass
class Cut:
    """One figure in one region: the systems with a value there, and how many have each answer.

    `counts` lacks the options that none has.
    """

    region: str
    base: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        return self.base < SMALL

    def percent(self, option_id: str) -> int | None:
        """A whole percentage; None for a small base, of which a share would say too much."""
        return None if self.is_small else percent_of(self.counts.get(option_id, 0), self.base)


def by_region(round_: Round, questions: Collection[str]) -> dict[tuple[str, str], list[Cut]]:
    """The cuts of each place of these questions, one for every region in scope by name; one query
    whatever the number of regions."""
    released = round_.released
    ids = [released.question_ids[question] for question in questions]
    places, agreed = places_of(round_)
    bases = (
        select(
            places.c.question_id,
            places.c.document,
            System.region,
            cast(null(), Integer).label("option_id"),
            func.sum(places.c.settled).label("systems"),
        )
        .join(System, System.id == places.c.system_id)
        .where(places.c.question_id.in_(ids))
        .group_by(places.c.question_id, places.c.document, System.region)
    )
    counts = (
        select(
            agreed.c.question_id,
            agreed.c.document,
            System.region,
            agreed.c.option_id,
            func.count().label("systems"),
        )
        .join(System, System.id == agreed.c.system_id)
        .where(agreed.c.question_id.in_(ids))
        .group_by(agreed.c.question_id, agreed.c.document, System.region, agreed.c.option_id)
    )
    scope = (
        select(
            cast(null(), Integer).label("question_id"),
            cast(literal(""), String).label("document"),
            System.region,
            cast(null(), Integer).label("option_id"),
            func.count().label("systems"),
        )
        .join(RoundSystem, RoundSystem.system_id == System.id)
        .where(RoundSystem.round_id == round_.id)
        .group_by(System.region)
    )
    rows = session.execute(union_all(bases, counts, scope)).all()
    regions = sorted({row.region for row in rows})
    found: dict[tuple[str, str], dict[str, Cut]] = {
        (question, document): {region: Cut(region or NO_REGION) for region in regions}
        for question in questions
        for document in released.instrument.question(question).documents
    }
    for row in rows:
        if row.question_id is None:
            continue
        cuts = found.get((released.question_codes[row.question_id], row.document))
        if cuts is None:
            continue  # of a document kind that this round leaves out
        if row.option_id is None:
            cuts[row.region].base = row.systems
        else:
            cuts[row.region].counts[released.option_codes[row.option_id]] = row.systems
    return {place: list(cuts.values()) for place, cuts in found.items()}
