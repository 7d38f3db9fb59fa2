"""Who reads which system: giving systems to people, taking one back, handing one over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from flask import current_app
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.letters import Kind
from reviewer.people.mail import send
from reviewer.people.models import Person
from reviewer.reviews import offers
from reviewer.reviews.models import Refused, Review, assign
from reviewer.rounds.models import Round
from reviewer.running.situation import Situation, situation_of
from reviewer.systems.models import System


class NotGiven(Refused):
    """Nothing was given; `lines` say why, by the place of the pair."""

    def __init__(self, lines: Mapping[int, str]) -> None:
        super().__init__(" ".join(lines.values()))
        self.lines = lines


def give_all(
    round_: Round, pairs: Sequence[tuple[int, int]], *, dry_run: bool = False
) -> list[Review]:
    """Assign systems to people (ids, in pairs), all or none, and write to each of them once.

    NotGiven if the round is closed, a cap would be broken or somebody has a conflict.
    """
    situation = _held(round_)
    if wrong := situation.problems(pairs):
        raise NotGiven(wrong)
    if dry_run:
        return []
    given: defaultdict[int, list[Review]] = defaultdict(list)
    for system, person in pairs:
        offers.forget_declined(round_.id, system, person)  # they were asked again
        review = assign(round_, situation.systems[system], situation.people[person])
        given[person].append(review)
    for person, reviews in given.items():
        _write(Kind.ASSIGNMENT, situation.people[person], round_, systems=_names(reviews))
    return [review for reviews in given.values() for review in reviews]


def give(round_: Round, system: System, person: Person) -> Review:
    """Assign one system to one person; as `give_all`."""
    return give_all(round_, [(system.id, person.id)])[0]


def hand_over(review: Review, to: Person, *, by: Person) -> None:
    """Give a half-done review to another reader and write to them. Refused if the round is closed,
    nothing or everything was done, or the new reader has a conflict or no room."""
    situation = _held(review.round)
    former = review.reader
    if wrong := situation.problems([(review.system_id, to.id)]):
        raise NotGiven(wrong)
    offers.hand_over(review, to, by=by)
    _write(Kind.HAND_OVER, to, review.round, system=review.system.name, former=former)


def take_back(review: Review) -> None:
    """Remove an assignment. Refused once anything was written in it: nobody's work is lost."""
    if not offers.untouched(review):
        raise Refused(
            f"{review.reader} has begun {review.system.name}, so the assignment stays as it is."
        )
    session.delete(review)
    session.flush()


def _held(round_: Round) -> Situation:
    """The round as it is now, held until this transaction ends: two people who assign at the same
    moment must not break a cap together."""
    session.scalars(
        select(Round).filter_by(id=round_.id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    if round_.is_closed:
        raise NotGiven({0: "The round is closed. Open it before you assign a system."})
    return situation_of(round_)


def _write(kind: Kind, person: Person, round_: Round, **words: str) -> None:
    path = current_app.url_map.bind("").build("reviews.assigned")
    link = current_app.config["PUBLIC_URL"].rstrip("/") + path
    send(kind, person, link=link, round=round_.name, **words)


def _names(reviews: Iterable[Review]) -> str:
    *others, last = sorted(review.system.name for review in reviews)
    return f"{', '.join(others)} and {last}" if others else last
