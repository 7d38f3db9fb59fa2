"""What comes of replies: an outcome for each point, and the rates of a round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from reviewer.db import now, session
from reviewer.moderation.decisions import checked_reason, decide
from reviewer.moderation.replies import (
    Outcome,
    Reply,
    ReplyPoint,
    View,
    has_come_in,
    is_over,
    window_of,
)
from reviewer.moderation.settled import settled_of, systems_with_answers
from reviewer.people.models import Person
from reviewer.reviews.answers import AnswerState, Given
from reviewer.reviews.models import Refused
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from reviewer.wording import count_text, date_text


@dataclass(frozen=True)
class Tally:
    """How many points of a reply there are; those that agree ask for no outcome."""

    agreed: int = 0
    changed: int = 0
    stands: int = 0
    open: int = 0

    @property
    def points(self) -> int:
        """The points that ask for an outcome."""
        return self.changed + self.stands + self.open


@dataclass(frozen=True)
class Standing:
    """Where the reply of one system stands; `over`: nobody can write any more."""

    system: System
    reply: Reply | None
    tally: Tally
    over: bool

    @property
    def has_come_in(self) -> bool:
        saved = self.tally.points + self.tally.agreed
        return self.reply is not None and bool(self.reply.sent_at or (self.over and saved))

    @property
    def state(self) -> tuple[str, str]:
        """In a word or two, with the colour of its tag."""
        saved = self.tally.points + self.tally.agreed
        if self.reply is None:
            return "Not invited", "grey"
        if self.has_come_in:
            return "Replied", "green"
        if self.over:
            return "Closed, no reply", "grey"
        if saved:
            return "Writing", "teal"
        entered = self.reply.contact.entered_at
        if entered and entered >= self.reply.invited_at:
            return "Opened", "teal"
        return "Invited", "yellow"

    @property
    def more(self) -> str:
        """What is said beside the state."""
        if self.reply is None:
            return ""
        if self.has_come_in and self.reply.sent_at:
            return f"on {date_text(self.reply.sent_at)}"
        if self.has_come_in:
            return "saved, not sent"
        return f"on {date_text(self.reply.invited_at)}" if self.state[0] == "Invited" else ""


@dataclass(frozen=True)
class Rates:
    """Replies of a round, for the report. Of replies that have come in alone, `points` are those
    that do not agree: each was changed, stands, or is open."""

    invited: int
    replied: int
    agreed: int
    points: int
    changed: int
    stands: int

    @property
    def open(self) -> int:
        return self.points - self.changed - self.stands

    @property
    def reply_percent(self) -> int | None:
        """Of the systems invited, a whole percentage, halves up; None if none was."""
        return _percent(self.replied, self.invited)

    @property
    def change_percent(self) -> int | None:
        """Of the points made, a whole percentage, halves up; None if none was."""
        return _percent(self.changed, self.points)


def standings(round_: Round) -> list[Standing]:
    """Where each system stands that can be asked or was, by name; in five queries."""
    over, tallies = is_over(round_, window_of(round_)), _tallies(round_)
    replies = {
        reply.system_id: reply
        for reply in session.scalars(
            select(Reply).filter_by(round_id=round_.id).options(joinedload(Reply.contact))
        )
    }
    shown = systems_with_answers(round_) | set(replies)
    return [
        Standing(
            system=system,
            reply=(reply := replies.get(system.id)),
            tally=tallies.get(reply.id, Tally()) if reply else Tally(),
            over=over,
        )
        for system in round_.systems()
        if system.id in shown
    ]


def rates(round_: Round) -> Rates:
    """The reply and change rates of a round, in a few queries."""
    return rates_of(standings(round_))


def rates_of(found: Sequence[Standing]) -> Rates:
    """The same of standings that are at hand."""
    came = [standing.tally for standing in found if standing.has_come_in]
    return Rates(
        invited=sum(standing.reply is not None for standing in found),
        replied=len(came),
        agreed=sum(tally.agreed for tally in came),
        points=sum(tally.points for tally in came),
        changed=sum(tally.changed for tally in came),
        stands=sum(tally.stands for tally in came),
    )


def record_outcome(point: ReplyPoint, given: Given, reason: str, by: Person, seen: int) -> str:
    """Say what counts after a reply, with the reason that the system reads; a sentence says what
    came of it.

    The answer that the reply is about stands, and any other is a change, which is a decision.
    Refused if the reply has not come in, the round is closed, or somebody decided after version
    `seen`; ValueError as in `decide`.
    """
    reply, round_ = point.reply, point.reply.round
    if not round_.is_open:
        raise Refused(f"The round {round_.name} is closed, so nothing was recorded.")
    if not has_come_in(reply, window_of(round_)):
        raise Refused("This reply has not come in yet, so nothing was recorded.")
    if not point.needs_outcome:
        raise Refused("The system agrees here, so there is no outcome to record.")
    if given.state == AnswerState.UNANSWERED:
        raise ValueError("Choose what the answer is.")
    reason = checked_reason(reason)
    question_id = round_.released.question_codes[point.question_id]
    now_settled = settled_of(round_, reply.system).get((question_id, point.document))
    if now_settled is None or given != now_settled.given:
        place = (round_, reply.system, question_id, point.document)
        decide(*place, given, reason, by, seen=seen)
    outcome = Outcome.STANDS if given == point.about else Outcome.CHANGED
    if (point.outcome, point.reason) != (outcome, reason):
        point.outcome, point.reason = outcome, reason
        point.outcome_by, point.outcome_at = by, now()
        session.flush()
    if outcome is Outcome.STANDS:
        return "Recorded: the answer stands."
    return "Recorded: the answer is changed."


def left_text(tally: Tally) -> str:
    """How far the outcomes of a system are."""
    if not tally.points:
        return "Nothing to record"
    return f"{count_text(tally.open, 'point')} left" if tally.open else "All recorded"


def _tallies(round_: Round) -> dict[int, Tally]:
    """By reply id, in one query."""
    counts: dict[int, dict[str, int]] = {}
    query = (
        select(ReplyPoint.reply_id, ReplyPoint.view, ReplyPoint.outcome, func.count())
        .join(Reply, Reply.id == ReplyPoint.reply_id)
        .where(Reply.round_id == round_.id)
        .group_by(ReplyPoint.reply_id, ReplyPoint.view, ReplyPoint.outcome)
    )
    for reply_id, view, outcome, number in session.execute(query):
        name = "agreed" if view == View.AGREE else outcome or "open"
        of_reply = counts.setdefault(reply_id, {})
        of_reply[name] = of_reply.get(name, 0) + number
    return {reply_id: Tally(**of_reply) for reply_id, of_reply in counts.items()}


def _percent(count: int, base: int) -> int | None:
    return (200 * count + base) // (2 * base) if base else None
