"""Letters about a round: a nudge by hand, thanks when it closes, and each letter only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from reviewer.db import now, session
from reviewer.instrument.model import sentence_case
from reviewer.moderation.outcomes import standings
from reviewer.people.letters import Kind
from reviewer.people.links import page_address
from reviewer.people.mail import send
from reviewer.people.models import Person
from reviewer.reviews.models import Refused, Review, Stage
from reviewer.rounds.models import Round
from reviewer.running.models import RoundLetter
from reviewer.wording import LONDON, count_text, date_text

QUIET = timedelta(hours=24)  # between two letters that ask the same person for the same round


@dataclass(frozen=True)
class Nudged:
    """How often a person was nudged in a round, and when they were last asked by any letter."""

    times: int
    last: datetime | None
    asked: datetime

    def is_fresh(self, at: datetime) -> bool:
        return at - self.asked < QUIET


def nudged_in(round_: Round) -> dict[int, Nudged]:
    """Who was nudged or reminded, by the person's id, in one query."""
    rows = session.execute(
        select(
            RoundLetter.person_id,
            func.count().filter(RoundLetter.kind == Kind.NUDGE),
            func.max(RoundLetter.written_at).filter(RoundLetter.kind == Kind.NUDGE),
            func.max(RoundLetter.written_at),
        )
        .where(RoundLetter.round_id == round_.id, RoundLetter.kind.in_((Kind.NUDGE, Kind.REMINDER)))
        .group_by(RoundLetter.person_id)
    )
    return {person: Nudged(times, last, asked) for person, times, last, asked in rows}


def nudge(round_: Round, people: Iterable[int], at: datetime) -> tuple[list[Person], list[Person]]:
    """Write to these people about what they have not handed in: who was written to, and who was
    not because a nudge or a reminder went to them within 24 hours. Refused if the round is closed.
    """
    if not round_.is_open:
        raise Refused("The round is closed, so nobody was nudged.")
    wanted, before = set(people), nudged_in(round_)
    written: list[Person] = []
    spared: list[Person] = []
    for person, reviews in by_person(round_, unsubmitted=True).items():
        if person.id not in wanted:
            continue
        known = before.get(person.id)
        fresh = known is not None and known.is_fresh(at)
        mark = str(known.times + 1 if known else 1)
        words = {"system": _systems(reviews), "days_left": days_left(round_.closes_on, at)}
        link = page_of(reviews)
        done = not fresh and write_once(round_, person, Kind.NUDGE, mark, link, words, at)
        (written if done else spared).append(person)
    return written, spared


def thank_readers(round_: Round) -> int:
    """Thank everybody with a submitted review, once for each round however often it is closed.
    Nobody in an invented round: its readers did not read."""
    if round_.invented:
        return 0
    return sum(
        write_once(
            *(round_, person, Kind.THANKS, "", page_of(reviews)),
            {"system": _systems(reviews)},
            now(),
        )
        for person, reviews in by_person(round_, unsubmitted=False).items()
        if not person.demonstration
    )


def tell_outcomes(round_: Round) -> int:
    """Tell each contact whose reply made a point that they can read what came of it, once for each
    round however often it is closed."""
    return sum(
        write_once(
            *(round_, reply.contact, Kind.OUTCOMES, str(reply.id)),
            page_address("replies.show", reply_id=reply.id),
            {"system": standing.system.name},
            now(),
        )
        for standing in standings(round_)
        if (reply := standing.reply) and standing.has_come_in and standing.tally.points
        if not reply.contact.removed_at
    )


def days_left(closes_on: date | None, at: datetime) -> str:
    """12 days; what a letter says of the time that is left."""
    if closes_on is None:
        return "as long as the round is open"
    left = (closes_on - at.astimezone(LONDON).date()).days
    if left < 0:
        return f"the last day was {date_text(closes_on)}"
    return count_text(left, "day") if left else "less than a day"


def by_person(round_: Round, *, unsubmitted: bool) -> Mapping[Person, Sequence[Review]]:
    """The reviews of each person who has access; imports have nobody to write to."""
    done = Review.stage == Stage.SUBMITTED
    found: dict[Person, list[Review]] = defaultdict(list)
    for review in session.scalars(
        select(Review)
        .join(Review.reviewer)
        .where(Review.round_id == round_.id, ~done if unsubmitted else done)
        .where(Person.removed_at.is_(None))
        .options(joinedload(Review.reviewer), joinedload(Review.system))
        .order_by(Person.name, Person.id, Review.id)
    ):
        assert review.reviewer
        found[review.reviewer].append(review)
    return found


def write_once(
    round_: Round,
    person: Person,
    kind: Kind,
    mark: str,
    link: str,
    words: Mapping[str, str],
    at: datetime,
) -> bool:
    """Write a letter and keep that it was written, both or neither; False if it was before."""
    letter = RoundLetter(
        round_id=round_.id, person_id=person.id, kind=kind, mark=mark, written_at=at
    )
    try:
        # The row first: the database refuses the second of two, before the letter is written.
        with session.begin_nested():
            session.add(letter)
            session.flush()
            send(kind, person, link=link, round=sentence_case(round_.name), **words)
    except IntegrityError:
        return False
    return True


def page_of(reviews: Sequence[Review]) -> str:
    """Where a reader goes on: the review, or the list of several."""
    if len(reviews) == 1:
        return page_address("reviews.task_list", review_id=reviews[0].id)
    return page_address("reviews.assigned")


def _systems(reviews: Sequence[Review]) -> str:
    names = [review.system.name for review in reviews]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
