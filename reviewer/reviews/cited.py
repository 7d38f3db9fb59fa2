"""Evidence: what shows an answer, in one version of a document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now
from reviewer.documents.models import Document
from reviewer.people.models import Person
from reviewer.wording import count_text

if TYPE_CHECKING:
    from reviewer.reviews.answers import Answer

Pages = tuple[tuple[int, int], ...]  # first and last numbers


class EvidenceKind(StrEnum):
    """A whole page, a passage of one, or, for what is not there, a search."""

    PAGE = "page"
    QUOTE = "quote"
    SEARCH = "search"


class Evidence(Base):
    """Pages, a quote, or a search of one version of a document.

    A quote stands on its pages, or is said to. A search may have no pages of its own; `pages_read`
    are those that were read for it, as text. What is taken off keeps its row, to be put back.
    """

    __tablename__ = "evidence"
    logged = ("kind", "quote", "searched", "first_page", "last_page", "removed_at")
    __table_args__ = (
        CheckConstraint("1 <= first_page AND first_page <= last_page", name="pages"),
        CheckConstraint(
            "kind = 'search' OR (first_page IS NOT NULL AND last_page IS NOT NULL)", name="place"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(String(10), default=EvidenceKind.PAGE.value)
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]
    quote: Mapped[str | None]
    searched: Mapped[str | None]
    pages_read: Mapped[str] = mapped_column(default="")
    # Whether the server finds the quote, or anything by the search; None: there was no text yet.
    found: Mapped[bool | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]
    # The newer version that it was looked up in, and where it stands there, if it does.
    newer_id: Mapped[int | None] = mapped_column(ForeignKey(Document.id))
    newer_first_page: Mapped[int | None]
    newer_last_page: Mapped[int | None]

    answer: Mapped[Answer] = relationship(back_populates="evidence")
    document: Mapped[Document] = relationship(foreign_keys=document_id)
    newer: Mapped[Document | None] = relationship(foreign_keys=newer_id)
    author: Mapped[Person | None] = relationship()

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.answer.review.logged_place()

    @property
    def pages(self) -> tuple[int, int]:
        return (self.first_page or 0, self.last_page or 0)

    @property
    def to_check(self) -> bool:
        """Whether a newer version no longer bears it out: the quote has gone, or what was searched
        for in vain has come. So it is, too, of a document that was withdrawn with no newer one."""
        if self.removed_at is not None:
            return False
        if self.newer_id is None:
            return self.document.withdrawn_at is not None
        if self.kind == EvidenceKind.SEARCH:
            return self.found is False and self.newer_first_page is not None
        return self.found is not False and self.newer_first_page is None

    def is_page_of(self, kind: str) -> bool:
        """Whether it is whole pages of a document of that kind: a part of the answer's value."""
        return self.kind == EvidenceKind.PAGE and self.document.kind == kind

    def same_as(self, other: Evidence) -> bool:
        """Whether it says the same of the same document version."""
        return (self.kind, self.document.id, self.pages, self.quote, self.searched) == (
            (other.kind, other.document.id, other.pages, other.quote, other.searched)
        )


def count_pages(evidence: Iterable[Evidence]) -> int:
    """How many different pages are cited, whole or by a quote."""
    return len(
        {
            (e.document_id, number)
            for e in evidence
            if e.removed_at is None and e.kind != EvidenceKind.SEARCH
            for number in range(e.pages[0], e.pages[1] + 1)
        }
    )


def check_pages(document: Document, pages: Iterable[tuple[int, int]]) -> None:
    """ValueError if a document, once it was opened, has no such pages."""
    if document.page_count and any(last > document.page_count for _, last in pages):
        count = count_text(document.page_count, "page")
        raise ValueError(f"{document.file_name} has {count}.")
