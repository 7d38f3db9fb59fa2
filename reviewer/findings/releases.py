"""What left the policy area before, and whether the next release could tell a system apart (rule of
counting 7): whoever has two releases, between which fewer than three systems changed, can work out
what those answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from reviewer.db import session
from reviewer.findings.snapshots import FEWEST
from reviewer.logbook import Entry
from reviewer.moderation.models import DecisionChange
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import Round
from reviewer.wording import date_text

# Tables whose rows say in the logbook that something was made for others to read.
NOUNS = {
    "snapshot": "the figures of the closed round",
    "report_file": "a report",
    "chart_archive": "charts",
    "reading_token": "a token for the figures",
}


@dataclass(frozen=True)
class Close:
    """An earlier release, and how many systems changed since: one or two."""

    at: datetime
    what: str
    systems: int

    @property
    def sentence(self) -> str:
        changed = "One system has" if self.systems == 1 else "Two systems have"
        return (
            f"{changed} changed since {self.what} went out on {date_text(self.at)}: whoever has "
            "both can work out what was answered. Wait until three have changed, or keep this to "
            "the policy team."
        )


def too_close(round_: Round, at: datetime | None = None) -> Close | None:
    """The newest release before `at`, or before now, that what is released then is too close to;
    None if there is none. In four queries."""
    touched = _last_touched(round_, at)
    return nearest(_releases(round_, at), touched.values())


def nearest(releases: Iterable[tuple[datetime, str]], touched: Iterable[datetime]) -> Close | None:
    """Of releases, the newest first, the first since which one or two of the systems changed that
    were `touched` last at these times."""
    touched = list(touched)
    for at, what in releases:
        changed = sum(time > at for time in touched)
        if 0 < changed < FEWEST:
            return Close(at, what, changed)
    return None


def _releases(round_: Round, at: datetime | None) -> list[tuple[datetime, str]]:
    query = select(Entry).where(Entry.round_id == round_.id, Entry.noun.in_(NOUNS))
    if at:
        query = query.where(Entry.at < at)
    return [
        (entry.at, NOUNS[entry.noun])
        for entry in session.scalars(query.order_by(Entry.at.desc(), Entry.id.desc()))
        if entry.after and _went_out(entry)
    ]


def _went_out(entry: Entry) -> bool:
    after = entry.after or {}
    if "state" in after:
        return after["state"] == "made"
    return entry.before is None and entry.noun in ("snapshot", "reading_token")


def _last_touched(round_: Round, at: datetime | None) -> dict[int, datetime]:
    """When something that counts was last done to each system, by its id."""
    answered = (
        select(Review.system_id, func.max(AnswerChange.changed_at))
        .join(Answer, Answer.review_id == Review.id)
        .join(AnswerChange, AnswerChange.answer_id == Answer.id)
        .where(Review.round_id == round_.id, Review.stage == Stage.SUBMITTED)
        .group_by(Review.system_id)
    )
    decided = (
        select(DecisionChange.system_id, func.max(DecisionChange.changed_at))
        .where(DecisionChange.round_id == round_.id)
        .group_by(DecisionChange.system_id)
    )
    entries = select(Entry).where(
        Entry.round_id == round_.id,
        Entry.noun.in_((Review.__tablename__, "not_published")),
        Entry.system_id.is_not(None),
    )
    if at:
        answered = answered.where(AnswerChange.changed_at <= at)
        decided = decided.where(DecisionChange.changed_at <= at)
        entries = entries.where(Entry.at <= at)
    found: dict[int, datetime] = {}
    times = [
        *session.execute(answered),
        *session.execute(decided),
        *((e.system_id, e.at) for e in session.scalars(entries) if _moves_figures(e)),
    ]
    for system, time in times:
        found[system] = max(time, found.get(system, time))
    return found


def _moves_figures(entry: Entry) -> bool:
    """A review that was submitted, returned or taken back; a mark that was set or taken away."""
    if entry.noun != Review.__tablename__:
        return True
    stages = ((entry.before or {}).get("stage"), (entry.after or {}).get("stage"))
    return Stage.SUBMITTED.value in stages
