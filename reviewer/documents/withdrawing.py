"""Withdrawing a document that was attached by mistake, and changing what was said of one.

A withdrawn document is on no shelf and can no longer be cited; its row stays and says when and why.
Where nothing rests on it, its file, its text and its pictures go. Where something does, they stay
to be read, so that an answer or a published figure can still be followed to its page. Its number is
never given to another document, so a page that was open meanwhile names no other one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from reviewer.db import now, session
from reviewer.documents.intake import when_read
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.pictures import remove_files_of
from reviewer.documents.store import ABOUT_DOCUMENTS, next_version, plain_name
from reviewer.documents.suggesting import forget_indexes
from reviewer.jobs import Job
from reviewer.people.models import Person
from reviewer.people.permissions import Permission
from reviewer.rounds.models import Round

LONGEST_REASON = 500


@dataclass(frozen=True)
class Rests:
    """Something that rests on a document, in words, and whose work it is; None: nobody's own."""

    words: str
    people: frozenset[int | None]


# What rests on a document, asked of every package that points to documents.
resting: list[Callable[[Document], list[Rests]]] = []
# Called when a document was withdrawn, in the transaction that says so.
when_withdrawn: list[Callable[[Document], None]] = []


class NotYours(ValueError):
    """A document that this person cannot withdraw or change; says who can, or why nobody can."""


def what_rests_on(document: Document) -> list[Rests]:
    return [rests for ask_for in resting for rests in ask_for(document)]


def could_mend(person: Person, documents: Iterable[Document]) -> set[int]:
    """The documents, by id, that a person may withdraw or change, unless the work of others rests
    on them."""
    every = person.may(Permission.RUN_ROUNDS)
    return {d.id for d in documents if every or d.attached_by_id == person.id}


def hold(document_id: int) -> Document | None:
    """The document as it is now, held until the end of the transaction: who cites it meanwhile
    waits, and learns what became of it."""
    query = select(Document).filter_by(id=document_id).with_for_update(of=Document)
    return session.scalar(query.execution_options(populate_existing=True))


def hold_to_cite(document: Document) -> None:
    """Keep a document from being withdrawn until the end of the transaction. Who withdraws it at
    this moment is waited for; then ValueError."""
    query = select(Document.withdrawn_at).filter_by(id=document.id)
    if session.scalar(query.with_for_update(read=True, key_share=True)) is not None:
        raise ValueError("This document was withdrawn just now. Reload the page to see the others.")


def check_may(person: Person, document: Document, round_: Round, found: list[Rests]) -> None:
    """NotYours unless the policy team or whoever attached it may withdraw it or change it: the
    latter only as long as nobody else's work rests on it, and nobody in a closed round."""
    if round_.is_closed:
        raise NotYours(f"The round {round_.name} is closed, so its documents stay as they are.")
    if person.may(Permission.RUN_ROUNDS):
        return
    if document.attached_by_id != person.id:
        raise NotYours(
            "Only the person who attached this document can do that, or the policy team. Tell the "
            "policy team what is wrong with it."
        )
    if any(rests.people - {person.id} for rests in found):
        raise NotYours(
            "The work of others rests on this document, so only the policy team can do that. Tell "
            "them what is wrong with it."
        )


def withdraw(document: Document, because: str, person: Person, *, keep: bool) -> None:
    """Take a document off its shelf. Without `keep`, its file, text and pictures go with the
    commit. ValueError without a reason; a second time changes nothing."""
    because = " ".join(because.split())
    if document.withdrawn_at is not None:
        return
    if not because:
        raise ValueError("Say why it is withdrawn: the reason stays in its place.")
    if len(because) > LONGEST_REASON:
        raise ValueError(f"Shorten the reason to {LONGEST_REASON} letters.")
    document.withdrawn_at, document.withdrawn_by = now(), person
    document.withdrawn_because = because
    if not keep:
        _empty(document)
    session.flush()
    for tell in when_withdrawn:
        tell(document)


def change(
    document: Document,
    *,
    kind: str,
    file_name: str,
    source_address: str,
    published_on: date | None,
    retrieved_on: date | None,
) -> None:
    """Correct what was said of a document. Another kind makes it the next version of that kind;
    ValueError where something rests on it as what it is."""
    if kind != document.kind:
        if what_rests_on(document):
            raise ValueError(
                "Answers rest on this document as the kind that it is. Withdraw it, and attach it "
                "again as what it should be."
            )
        version = next_version(document.system_id, document.round_id, kind)
        document.kind, document.version = kind, version
    document.file_name = plain_name(file_name)
    document.source_address = source_address
    document.published_on, document.retrieved_on = published_on, retrieved_on
    session.flush()
    if document.status == Status.READY:
        for tell in when_read:
            tell(document)


def end_jobs(documents: Collection[int]) -> None:
    """Nothing more is to be done for these documents; a worker that is at one of them stops."""
    about = Job.kind.in_(ABOUT_DOCUMENTS) & Job.subject_id.in_(documents)
    session.execute(delete(Job).where(about), execution_options={"synchronize_session": False})


def _empty(document: Document) -> None:
    # First the job: a worker that has written pages meanwhile is through with it, or writes none.
    end_jobs([document.id])
    session.execute(delete(Page).where(Page.document_id == document.id))
    session.expire(document, ["pages"])
    document.emptied, document.page_count, document.pages_read = True, 0, 0
    document.status, document.reason = Status.UNREADABLE, ""
    remove_files_of(document)
    forget_indexes()
