"""What people answered in an exercise. It counts nowhere else, and nobody's is shown to others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from reviewer.db import Base, now, session
from reviewer.people.models import Person

FEWEST = 3  # others: below it, a count would tell who said what


class CalibrationAnswer(Base):
    """A person's first answer to a question of an exercise, and the latest. The first was given
    before the references were seen, so it alone is told to others, and only in counts."""

    __tablename__ = "calibration_answer"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(60), primary_key=True)
    question: Mapped[str] = mapped_column(String(60), primary_key=True)
    first: Mapped[str] = mapped_column(String(60))
    latest: Mapped[str] = mapped_column(String(60))
    answered_at: Mapped[datetime] = mapped_column(default=now)


def answers_of(person: Person, instrument: str) -> dict[str, str]:
    """The latest answer of a person by question id; empty if the exercise was not done."""
    rows = session.scalars(
        select(CalibrationAnswer).filter_by(person_id=person.id, instrument=instrument)
    )
    return {row.question: row.latest for row in rows}


def keep(person: Person, instrument: str, given: Mapping[str, str]) -> None:
    """Keep answers by question id, first ones as first; done again, only the latest changes.

    What is new to a question whose reference was seen with the others is no first answer any
    more: it is kept for the person as the latest, under an empty first.
    """
    known = {
        row.question: row
        for row in session.scalars(
            select(CalibrationAnswer).filter_by(person_id=person.id, instrument=instrument)
        )
    }
    for question, option in given.items():
        if question in known:
            known[question].latest, known[question].answered_at = option, now()
        else:
            session.add(
                CalibrationAnswer(
                    person_id=person.id,
                    instrument=instrument,
                    question=question,
                    first="" if known else option,
                    latest=option,
                )
            )
    session.flush()


def first_answers(instrument: str, but: Person | None = None) -> dict[str, Counter[str]]:
    """How many people gave each option first, by question id and option id; `but` is left out."""
    counted = (
        select(CalibrationAnswer.question, CalibrationAnswer.first, func.count())
        .where(CalibrationAnswer.instrument == instrument, CalibrationAnswer.first != "")
        .group_by(CalibrationAnswer.question, CalibrationAnswer.first)
    )
    if but:
        counted = counted.where(CalibrationAnswer.person_id != but.id)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for question, option, people in session.execute(counted):
        found[question][option] = people
    return found
