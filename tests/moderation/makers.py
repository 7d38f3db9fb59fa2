"""Readings of a system by two people, for tests."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import event

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from tests.running.makers import make_person, make_round

YES, SOME, NO = (Given(frozenset({option})) for option in ("yes", "some", "no"))
NOT_APPLICABLE = Given(not_applicable=True)

Answers = dict[tuple[str, str], Given]


def read(
    round_: Round, system: System, reader: Person | str, answers: Answers, *, submit: bool = True
) -> Review:
    """A review with these answers, submitted unless told."""
    review = assign(round_, system, reader)
    for place, given in answers.items():
        author = reader if isinstance(reader, Person) else None
        review.record(*place, given, author=author)
    if submit:
        review.submit()
    return review


def two_readings(first: Answers, second: Answers, **more: object) -> tuple[Round, System, Person]:
    """A round whose first system Ada and Bo have read; with it a policy lead."""
    round_ = make_round("spring", **more)
    system = round_.systems()[0]
    read(round_, system, make_person("Ada Reader", Role.REVIEWER), first)
    read(round_, system, make_person("Bo Second", Role.REVIEWER), second)
    lead = make_person("Lee Lead", Role.POLICY_LEAD)
    session.flush()
    return round_, system, lead


@contextmanager
def queries():
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
