"""What stands beside the questions: a system's documents, one page of one, and a word search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document, Page
from reviewer.documents.pictures import Picture, pictures_of
from reviewer.documents.search import Hit, find, mark

MOST_HITS = 50
FULL = 0.8  # of a usual line, from which on a line was broken for want of room

_ITEM = re.compile(r"[•▪◦●–—*-]\s|\(?\w{1,3}[.)]\s")  # of a list
_ENDS = re.compile(r"[.!?:;][\"”’)]*$")


@dataclass(frozen=True)
class Pane:
    """`parts` is the page's text cut where the words searched for begin and end."""

    documents: Sequence[Document]
    document: Document | None
    page: int
    parts: Sequence[tuple[str, bool]]
    provisional: bool
    words: str
    hits: Sequence[tuple[Document, Hit]]
    picture: Picture = Picture.NONE


def search(
    documents: Sequence[Document], words: str, most: int | None = MOST_HITS
) -> list[tuple[Document, Hit]]:
    """Where the words stand in these documents, best first; at most 50 pages unless told."""
    by_id = {document.id: document for document in documents}
    rows = session.execute(
        select(Page.document_id, Page.number, Page.text)
        .where(Page.document_id.in_(by_id))
        .order_by(Page.document_id, Page.number)
    ).all()
    # One list over all documents, so that a page holding all the words comes before one that
    # holds some, whichever document it is in. Positions stand in for page numbers.
    hits = find(((position, row.text) for position, row in enumerate(rows)), words)
    return [
        (by_id[rows[hit.number].document_id], Hit(rows[hit.number].number, hit.snippet, hit.score))
        for hit in hits[:most]
    ]


def pane(documents: Sequence[Document], args: Mapping[str, str]) -> Pane:
    """The pane that an address asks for: `document`, `page` and `find`, each checked."""
    words = args.get("find", "").strip()[:200]
    wanted = args.get("document", "")
    readable = [d for d in documents if d.has_text]
    document = next((d for d in documents if str(d.id) == wanted), None) or next(
        iter(readable or documents), None
    )
    if document is None:
        return Pane(documents, None, 1, (), False, words, ())
    typed = args.get("page", "")[:9]  # Python refuses to read thousands of digits as a number
    number = int(typed) if typed.isdecimal() else 1
    number = min(max(number, 1), max(document.page_count, 1))
    row = session.scalar(select(Page).filter_by(document_id=document.id, number=number))
    text = flowing(row.text) if row else ""
    return Pane(
        documents=documents,
        document=document,
        page=number,
        parts=mark(text, words) if words else ((text, False),),
        provisional=bool(row and not row.final),
        words=words,
        hits=search(documents, words) if words else (),
        picture=pictures_of(document).standing(number) if document.can_be_seen else Picture.NONE,
    )


def flowing(text: str) -> str:
    """A page's text with the lines of a paragraph joined, so that it fits a window of any width.

    A guess from the text alone: headings, items of lists and short lines stay on lines of their
    own. No letter is lost, and a hyphen at the end of a line stays. A blank line follows what was
    joined, as after a paragraph.
    """
    lines = [line.strip() for line in text.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[len(lengths) * 3 // 4] if lengths else 0
    flowing: list[str] = []
    before, joined = "", False
    for line in lines:
        between = _between(before, line, FULL * usual)
        if between is not None:
            flowing[-1] += between + line
        else:
            if joined and line and not _ITEM.match(line):
                flowing.append("")
            flowing.append(line)
        before, joined = line, between is not None
    return "\n".join(flowing)


def _between(before: str, line: str, full: float) -> str | None:
    """What stands between two lines of one paragraph; None if they are of two."""
    if not before or not line or _ITEM.match(line):
        return None
    if before.endswith("-") and line[0].isalnum():
        return ""
    if line[0].islower() or (len(before) >= full and not _ENDS.search(before)):
        return " "
    return None
