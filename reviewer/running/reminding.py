"""Reminders before the last day of a round, sent by the worker.

Each is due on a day of its own, and goes to whoever has something to hand in. A day on which no
worker ran is made up for as long as the round takes answers; of several, only the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from reviewer import jobs
from reviewer.db import now, session
from reviewer.people.letters import Kind
from reviewer.rounds.models import Round, State
from reviewer.running.nudging import by_person, days_left, nudged_in, page_of, write_once
from reviewer.wording import LONDON

MOST_DAYS = 90
MOST_REMINDERS = 6
FIRST_HOUR = 8  # in London: nobody is written to at midnight


def read_days(text: str) -> tuple[int, ...]:
    """14, 7, 1: days before the last day, the most first; none for no reminders. ValueError says
    what to write."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(
        part.isdecimal() and len(part) < 4 and 1 <= int(part) <= MOST_DAYS for part in parts
    ):
        raise ValueError(f"Write numbers from 1 to {MOST_DAYS} with commas between, like 14, 7, 1.")
    days = sorted({int(part) for part in parts}, reverse=True)
    if len(days) > MOST_REMINDERS:
        raise ValueError(f"Choose at most {MOST_REMINDERS} reminders.")
    return tuple(days)


def dates_of(round_: Round) -> list[date]:
    """The days on which reminders are due, the first first."""
    if not round_.closes_on:
        return []
    return [round_.closes_on - timedelta(days=days) for days in read_days(round_.reminder_days)]


def due(dates: Sequence[date], closes_on: date, today: date) -> date | None:
    """The reminder to send today: the last one that is due, unless the last day has passed."""
    return max((day for day in dates if day <= today <= closes_on), default=None)


def remind(at: datetime) -> int:
    """Write the reminders that are due at that moment, and commit each; gives their number."""
    local = at.astimezone(LONDON)
    if local.hour < FIRST_HOUR:
        return 0
    rounds = session.scalars(
        select(Round).where(Round.state == State.OPEN, Round.closes_on >= local.date())
    ).all()
    written = 0
    for round_ in rounds:
        assert round_.closes_on
        day = due(dates_of(round_), round_.closes_on, local.date())
        if day:
            written += _remind_for(round_, day, at)
    return written


@jobs.hourly
def _remind_now() -> None:
    remind(now())


def _remind_for(round_: Round, day: date, at: datetime) -> int:
    """One reminder for each person with something to hand in that they had before that day. Who
    was asked within 24 hours is left for the next time."""
    asked, written = nudged_in(round_), 0
    for person, reviews in by_person(round_, unsubmitted=True).items():
        had = [r for r in reviews if r.assigned_at.astimezone(LONDON).date() < day]
        known = asked.get(person.id)
        if not had or (known and known.is_fresh(at)):
            continue
        words = {"days_left": days_left(round_.closes_on, at)}
        link = page_of(had)
        written += write_once(round_, person, Kind.REMINDER, day.isoformat(), link, words, at)
        session.commit()
    return written
