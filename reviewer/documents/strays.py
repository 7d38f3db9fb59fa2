"""Files among the uploads that belong to no document.

A program that is ended between the writing of a file and the row that names it leaves one behind.
Nobody was told that it was kept.
"""

from __future__ import annotations

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.jobs import hourly
from reviewer.storage import files

A_DAY = 24 * 3600


@hourly
def take_away_strays(older_than: float = A_DAY) -> None:
    """Remove files without a row that are older than so many seconds: those of a request under way
    are younger. Those that are not even whole have a dot before their name."""
    found = [n for n, age in files().ages().items() if n.endswith(".pdf") and age >= older_than]
    # Only after the files were listed: a row may come later than its file, never before.
    known = set(session.scalars(select(Document.stored_as)))
    session.rollback()
    for name in found:
        if name not in known:
            files().remove(name)
