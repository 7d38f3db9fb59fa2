"""Setting a round up: what a draft asks, of which systems; and what can change while it is open.

ValueError everywhere says what stands in the way, in words for the policy team.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.jobs import hourly
from reviewer.rounds.models import Kind, Round, RoundSystem, State, check_scope, find_round
from reviewer.systems.models import System
from reviewer.wording import LONDON

log = logging.getLogger(__name__)

FROZEN = "The round has been opened, so its questions, document kinds and systems stay as they are."


def today() -> date:
    """The day in London, where rounds open and close."""
    return datetime.now(LONDON).date()


def rename(round_: Round, name: str) -> None:
    """Give a draft another name."""
    _check_draft(round_)
    name = " ".join(name.split())
    if not name:
        raise ValueError("Give the round a name.")
    if find_round(name) not in (None, round_):
        raise ValueError(f"There is a round called {name!r} already; choose another name.")
    round_.name = name


def choose_questions(
    round_: Round, version: InstrumentVersion, kinds: Collection[str] | None = None
) -> None:
    """Say what a draft asks: an instrument, and of its counted document kinds those to read, or
    all of them."""
    _check_draft(round_)
    counted = [kind.id for kind in released(version.id).instrument.document_kinds if kind.counted]
    asked = [kind for kind in counted if kinds is None or kind in kinds]
    if not asked:
        raise ValueError("Choose at least one kind of document to ask about.")
    if round_.earlier and _code_of(round_.earlier) != version.code:
        round_.earlier = None  # its answers were to other questions
    round_.instrument_version_id = version.id
    round_.kinds_left_out = ";".join(kind for kind in counted if kind not in asked)


def choose_systems(round_: Round, systems: Sequence[System]) -> None:
    """Make these the scope of a draft. A system that somebody was assigned cannot leave it."""
    _check_draft(round_)
    check_scope(systems)
    wanted = {system.id for system in systems}
    known = {row.system_id for row in round_.scope}
    kept = []
    for row in list(round_.scope):
        if row.system_id not in wanted:
            try:
                # A savepoint, so that the request goes on after the database has refused it.
                with session.begin_nested():
                    round_.scope.remove(row)
            except IntegrityError:
                kept.append(row.system.name)
    if kept:
        raise ValueError(
            f"{' and '.join(kept)} cannot leave the round: a reader was assigned, or it is marked "
            "as not published. Undo that first."
        )
    round_.scope += [
        RoundSystem(system_id=system.id) for system in systems if system.id not in known
    ]
    round_.invented = systems[0].invented
    session.flush()


def set_terms(
    round_: Round,
    *,
    opens_on: date | None,
    closes_on: date | None,
    cap: int,
    second_readings: int,
    earlier: Round | None,
) -> None:
    """Set what can change until a round is closed. The opening day is a draft's alone."""
    if round_.is_closed:
        raise ValueError("The round is closed. Open it again before you change its settings.")
    if not round_.is_draft:
        opens_on = None
    elif opens_on and opens_on <= today():
        raise ValueError(
            "The opening day has to be later than today. To open it now, leave it out."
        )
    elif opens_on and closes_on and closes_on < opens_on:
        raise ValueError("The last day for answers cannot be before the opening day.")
    if earlier and earlier not in earlier_rounds(round_):
        raise ValueError("Choose a closed round with the same questions.")
    round_.opens_on, round_.closes_on = opens_on, closes_on
    round_.cap, round_.second_readings = cap, second_readings
    round_.earlier = earlier


def earlier_rounds(round_: Round) -> list[Round]:
    """The closed rounds whose answers can be shown as those of last time, the newest first."""
    return list(
        session.scalars(
            select(Round)
            .join(InstrumentVersion, InstrumentVersion.id == Round.instrument_version_id)
            .where(
                InstrumentVersion.code == _code_of(round_),
                Round.state == State.CLOSED,
                Round.kind == Kind.SECTOR,
                Round.invented == round_.invented,
                Round.id != round_.id,
            )
            .order_by(Round.id.desc())
        )
    )


@hourly
def open_due() -> None:
    """Open every draft whose opening day has come; the worker does this once an hour."""
    due = session.scalars(
        select(Round)
        .where(Round.state == State.DRAFT, Round.opens_on <= today())
        .with_for_update(skip_locked=True)
    ).all()
    for round_ in due:
        round_.open(by=None)
        log.info("round %s was opened on its opening day", round_.id)
    session.commit()


def _check_draft(round_: Round) -> None:
    if not round_.is_draft:
        raise ValueError(FROZEN)


def _code_of(round_: Round) -> str:
    return session.get_one(InstrumentVersion, round_.instrument_version_id).code
