"""The finder on stored documents: the pages to read first for a question.

An index is kept in memory for the documents read last: a document's text changes only while it is
being read, and a self-assessment's index is made from its own documents alone.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.finder import MOST, Index, Suggestion
from reviewer.documents.models import Document, Page
from reviewer.instrument.model import Question

KEPT = 16  # indexes of about 10 MB each, in every web process


def suggestions(document: Document, question: Question, most: int = MOST) -> list[Suggestion]:
    """The pages of a document to read first for a question, best first."""
    index = _index(document.id, document.sha256, document.pages_read, document.status)
    return index.suggest(question, most=most)


def forget_indexes() -> None:
    """Let go of every index that this process keeps, as after a document was deleted."""
    _index.cache_clear()


@lru_cache(maxsize=KEPT)
def _index(document_id: int, _sha256: str, _pages_read: int, _status: str) -> Index:
    # The file and what was read of it so far are part of the key: better text, a better index.
    rows = session.execute(
        select(Page.number, Page.text).filter_by(document_id=document_id).order_by(Page.number)
    )
    return Index([(number, text) for number, text in rows])
