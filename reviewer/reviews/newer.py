"""Evidence again in the text of its document, and in a newer version of it.

A new version is read by a worker, which then asks for a job of its own here: a quote is looked for
by its words, and a search is made again. What no longer holds is flagged, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Select, select, update

from reviewer.db import session
from reviewer.documents.intake import when_read
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.quotes import locate
from reviewer.documents.search import find
from reviewer.documents.store import ABOUT_DOCUMENTS, on_shelf
from reviewer.jobs import ask, handles
from reviewer.reviews.answers import Answer
from reviewer.reviews.cited import Evidence, EvidenceKind
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round, State

FIND_AGAIN = "find-quotes-again"

Texts = Sequence[tuple[int, str]]  # page number and text


def texts_of(document: Document, around: int | None = None) -> Texts:
    """The stored text of a document by page, or of a page and the two beside it."""
    query = select(Page.number, Page.text).filter_by(document_id=document.id)
    if around is not None:
        query = query.where(Page.number.between(around - 1, around + 1))
    return [(row.number, row.text) for row in session.execute(query.order_by(Page.number))]


def has_letters(texts: Texts) -> bool:
    return any(character.isalnum() for _, text in texts for character in text)


def _concerned(document: Document) -> Select[int]:
    """The evidence, in open rounds, that the text of a document may bear on."""
    source = select(Document.id).filter_by(system_id=document.system_id, kind=document.kind)
    return (
        select(Evidence.id)
        .join(Evidence.answer)
        .join(Answer.review)
        .join(Review.round)
        .where(
            Evidence.document_id.in_(source),
            Evidence.kind != EvidenceKind.PAGE,
            Round.state == State.OPEN,
        )
    )


def ask_to_find_again(document: Document) -> None:
    if session.scalar(_concerned(document).limit(1)):
        ask(FIND_AGAIN, document.id)


ABOUT_DOCUMENTS.add(FIND_AGAIN)
when_read.append(ask_to_find_again)


@handles(FIND_AGAIN, given_up=lambda document_id: None, private_too=True)
def find_again(document_id: int, renew: Callable[[], None]) -> None:
    """Look up in a document that was read what was cited of it before, or of a version it replaces.

    No transaction is open while its text is searched.
    """
    document = session.get(Document, document_id)
    if document is None:
        return
    rows = session.execute(
        _concerned(document).add_columns(
            Evidence.kind,
            Evidence.quote,
            Evidence.searched,
            Evidence.first_page,
            Evidence.document_id,
            Evidence.found,
            Review.round_id,
        )
    ).all()
    newest = {
        round_id: {d.id for d in on_shelf(document.system, session.get_one(Round, round_id))}
        for round_id in {row.round_id for row in rows}
    }
    texts = texts_of(document)
    readable = has_letters(texts)
    session.rollback()
    changes = []
    for row in rows if readable else ():
        own = row.document_id == document_id
        shelf = newest[row.round_id]
        if (own and not row.found) or (document_id in shelf and row.document_id not in shelf):
            first, last = _place(row.kind, row.quote or row.searched, row.first_page, texts)
            changes.append((row.id, _outcome(document_id, own, row.kind, first, last)))
    for evidence_id, values in changes:
        session.execute(update(Evidence).where(Evidence.id == evidence_id).values(values))
    renew()
    session.commit()


def look_in_newer(evidence: Evidence, review: Review) -> None:
    """Do the same at once for what is cited of a version that has already been replaced."""
    shelf = on_shelf(review.system, review.round)
    newer = next((d for d in shelf if d.kind == evidence.document.kind), None)
    if newer and newer.status == Status.READY and evidence.document not in shelf:
        texts = texts_of(newer)
        words = evidence.quote or evidence.searched or ""
        place = _place(evidence.kind, words, evidence.first_page, texts)
        for name, value in _outcome(newer.id, False, evidence.kind, *place).items():
            setattr(evidence, name, value)


def _place(
    kind: str, words: str, near: int | None, texts: Texts
) -> tuple[int, int] | tuple[None, None]:
    """The pages of a quote, or the first page that a search finds; None where there is none."""
    if kind == EvidenceKind.SEARCH:
        hits = find(texts, words)
        return (hits[0].number, hits[0].number) if hits else (None, None)
    place = locate(texts, words, near or 1)
    return (place.first, place.last) if place else (None, None)


def _outcome(
    document_id: int, own: bool, kind: str, first: int | None, last: int | None
) -> dict[str, object]:
    """What to write on evidence that was looked up in its own document, or in a newer version."""
    if not own:
        return {"newer_id": document_id, "newer_first_page": first, "newer_last_page": last}
    moved = kind == EvidenceKind.QUOTE and first is not None
    where = {"first_page": first, "last_page": last} if moved else {}
    return {"found": first is not None, **where}
