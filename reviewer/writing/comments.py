"""The comments of a round as the policy team reads them: of submitted reviews, by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select

from reviewer.db import session
from reviewer.instrument.model import TEXT
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, Note, NoteKind
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import Round, unpublished
from reviewer.systems.models import System
from reviewer.writing.models import Passage

ANSWER, WORDS, NOTE = "answer", "words", "note"  # where a comment stands: sources in addresses
KINDS = {
    ANSWER: "Comment on an answer",
    WORDS: "Answer in words",
    NoteKind.COMMENT.value: "Comment on a criterion",
    NoteKind.GOOD_PRACTICE.value: "Good practice",
}


class Place(NamedTuple):
    """What a comment is about; `question` and `document` are "" for a whole criterion."""

    system_id: int
    criterion: str
    question: str
    document: str
    kind: str


@dataclass(frozen=True)
class Comment:
    """One comment, with what the page says of it."""

    source: str
    id: int
    place: Place
    system: str
    reader: str
    review_id: int
    text: str

    @property
    def name(self) -> str:
        """Its own name on a page."""
        return f"{self.source}-{self.id}"


def comments_of(
    round_: Round, criterion: str = "", source: str = "", id_: int | None = None
) -> list[Comment]:
    """The comments of submitted reviews in asking order, then by system, in two queries; those of
    one criterion, or of one row."""
    instrument = round_.released.instrument
    order = {
        place: number
        for number, place in enumerate(
            (q.criterion, q.id, document) for q in instrument.questions for document in q.documents
        )
    }
    first = {criterion.id: n for n, criterion in enumerate(instrument.criteria)}
    found: list[Comment] = []
    if source in ("", ANSWER, WORDS):
        found += _of_answers(round_, criterion, source, id_)
    if source in ("", NOTE):
        found += _of_criteria(round_, criterion, id_)
    found = [comment for comment in found if comment.place.criterion in first]

    def asked(comment: Comment) -> tuple[int, int, str, str]:
        place = comment.place
        number = order.get((place.criterion, place.question, place.document), -1)
        return first[place.criterion], number, place.kind, comment.system

    return sorted(found, key=asked)


def comment_of(round_: Round, source: str, id_: int) -> Comment | None:
    """One comment of a round, None where there is none in a submitted review."""
    return next(iter(comments_of(round_, source=source, id_=id_)), None)


def _of_answers(round_: Round, criterion: str, source: str, id_: int | None) -> Iterable[Comment]:
    released = round_.released
    questions = {
        released.question_ids[question.id]: question
        for question in released.instrument.questions
        if criterion in ("", question.criterion)
    }
    rows = session.execute(
        select(
            Answer.id,
            Answer.question_id,
            Answer.document,
            Answer.text,
            Answer.comment,
            *_WHOSE,
        )
        .join(Review, Review.id == Answer.review_id)
        .join(System, System.id == Review.system_id)
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .where(
            Review.round_id == round_.id,
            Review.stage == Stage.SUBMITTED,
            Answer.question_id.in_(questions),
            Answer.hidden.is_(False),
            (Answer.comment != "") | (Answer.text != ""),
            ~unpublished(round_.id, Review.system_id, Answer.document),
            *([Answer.id == id_] if id_ is not None else ()),
        )
    )
    for row in rows:
        question = questions[row.question_id]
        texts = {ANSWER: row.comment, WORDS: row.text if question.kind == TEXT else ""}
        for kind, text in texts.items():
            if text.strip() and source in ("", kind):
                place = Place(row.system_id, question.criterion, question.id, row.document, kind)
                yield Comment(kind, row.id, place, row.system, row.reader, row.review_id, text)


def _of_criteria(round_: Round, criterion: str, id_: int | None) -> Iterable[Comment]:
    rows = session.execute(
        select(Note.id, Note.criterion, Note.kind, Note.text, *_WHOSE)
        .join(Review, Review.id == Note.review_id)
        .join(System, System.id == Review.system_id)
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .where(
            Review.round_id == round_.id,
            Review.stage == Stage.SUBMITTED,
            Note.text != "",
            *([Note.criterion == criterion] if criterion else ()),
            *([Note.id == id_] if id_ is not None else ()),
        )
    )
    for row in rows:
        if row.text.strip():
            place = Place(row.system_id, row.criterion, "", "", row.kind)
            yield Comment(NOTE, row.id, place, row.system, row.reader, row.review_id, row.text)


_WHOSE = (
    Review.id.label("review_id"),
    Review.system_id,
    System.name.label("system"),
    func.coalesce(Person.name, Review.label).label("reader"),
)


def place_of(passage: Passage) -> Place:
    return Place(
        passage.system_id, passage.criterion, passage.question, passage.document, passage.kind
    )


@dataclass(frozen=True)
class Marked:
    """Comments with the passages in them, and the passages that stand in none any more."""

    comments: Sequence[tuple[Comment, tuple[Passage, ...]]]
    lost: tuple[Passage, ...]


def with_passages(comments: Iterable[Comment], passages: Iterable[Passage]) -> Marked:
    """Each passage beside the comment that it stands in."""
    by_place: dict[Place, list[Passage]] = {}
    for passage in passages:
        by_place.setdefault(place_of(passage), []).append(passage)
    found, seen = [], set()
    for comment in comments:
        here = tuple(p for p in by_place.get(comment.place, ()) if p.words in comment.text)
        seen |= {passage.id for passage in here}
        found.append((comment, here))
    lost = [p for several in by_place.values() for p in several if p.id not in seen]
    return Marked(found, tuple(lost))
