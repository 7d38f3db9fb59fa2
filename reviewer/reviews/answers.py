"""Answers: what a review holds on one question and document kind, with history and evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from reviewer.db import Base, now, session
from reviewer.documents.models import Document
from reviewer.instrument.model import CHOICES, TEXT, Question
from reviewer.instrument.models import OptionRow, QuestionDocument
from reviewer.people.models import Person
from reviewer.reviews.cited import Evidence, EvidenceKind, Pages

if TYPE_CHECKING:
    from reviewer.reviews.models import Review


class AnswerState(StrEnum):
    GIVEN = "given"
    NOT_APPLICABLE = "not-applicable"
    UNANSWERED = "unanswered"


class NoteKind(StrEnum):
    COMMENT = "comment"
    GOOD_PRACTICE = "good-practice"


@dataclass(frozen=True)
class Given:
    """What a person gave to one question on one document, with the pages of it that show it."""

    options: frozenset[str] = frozenset()
    not_applicable: bool = False
    text: str = ""
    comment: str = ""
    pages: Pages = ()

    @property
    def state(self) -> AnswerState:
        if self.not_applicable:
            return AnswerState.NOT_APPLICABLE
        return AnswerState.GIVEN if self.options or self.text else AnswerState.UNANSWERED

    def says_the_same(self, other: Given) -> bool:
        """Whether the answer and its comment are the same, whatever pages are named."""
        return replace(self, pages=()) == replace(other, pages=())

    def check(self, question: Question, document: str) -> None:
        """ValueError if the question does not take such an answer on that document kind."""
        if document not in question.documents:
            raise ValueError(f"{question.id} is not asked of the document kind {document!r}.")
        unknown = self.options - {option.id for option in question.options}
        if unknown:
            raise ValueError(f"{question.id} has no option {', '.join(sorted(unknown))}.")
        if len(self.options) > 1 and question.kind != CHOICES:
            raise ValueError(f"{question.id} takes one option.")
        if self.not_applicable and (self.options or self.text):
            raise ValueError("Choose an answer or not applicable, not both.")
        if self.text and question.kind != TEXT:
            raise ValueError(f"{question.id} takes options and a comment; its answer is no text.")


class Answer(Base):
    """The answer of a review to one question on one document kind."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("review_id", "question_id", "document"),
        UniqueConstraint("id", "question_id"),
        ForeignKeyConstraint(
            ["question_id", "document"],
            [QuestionDocument.question_id, QuestionDocument.document],
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    question_id: Mapped[int]
    document: Mapped[str] = mapped_column(String(40))
    state: Mapped[AnswerState] = mapped_column(String(15))
    text: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    read_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    answered_at: Mapped[datetime]
    # When its author said that it still fits the question, whose wording was corrected after it.
    checked_at: Mapped[datetime | None]

    review: Mapped[Review] = relationship(back_populates="answers")
    author: Mapped[Person | None] = relationship()
    read: Mapped[Document | None] = relationship()
    options: Mapped[list[AnswerOption]] = relationship(cascade="all, delete-orphan")
    # All of it, what was taken off too: `pages` and `cited` are what stands.
    evidence: Mapped[list[Evidence]] = relationship(
        back_populates="answer", cascade="all, delete-orphan", order_by="Evidence.id"
    )
    history: Mapped[list[AnswerChange]] = relationship(
        back_populates="answer", cascade="all, delete-orphan", order_by="AnswerChange.version"
    )

    def given(self, option_codes: Mapping[int, str]) -> Given:
        """This answer as it was given; `option_codes` are those of the released instrument."""
        return Given(
            options=frozenset(option_codes[o.option_id] for o in self.options),
            not_applicable=self.state == AnswerState.NOT_APPLICABLE,
            text=self.text,
            comment=self.comment,
            pages=self.pages,
        )

    @property
    def pages(self) -> Pages:
        """The whole pages of the answer's own document kind: a part of its value."""
        return tuple(sorted({e.pages for e in self.evidence if e.is_page_of(self.document)}))

    @property
    def cited(self) -> list[Evidence]:
        """What was cited beside its value, and stands."""
        return [
            e for e in self.evidence if e.removed_at is None and not e.is_page_of(self.document)
        ]

    def cite(self, evidence: Evidence) -> Evidence:
        """Attach evidence. Given a second time it is not kept twice; taken off, it is put back."""
        for known in self.evidence:
            if known.same_as(evidence):
                known.removed_at = None
                return known
        self.evidence.append(evidence)
        return evidence

    def write(
        self,
        given: Given,
        question: Question,
        option_ids: Mapping[tuple[str, str], int],
        author: Person | None,
        read: Document | None,
    ) -> None:
        """Make this the next version of the answer; `Review.record` has checked that it may be."""
        self.version += 1
        self.state, self.text, self.comment = given.state, given.text, given.comment
        self.author, self.answered_at, self.read = author, now(), read
        chosen = {option_ids[question.id, option] for option in given.options}
        self.options = [o for o in self.options if o.option_id in chosen] + [
            AnswerOption(option_id=option, question_id=self.question_id)
            for option in sorted(chosen - {o.option_id for o in self.options})
        ]
        if read:
            self.keep_pages(given.pages, read, author)
        session.add(AnswerChange.of(self, given, question))  # its list is long and not loaded

    def keep_pages(self, pages: Pages, read: Document, author: Person | None) -> None:
        """Make these the whole pages; those that stay are still of the version they were of."""
        self.evidence = [
            e for e in self.evidence if not e.is_page_of(self.document) or e.pages in pages
        ] + [
            Evidence(
                document=read,
                kind=EvidenceKind.PAGE,
                first_page=first,
                last_page=last,
                author=author,
            )
            for first, last in sorted(set(pages) - set(self.pages))
        ]


class AnswerOption(Base):
    """A chosen option. The keys hold it to the question of its answer."""

    __tablename__ = "answer_option"
    __table_args__ = (
        ForeignKeyConstraint(["answer_id", "question_id"], [Answer.id, Answer.question_id]),
        ForeignKeyConstraint(["option_id", "question_id"], [OptionRow.id, OptionRow.question_id]),
    )

    answer_id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int]


class AnswerChange(Base):
    """What an answer was at one version; clearing it is a change like any other."""

    __tablename__ = "answer_change"

    answer_id: Mapped[int] = mapped_column(ForeignKey(Answer.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[AnswerState] = mapped_column(String(15))
    options: Mapped[str]
    text: Mapped[str]
    comment: Mapped[str]
    # Like "3-3;12-14". None: a version of before pages were kept here.
    pages: Mapped[str | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    changed_at: Mapped[datetime]

    answer: Mapped[Answer] = relationship(back_populates="history")
    author: Mapped[Person | None] = relationship()

    @classmethod
    def of(cls, answer: Answer, given: Given, question: Question) -> AnswerChange:
        """What an answer is now, for its history."""
        return cls(
            answer=answer,
            version=answer.version,
            state=given.state,
            options=";".join(o.id for o in question.options if o.id in given.options),
            text=given.text,
            comment=given.comment,
            pages=";".join(f"{first}-{last}" for first, last in given.pages),
            author=answer.author,
            changed_at=answer.answered_at,
        )

    def given(self) -> Given:
        """What was given then, with the pages of now where those of then were not kept."""
        kept = [part.split("-") for part in (self.pages or "").split(";") if part]
        return Given(
            options=frozenset(filter(None, self.options.split(";"))),
            not_applicable=self.state == AnswerState.NOT_APPLICABLE,
            text=self.text,
            comment=self.comment,
            pages=self.answer.pages
            if self.pages is None
            else tuple((int(first), int(last)) for first, last in kept),
        )


class Note(Base):
    """A comment or a good-practice example on a whole criterion."""

    __tablename__ = "note"
    logged = ("criterion", "kind", "text")
    __table_args__ = (UniqueConstraint("review_id", "criterion", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    criterion: Mapped[str] = mapped_column(String(60))
    kind: Mapped[NoteKind] = mapped_column(String(15))
    text: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[datetime]

    author: Mapped[Person | None] = relationship()
    review: Mapped[Review] = relationship(back_populates="notes")

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.review.round_id, self.review.system_id

    @property
    def version(self) -> str:
        return version_of(self.text)


def version_of(text: str) -> str:
    """What a page remembers of the text that it showed, to tell if somebody changed it since."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


# The answers of one review by place: question id and document kind.
Answers = Mapping[tuple[str, str], Answer]


@cache
def _at() -> Select[Answer]:
    # One query, put together once: saving is what 20 people do at once.
    return (
        select(Answer)
        .where(
            Answer.review_id == bindparam("review"),
            Answer.question_id == bindparam("question"),
            Answer.document == bindparam("kind"),
        )
        .options(
            joinedload(Answer.options), joinedload(Answer.evidence).joinedload(Evidence.document)
        )
    )


def answer_at(review: int, question: int, kind: str) -> Answer | None:
    """The answer of a review to a question on a document kind, with options and evidence."""
    wanted = {"review": review, "question": question, "kind": kind}
    return session.scalars(_at(), wanted).unique().one_or_none()


def answers_of(
    reviews: Sequence[int], question_codes: Mapping[int, str]
) -> dict[int, dict[tuple[str, str], Answer]]:
    """Every answer of some reviews by review id and place, in three queries."""
    found: dict[int, dict[tuple[str, str], Answer]] = {review: {} for review in reviews}
    answers = session.scalars(
        select(Answer)
        .where(Answer.review_id.in_(reviews))
        .options(
            joinedload(Answer.read),
            selectinload(Answer.options),
            selectinload(Answer.evidence).joinedload(Evidence.document),
        )
    )
    for answer in answers:
        found[answer.review_id][question_codes[answer.question_id], answer.document] = answer
    return found


def chosen_of(answers: Answers, option_codes: Mapping[int, str]) -> dict[tuple[str, str], set[str]]:
    """The option ids chosen at each place."""
    return {
        place: {option_codes[option.option_id] for option in answer.options}
        for place, answer in answers.items()
    }


def answered_of(answers: Answers) -> set[tuple[str, str]]:
    """The places that have an answer, or were called not applicable."""
    return {place for place, answer in answers.items() if answer.state != AnswerState.UNANSWERED}
