"""Returns: a submitted review sent back, with what is to be mended in it and why."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now
from reviewer.instrument.model import Instrument, Question
from reviewer.instrument.models import QuestionDocument
from reviewer.people.models import Person


class Return(Base):
    """A review sent back by the policy team. Its last return is open while its stage is returned.

    With answers named, those can be changed and what is asked because of them; else all of it.
    """

    __tablename__ = "review_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    reason: Mapped[str] = mapped_column(default="")  # for the review as a whole
    returned_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    returned_at: Mapped[datetime] = mapped_column(default=now)

    returned_by: Mapped[Person] = relationship()
    answers: Mapped[list[ReturnedAnswer]] = relationship(
        cascade="all, delete-orphan", lazy="selectin"
    )


class ReturnedAnswer(Base):
    """One answer of a return, given or not, with the reason."""

    __tablename__ = "returned_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["question_id", "document"],
            [QuestionDocument.question_id, QuestionDocument.document],
        ),
    )

    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str]


def is_among(
    instrument: Instrument, question: Question, document: str, places: Set[tuple[str, str]]
) -> bool:
    """Whether this is one of the places, or is asked because of an answer at one of them."""
    if (question.id, document) in places:
        return True
    if question.asked_where is None:
        return False
    other = instrument.question(question.asked_where.question)
    return is_among(instrument, other, instrument.condition_document(question, document), places)
