"""Right of reply: what a system says to its settled answers, and what came of each point.

The writers are `replying.py` for the system and `outcomes.py` for the policy team.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.documents.models import Document
from reviewer.documents.store import readers_of_shelf
from reviewer.documents.withdrawing import Rests, resting
from reviewer.instrument.models import QuestionDocument
from reviewer.people.models import Person
from reviewer.reviews.answers import AnswerState, Given
from reviewer.rounds.models import Round, RoundSystem, State
from reviewer.systems.models import System
from reviewer.wording import LONDON, count_text, date_text

LONGEST_TEXT = 1_000  # letters


class View(StrEnum):
    AGREE = "agree"
    PARTLY = "partly"
    DISAGREE = "disagree"

    @property
    def words(self) -> str:
        return {"agree": "Agree", "partly": "Partly agree", "disagree": "Disagree"}[self.value]


class Outcome(StrEnum):
    CHANGED = "changed"
    STANDS = "stands"


class ReplyWindow(Base):
    """From which to which day the systems of a round can reply, both included, in London."""

    __tablename__ = "reply_window"
    logged = ("first_day", "last_day")
    __table_args__ = (CheckConstraint("first_day <= last_day", name="days"),)

    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id), primary_key=True)
    first_day: Mapped[date]
    last_day: Mapped[date]


class Reply(Base):
    """The reply of one system in a round; it is there once somebody of the system was invited.

    `contact` is who was invited last. Every account of the system may read it and write it.
    """

    __tablename__ = "reply"
    logged = ("contact_id", "sent_at")
    __table_args__ = (
        UniqueConstraint("round_id", "system_id"),
        CheckConstraint("(sent_at IS NULL) = (sent_by_id IS NULL)", name="sent"),
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id))
    contact_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    round: Mapped[Round] = relationship(overlaps="system")
    system: Mapped[System] = relationship(overlaps="round")
    contact: Mapped[Person] = relationship(foreign_keys=contact_id)
    points: Mapped[list[ReplyPoint]] = relationship(
        back_populates="reply", cascade="all, delete-orphan"
    )

    @property
    def by_place(self) -> dict[tuple[str, str], ReplyPoint]:
        """Its points by question id and document kind."""
        codes = self.round.released.question_codes
        return {(codes[point.question_id], point.document): point for point in self.points}


class ReplyPoint(Base):
    """What a system says to the answer at one place, and what the policy team made of it.

    `state` and `options` are the answer that was settled when it was written. To agree asks for no
    outcome.
    """

    __tablename__ = "reply_point"
    logged = ("question_id", "document", "view", "page", "text", "outcome", "reason")
    __table_args__ = (
        UniqueConstraint("reply_id", "question_id", "document"),
        CheckConstraint("view IN ('agree', 'partly', 'disagree')", name="view"),
        CheckConstraint("view = 'agree' OR text <> ''", name="text"),
        CheckConstraint(
            "(page IS NULL) = (cited_id IS NULL) AND (page IS NULL OR page >= 1)", name="page"
        ),
        CheckConstraint(
            "(outcome IS NULL AND outcome_by_id IS NULL AND outcome_at IS NULL AND reason = '')"
            " OR (outcome IN ('changed', 'stands') AND view <> 'agree' AND reason <> ''"
            " AND outcome_by_id IS NOT NULL AND outcome_at IS NOT NULL)",
            name="outcome",
        ),
        ForeignKeyConstraint(
            ["question_id", "document"],
            [QuestionDocument.question_id, QuestionDocument.document],
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey(Reply.id))
    question_id: Mapped[int]
    document: Mapped[str] = mapped_column(String(40))
    state: Mapped[AnswerState] = mapped_column(String(15))
    options: Mapped[str]
    view: Mapped[View] = mapped_column(String(10))
    cited_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    page: Mapped[int | None]
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT), default="")
    written_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[datetime] = mapped_column(default=now)
    outcome: Mapped[Outcome | None] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(default="")
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    outcome_at: Mapped[datetime | None]

    reply: Mapped[Reply] = relationship(back_populates="points")
    cited: Mapped[Document | None] = relationship()
    written_by: Mapped[Person] = relationship(foreign_keys=written_by_id)
    outcome_by: Mapped[Person | None] = relationship(foreign_keys=outcome_by_id)

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.reply.round_id, self.reply.system_id

    @property
    def view_words(self) -> str:
        return View(self.view).words

    @property
    def needs_outcome(self) -> bool:
        return self.view != View.AGREE

    @property
    def about(self) -> Given:
        """The settled answer that it was written about."""
        return Given(
            options=frozenset(filter(None, self.options.split(";"))),
            not_applicable=self.state == AnswerState.NOT_APPLICABLE,
        )


def window_of(round_: Round) -> ReplyWindow | None:
    return session.get(ReplyWindow, round_.id)


def today() -> date:
    """The day in London."""
    return datetime.now(LONDON).date()


def is_over(round_: Round, window: ReplyWindow | None) -> bool:
    """Whether no system can write any more, so that what was saved is its reply."""
    return not round_.is_open or (window is not None and window.last_day < today())


def has_come_in(reply: Reply, window: ReplyWindow | None) -> bool:
    """Whether the policy team can read it: it was sent, or its days are over and it has points."""
    return reply.sent_at is not None or (is_over(reply.round, window) and bool(reply.points))


def closed_because(reply: Reply, window: ReplyWindow | None) -> str:
    """Why nothing can be written to a reply now, in a sentence; "" if it can."""
    if reply.sent_at:
        return f"This reply was sent on {date_text(reply.sent_at)} and can no longer be changed."
    if not reply.round.is_open:
        return "The round is closed, so nothing can be written any more."
    if window is None:
        return "The days for replies are not set yet."
    if today() < window.first_day:
        return f"You can reply from {date_text(window.first_day)} on."
    if window.last_day < today():
        return f"The last day for replies was {date_text(window.last_day)}."
    return ""


def waits_for(person: Person) -> bool:
    """Whether a reply of the person's system can be written now."""
    asked = (
        select(Reply.id)
        .join(Round, Round.id == Reply.round_id)
        .join(ReplyWindow, ReplyWindow.round_id == Reply.round_id)
        .where(
            Reply.system_id == person.system_id,
            Reply.sent_at.is_(None),
            Round.state == State.OPEN.value,
            ReplyWindow.first_day <= today(),
            ReplyWindow.last_day >= today(),
        )
    )
    return session.scalar(asked.limit(1)) is not None


def _has_reply(person: Person, round_: Round, system: System) -> bool:
    """Whether somebody of a system was asked to reply, and so may read the system's documents."""
    if person.system_id != system.id:
        return False
    invited = exists().where(Reply.round_id == round_.id, Reply.system_id == system.id)
    return bool(session.scalar(select(invited)))


readers_of_shelf.append(_has_reply)


def _points_on(document: Document) -> list[Rests]:
    """The points of replies that cite a document."""
    authors = session.scalars(select(ReplyPoint.written_by_id).filter_by(cited_id=document.id))
    if found := authors.all():
        words = f"{count_text(len(found), 'point')} of a reply that cite it"
        return [Rests(words, frozenset(found))]
    return []


resting.append(_points_on)
