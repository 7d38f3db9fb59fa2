"""Files in the uploads folder that belong to no document.

A program that is ended between the writing of a file and the row that names it leaves one behind.
Nobody was told that it was kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.documents.store import folder
from reviewer.jobs import hourly

A_DAY = 24 * 3600


@hourly
def take_away_strays(older_than: float = A_DAY) -> None:
    """Remove files without a row that are older than so many seconds: those of a request under way
    are younger."""
    if not folder().is_dir():
        return
    found = [path for path in _candidates() if _age(path) >= older_than]
    # Only after the files were listed: a row may come later than its file, never before.
    known = set(session.scalars(select(Document.stored_as)))
    session.rollback()
    for path in found:
        if path.name not in known:
            path.unlink(missing_ok=True)


def _candidates() -> Iterator[Path]:
    yield from folder().glob("*.pdf")
    yield from folder().glob(".*.pdf")  # not even whole


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return -1.0  # it has gone meanwhile
