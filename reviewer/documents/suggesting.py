"""The finder on stored documents: the pages to read first for a question.

An index is kept in memory for the documents read last: a document's text changes only while it is
being read, and a self-assessment's index is made from its own documents alone. Each web process
keeps its own, and looks at every use which of those documents another process has deleted since.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.finder import MOST, Index, Suggestion
from reviewer.documents.models import Document, Page
from reviewer.instrument.model import Question
from reviewer.private import EVERY_ROUND

KEPT = 16  # indexes of about 10 MB each, in every web process

# The stored file and its hash, how much of it was read and how that stands: better text, a better
# index. Not the document's number: SQLite gives that of a deleted document to another one.
Key = tuple[str, str, int, str]
_indexes: OrderedDict[Key, Index] = OrderedDict()  # the one used last at the end
_lock = Lock()


def suggestions(document: Document, question: Question, most: int = MOST) -> list[Suggestion]:
    """The pages of a document to read first for a question, best first."""
    return _index(document).suggest(question, most=most)


def forget_indexes() -> None:
    """Let go of every index that this process keeps, as after a document was deleted."""
    with _lock:
        _indexes.clear()


def kept() -> set[str]:
    """The stored files of which this process keeps an index."""
    with _lock:
        return {stored_as for stored_as, *_ in _indexes}


def _index(document: Document) -> Index:
    _forget_deleted()
    key = (document.stored_as, document.sha256, document.pages_read, document.status)
    with _lock:
        if key in _indexes:
            _indexes.move_to_end(key)
            return _indexes[key]
    rows = session.execute(
        select(Page.number, Page.text).filter_by(document_id=document.id).order_by(Page.number)
    )
    index = Index([(number, text) for number, text in rows])
    with _lock:
        _indexes[key] = index
        while len(_indexes) > KEPT:
            _indexes.popitem(last=False)
    return index


def _forget_deleted() -> None:
    """Let go of the index of a document that is no longer there, whoever deleted it. Whose
    documents they are makes no difference: nothing is read of them but that they are there."""
    known = kept()
    if not known:
        return
    there = set(
        session.scalars(
            select(Document.stored_as).where(Document.stored_as.in_(known)),
            execution_options=EVERY_ROUND,
        )
    )
    with _lock:
        for key in [key for key in _indexes if key[0] in known - there]:
            del _indexes[key]
