"""Decisions: the value that the policy team settled where reviews differ.

Reviewers' own answers stay as they were. Counting puts a decision before them (rule of counting 1).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now
from reviewer.instrument.models import OptionRow, QuestionDocument
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.systems.models import System


class Decision(Base):
    """The settled value of one system, question and document kind in a round."""

    __tablename__ = "decision"
    logged = ("question_id", "document", "not_applicable", "reason")
    __table_args__ = (
        UniqueConstraint("round_id", "system_id", "question_id", "document"),
        UniqueConstraint("id", "question_id"),
        ForeignKeyConstraint(
            ["question_id", "document"],
            [QuestionDocument.question_id, QuestionDocument.document],
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id))
    question_id: Mapped[int]
    document: Mapped[str] = mapped_column(String(40))
    not_applicable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime] = mapped_column(default=now)

    options: Mapped[list[DecisionOption]] = relationship(cascade="all, delete-orphan")


class DecisionOption(Base):
    __tablename__ = "decision_option"
    __table_args__ = (
        ForeignKeyConstraint(["decision_id", "question_id"], [Decision.id, Decision.question_id]),
        ForeignKeyConstraint(["option_id", "question_id"], [OptionRow.id, OptionRow.question_id]),
    )

    decision_id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int]
