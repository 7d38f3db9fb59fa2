"""Where the pictures of pages are kept: files in a folder of the document's own, and no rows.

They are for people whose browser runs no scripts and so draws no PDF itself. `drawing.py` makes
them; a page asks only whether its picture is there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from reviewer.documents.models import Document
from reviewer.documents.store import folder, path_of


class Picture(StrEnum):
    """Where the picture of a page stands."""

    DRAWN = "drawn"
    WAITING = "waiting"
    NONE = "none"  # the page cannot be drawn


@dataclass(frozen=True)
class Pictures:
    """The pictures of one document, in `folder`: 12.jpg, or an empty 12.none where there is none to
    be had."""

    folder: Path

    def file(self, number: int) -> Path:
        return self.folder / f"{number}.jpg"

    def standing(self, number: int) -> Picture:
        if self.file(number).exists():
            return Picture.DRAWN
        return Picture.NONE if self._mark(number).exists() else Picture.WAITING

    def missing(self, pages: int) -> list[int]:
        """The pages that are still to be drawn."""
        return [n for n in range(1, pages + 1) if self.standing(n) == Picture.WAITING]

    def size(self) -> int:
        """Bytes of all of them."""
        return sum(file.stat().st_size for file in self.folder.glob("*.jpg"))

    def keep(self, number: int, jpeg: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{number}"
        unfinished.write_bytes(jpeg)
        unfinished.rename(self.file(number))  # whole or not at all, whoever looks meanwhile

    def give_up(self, numbers: Iterable[int]) -> None:
        """Say of these pages that they cannot be drawn."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            self._mark(number).touch()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _mark(self, number: int) -> Path:
        return self.folder / f"{number}.none"


def pictures_of(document: Document) -> Pictures:
    """The pictures of a document; no other has them, not even one of the very same file."""
    return Pictures(folder() / "pictures" / Path(document.stored_as).stem)


@event.listens_for(Document, "after_delete")
def _remember(_mapper: Any, _connection: Any, document: Document) -> None:
    of_deleted = (path_of(document), pictures_of(document))
    _session_of(document).info.setdefault("deleted documents", []).append(of_deleted)


@event.listens_for(Session, "after_commit")
def _remove_files(committed: Session) -> None:
    """Of a deleted document neither the PDF nor a picture stays."""
    for pdf, pictures in committed.info.pop("deleted documents", ()):
        pdf.unlink(missing_ok=True)
        pictures.remove()


@event.listens_for(Session, "after_rollback")
def _forget(rolled_back: Session) -> None:
    rolled_back.info.pop("deleted documents", None)


def _session_of(document: Document) -> Session:
    found = Session.object_session(document)
    assert found
    return found
