"""Answers that did not go along when their round went on to another version of its questions.

They are in the kept round with all that hangs on them. Here they are shown to their reader and to
the policy team, until what they became is answered anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.model import DocumentKind, Question
from reviewer.instrument.models import Released, released
from reviewer.reviews.answers import Answer, AnswerState, answers_of
from reviewer.reviews.forms import pages_text
from reviewer.reviews.models import Review
from reviewer.reviews.page import told
from reviewer.rounds.models import Round
from reviewer.rounds.upgrades import Upgrade

Place = tuple[str, str]  # question id and document kind


@dataclass(frozen=True)
class Kept:
    """One answer to a question of an earlier version. `becomes` are the questions of today that
    ask for the same of the same document; `is_waiting`: not all of them are answered."""

    review: Review
    question: Question
    kind: DocumentKind
    answer: Answer
    words: str
    becomes: Sequence[Question]
    is_waiting: bool
    version: str

    @property
    def pages(self) -> str:
        return pages_text(self.answer.pages)


def kept_of(round_: Round, review: Review | None = None) -> list[Kept]:
    """The kept answers of a round, or of one review of it, by upgrade and in asking order; in as
    many queries whatever their number, and in none where the round was never moved."""
    found: list[Kept] = []
    for upgrade in round_.upgrades:
        if upgrade.applied_at:
            found += _of(upgrade, round_, review)
    return found


def waiting_words(review: Review) -> dict[Place, str]:
    """What to say beside a question that waits for its reader to look at what was answered."""
    said: dict[Place, list[str]] = {}
    for kept in kept_of(review.round, review):
        for question in kept.becomes:
            words = f"{kept.words} (to “{kept.question.text}”, which was changed since)"
            said.setdefault((question.id, kept.kind.id), []).append(words)
    return {place: " ".join(words) for place, words in said.items()}


def _of(upgrade: Upgrade, round_: Round, review: Review | None) -> list[Kept]:
    old, now = released(upgrade.from_version_id), round_.released
    wanted = {
        int(kept): live
        for kept, live in upgrade.reviews.items()
        if review is None or live == review.id
    }
    kept_answers = answers_of(list(wanted), old.question_codes)
    live_ids = {live for kept, live in wanted.items() if kept_answers[kept]}
    lives = {r.id: r for r in session.scalars(select(Review).where(Review.id.in_(live_ids)))}
    given = _answered(live_ids, now)
    today = {question.id for question in now.instrument.questions}
    order = {question.id: n for n, question in enumerate(old.instrument.questions)}
    found = []
    for kept_id, live_id in wanted.items():
        for (id_, on), answer in sorted(
            kept_answers[kept_id].items(), key=lambda item: (order[item[0][0]], item[0][1])
        ):
            if live_id not in lives:
                continue
            question = old.instrument.question(id_)
            becomes = [
                now.instrument.question(new)
                for new in upgrade.map.of(id_).new
                if new in today and on in now.instrument.question(new).documents
            ]
            found.append(
                Kept(
                    review=lives[live_id],
                    question=question,
                    kind=old.instrument.document_kind(on),
                    answer=answer,
                    words=told(question, answer.given(old.option_codes)),
                    becomes=becomes,
                    is_waiting=any((live_id, q.id, on) not in given for q in becomes),
                    version=old.instrument.version,
                )
            )
    return found


def _answered(reviews: set[int], now: Released) -> set[tuple[int, str, str]]:
    rows = session.execute(
        select(Answer.review_id, Answer.question_id, Answer.document).where(
            Answer.review_id.in_(reviews), Answer.state != AnswerState.UNANSWERED.value
        )
    )
    return {(row[0], now.question_codes[row[1]], row[2]) for row in rows}
