"""Answers: what a review holds on one question and document kind, with history and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base
from reviewer.documents.models import Document
from reviewer.instrument.models import OptionRow, QuestionDocument
from reviewer.people.models import Person

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
    """What a person gave to one question on one document; `pages` are (first, last) numbers."""

    options: frozenset[str] = frozenset()
    not_applicable: bool = False
    text: str = ""
    comment: str = ""
    pages: tuple[tuple[int, int], ...] = ()

    @property
    def state(self) -> AnswerState:
        if self.not_applicable:
            return AnswerState.NOT_APPLICABLE
        return AnswerState.GIVEN if self.options or self.text else AnswerState.UNANSWERED


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

    review: Mapped[Review] = relationship(back_populates="answers")
    author: Mapped[Person | None] = relationship()
    read: Mapped[Document | None] = relationship()
    options: Mapped[list[AnswerOption]] = relationship(cascade="all, delete-orphan")
    evidence: Mapped[list[Evidence]] = relationship(
        cascade="all, delete-orphan", order_by="Evidence.first_page"
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
            pages=tuple((e.first_page, e.last_page) for e in self.evidence),
        )


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
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    changed_at: Mapped[datetime]

    answer: Mapped[Answer] = relationship(back_populates="history")
    author: Mapped[Person | None] = relationship()


class Evidence(Base):
    """The pages of a document version that show an answer."""

    __tablename__ = "evidence"
    __table_args__ = (CheckConstraint("1 <= first_page AND first_page <= last_page", name="pages"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey(Answer.id), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id))
    first_page: Mapped[int]
    last_page: Mapped[int]

    document: Mapped[Document] = relationship()


class Note(Base):
    """A comment or a good-practice example on a whole criterion."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("review_id", "criterion", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    criterion: Mapped[str] = mapped_column(String(60))
    kind: Mapped[NoteKind] = mapped_column(String(15))
    text: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[datetime]

    author: Mapped[Person | None] = relationship()


# The answers of one review by place: question id and document kind.
Answers = Mapping[tuple[str, str], Answer]


def chosen_of(answers: Answers, option_codes: Mapping[int, str]) -> dict[tuple[str, str], set[str]]:
    """The option ids chosen at each place."""
    return {
        place: {option_codes[option.option_id] for option in answer.options}
        for place, answer in answers.items()
    }


def answered_of(answers: Answers) -> set[tuple[str, str]]:
    """The places that have an answer, or were called not applicable."""
    return {place for place, answer in answers.items() if answer.state != AnswerState.UNANSWERED}
