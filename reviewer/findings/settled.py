"""What a round settled about its systems: their values by the rules of counting, one by one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import places_of
from reviewer.findings.movement import Movement, Values, moved, pairs
from reviewer.reviews.answers import Given
from reviewer.reviews.last_time import settled_in
from reviewer.rounds.models import Round
from reviewer.systems.models import System


def settled(round_: Round, system: System) -> dict[tuple[str, str], Given]:
    """The one value of every question and document kind that has one, in two queries."""
    released = round_.released
    known = {question.id for question in released.instrument.questions}
    places, agreed = places_of(round_)
    codes, found = released.question_codes, dict[tuple[str, str], Given]()
    chosen: dict[tuple[str, str], set[str]] = {}
    for row in session.execute(select(agreed).where(agreed.c.system_id == system.id)):
        place = (codes[row.question_id], row.document)
        chosen.setdefault(place, set()).add(released.option_codes[row.option_id])
    for row in session.execute(select(places).where(places.c.system_id == system.id)):
        place = (codes[row.question_id], row.document)
        if place[0] in known and (row.settled or row.not_applicable):
            found[place] = Given(
                options=frozenset(chosen.get(place, ())), not_applicable=bool(row.not_applicable)
            )
    return found


def values(round_: Round, questions: Collection[str]) -> dict[tuple[str, str], Values]:
    """The settled options of every system at each place of these questions, in one query; nothing
    for a place without a value. To compare the same systems: figures are counted in SQL."""
    released = round_.released
    _, agreed = places_of(round_)
    found: dict[tuple[str, str], dict[int, set[str]]] = {}
    ids = [released.question_ids[q] for q in questions]
    for row in session.execute(select(agreed).where(agreed.c.question_id.in_(ids))):
        place = (released.question_codes[row.question_id], row.document)
        options = found.setdefault(place, {}).setdefault(row.system_id, set())
        options.add(released.option_codes[row.option_id])
    return {
        place: {system: frozenset(options) for system, options in systems.items()}
        for place, systems in found.items()
    }


def movements(round_: Round) -> list[Movement]:
    """How systems move between any two places that ask the same of two documents, in one query."""
    found = list(pairs(round_.released.instrument))
    if not found:
        return []
    known = values(round_, {end.question.id for pair in found for end in pair})
    at = [(known.get(first.place, {}), known.get(second.place, {})) for first, second in found]
    return [
        moved(first, before, second, after)
        for (first, second), (before, after) in zip(found, at, strict=True)
    ]


settled_in.append(settled)
