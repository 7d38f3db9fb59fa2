"""Taking a document in: its pages out of the PDF and into the database.

All pages come first as pdfium has them, provisional and searchable at once, then one by one as
pdfplumber has them. Where other documents wait, theirs come first: on an evening on which many are
attached, the words of each can be found long before the first is read to the end.

No transaction is open while a page is being read, which can take many seconds:
on SQLite every other writer would wait for it. What was read is collected, then written at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import delete, exists, insert, select, update

from reviewer.db import now, session
from reviewer.documents.children import Limits
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.reading import Event, Opened, PageSkipped, PageText, Recounted, read
from reviewer.documents.reasons import SEEN_NOT_READ, Unreadable
from reviewer.documents.store import DRAW_PAGES, READ_DOCUMENT, local
from reviewer.jobs import Job, JobState, NotNow, ask, handles, lease
from reviewer.wording import count_text

SECONDS_BETWEEN_COMMITS = 1.0
MOST_NUMBERS = 8  # of skipped pages, before they are counted instead of listed

GIVEN_UP = (
    "The text could not be read in several attempts. Attach the file again; if that does not help, "
    "open it in a PDF viewer, print it to a new PDF, and attach that."
)
LOST = "The file is no longer in the uploads folder. Attach it again."

# Called when a document was read, in the transaction that says so: packages that have something to
# look up in it (`reviews`: its quotes) ask for a job of their own.
when_read: list[Callable[[Document], None]] = []

Renew = Callable[[], None]
# Called after each commit with how many pages were read, of how many.
Progress = Callable[[int, int], None]


def give_up(document_id: int) -> None:
    """Say on a document that it could not be read, after its job failed for good."""
    _end_unread(document_id, GIVEN_UP)


@handles(READ_DOCUMENT, given_up=give_up, private_too=True)
def read_document(document_id: int, renew: Renew) -> None:
    """Read a document from its first page, whatever an earlier run left of it.

    Commits as pages come in, at most once a second, and renews the lease with each commit.
    """
    _take_in(document_id, renew, lambda done, of: None, gives_way=True)


def read_now(document_id: int, progress: Progress) -> None:
    """Read a document in this process, under its job's lease so that no worker repeats it.

    Should this process be killed, the lease runs out and a worker takes over.
    """
    job = session.scalar(
        select(Job)
        .filter_by(kind=READ_DOCUMENT, subject_id=document_id)
        .order_by(Job.id.desc())
        .limit(1)
    )
    job = job or ask(READ_DOCUMENT, document_id)
    job.state, job.leased_until = JobState.RUNNING, lease()
    job.attempts = (job.attempts or 0) + 1  # a worker that has it learns that it is taken over
    session.flush()
    this = update(Job).where(Job.id == job.id)
    session.commit()

    def renew() -> None:
        session.execute(this.values(leased_until=lease()))

    _take_in(document_id, renew, progress)
    session.execute(this.values(state=JobState.DONE, leased_until=None, ended_at=now()))
    session.commit()


def others_wait(document_id: int) -> bool:
    """Whether another document waits to be read."""
    waiting = exists().where(
        Job.kind == READ_DOCUMENT, Job.state == JobState.WAITING, Job.subject_id != document_id
    )
    found = session.scalar(select(waiting))
    session.rollback()
    return bool(found)


def _take_in(
    document_id: int, renew: Renew, progress: Progress, *, gives_way: bool = False
) -> None:
    document = session.get(Document, document_id)
    if document is None or document.emptied:
        return
    pdf = local(document)
    _set(document_id, status=Status.READING, reason="", pages_read=0)
    # Once: what could be searched before it was put back is now read to the end.
    if gives_way:
        gives_way = not session.scalar(select(exists().where(Page.document_id == document_id)))
    renew()
    session.commit()
    writer = _Writer(document_id, renew, progress)
    try:
        # Closed whatever happens, so that no child program is left behind.
        with pdf as path, closing(read(path, limits())) as events:  # type: ignore[type-var]
            for event in events:
                writer.take(event)
                if writer.searchable and gives_way:
                    gives_way = False
                    if others_wait(document_id):
                        raise NotNow
    except FileNotFoundError:
        _end_unread(document_id, LOST)
    except Unreadable as unreadable:
        if unreadable.reason in SEEN_NOT_READ:
            ask(DRAW_PAGES, document_id)
        _end_unread(document_id, str(unreadable), page_count=writer.total)
    else:
        writer.finish()


class _Writer:
    """Collects what was read of one document and writes it, in short transactions."""

    def __init__(self, document_id: int, renew: Renew, progress: Progress) -> None:
        self.total = 0
        self.searchable = False
        self._document_id = document_id
        self._renew = renew
        self._progress = progress
        self._provisional: list[PageText] = []
        self._final: list[PageText] = []
        self._blank: set[int] = set()  # pages that have no provisional text
        self._skipped: list[int] = []
        self._holds = 0
        self._read = 0
        self._committed_at = monotonic()

    def take(self, event: Event) -> None:
        match event:
            case Opened(pages):
                self.total = pages
            case PageText(final=False):
                self._provisional.append(event)
                if not event.text:
                    self._blank.add(event.number)
                if len(self._provisional) == self.total:
                    self._replace_pages()
            case PageText():
                self._final.append(event)
                self._read += 1
            case PageSkipped(number):
                self._skipped.append(number)
                self._read += 1
            case Recounted(pages):
                self._holds = pages
        if monotonic() - self._committed_at >= SECONDS_BETWEEN_COMMITS:
            self._commit()

    def finish(self) -> None:
        unread = [number for number in self._skipped if number in self._blank]
        rough = [number for number in self._skipped if number not in self._blank]
        reason = " ".join(
            filter(None, (_recounted(self.total, self._holds), _unread(unread), _rough(rough)))
        )
        _set(self._document_id, status=Status.READY, reason=reason)
        ask(DRAW_PAGES, self._document_id)
        for tell in when_read:
            tell(session.get_one(Document, self._document_id))
        self._commit()

    def _replace_pages(self) -> None:
        # The pages of an interrupted run go in the same transaction that brings the new ones: the
        # document stays searchable, and no page is there twice.
        session.execute(delete(Page).where(Page.document_id == self._document_id))
        rows = [
            {"document_id": self._document_id, "number": page.number, "text": page.text}
            for page in self._provisional
        ]
        session.execute(insert(Page), rows)
        _set(self._document_id, page_count=self.total)
        self._provisional = []
        self._commit()
        self.searchable = True

    def _commit(self) -> None:
        for page in self._final:
            session.execute(
                update(Page)
                .where(Page.document_id == self._document_id, Page.number == page.number)
                .values(text=page.text, final=True)
            )
        self._final = []
        _set(self._document_id, pages_read=self._read)
        self._renew()
        session.commit()
        self._committed_at = monotonic()
        if self._read:
            self._progress(self._read, self.total)


def _end_unread(document_id: int, reason: str, page_count: int | None = None) -> None:
    session.execute(delete(Page).where(Page.document_id == document_id))
    counted = {} if page_count is None else {"page_count": page_count}
    _set(document_id, status=Status.UNREADABLE, reason=reason, **counted)
    session.commit()


def _set(document_id: int, **values: Any) -> None:
    # Not through the object: reading its attributes would begin a transaction, and hold it.
    # One that was emptied meanwhile says nothing of its reading any more.
    stays = (Document.id == document_id, Document.emptied.is_(False))
    session.execute(update(Document).where(*stays).values(**values))


def _recounted(says: int, holds: int) -> str:
    """What a reader should know about pages that no viewer shows."""
    if holds <= says:
        return ""
    return (
        f"The file says that it has {count_text(says, 'page')}, but {holds:,} were found in it: "
        "some cannot be read here. Ask the system whether it is complete."
    )


def _unread(numbers: list[int]) -> str:
    return f"The text of {_pages(numbers)} could not be read." if numbers else ""


def _rough(numbers: list[int]) -> str:
    return f"The text of {_pages(numbers)} could only be read roughly." if numbers else ""


def _pages(numbers: list[int]) -> str:
    if len(numbers) > MOST_NUMBERS:
        return f"{len(numbers)} pages"
    *others, last = map(str, sorted(numbers))
    return f"pages {', '.join(others)} and {last}" if others else f"page {last}"


def limits() -> Limits:
    """What opening a PDF may cost, by the settings."""
    config = current_app.config
    return Limits(
        seconds_per_page=config["PAGE_SECONDS"],
        memory_mb=config["READER_MEMORY_MB"],
        processes=config["READER_PROCESSES"] or os.cpu_count() or 1,
    )
