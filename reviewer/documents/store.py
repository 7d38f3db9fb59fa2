"""Where PDFs are kept, and which of them belong to a system. Nothing here opens one."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, bindparam, func, not_, or_, select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.documents.models import Document, Status
from reviewer.jobs import ask
from reviewer.people.models import Person
from reviewer.people.permissions import Permission
from reviewer.private import opened
from reviewer.rounds.models import Kind, Round, RoundSystem
from reviewer.storage import files, unfinished
from reviewer.systems.models import System

READ_DOCUMENT = "read-document"
DRAW_PAGES = "draw-pages"
ABOUT_DOCUMENTS = {READ_DOCUMENT, DRAW_PAGES}  # kinds of jobs; `reviews` adds its own

# Who else may read the documents of a system in a round: packages that know of more readers than
# the policy team add what tells them (`reviews`: whoever has a review of that system in it).
ShelfReader = Callable[[Person, Round, System], bool]
readers_of_shelf: list[ShelfReader] = []


@dataclass(frozen=True)
class Kept:
    """A file of the uploads: its name there, its size in bytes and its SHA-256."""

    stored_as: str
    size: int
    sha256: str


def may_read_shelf(person: Person, round_: Round, system: System) -> bool:
    """Whether a person may read the documents of a system in a round; those of a system's own
    assessment may who opened it, whatever their role."""
    if round_.is_private:
        return round_.id in opened(session)
    return person.may(Permission.SEE_ANSWERS) or any(
        reads(person, round_, system) for reads in readers_of_shelf
    )


def attach(
    file: IO[bytes] | Kept,
    file_name: str,
    *,
    system: System,
    kind: str,
    round_: Round | None = None,
    person: Person | None = None,
    source_address: str = "",
    published_on: date | None = None,
    retrieved_on: date | None = None,
) -> tuple[Document, bool]:
    """Take a file as the next version of its kind and ask for its text to be read.

    Gives the document and whether it is new: the same file attached twice stays one version, and
    is read again if it could not be read. ValueError if a stream is larger than `keep` allows.
    """
    kept = file if isinstance(file, Kept) else keep(file)
    version = next_version(system.id, round_.id if round_ else None, kind)
    newest = session.scalar(
        select(Document)
        .filter_by(system_id=system.id, round_id=round_.id if round_ else None, kind=kind)
        .where(Document.withdrawn_at.is_(None))
        .order_by(Document.version.desc())
        .limit(1)
    )
    if newest and newest.sha256 == kept.sha256:
        drop(kept)
        if newest.status == Status.UNREADABLE:
            newest.status, newest.reason = Status.WAITING, ""
            ask(READ_DOCUMENT, newest.id)
        return newest, False
    document = Document(
        system=system,
        round_id=round_.id if round_ else None,
        kind=kind,
        version=version,
        file_name=plain_name(file_name),
        stored_as=kept.stored_as,
        size=kept.size,
        sha256=kept.sha256,
        source_address=source_address,
        published_on=published_on,
        retrieved_on=retrieved_on,
        attached_by_id=person.id if person else None,
    )
    session.add(document)
    session.flush()
    ask(READ_DOCUMENT, document.id)
    return document, True


def next_version(system_id: int, round_id: int | None, kind: str) -> int:
    """The number of the next version of a kind; no other attaches to this system meanwhile. The
    number of one that was withdrawn is not given again."""
    session.execute(select(System.id).filter_by(id=system_id).with_for_update())
    last = session.scalar(
        select(func.max(Document.version)).filter_by(
            system_id=system_id, round_id=round_id, kind=kind
        )
    )
    return (last or 0) + 1


def plain_name(file_name: str) -> str:
    """The last part of a file name, fit to be shown; it is never used as a path."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]  # old browsers sent C:\Users\...
    return "".join(c for c in last if c.isprintable()).strip()[-255:] or "document.pdf"


def local(document: Document) -> AbstractContextManager[Path]:
    """A context with the path of a document's PDF on this machine, to be opened by a program.
    FileNotFoundError on entering it where the file is gone."""
    return files().local(document.stored_as)


@cache
def _belonging(with_shelf: bool) -> Select[Document]:
    # Put together once: it takes as long as to run it, and every save does.
    belongs = Document.round_id == bindparam("round")
    if with_shelf:
        belongs = or_(belongs, Document.round_id.is_(None))
    of_system = Document.system_id == bindparam("system")
    stands = _stands(bindparam("closed_at", type_=Document.withdrawn_at.type))
    return select(Document).where(of_system, belongs, stands).order_by(Document.id)


def _stands(closed_at: Any) -> ColumnElement[bool]:
    return or_(Document.withdrawn_at.is_(None), Document.withdrawn_at > closed_at)


def stands_in(round_: Round) -> ColumnElement[bool]:
    """SQL: whether a document was not withdrawn, as far as a round goes. A closed one keeps what it
    had: its figures rest on it."""
    closed_at = round_.closed_at
    return Document.withdrawn_at.is_(None) if closed_at is None else _stands(closed_at)


def on_shelf(system: System, round_: Round, *, newest_only: bool = True) -> Sequence[Document]:
    """The documents of a system that belong to a round, in the instrument's order of kinds.

    A self-assessment sees its own documents alone; other rounds see those of the system's shelf
    and those attached for them. Of a counted kind the one attached last is read, but one without
    text does not displace one that has some; supporting documents stand beside each other.
    """
    wanted = {"system": system.id, "round": round_.id, "closed_at": round_.closed_at}
    found = session.scalars(_belonging(round_.kind == Kind.SECTOR), wanted).all()
    kinds = round_.released.instrument.document_kinds
    place = {kind.id: number for number, kind in enumerate(kinds)}
    documents = sorted(found, key=lambda d: (place.get(d.kind, len(place)), d.kind, d.id))
    if not newest_only:
        return documents
    counted = {kind.id for kind in kinds if kind.counted}
    newest: dict[str, int] = {}
    for document in documents:
        readable = document.status != Status.UNREADABLE
        if document.kind in counted and (document.kind not in newest or readable):
            newest[document.kind] = document.id
    return [d for d in documents if newest.get(d.kind, d.id) == d.id]


def withdrawn_from(system: System, round_: Round) -> Sequence[Document]:
    """What was withdrawn from a system's documents, as far as a round goes, the last one first."""
    belongs = Document.round_id == round_.id
    if round_.kind == Kind.SECTOR:
        belongs = or_(belongs, Document.round_id.is_(None))
    return session.scalars(
        select(Document)
        .where(Document.system_id == system.id, belongs, not_(stands_in(round_)))
        .options(joinedload(Document.withdrawn_by))
        .order_by(Document.withdrawn_at.desc())
    ).all()


def shelf_of(system: System) -> Sequence[Document]:
    """Every document of a system, in all its versions, but those of self-assessments and what was
    withdrawn."""
    return session.scalars(
        select(Document)
        .outerjoin(Round, Round.id == Document.round_id)
        .where(
            Document.system_id == system.id,
            Document.withdrawn_at.is_(None),
            or_(Document.round_id.is_(None), Round.kind == Kind.SECTOR),
        )
        .order_by(Document.id)
    ).all()


def count_by_system(round_: Round) -> dict[int, int]:
    """How many kinds of document are there to read for each system in scope, by system id.

    Versions of one kind are one document to read; what cannot be read is none.
    """
    rows = session.execute(
        select(Document.system_id, func.count(Document.kind.distinct()).label("number"))
        .where(
            # By the index: documents of other systems may be many.
            Document.system_id.in_(select(RoundSystem.system_id).filter_by(round_id=round_.id)),
            or_(Document.round_id.is_(None), Document.round_id == round_.id),
            stands_in(round_),
            Document.status != Status.UNREADABLE,
        )
        .group_by(Document.system_id)
    )
    return {row.system_id: row.number for row in rows}


def keep(stream: IO[bytes]) -> Kept:
    """Write a file into the uploads. ValueError if it is larger than UPLOAD_LIMIT_MB."""
    limit = current_app.config["UPLOAD_LIMIT_MB"] * 1024 * 1024
    stored_as = f"{uuid.uuid4().hex}.pdf"
    digest, size = hashlib.sha256(), 0
    with unfinished(stored_as) as path:
        with path.open("wb") as file:
            while block := stream.read(1024 * 1024):
                size += len(block)
                if size > limit:
                    raise ValueError(
                        f"The file is larger than {current_app.config['UPLOAD_LIMIT_MB']} MB. "
                        "Save it as a smaller PDF and attach that."
                    )
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        files().take(stored_as, path)
    return Kept(stored_as, size, digest.hexdigest())


def drop(kept: Kept) -> None:
    """Take a file that belongs to no document out of the uploads."""
    files().remove(kept.stored_as)
