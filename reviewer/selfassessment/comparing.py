"""A system's own answers beside what a round settled about it.

A system reads settled answers where it is entitled to: in a closed round, or where it was asked to
reply. Nobody else sees the two beside each other unless the system shares it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select

from reviewer.db import session
from reviewer.instrument.model import SCALE, Criterion
from reviewer.instrument.models import InstrumentVersion
from reviewer.moderation.replies import Reply
from reviewer.moderation.settled import Settled, settled_of
from reviewer.reviews.citations import pages_words
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import Kind, Round, State
from reviewer.selfassessment.loading import Opened


@dataclass(frozen=True)
class Pair:
    """One question that both have answered: in words, and the pages of each side."""

    settled: Settled
    own: str
    own_pages: str
    same: bool


@dataclass(frozen=True)
class Beside:
    """The pairs of one criterion; agreement is counted over questions, and is no score."""

    criterion: Criterion
    pairs: tuple[Pair, ...]

    @property
    def same(self) -> int:
        return sum(pair.same for pair in self.pairs)

    @property
    def differences(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if not pair.same)


def rounds_beside(opened: Opened) -> Sequence[Round]:
    """The rounds whose settled answers about it the system may read, the newest first."""
    version = session.get_one(InstrumentVersion, opened.round.instrument_version_id)
    asked = exists().where(Reply.round_id == Round.id, Reply.system_id == opened.system.id)
    reviewed = exists().where(
        Review.round_id == Round.id,
        Review.system_id == opened.system.id,
        Review.stage == Stage.SUBMITTED.value,
    )
    return session.scalars(
        select(Round)
        .join(InstrumentVersion, InstrumentVersion.id == Round.instrument_version_id)
        .where(
            InstrumentVersion.code == version.code,
            Round.kind == Kind.SECTOR.value,
            or_(Round.state == State.CLOSED.value, asked),
            reviewed,
        )
        .order_by(Round.id.desc())
    ).all()


def compared(opened: Opened, round_: Round) -> list[Beside]:
    """Every criterion with a question that both sides have a value for."""
    settled = settled_of(round_, opened.system)
    answers = opened.review.load_answers()
    codes = opened.review.released.option_codes
    found = []
    for criterion in opened.round.released.instrument.criteria:
        pairs = []
        for place, theirs in settled.items():
            answer = answers.get(place)
            if theirs.question.criterion != criterion.id or theirs.given is None or not answer:
                continue
            given = answer.given(codes)
            if not (given.options or given.not_applicable):
                continue
            titles = [o.title for o in theirs.question.options if o.id in given.options]
            pages = tuple(
                sorted({e.pages for e in answer.evidence if not e.removed_at and e.first_page})
            )
            pairs.append(
                Pair(
                    theirs,
                    "; ".join(titles) or "Not applicable",
                    pages_words(pages) if pages else "",
                    (given.options, given.not_applicable)
                    == (theirs.given.options, theirs.given.not_applicable),
                )
            )
        if pairs:
            # Scales first: there a difference has a direction.
            pairs.sort(key=lambda pair: pair.settled.question.kind != SCALE)
            found.append(Beside(criterion, tuple(pairs)))
    return found
