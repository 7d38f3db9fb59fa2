"""What the policy team makes of the comments: tags, passages and quotes. What it writes is in
`written.py`.

A passage is kept by its place (system, criterion, question, document, kind of comment) and its
words, not by the row of an answer: an import that takes the place of another brings its own rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from reviewer.db import Base, now
from reviewer.people.models import Person
from reviewer.rounds.models import RoundSystem
from reviewer.systems.models import System
from reviewer.writing.screening import Found


class Tag(Base):
    """A word that marks passages; every round has a list of its own. `key` is the name folded."""

    __tablename__ = "tag"
    logged = ("name",)
    __table_args__ = (UniqueConstraint("round_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(60))


class Passage(Base):
    """A piece of a comment as it stands there, or the whole of it."""

    __tablename__ = "passage"
    logged = ("criterion", "question", "document", "kind", "words")
    __table_args__ = (
        UniqueConstraint(
            *("round_id", "system_id", "criterion", "question", "document", "kind", "fingerprint"),
            name="uq_passage_place",
        ),
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int]
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id))
    criterion: Mapped[str] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(String(60))  # "" for a whole criterion
    document: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(15))
    words: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the words: they are too long a key
    marked_at: Mapped[datetime] = mapped_column(default=now)

    system: Mapped[System] = relationship(viewonly=True)
    tags: Mapped[list[PassageTag]] = relationship(
        back_populates="passage", cascade="all, delete-orphan"
    )
    quotes: Mapped[list[Quote]] = relationship(back_populates="passage")


class PassageTag(Base):
    """A tag on a passage."""

    __tablename__ = "passage_tag"
    logged = ("tag_id", "passage_id")

    passage_id: Mapped[int] = mapped_column(ForeignKey(Passage.id), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey(Tag.id), primary_key=True)

    passage: Mapped[Passage] = relationship(back_populates="tags")
    tag: Mapped[Tag] = relationship()

    def logged_place(self) -> tuple[int | None, int | None]:
        return (self.passage.round_id, self.passage.system_id) if self.passage else (None, None)


class Screened:
    """A text that leaves the policy area once nothing is found in it, or a person said yes to these
    very words and to all that was found in them."""

    words: Mapped[str]
    allowed_words: Mapped[str] = mapped_column(default="")
    allowed_found: Mapped[list[str]] = mapped_column(JSON, default=list)
    allowed_at: Mapped[datetime | None]

    @declared_attr
    def allowed_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey(Person.id))

    @declared_attr
    def allowed_by(cls) -> Mapped[Person | None]:
        return relationship(foreign_keys=[cls.allowed_by_id])  # type: ignore[list-item]

    def is_allowed(self, found: Iterable[Found]) -> bool:
        """Whether a person said yes to the words as they are, knowing all that is found now."""
        return (
            self.allowed_at is not None
            and self.allowed_words == self.words
            and {each.words for each in found} <= set(self.allowed_found)
        )

    def allow(self, found: Iterable[Found], by: Person) -> None:
        self.allowed_words, self.allowed_at, self.allowed_by = self.words, now(), by
        self.allowed_found = sorted({each.words for each in found})

    def forbid(self) -> None:
        self.allowed_words, self.allowed_at, self.allowed_by = "", None, None
        self.allowed_found = []


class Quote(Screened, Base):
    """Words of a reviewer that can stand in a finding; they may be edited."""

    __tablename__ = "quote"
    logged = ("passage_id", "words", "allowed_words", "allowed_by_id")

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey(Passage.id))
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    chosen_at: Mapped[datetime] = mapped_column(default=now)

    passage: Mapped[Passage] = relationship(back_populates="quotes")
    chosen_by: Mapped[Person | None] = relationship(foreign_keys=chosen_by_id)

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.round_id, self.passage.system_id if self.passage else None


class DraftMark(Base):
    """The numbers of every reference as they were when somebody marked a draft."""

    __tablename__ = "draft_mark"
    logged = ("numbers",)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    marked_at: Mapped[datetime] = mapped_column(default=now)
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)

    marked_by: Mapped[Person | None] = relationship()
