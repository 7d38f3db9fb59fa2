"""Snapshots: the counts of a round as they were each time it was closed.

A snapshot is never written again. Opening a closed round says why, and closing it the next time
makes another snapshot; both stay, and what moved between them can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.findings.counting import figures, systems_reviewed
from reviewer.findings.figures import Figure
from reviewer.instrument.model import Instrument, Option
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.logbook import Entry
from reviewer.moderation.models import DecisionChange
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.models import Review
from reviewer.rounds.models import NotPublished, Round, size
from reviewer.systems.models import System

FEWEST = 3  # systems: rule of counting 7 on a second release

Place = tuple[str, str]  # question id, document kind


class Snapshot(Base):
    """The figures of a round when it was closed for the `number`th time, from 1.

    `counts` has for each figure its question, document, base and the like, and the count of every
    option by id. `reopened_because` is why the round was opened again after this one.
    """

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    number: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    systems_reviewed: Mapped[int]
    systems_total: Mapped[int]
    counts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # What they were computed from, as hashes (manifest.py); nothing for one made before 0012.
    manifest: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    reopened_at: Mapped[datetime | None]
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reopened_because: Mapped[str] = mapped_column(default="")

    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    reopened_by: Mapped[Person | None] = relationship(foreign_keys=reopened_by_id)

    logged = ("number", "reopened_because")

    @property
    def instrument(self) -> Instrument:
        return released(self.instrument_version_id).instrument

    def figures(self) -> list[Figure]:
        """The figures as they were, in asking order."""
        instrument = self.instrument
        return [
            Figure(
                question=instrument.question(kept["question"]),
                document=instrument.document_kind(kept["document"]),
                # Those whose document of this kind is not published are outside its figures.
                systems_reviewed=sum(kept[name] for name in _KEPT if name != "counts"),
                systems_total=self.systems_total,
                **{name: kept[name] for name in _KEPT},
            )
            for kept in self.counts
        ]


_KEPT = ("counts", "base", "unanswered", "not_applicable", "unresolved")


def take(round_: Round, by: Person | None) -> Snapshot:
    """Keep the figures of a round as they are now, under the next number."""
    known = snapshots_of(round_)
    snapshot = Snapshot(
        round_id=round_.id,
        number=len(known) + 1,
        made_by=by,
        instrument_version_id=round_.instrument_version_id,
        systems_reviewed=systems_reviewed(round_),
        systems_total=size(round_),
        counts=[
            {"question": figure.question.id, "document": figure.document.id}
            | {name: getattr(figure, name) for name in _KEPT}
            for figure in figures(round_)
        ],
    )
    session.add(snapshot)
    session.flush()
    return snapshot


def snapshots_of(round_: Round) -> Sequence[Snapshot]:
    """Every snapshot of a round, the first made first."""
    return session.scalars(
        select(Snapshot).filter_by(round_id=round_.id).order_by(Snapshot.number)
    ).all()


@dataclass(frozen=True)
class Moved:
    """A figure in which a number differs between two snapshots; None where one lacks it."""

    before: Figure | None
    after: Figure | None

    @property
    def figure(self) -> Figure:
        found = self.after or self.before
        assert found
        return found

    @property
    def place(self) -> Place:
        return self.figure.question.id, self.figure.document.id

    def options(self) -> list[Option]:
        """The options whose number of systems differs."""
        return [
            option
            for option in self.figure.question.options
            if _count(self.before, option) != _count(self.after, option)
        ]


def _count(figure: Figure | None, option: Option) -> int | None:
    return figure.counts.get(option.id) if figure else None


def moved(before: Iterable[Figure], after: Iterable[Figure]) -> list[Moved]:
    """What differs between two sets of figures, in the order of the later one. Pure."""
    old = {(f.question.id, f.document.id): f for f in before}
    new = {(f.question.id, f.document.id): f for f in after}
    places = [*new, *(place for place in old if place not in new)]
    found = [Moved(old.get(place), new.get(place)) for place in places]
    return [m for m in found if _numbers(m.before) != _numbers(m.after)]


def _numbers(figure: Figure | None) -> tuple[Any, ...] | None:
    return tuple(getattr(figure, name) for name in _KEPT) if figure else None


@dataclass(frozen=True)
class Why:
    """What was done between two snapshots: the systems it was done to, by place; the systems
    whose review was submitted or returned; the decisions; the systems of which a document was
    marked as not published, or no longer so."""

    answered: dict[Place, set[str]]
    submitted: list[str]
    decided: dict[Place, set[str]]
    marked: list[str]

    @property
    def systems(self) -> set[str]:
        """Every system that something was done to."""
        return set().union(
            *self.answered.values(), *self.decided.values(), self.submitted, self.marked
        )

    @property
    def can_be_told_apart(self) -> bool:
        """Whether who has both releases could tell a system's answers from them (rule 7)."""
        return 0 < len(self.systems) < FEWEST


def why(round_: Round, before: Snapshot, after: Snapshot) -> Why:
    """What was done to a round between two of its snapshots, in three queries."""
    codes = round_.released.question_codes
    answered: dict[Place, set[str]] = {}
    for name, question, document in session.execute(
        select(System.name, Answer.question_id, Answer.document)
        .join(Review, Review.system_id == System.id)
        .join(Answer, Answer.review_id == Review.id)
        .join(AnswerChange, AnswerChange.answer_id == Answer.id)
        .where(
            Review.round_id == round_.id,
            # What was never handed in moved no number.
            Review.first_submitted_at <= after.made_at,
            AnswerChange.changed_at > before.made_at,
            AnswerChange.changed_at <= after.made_at,
        )
        .distinct()
    ):
        answered.setdefault((codes[question], document), set()).add(name)
    decided: dict[Place, set[str]] = {}
    for name, question, document in session.execute(
        select(System.name, DecisionChange.question_id, DecisionChange.document)
        .join(DecisionChange, DecisionChange.system_id == System.id)
        .where(
            DecisionChange.round_id == round_.id,
            DecisionChange.changed_at > before.made_at,
            DecisionChange.changed_at <= after.made_at,
        )
        .distinct()
    ):
        decided.setdefault((codes[question], document), set()).add(name)
    submitted, marked = set(), set()
    for name, entry in session.execute(
        select(System.name, Entry)
        .join(Entry, Entry.system_id == System.id)
        .where(
            Entry.round_id == round_.id,
            Entry.noun.in_([Review.__tablename__, NotPublished.__tablename__]),
            Entry.at > before.made_at,
            Entry.at <= after.made_at,
        )
    ):
        if entry.noun == NotPublished.__tablename__:
            marked.add(name)
        elif "submitted" in ((entry.before or {}).get("stage"), (entry.after or {}).get("stage")):
            submitted.add(name)
    return Why(answered, sorted(submitted), decided, sorted(marked))
