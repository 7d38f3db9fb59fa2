"""What a snapshot was computed from, as hashes, and whether it can be computed again.

Each hash is SHA-256 over JSON with sorted rows, of ids that stay the same in every installation:
codes of systems, questions and options. Whoever has the data can make them again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.documents.store import stands_in
from reviewer.documents.withdrawing import Rests, resting
from reviewer.findings.counting import figures, reviewed_in, systems_reviewed
from reviewer.findings.snapshots import Snapshot, moved
from reviewer.instrument.models import InstrumentVersion
from reviewer.moderation.models import Decision, DecisionOption
from reviewer.reviews.answers import Answer, AnswerOption
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import NotPublished, Round, RoundSystem, size
from reviewer.systems.models import System

PARTS = {
    "instrument": "the questions",
    "answers": "the answers, decisions and marks of what is not published",
    "documents": "the documents",
}


def manifest_of(round_: Round) -> dict[str, str]:
    """The hash of each part that the figures of a round rest on, by its name in `PARTS`."""
    version = session.get_one(InstrumentVersion, round_.instrument_version_id)
    return {
        "instrument": hashlib.sha256(version.definition.encode()).hexdigest(),
        "answers": _hash([*_answers(round_), *_decisions(round_), *_marks(round_)]),
        "documents": _hash(_documents(round_)),
    }


def differences(snapshot: Snapshot, round_: Round) -> list[str]:
    """What is not as it was when the snapshot was made, a line each; none if the same table comes
    out of the same data."""
    found = []
    now = manifest_of(round_)
    for part, words in PARTS.items():
        kept = snapshot.manifest.get(part)
        if kept is None:
            found.append(f"No hash of {words} was kept with it.")
        elif kept != now[part]:
            found.append(f"Not the same: {words}.")
    reviewed, total = systems_reviewed(round_), size(round_)
    if (reviewed, total) != (snapshot.systems_reviewed, snapshot.systems_total):
        found.append(
            f"Systems reviewed: {snapshot.systems_reviewed} of {snapshot.systems_total} then, "
            f"{reviewed} of {total} now."
        )
    found += [
        f"Not the same: figure {m.figure.id}." for m in moved(snapshot.figures(), figures(round_))
    ]
    return found


def _hash(rows: Iterable[tuple[Any, ...]]) -> str:
    lines = sorted(json.dumps(row, ensure_ascii=False) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _answers(round_: Round) -> list[tuple[Any, ...]]:
    """Every answer of the submitted reviews that is asked, with the options chosen."""
    released = round_.released
    counted = (
        Review.round_id == round_.id,
        Review.stage == Stage.SUBMITTED,
        Answer.hidden.is_(False),
    )
    chosen: dict[int, list[str]] = defaultdict(list)
    for answer_id, option_id in session.execute(
        select(AnswerOption.answer_id, AnswerOption.option_id)
        .join(Answer, Answer.id == AnswerOption.answer_id)
        .join(Review, Review.id == Answer.review_id)
        .where(*counted)
    ):
        chosen[answer_id].append(released.option_codes[option_id])
    rows = session.execute(
        select(System.code, Review.id, Answer.question_id, Answer.document, Answer.state, Answer.id)
        .join(Review, Review.system_id == System.id)
        .join(Answer, Answer.review_id == Review.id)
        .where(*counted)
    )
    return [
        (
            "answer",
            *(code, review, released.question_codes[question], on, state),
            sorted(chosen[answer_id]),
        )
        for code, review, question, on, state, answer_id in rows
    ]


def _decisions(round_: Round) -> list[tuple[Any, ...]]:
    released = round_.released
    rows = session.execute(
        select(
            *(System.code, Decision.question_id, Decision.document, Decision.not_applicable),
            DecisionOption.option_id,
        )
        .join(Decision, Decision.system_id == System.id)
        .outerjoin(DecisionOption, DecisionOption.decision_id == Decision.id)
        .where(Decision.round_id == round_.id)
    )
    return [
        (
            "decision",
            *(code, released.question_codes[question], on, not_applicable),
            released.option_codes.get(option or 0),
        )
        for code, question, on, not_applicable, option in rows
    ]


def _marks(round_: Round) -> list[tuple[Any, ...]]:
    rows = session.execute(
        select(System.code, NotPublished.kind)
        .join(NotPublished, NotPublished.system_id == System.id)
        .where(NotPublished.round_id == round_.id)
    )
    return [("not published", code, kind) for code, kind in rows]


def _documents(round_: Round) -> list[tuple[Any, ...]]:
    """Every version of every document of the systems reviewed, by the hash of its file."""
    rows = session.execute(
        select(System.code, Document.kind, Document.version, Document.sha256)
        .join(Document, Document.system_id == System.id)
        .where(
            Document.system_id.in_(reviewed_in(round_)),
            or_(Document.round_id.is_(None), Document.round_id == round_.id),
            stands_in(round_),
        )
    )
    return [tuple(row) for row in rows]


def _figures_on(document: Document) -> list[Rests]:
    """The frozen figures of rounds that had it among their documents."""
    names = session.scalars(
        select(Round.name)
        .join(Snapshot, Snapshot.round_id == Round.id)
        .join(RoundSystem, RoundSystem.round_id == Round.id)
        .where(
            RoundSystem.system_id == document.system_id,
            Snapshot.made_at >= document.attached_at,
            Round.id == (document.round_id or Round.id),
        )
        .distinct()
        .order_by(Round.name)
    )
    return [Rests(f"the frozen figures of the round {name}", frozenset({None})) for name in names]


resting.append(_figures_on)
