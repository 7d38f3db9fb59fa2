"""The action plan: what the system means to do about its gaps, in an order of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from reviewer.db import session
from reviewer.instrument.model import Criterion
from reviewer.selfassessment.answered import standings_of
from reviewer.selfassessment.beside import recommendations
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.models import Action
from reviewer.selfassessment.standing import Standing, Value


@dataclass(frozen=True)
class Planned:
    """One action with the question it is about."""

    number: int
    action: Action
    standing: Standing
    criterion: Criterion
    recommended: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        """Whether the draft in hand has the fullest answer by now."""
        return self.standing.value.is_answered and not self.standing.is_gap


def plan_of(opened: Opened) -> tuple[list[Planned], list[Standing]]:
    """The actions in their order, and the gaps that are not in the plan yet."""
    released = opened.round.released
    instrument = released.instrument
    found = standings_of(opened.review, opened.review.load_answers())
    by_place = {standing.place: standing for standing in found}
    _, recommended = recommendations(instrument.id)
    planned = []
    for number, action in enumerate(actions_of(opened), start=1):
        question = instrument.question(action.question)
        kind = instrument.document_kind(action.document)
        standing = by_place.get((question.id, kind.id)) or Standing(question, kind, Value())
        planned.append(
            Planned(
                number,
                action,
                standing,
                instrument.criterion(question.criterion),
                tuple(r.text for r in recommended if r.bears_on(question)),
            )
        )
    known = {(p.action.question, p.action.document) for p in planned}
    return planned, [s for s in found if s.is_gap and s.place not in known]


def actions_of(opened: Opened) -> Sequence[Action]:
    """The actions in the order that the system gave them."""
    return session.scalars(
        select(Action).filter_by(round_id=opened.round.id).order_by(Action.place, Action.id)
    ).all()


def add_gaps(opened: Opened, gaps: Sequence[Standing]) -> None:
    """Put these gaps at the end of the plan."""
    last = session.scalar(select(func.max(Action.place)).filter_by(round_id=opened.round.id)) or 0
    for place, gap in enumerate(gaps, start=last + 1):
        session.add(
            Action(
                round_id=opened.round.id,
                question=gap.question.id,
                document=gap.kind.id,
                place=place,
            )
        )
    session.flush()


def move(opened: Opened, action_id: int, step: int) -> None:
    """Move an action up (-1) or down (1); at an end of the plan it stays."""
    actions = list(actions_of(opened))
    at = next((n for n, action in enumerate(actions) if action.id == action_id), None)
    if at is None or not 0 <= at + step < len(actions):
        return
    actions.insert(at + step, actions.pop(at))
    for place, action in enumerate(actions, start=1):
        action.place = place
    session.flush()
