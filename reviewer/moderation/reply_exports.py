"""The full copy that a system takes: its settled answers, its reply and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reviewer.moderation.replies import Reply, ReplyPoint
from reviewer.moderation.settled import Settled
from reviewer.reviews.page import told
from reviewer.sheets import Row

COLUMNS = (
    *("criterion", "question", "document", "text", "answer", "pages"),
    *("reply", "reply_about", "reply_document", "reply_page", "reply_text"),
    *("outcome", "outcome_reason"),
)


def copy_rows(
    reply: Reply,
    found: Iterable[tuple[Settled, ReplyPoint | None]],
    names: Mapping[int, str],
) -> list[Row]:
    """A row for each settled answer; `reply_about` is the answer that the reply was written to."""
    instrument = reply.round.released.instrument
    rows: list[Row] = []
    for settled, point in found:
        rows.append(
            {
                "criterion": instrument.criterion(settled.question.criterion).title,
                "question": settled.question.id,
                "document": settled.kind.name,
                "text": settled.question.text,
                "answer": settled.words,
                "pages": "; ".join(words for words, _, _ in settled.pages),
                "reply": point.view_words if point else "",
                "reply_about": told(settled.question, point.about) if point else "",
                "reply_document": names.get(point.cited_id or 0, "") if point else "",
                "reply_page": point.page if point else None,
                "reply_text": point.text if point else "",
                "outcome": (point.outcome or "").capitalize() if point else "",
                "outcome_reason": point.reason if point else "",
            }
        )
    return rows
