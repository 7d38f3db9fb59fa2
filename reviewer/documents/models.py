"""Documents: one version of one PDF of one kind from one system, and its pages of text."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer import private
from reviewer.db import Base, now
from reviewer.documents.reasons import SEEN_NOT_READ, SENTENCES
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from reviewer.wording import count_text


class Status(StrEnum):
    """Where the reading of a document stands."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    UNREADABLE = "unreadable"


class Document(Base):
    """A PDF as it was attached. The newest version of a kind is the one that reviewers read."""

    __tablename__ = "document"
    logged = ("kind", "version", "file_name", "source_address", "withdrawn_because")
    __table_args__ = (
        UniqueConstraint("stored_as"),
        # Null rounds must collide too: a plain unique constraint would hold them all different.
        Index(
            "uq_document_version",
            "system_id",
            text("coalesce(round_id, 0)"),
            "kind",
            "version",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id), index=True)
    # None: the document is on the shelf of its system, for every round.
    round_id: Mapped[int | None] = mapped_column(ForeignKey(Round.id))
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    source_address: Mapped[str] = mapped_column(String(2000), default="")
    published_on: Mapped[date | None]
    retrieved_on: Mapped[date | None]
    attached_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    attached_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[Status] = mapped_column(String(12), default=Status.WAITING.value)
    reason: Mapped[str] = mapped_column(default="")
    page_count: Mapped[int] = mapped_column(default=0)
    pages_read: Mapped[int] = mapped_column(default=0)
    # Withdrawn: attached by mistake. The row stays and says why; of an emptied one nothing else.
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    withdrawn_because: Mapped[str] = mapped_column(String(500), default="", server_default="")
    emptied: Mapped[bool] = mapped_column(default=False, server_default=false())

    system: Mapped[System] = relationship()
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by_id)
    pages: Mapped[list[Page]] = relationship(
        back_populates="document", order_by="Page.number", cascade="all, delete-orphan"
    )

    @property
    def web_address(self) -> str:
        """Where it was published, fit to be a link: nothing that a browser would run."""
        web = self.source_address.lower().startswith(("http://", "https://"))
        return self.source_address if web else ""

    @property
    def has_text(self) -> bool:
        return self.page_count > 0 and self.status != Status.UNREADABLE

    @property
    def can_be_seen(self) -> bool:
        """Whether there are pages to draw, even if they have no text."""
        seen = self.status != Status.UNREADABLE or self.reason in map(SENTENCES.get, SEEN_NOT_READ)
        return self.page_count > 0 and seen

    @property
    def was_opened(self) -> bool:
        """False for what turned out to be no PDF, a damaged or a locked one."""
        return self.page_count > 0 or self.status != Status.UNREADABLE

    @property
    def is_being_read(self) -> bool:
        return self.status in (Status.WAITING, Status.READING)

    @property
    def standing(self) -> str:
        """Where the reading stands, in words."""
        match self.status:
            case Status.WAITING:
                return "Waiting to be read"
            case Status.READING if self.page_count and not self.pages_read:
                return "Its words can be found; it is read to the end soon"
            case Status.READING if self.page_count:
                return f"Reading page {self.pages_read} of {self.page_count}"
            case Status.READING:
                return "Opening the file"
            case Status.UNREADABLE:
                return self.reason
            case _:
                return count_text(self.page_count, "page")


class Page(Base):
    """The text of one page; provisional until pdfplumber has read it."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id))
    number: Mapped[int]
    text: Mapped[str]
    final: Mapped[bool] = mapped_column(default=False)

    document: Mapped[Document] = relationship(back_populates="pages")


def hidden_documents(opened: private.Rounds) -> str:
    """The documents of assessments that were not opened."""
    return f"SELECT id FROM document WHERE round_id IN ({private.hidden_rounds(opened)})"


private.keep_private(Document, private.outside(private.hidden_rounds, Document.round_id))
private.keep_private(Page, private.outside(hidden_documents, Page.document_id))
