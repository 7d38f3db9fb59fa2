"""Drawing the pictures of a document's pages (`pictures.py`), in the background.

Every page is drawn once, after the text was read, by child programs (`children.py`) that may fail
alone. So a page never waits for its picture to be drawn, no web process ever opens a PDF, and a
picture costs what a file costs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from reviewer.db import session
from reviewer.documents.children import Children, spans
from reviewer.documents.intake import limits, others_wait
from reviewer.documents.models import Document
from reviewer.documents.pictures import Pictures, pictures_of
from reviewer.documents.store import DRAW_PAGES, local
from reviewer.jobs import NotNow, handles

PAGES_AT_A_TIME = 8
MOST_FAILURES = 10  # pages that cannot be drawn, before the others are not tried either
MOST_BYTES = 400 * 2**20  # of one document's pictures; a hundred pages usually have 25 MB
SECONDS_BETWEEN_COMMITS = 1.0


def give_up(document_id: int) -> None:
    """Say of every page without a picture that it has none, after the job failed for good."""
    document = session.get(Document, document_id)
    if document:
        pictures = pictures_of(document)
        pictures.give_up(pictures.missing(document.page_count))


@handles(DRAW_PAGES, given_up=give_up, private_too=True)
def draw_pages(document_id: int, renew: Callable[[], None]) -> None:
    """Draw the pages that have no picture yet; documents that wait to be read go first."""
    document = session.get(Document, document_id)
    if document is None or document.emptied:
        return
    pdf, pictures = local(document), pictures_of(document)
    missing = pictures.missing(document.page_count)
    session.rollback()  # no transaction is open while a page is drawn
    try:
        with pdf as path:
            _draw(document_id, path, pictures, missing, renew)
    except FileNotFoundError:
        return  # the PDF is gone
    finally:
        session.rollback()
        document = session.get(Document, document_id)
        if document is None or document.emptied:  # meanwhile
            pictures.remove()


def _draw(
    document_id: int,
    path: Path,
    pictures: Pictures,
    missing: list[int],
    renew: Callable[[], None],
) -> None:
    size, failures, committed_at = pictures.size(), 0, monotonic()
    with Children(path, limits()) as children:
        for answer in children.answers("picture", spans(missing, PAGES_AT_A_TIME)):
            if answer.picture:
                pictures.keep(answer.number, answer.picture)
                size += len(answer.picture)
            else:
                pictures.give_up([answer.number])
                failures += 1
            if failures == MOST_FAILURES or size > MOST_BYTES:
                pictures.give_up(pictures.missing(missing[-1]))
                break
            if monotonic() - committed_at >= SECONDS_BETWEEN_COMMITS:
                if others_wait(document_id):
                    raise NotNow  # it goes on where this ends
                renew()
                session.commit()
                committed_at = monotonic()
