"""What rests on a document in reviews, and what becomes of it when the document is withdrawn."""

from __future__ import annotations

from sqlalchemy import func, select, update

from reviewer.db import session
from reviewer.documents.models import Document, Status
from reviewer.documents.withdrawing import Rests, resting, when_withdrawn
from reviewer.reviews.answers import Answer
from reviewer.reviews.cited import Evidence
from reviewer.reviews.newer import ask_to_find_again
from reviewer.wording import count_text


def _answers_on(document: Document) -> list[Rests]:
    """The answers that were given on it, and those that cite it: taken off or not, a citation can
    be put back."""
    given = (
        select(func.count(), Answer.author_id)
        .where(Answer.read_id == document.id)
        .group_by(Answer.author_id)
    )
    cited = (
        select(func.count(), Evidence.author_id)
        .where(Evidence.document_id == document.id)
        .group_by(Evidence.author_id)
    )
    found = []
    for query, noun in ((given, "answer given on it"), (cited, "citation of it")):
        rows = session.execute(query).all()
        if rows:
            first, _, rest = noun.partition(" ")
            number = count_text(sum(row[0] for row in rows), first)
            found.append(Rests(f"{number} {rest}", frozenset(row[1] for row in rows)))
    return found


def _look_again(document: Document) -> None:
    """What was looked up in it as the newer version is looked up in the one in hand now."""
    session.execute(
        update(Evidence)
        .where(Evidence.newer_id == document.id)
        .values(newer_id=None, newer_first_page=None, newer_last_page=None)
    )
    in_hand = session.scalar(
        select(Document)
        .filter_by(system_id=document.system_id, round_id=document.round_id, kind=document.kind)
        .where(Document.withdrawn_at.is_(None), Document.status == Status.READY)
        .order_by(Document.id.desc())
        .limit(1)
    )
    if in_hand:
        ask_to_find_again(in_hand)


resting.append(_answers_on)
when_withdrawn.append(_look_again)
