"""Citing: from what a person sends to evidence that was looked up in the stored text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reviewer.documents.models import Document
from reviewer.documents.quotes import locate
from reviewer.documents.search import find
from reviewer.documents.store import on_shelf
from reviewer.documents.withdrawing import hold_to_cite
from reviewer.instrument.model import Question
from reviewer.people.models import Person
from reviewer.reviews.answers import Given
from reviewer.reviews.citations import pages_words
from reviewer.reviews.cited import Evidence, EvidenceKind, Pages, check_pages
from reviewer.reviews.forms import pages_text, parse_pages
from reviewer.reviews.models import Review
from reviewer.reviews.newer import has_letters, look_in_newer, texts_of

LONGEST_QUOTE = 2_000
LONGEST_SEARCH = 200
LONGEST_PAGES = 500

_SOFT_HYPHEN = re.compile(r"[\u00ad\ufffe](?:\s*\n\s*)?")
_HYPHEN_AT_LINE_END = re.compile(r"(?<=[-\u2010])\s*\n\s*")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Sent:
    """A citation as it was sent: the document's id, pages as people write them, and either the
    words quoted or the words searched for."""

    document: str = ""
    pages: str = ""
    quote: str = ""
    searched: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str], prefix: str = "") -> Sent:
        """From the fields of a form whose names begin with `prefix`."""
        names = ("document", "pages", "quote", "searched")
        return cls(*(tidy(form.get(f"{prefix}{name}", "")) for name in names))

    @property
    def is_blank(self) -> bool:
        """Whether nothing was cited; a document alone, which is preset, is nothing."""
        return not (self.pages or self.quote or self.searched)


def cite(review: Review, question: Question, kind: str, sent: Sent, author: Person) -> str:
    """Attach what was sent to an answer and say what became of it.

    ValueError says what is wrong with it; Refused, that the review is locked. Of the document kind
    that the question is on, whole pages are a part of the answer's value and make a new version.
    """
    source = _source(review, kind, sent.document)
    pages = parse_pages(sent.pages[:LONGEST_PAGES])
    check_pages(source, pages)
    if sent.searched:
        evidence = _search_of(source, sent.searched, pages)
    elif sent.quote:
        evidence = _quote_of(source, sent.quote, pages)
    elif not pages:
        raise ValueError("Name a page, or copy the words that show it.")
    elif source.kind == kind:
        return _add_pages(review, question, kind, pages, source, author)
    else:
        for first, last in pages:
            page = Evidence(kind=EvidenceKind.PAGE, first_page=first, last_page=last)
            page.document, page.author = source, author
            review.cite(question.id, kind, page)
        return f"Cited {pages_words(pages)} of {source.file_name}."
    evidence.document, evidence.author = source, author
    kept = review.cite(question.id, kind, evidence)
    look_in_newer(kept, review)
    return _said(kept, pages)


def _source(review: Review, kind: str, document_id: str) -> Document:
    """The document that was named, if the review may cite it; else the one in hand of that kind."""
    # Earlier versions too: one may have been replaced while it was being read.
    documents = on_shelf(review.system, review.round, newest_only=False)
    if document_id:
        found = next((d for d in documents if str(d.id) == document_id), None)
        if found is None:
            raise ValueError(
                "This document was withdrawn, or is of another system. Choose one of the documents "
                "of this system."
            )
        hold_to_cite(found)
        return found
    newest = on_shelf(review.system, review.round)
    found = next((d for d in newest if d.kind == kind), None)
    if found is None:
        raise ValueError("Attach the document first, so that it can be cited.")
    hold_to_cite(found)
    return found


def _add_pages(
    review: Review, question: Question, kind: str, pages: Pages, source: Document, author: Person
) -> str:
    answer = review.load_answers().get((question.id, kind))
    codes = review.round.released.option_codes
    given = answer.given(codes) if answer else Given()
    together = tuple(sorted({*given.pages, *pages}))
    review.record(question.id, kind, replace(given, pages=together), author=author, read=source)
    return f"Added {pages_words(pages)}."


def _quote_of(source: Document, quote: str, pages: Pages) -> Evidence:
    if len(quote) > LONGEST_QUOTE:
        raise ValueError("Shorten the quote to 2,000 letters, or cite it in two parts.")
    if len(pages) > 1:
        raise ValueError("Name one page for a quote, or one range like 12 to 13.")
    first, last = pages[0] if pages else (None, None)
    texts = texts_of(source, first)
    place = locate(texts, quote, first or 1)
    if place is None and first:  # not where it was said to be: anywhere
        texts = texts_of(source)
        place = locate(texts, quote, first)
    if place:
        first, last = place.first, place.last
    elif first is None:
        raise ValueError(
            f"These words were not found in {source.file_name}. Say on which page they stand."
        )
    return Evidence(
        kind=EvidenceKind.QUOTE,
        quote=quote,
        first_page=first,
        last_page=last,
        found=bool(place) if has_letters(texts) else None,
    )


def _search_of(source: Document, words: str, pages: Pages) -> Evidence:
    if len(words) > LONGEST_SEARCH:
        raise ValueError("Shorten what was searched for to 200 letters.")
    texts = texts_of(source)
    return Evidence(
        kind=EvidenceKind.SEARCH,
        searched=words,
        pages_read=pages_text(pages),
        found=bool(find(texts, words)) if has_letters(texts) else None,
    )


def tidy(copied: str) -> str:
    """What was copied from a viewer, in one line and without the marks of its line ends."""
    copied = _UNPRINTABLE.sub("", copied.replace("\r\n", "\n"))
    copied = _HYPHEN_AT_LINE_END.sub("", _SOFT_HYPHEN.sub("", copied))
    return " ".join(copied.split())


def _said(evidence: Evidence, named: Pages) -> str:
    """What became of a citation, for the person who has just made it."""
    if evidence.kind == EvidenceKind.SEARCH:
        return f"Attached: searched for “{evidence.searched}”."
    where = pages_words((evidence.pages,))
    if evidence.found is None:
        return f"Cited {where}. The words are looked up when the document has been read."
    if not evidence.found:
        return f"Cited {where}, but these words were not found there. Check them in the document."
    meant = not named or any(a <= evidence.pages[0] <= b for a, b in named)
    return f"Cited: found on {where}." if meant else f"Cited. The words are on {where}."
