"""Where PDFs are kept, and which of them belong to a system. Nothing here opens one."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import func, or_, select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.jobs import ask
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.systems.models import System

READ_DOCUMENT = "read-document"


def attach(
    stream: IO[bytes],
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
    """Keep a file as the next version of its kind and ask for its text to be read.

    Gives the document and whether it is new: the same file attached twice stays one version.
    ValueError if the file is larger than the setting UPLOAD_LIMIT_MB.
    """
    stored_as, size, digest = _keep(stream)
    versions = (
        select(Document)
        .filter_by(system_id=system.id, round_id=round_.id if round_ else None, kind=kind)
        .order_by(Document.version.desc())
    )
    newest = session.scalar(versions.limit(1))
    if newest and newest.sha256 == digest:
        (folder() / stored_as).unlink()
        return newest, False
    document = Document(
        system=system,
        round_id=round_.id if round_ else None,
        kind=kind,
        version=newest.version + 1 if newest else 1,
        # A browser on Windows may send a whole path; the name is shown, never used as one.
        file_name=file_name.replace("\\", "/").rsplit("/", 1)[-1][-255:] or "document.pdf",
        stored_as=stored_as,
        size=size,
        sha256=digest,
        source_address=source_address,
        published_on=published_on,
        retrieved_on=retrieved_on,
        attached_by_id=person.id if person else None,
    )
    session.add(document)
    session.flush()
    ask(READ_DOCUMENT, document.id)
    return document, True


def folder() -> Path:
    """The folder of the uploads."""
    return Path(current_app.config["UPLOADS_DIR"])


def path_of(document: Document) -> Path:
    return folder() / document.stored_as


def on_shelf(system: System, round_: Round, *, newest_only: bool = True) -> Sequence[Document]:
    """The documents of a system that belong to a round, by kind and version.

    A self-assessment sees its own documents alone; other rounds see those of the system's shelf
    and those attached for them. Of a counted kind the newest version is read; supporting
    documents stand beside each other.
    """
    belongs = Document.round_id == round_.id
    if round_.kind == "sector":
        belongs = or_(belongs, Document.round_id.is_(None))
    documents = session.scalars(
        select(Document)
        .where(Document.system_id == system.id, belongs)
        .order_by(Document.kind, Document.version, Document.id)
    ).all()
    if not newest_only:
        return documents
    counted = {k.id for k in round_.released.instrument.document_kinds if k.counted}
    newest = {document.kind: document.id for document in documents if document.kind in counted}
    return [d for d in documents if newest.get(d.kind, d.id) == d.id]


def count_by_system(round_: Round) -> dict[int, int]:
    """How many documents each system has on its shelf, by system id."""
    rows = session.execute(
        select(Document.system_id, func.count())
        .where(or_(Document.round_id.is_(None), Document.round_id == round_.id))
        .group_by(Document.system_id)
    )
    return {system_id: count for system_id, count in rows}


def _keep(stream: IO[bytes]) -> tuple[str, int, str]:
    limit = current_app.config["UPLOAD_LIMIT_MB"] * 1024 * 1024
    folder().mkdir(parents=True, exist_ok=True)
    stored_as = f"{uuid.uuid4().hex}.pdf"
    unfinished = folder() / f".{stored_as}"
    digest, size = hashlib.sha256(), 0
    try:
        with unfinished.open("wb") as file:
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
        unfinished.rename(folder() / stored_as)
    finally:
        unfinished.unlink(missing_ok=True)
    return stored_as, size, digest.hexdigest()
