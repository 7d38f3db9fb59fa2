"""What reviewers wrote beside their answers, for the policy team alone: it names systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, Note, NoteKind
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import Round, unpublished
from reviewer.systems.models import System


@dataclass(frozen=True)
class Remark:
    """A text of a submitted review, with the system it is about and who wrote it. `answer` is the
    answer itself where the question is answered in words."""

    system: str
    reader: str
    review_id: int
    text: str
    answer: str = ""


def notes_on(round_: Round, criterion: str) -> dict[NoteKind, list[Remark]]:
    """The comments and the examples of good practice on a criterion, by system; one query."""
    rows = session.execute(
        select(Note.kind, Note.text, System.name, Review.id, _reader())
        .join(Review, Review.id == Note.review_id)
        .join(System, System.id == Review.system_id)
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .where(*_submitted(round_), Note.criterion == criterion, Note.text != "")
        .order_by(System.name, Review.id)
    )
    found: dict[NoteKind, list[Remark]] = {kind: [] for kind in NoteKind}
    for kind, text, system, review_id, reader in rows:
        found[NoteKind(kind)].append(Remark(system, reader, review_id, text))
    return found


def comments_on(round_: Round, questions: Collection[str]) -> dict[tuple[str, str], list[Remark]]:
    """The comments on the answers to these questions, and the answers in words, by question and
    document kind and then by system; one query."""
    released = round_.released
    ids = [released.question_ids[question] for question in questions]
    rows = session.execute(
        select(
            Answer.question_id,
            Answer.document,
            Answer.comment,
            Answer.text,
            System.name,
            Review.id,
            _reader(),
        )
        .join(Review, Review.id == Answer.review_id)
        .join(System, System.id == Review.system_id)
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .where(
            *_submitted(round_),
            Answer.question_id.in_(ids),
            Answer.hidden.is_(False),
            or_(Answer.comment != "", Answer.text != ""),
            ~unpublished(round_.id, Review.system_id, Answer.document),
        )
        .order_by(System.name, Review.id)
    )
    found: dict[tuple[str, str], list[Remark]] = defaultdict(list)
    for question, document, comment, text, system, review_id, reader in rows:
        place = (released.question_codes[question], document)
        found[place].append(Remark(system, reader, review_id, comment, text))
    return found


def _submitted(round_: Round) -> tuple[Any, ...]:
    return Review.round_id == round_.id, Review.stage == Stage.SUBMITTED


def _reader() -> Any:
    return func.coalesce(Person.name, Review.label)
