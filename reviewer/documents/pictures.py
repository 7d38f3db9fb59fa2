"""Where the pictures of pages are kept: files in a folder of the document's own, and no rows.

They are for people whose browser runs no scripts and so draws no PDF itself. `drawing.py` makes
them; a page asks only whether its picture is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from reviewer.documents.models import Document
from reviewer.storage import Files, files


class Picture(StrEnum):
    """Where the picture of a page stands."""

    DRAWN = "drawn"
    WAITING = "waiting"
    NONE = "none"  # the page cannot be drawn


@dataclass(frozen=True)
class Pictures:
    """The pictures of one document, in `folder`: 12.jpg, or an empty 12.none where there is none to
    be had."""

    kept_in: Files
    folder: str

    def name(self, number: int) -> str:
        return f"{self.folder}/{number}.jpg"

    def standing(self, number: int) -> Picture:
        if self.kept_in.size(self.name(number)) is not None:
            return Picture.DRAWN
        none = self.kept_in.size(self._mark(number)) is not None
        return Picture.NONE if none else Picture.WAITING

    def missing(self, pages: int) -> list[int]:
        """The pages that are still to be drawn."""
        there = self.kept_in.within(self.folder)
        return [
            number
            for number in range(1, pages + 1)
            if self.name(number) not in there and self._mark(number) not in there
        ]

    def size(self) -> int:
        """Bytes of all of them."""
        return sum(self.kept_in.within(self.folder).values())

    def keep(self, number: int, jpeg: bytes) -> None:
        self.kept_in.write(self.name(number), jpeg)

    def give_up(self, numbers: Iterable[int]) -> None:
        """Say of these pages that they cannot be drawn."""
        for number in numbers:
            self.kept_in.write(self._mark(number), b"")

    def remove(self) -> None:
        self.kept_in.remove_folder(self.folder)

    def _mark(self, number: int) -> str:
        return f"{self.folder}/{number}.none"


def pictures_of(document: Document) -> Pictures:
    """The pictures of a document; no other has them, not even one of the very same file."""
    return Pictures(files(), f"pictures/{document.stored_as.partition('.')[0]}")


@event.listens_for(Document, "after_delete")
def _remember(_mapper: Any, _connection: Any, document: Document) -> None:
    remove_files_of(document)


def remove_files_of(document: Document) -> None:
    """Take the PDF and its pictures away as soon as the transaction is committed."""
    of_deleted = (document.stored_as, pictures_of(document))
    _session_of(document).info.setdefault("deleted documents", []).append(of_deleted)


@event.listens_for(Session, "after_commit")
def _remove_files(committed: Session) -> None:
    """Of a deleted or emptied document neither the PDF nor a picture stays."""
    for pdf, pictures in committed.info.pop("deleted documents", ()):
        pictures.kept_in.remove(pdf)
        pictures.remove()


@event.listens_for(Session, "after_rollback")
def _forget(rolled_back: Session) -> None:
    rolled_back.info.pop("deleted documents", None)


def _session_of(document: Document) -> Session:
    found = Session.object_session(document)
    assert found
    return found
