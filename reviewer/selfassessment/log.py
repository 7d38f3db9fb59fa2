"""The log of an assessment: its own entries and the history of its answers, the newest first.

The record of the policy team reads neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from reviewer.db import session
from reviewer.logbook import PrivateEntry
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerChange, AnswerState, Given
from reviewer.reviews.page import told
from reviewer.running.record import NOUNS
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.models import Share

MOST = 500
_OWN = {
    "assessment": "Assessment",
    "assessment_member": "Somebody who works on it",
    "assessment_share": "Somebody who may read it",
    "assessment_action": "Action",
    "review": "Answers",
    "round": "Questions",
}
# What says nothing to a reader: how the assessment is kept.
_UNSAID = {"round", "round_system", "review"}


@dataclass(frozen=True)
class Change:
    """One change in words; without `after` something was removed."""

    at: datetime
    who: str
    what: str
    after: str


def log_of(opened: Opened) -> list[Change]:
    """The newest changes, at most 500 of each kind."""
    people = {
        person.id: person.name for person in session.scalars(select(Person).where(_known(opened)))
    }
    entries = session.scalars(
        select(PrivateEntry)
        .filter_by(round_id=opened.round.id)
        .where(PrivateEntry.noun.not_in(_UNSAID))
        .order_by(PrivateEntry.id.desc())
        .limit(MOST)
    )
    changes = [
        Change(
            entry.at,
            people.get(entry.person_id or 0, entry.outside.capitalize()),
            _OWN.get(entry.noun) or NOUNS.get(entry.noun, entry.noun),
            _words(entry.after, people) if entry.after else "",
        )
        for entry in entries
    ]
    return sorted([*changes, *_answers(opened, people)], key=lambda c: c.at, reverse=True)


def _answers(opened: Opened, people: Mapping[int, str]) -> list[Change]:
    released = opened.review.round.released
    kinds = {kind.id: kind.name for kind in released.instrument.document_kinds}
    rows = session.execute(
        select(AnswerChange, Answer.question_id, Answer.document)
        .join(Answer, Answer.id == AnswerChange.answer_id)
        .where(Answer.review_id == opened.review.id)
        .order_by(AnswerChange.changed_at.desc())
        .limit(MOST)
    )
    found = []
    for change, question_id, document in rows:
        question = released.instrument.question(released.question_codes[question_id])
        given = Given(
            frozenset(filter(None, change.options.split(";"))),
            change.state == AnswerState.NOT_APPLICABLE,
            change.text,
            change.comment,
        )
        said = told(question, given)
        where = f"Answer: {question.text} ({kinds[document]})"
        found.append(Change(change.changed_at, people.get(change.author_id or 0, ""), where, said))
    return found


def _known(opened: Opened) -> Any:
    entries = select(PrivateEntry.person_id).filter_by(round_id=opened.round.id)
    readers = select(Share.person_id).filter_by(round_id=opened.round.id)
    authors = (
        select(AnswerChange.author_id)
        .join(Answer, Answer.id == AnswerChange.answer_id)
        .where(Answer.review_id == opened.review.id)
    )
    shown = (Person.system_id == opened.system.id) | Person.id.in_(entries)
    return shown | Person.id.in_(authors) | Person.id.in_(readers)


def _words(values: Mapping[str, Any], people: Mapping[int, str]) -> str:
    said = []
    for name, value in values.items():
        if value in (None, ""):
            continue
        if name == "person_id":
            said.append(people.get(value, f"account {value}"))
        else:
            said.append(f"{name.replace('_', ' ')}: {value}")
    return "; ".join(said)
