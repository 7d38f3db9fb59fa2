"""What the policy team writes: findings, recommendations, examples with their agreements.

Every text has a version. Who saves one in sight of an older version is refused, and sees both
(`Changed`), so that two people never overwrite each other unseen.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from reviewer.db import Base, now
from reviewer.people.models import Person
from reviewer.rounds.models import RoundSystem
from reviewer.systems.models import System
from reviewer.writing.models import Quote, Screened
from reviewer.writing.printed import Audience, ExampleKind


class Changed(Exception):
    """Somebody saved the text after this page was opened. `by` and `at` say who and when."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__("Somebody else saved this after you opened it.")
        self.by, self.at = by, at


class Versioned:
    """A text that several people may write on, one after the other."""

    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr
    def written_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey(Person.id))

    @declared_attr
    def written_by(cls) -> Mapped[Person | None]:
        return relationship(foreign_keys=[cls.written_by_id])  # type: ignore[list-item]

    def next_version(self, seen: int, by: Person | None) -> None:
        """Count one on. Changed if `seen`, the version on the person's page, is not the newest."""
        if seen != self.version:
            raise Changed(self.written_by.name if self.written_by else "", self.written_at)
        self.version += 1
        self.written_by, self.written_at = by, now()


class WrittenFinding(Versioned, Base):
    """One finding of a criterion. Its number ("3.2") follows from `place`, from 1.

    `rests_on` and `charts` are ids of figures with ";" between: a question may disappear, and the
    finding stays.
    """

    __tablename__ = "written_finding"
    logged = ("criterion", "place", "heading", "text", "rests_on", "charts")

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    criterion: Mapped[str] = mapped_column(String(60))
    place: Mapped[int]
    heading: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    rests_on: Mapped[str] = mapped_column(default="")
    charts: Mapped[str] = mapped_column(default="")

    quotes: Mapped[list[FindingQuote]] = relationship(
        cascade="all, delete-orphan", order_by="FindingQuote.place", back_populates="finding"
    )


class FindingQuote(Base):
    """A quote that stands in a finding, at its place there."""

    __tablename__ = "finding_quote"
    logged = ("finding_id", "quote_id")

    finding_id: Mapped[int] = mapped_column(ForeignKey(WrittenFinding.id), primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey(Quote.id), primary_key=True)
    place: Mapped[int]

    finding: Mapped[WrittenFinding] = relationship(back_populates="quotes")
    quote: Mapped[Quote] = relationship()

    def logged_place(self) -> tuple[int | None, int | None]:
        return (self.finding.round_id if self.finding else None), None


class Recommendation(Versioned, Base):
    """One recommendation; `bears_on` are ids of criteria and figures with ";" between."""

    __tablename__ = "recommendation"
    logged = ("audience", "place", "text", "bears_on")
    __table_args__ = (CheckConstraint("audience IN ('government', 'systems')", name="audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    audience: Mapped[Audience] = mapped_column(String(15))
    place: Mapped[int]
    text: Mapped[str]
    bears_on: Mapped[str] = mapped_column(default="")


class Example(Screened, Versioned, Base):
    """Good practice, or a case study. With a system it is printed once that system agreed to these
    very words; without one it is screened as a quote is."""

    __tablename__ = "example"
    logged = ("kind", "criterion", "heading", "words", "allowed_words", "allowed_by_id", "place")
    __table_args__ = (
        CheckConstraint("kind IN ('good-practice', 'case-study')", name="kind"),
        CheckConstraint("kind = 'case-study' OR system_id IS NOT NULL", name="good_practice_of"),
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    system_id: Mapped[int | None] = mapped_column(ForeignKey(System.id))
    kind: Mapped[ExampleKind] = mapped_column(String(15))
    criterion: Mapped[str] = mapped_column(String(60))  # "" for none
    place: Mapped[int]
    heading: Mapped[str]

    system: Mapped[System | None] = relationship(viewonly=True)
    agreements: Mapped[list[NamingAgreement]] = relationship(
        cascade="all, delete-orphan", order_by="NamingAgreement.id", back_populates="example"
    )

    @property
    def agreement(self) -> NamingAgreement | None:
        """The agreement that stands: the newest, not withdrawn, for exactly this heading and these
        words of this system."""
        for agreement in reversed(self.agreements):
            if agreement.withdrawn_at is None and agreement.covers(self):
                return agreement
        return None


class NamingAgreement(Base):
    """Who said for a system that it may be named, when, and with which words."""

    __tablename__ = "naming_agreement"
    logged = ("example_id", "agreed_by", "agreed_on", "heading", "words", "withdrawn_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    example_id: Mapped[int] = mapped_column(ForeignKey(Example.id), index=True)
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id))
    agreed_by: Mapped[str] = mapped_column(String(200))
    agreed_on: Mapped[date]
    heading: Mapped[str]
    words: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    example: Mapped[Example] = relationship(back_populates="agreements")
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=recorded_by_id)
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by_id)

    def covers(self, example: Example) -> bool:
        return (self.system_id, self.heading, self.words) == (
            example.system_id,
            example.heading,
            example.words,
        )

    def logged_place(self) -> tuple[int | None, int | None]:
        return (self.example.round_id if self.example else None), self.system_id
