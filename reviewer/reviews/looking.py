"""Where to look: the pages that the finder suggests for a question; never an answer."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.documents.finder import Suggestion
from reviewer.documents.models import Document
from reviewer.documents.store import on_shelf
from reviewer.documents.suggesting import suggestions
from reviewer.instrument.model import Question
from reviewer.reviews.models import Review


@dataclass(frozen=True)
class Look:
    """The pages to read first in the document in hand; none where there is no text of one."""

    document: Document | None
    suggestions: list[Suggestion]


def look_for(review: Review, question: Question, kind: str) -> Look:
    """Where to look for the answer to a question on one document kind."""
    document = next((d for d in on_shelf(review.system, review.round) if d.kind == kind), None)
    if document is None or not document.has_text:
        return Look(document, [])
    return Look(document, suggestions(document, question))
