"""What a round settled about one system: its values by the rules of counting."""

from __future__ import annotations

from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import places_of
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


settled_in.append(settled)
