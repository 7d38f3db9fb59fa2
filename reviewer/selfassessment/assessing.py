"""Beginning an assessment, its drafts, and who works on it or may read it.

ValueError everywhere says what stands in the way, in words for the system's people.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from reviewer.db import now, session
from reviewer.documents.store import Kept, attach, drop, on_shelf
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.people.models import Person
from reviewer.people.permissions import Permission
from reviewer.private import open_round
from reviewer.reviews.answers import Answer, AnswerState
from reviewer.reviews.models import Review, assign
from reviewer.rounds.drafting import today
from reviewer.rounds.models import Kind, Round, RoundSystem, State
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.models import Assessment, Draft, Member, Share, Shared

SLOT = "its own people"  # reads the one review, which all who work on it share
LAST = "You are the only one who works on it. Add somebody else first, or delete it."


def begin(person: Person, title: str, version: InstrumentVersion, kinds: Collection[str]) -> Round:
    """Begin an assessment of a person's own system, with the questions on these document kinds."""
    assert person.system
    counted = [kind.id for kind in released(version.id).instrument.document_kinds if kind.counted]
    if not set(counted) & set(kinds):
        raise ValueError("Choose at least one kind of document that you have a draft of.")
    # A name of a round is its own, and must not tell whose name is taken: nobody sees this one.
    made = Round(
        name=f"self-{uuid.uuid4().hex}",
        kind=Kind.SELF.value,
        instrument_version_id=version.id,
        state=State.OPEN.value,
        opened_at=now(),
        kinds_left_out=";".join(kind for kind in counted if kind not in kinds),
        invented=person.system.invented,
    )
    session.add(made)
    session.flush()
    open_round(session, made.id)
    made.scope.append(RoundSystem(system_id=person.system.id))
    session.add(Assessment(round_id=made.id, title=" ".join(title.split()), begun_by=person))
    session.flush()
    session.add_all([Member(round_id=made.id, person=person), Draft(round_id=made.id, number=1)])
    assign(made, person.system, SLOT)
    return made


def attach_draft(
    opened: Opened, files: Sequence[tuple[str, Kept]], kind: str, person: Person
) -> list[bool]:
    """Attach files of one kind; gives for each whether it is new.

    A new version of a document that was answered about begins the next draft: its answers are those
    of the draft before, which keeps its own as they were.
    """
    shelf = on_shelf(opened.system, opened.round)
    counted = kind in {k.id for k in opened.round.kinds}
    replaces = counted and any(d.kind == kind and d.was_opened for d in shelf)
    new = []
    try:
        for name, file in files:
            new.append(
                attach(
                    file, name, system=opened.system, kind=kind, round_=opened.round, person=person
                )[1]
            )
    except BaseException:
        for _, file in files:
            drop(file)
        raise
    if replaces and any(new) and _answered_since(opened):
        begin_draft(opened)
    return new


def begin_draft(opened: Opened) -> Draft:
    """Keep the answers of the draft in hand as they are, and begin the next one with them."""
    in_hand = drafts_of(opened)[-1]
    in_hand.answers = frozen(opened.review)
    draft = Draft(round_id=opened.round.id, number=in_hand.number + 1)
    session.add(draft)
    session.flush()
    return draft


def drafts_of(opened: Opened) -> Sequence[Draft]:
    """Its drafts, the first one first."""
    return session.scalars(
        select(Draft).filter_by(round_id=opened.round.id).order_by(Draft.number)
    ).all()


def frozen(review: Review) -> dict[str, Any]:
    """The answers as they are, by "question.document"."""
    codes = review.round.released.option_codes
    kept = {}
    for (question, on), answer in review.load_answers().items():
        given = answer.given(codes)
        if answer.state != AnswerState.UNANSWERED and not answer.hidden:
            kept[f"{question}.{on}"] = {
                "options": sorted(given.options),
                "not_applicable": given.not_applicable,
                "text": given.text,
                "comment": given.comment,
            }
    return kept


def answered_by_round(rounds: Collection[int]) -> dict[int, int]:
    """How many places have an answer, by the id of the assessment."""
    rows = session.execute(
        select(Review.round_id, func.count(Answer.id).label("answers"))
        .join(Answer, Answer.review_id == Review.id)
        .where(
            Review.round_id.in_(rounds),
            Answer.state != AnswerState.UNANSWERED.value,
            Answer.hidden.is_(False),
        )
        .group_by(Review.round_id)
    )
    return {row.round_id: row.answers for row in rows}


def _answered_since(opened: Opened) -> bool:
    """Whether anything was answered on the draft in hand."""
    last = session.scalar(
        select(func.max(Answer.answered_at)).where(
            Answer.review_id == opened.review.id, Answer.version > 0
        )
    )
    return bool(last and last >= drafts_of(opened)[-1].begun_at)


def colleagues(opened: Opened) -> Sequence[Person]:
    """The people of the system who could work on it and do not yet."""
    works = select(Member.person_id).filter_by(round_id=opened.round.id)
    found = session.scalars(
        select(Person)
        .filter_by(system_id=opened.system.id, removed_at=None)
        .where(Person.id.not_in(works))
        .order_by(Person.name)
    )
    return [person for person in found if person.may(Permission.ASSESS)]


def members(opened: Opened) -> Sequence[Member]:
    return session.scalars(
        select(Member)
        .filter_by(round_id=opened.round.id)
        .options(joinedload(Member.person))
        .order_by(Member.added_at)
    ).all()


def shares(opened: Opened) -> Sequence[Share]:
    """With whom it is shared, those whose day has passed left out."""
    return session.scalars(
        select(Share)
        .filter_by(round_id=opened.round.id)
        .where(Share.until >= today())
        .options(joinedload(Share.person))
        .order_by(Share.shared_at)
    ).all()


def add_colleague(opened: Opened, person_id: int) -> Person:
    """Let somebody of the same system work on it."""
    found = next((p for p in colleagues(opened) if p.id == person_id), None)
    if found is None:
        raise ValueError("Choose somebody of your system from the list.")
    session.add(Member(round_id=opened.round.id, person=found))
    session.flush()
    return found


def take_off(opened: Opened, person_id: int) -> None:
    """Somebody works on it no more. Taken off a second time, nothing changes."""
    found = session.get(Member, (opened.round.id, person_id))
    if found is None:
        return
    if len(members(opened)) == 1:
        raise ValueError(LAST)
    session.delete(found)
    session.flush()


def share(opened: Opened, email: str, what: Shared, until: date) -> Share:
    """Let the account of that address read it up to and with a day; once more changes the day."""
    if until < today():
        raise ValueError("Choose a day that is not over.")
    person = session.scalar(select(Person).filter_by(email=email.strip().lower(), removed_at=None))
    if person is None:
        raise ValueError(
            "No account has this address. Ask the person which address they sign in with, or ask "
            "the policy team to invite them."
        )
    if session.get(Member, (opened.round.id, person.id)):
        raise ValueError("This person works on it already.")
    found = session.get(Share, (opened.round.id, person.id))
    if found is None:
        found = Share(round_id=opened.round.id, person=person)
        session.add(found)
    found.what, found.until = what, until
    session.flush()
    return found


def unshare(opened: Opened, person_id: int) -> None:
    """Somebody may read it no more, from their next request on."""
    found = session.get(Share, (opened.round.id, person_id))
    if found:
        session.delete(found)
        session.flush()
