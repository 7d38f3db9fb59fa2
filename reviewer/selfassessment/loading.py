"""Whose an assessment is, asked in one place; nothing else opens one.

The people who work on it are of the role system, of its system, and were added to it. Others read
it while it is shared with them. For everybody else it is not there.

A one-time link alone opens none: who manages accounts can make one for anybody. Behind it, the
person's own password or code comes first, or a new password, which its owner would notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.people.models import Person
from reviewer.people.permissions import Permission
from reviewer.people.visits import came_by_link
from reviewer.private import EVERY_ROUND, doors, open_round
from reviewer.reviews.models import Review
from reviewer.rounds.drafting import today
from reviewer.rounds.models import Kind, Round, RoundSystem
from reviewer.selfassessment.models import Assessment, Member, Share, Shared
from reviewer.systems.models import System


@dataclass(frozen=True)
class Opened:
    """An assessment that the signed-in person may read; who works on it may change it too."""

    assessment: Assessment
    round: Round
    system: System
    review: Review
    works_on_it: bool


def load_assessment(assessment_id: int, *, to_change: bool = False) -> Opened:
    """The assessment of an address, for who works on it or has it shared with them in full;
    `to_change`: for who works on it alone, and held until the end of the request."""
    works = works_on(current_user, assessment_id)
    if not works and (to_change or _shared(current_user, assessment_id) != Shared.EVERYTHING):
        abort(404)
    _ask_who_it_is()
    return _open(assessment_id, works, held=to_change)


def load_compared(assessment_id: int) -> Opened:
    """The same for its comparison with a round, which can be shared by itself."""
    works = works_on(current_user, assessment_id)
    if not works and _shared(current_user, assessment_id) is None:
        abort(404)
    _ask_who_it_is()
    return _open(assessment_id, works)


def reads_all(person: Person, assessment_id: int) -> bool:
    """Whether it is shared with a person in full."""
    return _shared(person, assessment_id) == Shared.EVERYTHING


def own_assessments(person: Person) -> Sequence[Assessment]:
    """Those that a person works on, the newest first."""
    found = session.scalars(
        _of(person).order_by(Assessment.round_id.desc()), execution_options=EVERY_ROUND
    ).all()
    if found:
        _ask_who_it_is()
    return found


def shared_with(person: Person) -> Sequence[tuple[Share, Assessment, System]]:
    """What a person may read of others' today."""
    rows = session.execute(
        select(Share, Assessment, System)
        .join(Assessment, Assessment.round_id == Share.round_id)
        .join(RoundSystem, RoundSystem.round_id == Share.round_id)
        .join(System, System.id == RoundSystem.system_id)
        .where(Share.person_id == person.id, Share.until >= today())
        .order_by(Share.round_id),
        execution_options=EVERY_ROUND,
    )
    found = [row.tuple() for row in rows]
    if found:
        _ask_who_it_is()
    return found


def works_on(person: Person, round_id: int) -> bool:
    """Whether a person works on this assessment."""
    return bool(
        session.scalar(
            _of(person).where(Assessment.round_id == round_id), execution_options=EVERY_ROUND
        )
    )


def _of(person: Person) -> Any:
    # Their system is asked for each time: who has gone to another one has left the assessment.
    works = person.may(Permission.ASSESS)
    return (
        select(Assessment)
        .join(Member, Member.round_id == Assessment.round_id)
        .join(RoundSystem, RoundSystem.round_id == Assessment.round_id)
        .join(Round, Round.id == Assessment.round_id)
        .where(
            Member.person_id == person.id,
            RoundSystem.system_id == (person.system_id if works else None),
            Round.kind == Kind.SELF.value,
        )
    )


def _shared(person: Person, round_id: int) -> Shared | None:
    found = session.scalar(
        select(Share.what)
        .filter_by(round_id=round_id, person_id=person.id)
        .where(Share.until >= today()),
        execution_options=EVERY_ROUND,
    )
    return Shared(found) if found else None


def _open(round_id: int, works: bool, *, held: bool = False) -> Opened:
    open_round(session, round_id)
    assessment = session.get_one(
        Assessment, round_id, with_for_update={"of": Assessment} if held else None
    )
    review = (
        session.scalars(
            select(Review)
            .filter_by(round_id=round_id)
            .options(joinedload(Review.round), joinedload(Review.system), joinedload(Review.marks))
        )
        .unique()
        .one()
    )
    return Opened(assessment, review.round, review.system, review, works)


def _door(table: type[Any], row_id: int, to_read: bool) -> bool:
    """Open the assessment that a review or a document belongs to: its questions to who works on
    it, its documents to its readers as well."""
    round_id = session.scalar(
        select(Round.id)
        .join(table, table.round_id == Round.id)
        .where(table.id == row_id, Round.kind == Kind.SELF.value),
        execution_options=EVERY_ROUND,
    )
    if round_id is None:
        return False
    reads = table is Document and to_read
    if works_on(current_user, round_id) or (
        reads and _shared(current_user, round_id) == Shared.EVERYTHING
    ):
        _ask_who_it_is()
        open_round(session, round_id)
        return True
    return False


def _ask_who_it_is() -> None:
    """Send who came by a link alone to where they give their password; a script is told so."""
    if not came_by_link():
        return
    if request.accept_mimetypes.best == "application/json":
        abort(make_response({"message": "Give your password to go on with this draft."}, 401))
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    abort(redirect(url_for("visits.confirm", next=back)))


doors.append(_door)
