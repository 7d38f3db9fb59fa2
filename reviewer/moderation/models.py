"""Decisions: the value that the policy team settled where reviews differ, with every change of one.

`decide` and `withdraw` in `decisions.py` are the only writers. Reviewers' own answers stay as they
were. Counting puts a decision before them (rule of counting 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.instrument.models import OptionRow, QuestionDocument
from reviewer.logbook import values_of
from reviewer.people.models import Person
from reviewer.reviews.answers import AnswerState, Given
from reviewer.rounds.models import Round, RoundSystem
from reviewer.systems.models import System


class Decision(Base):
    """The settled value of one system, question and document kind in a round."""

    __tablename__ = "decision"
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
    decided_by: Mapped[Person] = relationship()

    def given(self, option_codes: Mapping[int, str]) -> Given:
        """The settled value, as an answer is given."""
        return Given(
            options=frozenset(option_codes[o.option_id] for o in self.options),
            not_applicable=self.not_applicable,
        )


class DecisionOption(Base):
    __tablename__ = "decision_option"
    __table_args__ = (
        ForeignKeyConstraint(["decision_id", "question_id"], [Decision.id, Decision.question_id]),
        ForeignKeyConstraint(["option_id", "question_id"], [OptionRow.id, OptionRow.question_id]),
    )

    decision_id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int]


class DecisionChange(Base):
    """What a decision was at one version. Unanswered: it was withdrawn, and reviews count again."""

    __tablename__ = "decision_change"
    logged = ("question_id", "document", "state", "options", "reason")
    __table_args__ = (
        UniqueConstraint(
            *("round_id", "system_id", "question_id", "document", "version"),
            name="uq_decision_change_version",
        ),
        ForeignKeyConstraint(
            ["question_id", "document"],
            [QuestionDocument.question_id, QuestionDocument.document],
        ),
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int]
    system_id: Mapped[int]
    question_id: Mapped[int]
    document: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    state: Mapped[AnswerState] = mapped_column(String(15))
    options: Mapped[str]
    reason: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    changed_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[Person] = relationship()

    def logged_before(self) -> dict[str, Any] | None:
        place = (self.round_id, self.system_id, self.question_id, self.document, self.version - 1)
        columns = ("round_id", "system_id", "question_id", "document", "version")
        earlier = select(DecisionChange).filter_by(**dict(zip(columns, place, strict=True)))
        found = session.scalar(earlier)
        return values_of(found) if found else None

    def given(self) -> Given:
        """What was settled then."""
        return Given(
            options=frozenset(filter(None, self.options.split(";"))),
            not_applicable=self.state == AnswerState.NOT_APPLICABLE,
        )
