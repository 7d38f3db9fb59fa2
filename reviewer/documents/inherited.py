"""The documents that the predecessors of a system left, for those who read what they became."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.documents.store import attach, local, may_read_shelf
from reviewer.people.models import Person
from reviewer.rounds.models import Kind, Round, RoundSystem
from reviewer.systems.models import System


def left_by_predecessors(system: System) -> Sequence[Document]:
    """The newest version of each kind on the shelf of each predecessor; never one that belongs to a
    single round or to a self-assessment."""
    before = [each.id for each in system.predecessors]
    if not before:
        return []
    found = session.scalars(
        select(Document)
        .where(
            Document.system_id.in_(before),
            Document.round_id.is_(None),
            Document.withdrawn_at.is_(None),
        )
        .order_by(Document.system_id, Document.kind, Document.version)
    )
    newest = {(document.system_id, document.kind): document for document in found}
    return list(newest.values())


def round_of_heir(document: Document, person: Person) -> Round | None:
    """A round in which the person may read a successor of the document's system, the newest."""
    heirs = {heir.id: heir for heir in document.system.successors}
    if document.round_id or not heirs:
        return None
    rows = session.execute(
        select(Round, RoundSystem.system_id)
        .join(RoundSystem, RoundSystem.round_id == Round.id)
        .where(RoundSystem.system_id.in_(heirs), Round.kind == Kind.SECTOR)
        .order_by(Round.id.desc())
    )
    for round_, system_id in rows.all():
        if may_read_shelf(person, round_, heirs[system_id]):
            return round_
    return None


def copy_here(document: Document, system: System, round_: Round, person: Person) -> str:
    """Attach a predecessor's document to a system under a name that says whose it was. As the first
    supporting kind of the round: nothing is counted about it. ValueError if there is none."""
    kinds = round_.released.instrument.document_kinds
    supporting = next((kind for kind in kinds if not kind.counted), None)
    if supporting is None:
        raise ValueError(
            "These criteria have no kind for supporting documents: read it where it is, or attach "
            "it as what it is to this system."
        )
    name = f"{document.system.name} – {document.file_name}"
    with local(document) as path, path.open("rb") as file:
        attach(
            file,
            name,
            system=system,
            kind=supporting.id,
            person=person,
            source_address=document.source_address,
            published_on=document.published_on,
            retrieved_on=document.retrieved_on,
        )
    return name
