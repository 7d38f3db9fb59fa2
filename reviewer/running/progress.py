"""How far a round is: each system by criterion, and the readings that need a word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.model import Instrument
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerOption, AnswerState
from reviewer.reviews.asking import Progress, progress, steers
from reviewer.reviews.models import Review, Stage
from reviewer.reviews.pace import Moment
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from reviewer.wording import LONDON

STALLED_AFTER = timedelta(days=7)
CLOSING_SOON = timedelta(days=7)


class Group(StrEnum):
    """Why a reading needs a word; one can be in two groups."""

    NOT_OPENED = "not-opened"
    STALLED = "stalled"
    LATE = "late"
    RETURNED = "returned"


@dataclass(frozen=True)
class Reading:
    """One review. `person_id` is None for an import; `last` is when something was kept last."""

    review_id: int
    system_id: int
    person_id: int | None
    name: str
    organisation: str
    removed: bool
    stage: Stage
    assigned_at: datetime
    last: datetime | None
    by_criterion: Mapping[str, Progress]

    @property
    def total(self) -> Progress:
        return together(self.by_criterion.values())

    def groups(self, closes_on: date | None, at: datetime) -> set[Group]:
        """The groups it is in at that moment, as long as the round is open."""
        if self.person_id is None or self.stage == Stage.SUBMITTED:
            return set()
        if self.stage == Stage.RETURNED:
            return {Group.RETURNED}
        found = set()
        if self.stage == Stage.ASSIGNED:
            found.add(Group.NOT_OPENED)
        elif at - (self.last or self.assigned_at) >= STALLED_AFTER:
            found.add(Group.STALLED)
        if closes_on:
            left = closes_on - at.astimezone(LONDON).date()
            few = self.total.answered * 2 < self.total.asked
            if left < timedelta() or (left <= CLOSING_SOON and few):
                found.add(Group.LATE)
        return found


@dataclass(frozen=True)
class Row:
    """One system: how much of each criterion is answered over its readings (None: no reading)."""

    system: System
    cells: tuple[Progress | None, ...]
    readings: tuple[Reading, ...]

    @property
    def total(self) -> Progress:
        return together(reading.total for reading in self.readings)

    @property
    def last(self) -> datetime | None:
        return max((r.last for r in self.readings if r.last), default=None)

    @property
    def state(self) -> str:
        stages = [reading.stage for reading in self.readings]
        submitted = stages.count(Stage.SUBMITTED)
        if not stages:
            return "No reader"
        if submitted == len(stages):
            return "Submitted"
        if Stage.RETURNED in stages:
            return "Returned"
        if submitted:
            return f"{submitted} of {len(stages)} submitted"
        return "Under way" if Stage.BEGUN in stages else "Not opened"


def together(parts: Iterable[Progress]) -> Progress:
    """Several counts as one."""
    found = list(parts)
    return Progress(sum(p.answered for p in found), sum(p.asked for p in found))


def percent(part: Progress) -> int:
    """How much is answered, in whole per cent: 0 only for nothing and 100 only for all of it."""
    if not part.answered or not part.asked:
        return 0
    return min(max(part.answered * 100 // part.asked, 1), 100)


def step(part: Progress) -> int:
    """Which of the five colours a cell has: 0 nothing, 1 to 3 a third each, 4 all of it."""
    share = percent(part)
    return 4 if share == 100 else 0 if share == 0 else 1 + share * 3 // 100


def rows_of(round_: Round, readings: Iterable[Reading]) -> list[Row]:
    """Every system in scope by name, in one query."""
    by_system: dict[int, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_system[reading.system_id].append(reading)
    return [
        Row(
            system,
            tuple(
                together(r.by_criterion[criterion.id] for r in found) if found else None
                for criterion in round_.released.instrument.criteria
            ),
            tuple(found),
        )
        for system in round_.systems()
        for found in (by_system[system.id],)
    ]


def readings_of(round_: Round, moments: Sequence[Moment]) -> list[Reading]:
    """Every reading of a round, in three queries; `moments` are those of `moments_of`."""
    last: dict[int, datetime] = {}
    for moment in moments:
        last[moment.review_id] = max(moment.at, last.get(moment.review_id, moment.at))
    how_far = _how_far(round_)
    rows = session.execute(
        select(Review, Person)
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .where(Review.round_id == round_.id)
        .order_by(Review.id)
    )
    return [
        Reading(
            review_id=review.id,
            system_id=review.system_id,
            person_id=review.reviewer_id,
            name=person.name if person else review.label or "",
            organisation=person.organisation if person else "",
            removed=bool(person and person.removed_at),
            stage=Stage(review.stage),
            assigned_at=review.assigned_at,
            last=last.get(review.id),
            by_criterion=how_far(review.id),
        )
        for review, person in rows
    ]


def _how_far(round_: Round) -> Callable[[int], dict[str, Progress]]:
    """A function from a review's id to its progress by criterion, after two queries."""
    released = round_.released
    instrument, codes = released.instrument, released.question_codes
    answered: dict[int, set[tuple[str, str]]] = defaultdict(set)
    given = (
        select(Answer.review_id, Answer.question_id, Answer.document)
        .join(Review, Review.id == Answer.review_id)
        .where(Review.round_id == round_.id)
    )
    for review, question, document in session.execute(
        given.where(Answer.state != AnswerState.UNANSWERED)
    ):
        answered[review].add((codes[question], document))
    # Only what decides whether another question is asked: the rest of the options is not needed.
    chosen: dict[int, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    steering = [number for number, code in codes.items() if steers(instrument, code)]
    for review, question, document, option in session.execute(
        given.join(AnswerOption, AnswerOption.answer_id == Answer.id)
        .where(Answer.question_id.in_(steering))
        .add_columns(AnswerOption.option_id)
    ):
        chosen[review][codes[question], document].add(released.option_codes[option])
    nothing = _by_criterion(instrument, {}, set())

    def of(review: int) -> dict[str, Progress]:
        if review not in answered:
            return nothing
        return _by_criterion(instrument, chosen[review], answered[review])

    return of


def _by_criterion(
    instrument: Instrument,
    chosen: Mapping[tuple[str, str], set[str]],
    answered: set[tuple[str, str]],
) -> dict[str, Progress]:
    return {c.id: progress(instrument, chosen, answered, c.id) for c in instrument.criteria}
