"""A system's own assessment of its drafts: who works on it, who may read it, its drafts, its plan.

The assessment itself is a round of kind *self* with one system, its documents, and one review that
all who work on it share. Every table here belongs to it and is private with it (`private.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now
from reviewer.people.models import Person
from reviewer.private import hidden_rounds, keep_private, outside
from reviewer.rounds.models import Round


class Shared(StrEnum):
    """What somebody outside may read."""

    EVERYTHING = "everything"
    COMPARISON = "comparison"  # with what a round settled, and nothing else


class Status(StrEnum):
    """Where an action stands."""

    TO_DO = "to do"
    BEGUN = "begun"
    DONE = "done"
    DROPPED = "not taken on"


class Assessment(Base):
    """What a round of kind self is called by those who work on it."""

    __tablename__ = "assessment"
    logged = ("title",)

    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    begun_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    begun_at: Mapped[datetime] = mapped_column(default=now)

    round: Mapped[Round] = relationship()
    begun_by: Mapped[Person] = relationship()


class Member(Base):
    """Somebody of the system who works on its assessment."""

    __tablename__ = "assessment_member"
    logged = ("person_id",)

    round_id: Mapped[int] = mapped_column(ForeignKey(Assessment.round_id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship()


class Share(Base):
    """Somebody who may read it, up to and with a day."""

    __tablename__ = "assessment_share"
    logged = ("person_id", "what", "until")

    round_id: Mapped[int] = mapped_column(ForeignKey(Assessment.round_id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    what: Mapped[Shared] = mapped_column(String(12))
    until: Mapped[date]
    shared_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship()
    assessment: Mapped[Assessment] = relationship()


class Draft(Base):
    """One state of the documents. `answers` is what stood when the next one began; None: it is the
    draft in hand, and its answers are those of the review."""

    __tablename__ = "assessment_draft"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Assessment.round_id))
    number: Mapped[int]
    begun_at: Mapped[datetime] = mapped_column(default=now)
    # By question and document kind, "coproduction-3.strategy": the option ids and the comment.
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Action(Base):
    """What the system means to do about one question, in the order in which it means to."""

    __tablename__ = "assessment_action"
    logged = ("question", "document", "what", "who", "due", "status")
    __table_args__ = (
        UniqueConstraint("round_id", "question", "document"),
        ForeignKeyConstraint(["round_id"], [Assessment.round_id]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int]
    question: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(String(40))
    place: Mapped[int]
    what: Mapped[str] = mapped_column(default="")
    who: Mapped[str] = mapped_column(String(200), default="")
    due: Mapped[date | None]
    status: Mapped[Status] = mapped_column(String(12), default=Status.TO_DO.value)


for table in (Assessment, Member, Share, Draft, Action):
    keep_private(table, outside(hidden_rounds, table.round_id))
