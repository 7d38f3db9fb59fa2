"""The one writer of decisions: what the policy team settles where reviews differ.

A decision can be made, changed and withdrawn until the round is closed. Counting puts it before the
reviews (rule of counting 1); no answer of a reviewer changes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from reviewer.db import now, session
from reviewer.instrument.model import TEXT
from reviewer.moderation.models import Decision, DecisionChange, DecisionOption
from reviewer.people.models import Person
from reviewer.reviews.answers import AnswerState, Given
from reviewer.reviews.models import Refused, Review, Stage
from reviewer.rounds.models import Round, RoundSystem
from reviewer.systems.models import System

LONGEST_REASON = 500  # letters: a sentence or two


def decide(
    round_: Round,
    system: System,
    question_id: str,
    document: str,
    given: Given,
    reason: str,
    by: Person,
    *,
    seen: int | None = None,
) -> Decision:
    """Settle the value of a system, question and document kind, or change what was settled.

    `seen` is the version of the decision that the person had on the page, 0 for none. Refused if
    the round is closed, if no review of the system is submitted, or if somebody decided since;
    ValueError if the question does not take such a value, or if there is no reason.
    """
    question = round_.released.instrument.question(question_id)
    given.check(question, document)
    if question.kind == TEXT:
        raise ValueError("Texts are read and not counted, so there is nothing to settle.")
    if given.state == AnswerState.UNANSWERED:
        raise ValueError("Choose what the answer is.")
    reason = checked_reason(reason)
    _hold(round_, system)
    released, place = round_.released, _place(round_, system, question_id, document)
    decision = session.scalar(select(Decision).filter_by(**place))
    if decision and (decision.given(released.option_codes), decision.reason) == (given, reason):
        return decision  # the second click
    chosen = [option.id for option in question.options if option.id in given.options]
    _record(place, given.state, chosen, reason, by, seen)
    if decision is None:
        decision = Decision(**place)
        session.add(decision)
    decision.not_applicable, decision.reason = given.not_applicable, reason
    decision.decided_by, decision.decided_at = by, now()
    ids = {released.option_ids[question_id, option] for option in chosen}
    decision.options = [o for o in decision.options if o.option_id in ids] + [
        DecisionOption(option_id=option)
        for option in sorted(ids - {o.option_id for o in decision.options})
    ]
    session.flush()
    return decision


def withdraw(
    round_: Round,
    system: System,
    question_id: str,
    document: str,
    reason: str,
    by: Person,
    *,
    seen: int | None = None,
) -> None:
    """Take a decision back, so that the reviews count as they stand; its history stays.

    Refused and ValueError as in `decide`, and Refused if there is none.
    """
    reason = checked_reason(reason)
    _hold(round_, system)
    place = _place(round_, system, question_id, document)
    decision = session.scalar(select(Decision).filter_by(**place))
    if decision is None:
        raise Refused("There is no decision here to withdraw.")
    _record(place, AnswerState.UNANSWERED, (), reason, by, seen)
    session.delete(decision)
    session.flush()


def decisions_of(round_: Round, system: System) -> dict[tuple[str, str], Decision]:
    """The decisions on a system by question id and document kind, in two queries."""
    codes = round_.released.question_codes
    decisions = session.scalars(
        select(Decision)
        .filter_by(round_id=round_.id, system_id=system.id)
        .options(selectinload(Decision.options), joinedload(Decision.decided_by))
    )
    return {(codes[d.question_id], d.document): d for d in decisions}


def changes_of(round_: Round, system: System) -> dict[tuple[str, str], Sequence[DecisionChange]]:
    """Every version of every decision on a system, in one query."""
    found: dict[tuple[str, str], list[DecisionChange]] = {}
    for change in session.scalars(
        select(DecisionChange)
        .filter_by(round_id=round_.id, system_id=system.id)
        .options(joinedload(DecisionChange.author))
        .order_by(DecisionChange.version)
    ):
        place = (round_.released.question_codes[change.question_id], change.document)
        found.setdefault(place, []).append(change)
    return dict(found)


def checked_reason(reason: str) -> str:
    """The reason in one line. ValueError if there is none, or too much of it."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValueError("Give the reason in a sentence.")
    if len(reason) > LONGEST_REASON:
        raise ValueError(f"Shorten the reason to {LONGEST_REASON} letters.")
    return reason


def _hold(round_: Round, system: System) -> None:
    """Refused if nothing can be decided on a system now. Two people decide one after the other."""
    if not round_.is_open:
        raise Refused(f"The round {round_.name} is closed, so nothing was decided.")
    in_scope = select(RoundSystem).filter_by(round_id=round_.id, system_id=system.id)
    if session.scalar(in_scope.with_for_update()) is None:
        raise Refused(f"{system.name} is not in the round {round_.name}.")
    submitted = select(Review.id).filter_by(
        round_id=round_.id, system_id=system.id, stage=Stage.SUBMITTED.value
    )
    if session.scalar(submitted.limit(1)) is None:
        raise Refused(f"No review of {system.name} is submitted, so there is nothing to settle.")


def _place(round_: Round, system: System, question_id: str, document: str) -> dict[str, Any]:
    """The columns that decisions and their history have in common."""
    return {
        "round_id": round_.id,
        "system_id": system.id,
        "question_id": round_.released.question_ids[question_id],
        "document": document,
    }


def _record(
    place: dict[str, Any],
    state: AnswerState,
    chosen: Sequence[str],
    reason: str,
    by: Person,
    seen: int | None,
) -> None:
    """Keep the next version in the history. Refused if it is not the one after `seen`."""
    newest = session.scalar(select(func.max(DecisionChange.version)).filter_by(**place)) or 0
    if seen is not None and seen != newest:
        raise Refused("Somebody else decided here after you opened this page. Nothing was changed.")
    session.add(
        DecisionChange(
            **place,
            version=newest + 1,
            state=state,
            options=";".join(chosen),
            reason=reason,
            author=by,
        )
    )
