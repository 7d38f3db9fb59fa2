"""How evidence reads: beneath its question, in the summary, and in the export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from reviewer.db import now
from reviewer.documents.models import Document
from reviewer.instrument.model import DocumentKind, sentence_case
from reviewer.reviews.answers import Answer
from reviewer.reviews.cited import Evidence, EvidenceKind, Pages
from reviewer.reviews.forms import pages_text
from reviewer.wording import time_text

PUT_BACK = timedelta(hours=1)  # how long what was taken off is still shown where it stood

Kinds = Mapping[str, DocumentKind]


@dataclass(frozen=True)
class Citation:
    """A piece of evidence to be read.

    `document_id` and `page` say where it opens, and `in_hand` whether that is a version on the
    shelf; `remark` says what became of it, and `state` is found, missing or to-check.
    """

    id: int
    quote: str
    searched: str
    where: str
    document_id: int
    page: int | None
    in_hand: bool
    remark: str
    state: str
    removed: str = ""


def pages_words(pages: Pages) -> str:
    """page 12; pages 12, 14–16"""
    text = pages_text(pages)
    return f"page {text}" if text.isdecimal() else f"pages {text}"


def in_hand(documents: Iterable[Document], kinds: Kinds) -> dict[str, Document]:
    """The newest version of each counted kind: supporting documents replace nothing."""
    return {d.kind: d for d in documents if d.kind in kinds and kinds[d.kind].counted}


def source_name(document: Document, kinds: Kinds, newest: Mapping[str, Document]) -> str:
    """The kind of a document, with what tells it apart from the others of its kind."""
    kind = kinds.get(document.kind)
    name = kind.name if kind else sentence_case(document.kind)
    if document.kind not in newest:
        return f"{name}: {document.file_name}"
    return f"{name}, {edition(document)}" if document.id != newest[document.kind].id else name


def edition(document: Document) -> str:
    withdrawn = " (withdrawn)" if document.withdrawn_at else ""
    return f"version {document.version}{withdrawn}"


def older_version(answer: Answer, newest: Mapping[str, Document]) -> str:
    """The version that an answer was given on, where that is no longer the one in hand."""
    current = newest.get(answer.document)
    if answer.version == 0 or answer.read is None:
        return ""
    if answer.read.withdrawn_at is None and current is None:
        return ""
    return edition(answer.read) if current is None or answer.read.id != current.id else ""


def citations(answer: Answer | None, documents: Sequence[Document], kinds: Kinds) -> list[Citation]:
    """What stands beside an answer's value, and what was taken off in the last hour."""
    if answer is None:
        return []
    recent = now() - PUT_BACK
    newest = in_hand(documents, kinds)
    shelf = {document.id for document in documents}
    return [
        _citation(evidence, newest, shelf, kinds)
        for evidence in answer.evidence
        if not evidence.is_page_of(answer.document)
        and (evidence.removed_at is None or evidence.removed_at > recent)
    ]


def _citation(
    evidence: Evidence, newest: Mapping[str, Document], shelf: set[int], kinds: Kinds
) -> Citation:
    document, current = evidence.document, newest.get(evidence.document.kind)
    replaced = current if current and current.id != document.id else None
    looked_up = replaced is not None and evidence.newer_id == replaced.id
    newer_page = evidence.newer_first_page if looked_up else None
    is_search = evidence.kind == EvidenceKind.SEARCH
    opens, pages = document, evidence.pages
    if replaced and newer_page and (evidence.to_check or not is_search):
        opens, pages = replaced, (newer_page, evidence.newer_last_page or newer_page)
    where = source_name(document if is_search else opens, kinds, newest)
    if not is_search:
        where += f", {pages_words((pages,))}"
    state = "" if is_search or evidence.found is None else "found" if evidence.found else "missing"
    return Citation(
        id=evidence.id,
        quote=evidence.quote or "",
        searched=evidence.searched or "",
        where=where,
        document_id=opens.id,
        page=pages[0] or None,
        in_hand=opens.id in shelf,
        remark=_remark(evidence, replaced, shelf),
        state="to-check" if evidence.to_check else state,
        removed=time_text(evidence.removed_at) if evidence.removed_at else "",
    )


def _remark(evidence: Evidence, replaced: Document | None, shelf: set[int]) -> str:
    """What became of a quote or a search, in its own version and in the one in hand."""
    said = []
    if evidence.kind == EvidenceKind.QUOTE and not evidence.to_check:
        said.append(_looked_up(evidence))
    elif evidence.kind == EvidenceKind.SEARCH:
        said.append("No page has it." if evidence.found is False else "")
        if evidence.pages_read:
            said.append(f"Read for it: {_as_pages(evidence.pages_read)}.")
    if replaced and evidence.newer_id == replaced.id:
        newer = _in_newer(evidence, edition(replaced))
        if evidence.newer_first_page and evidence.kind == EvidenceKind.QUOTE:
            before = pages_words((evidence.pages,))
            return f"Found again: it was on {before} of {edition(evidence.document)}."
        said.append(newer)
    elif replaced and replaced.is_being_read:
        said.append(f"{sentence_case(edition(replaced))} is being read.")
    elif evidence.document.withdrawn_at and evidence.document.id not in shelf:
        said.append("The document was withdrawn: cite the one that should be there instead.")
    return " ".join(filter(None, said))


def _looked_up(evidence: Evidence) -> str:
    if evidence.found:
        return "Found on the page." if len(set(evidence.pages)) == 1 else "Found on these pages."
    if evidence.found is False:
        return "These words were not found in the document: compare them with the page."
    if evidence.document.is_being_read:
        return "Not looked up yet: the document is being read."
    return "Not looked up: the document has no text."


def _in_newer(evidence: Evidence, version: str) -> str:
    first, last = evidence.newer_first_page, evidence.newer_last_page
    if first is None or last is None:
        if evidence.kind == EvidenceKind.SEARCH and evidence.found is False:
            return f"Nor has {version}."
        return f"Not found in {version}." if evidence.to_check else ""
    if evidence.kind == EvidenceKind.SEARCH and not evidence.to_check:
        return ""
    return f"{sentence_case(version)} has it on {pages_words(((first, last),))}."


def _as_pages(text: str) -> str:
    return f"page {text}" if text.isdecimal() else f"pages {text}"


def in_words(answer: Answer) -> str:
    """All evidence of an answer in one line, by file name; for the policy team's export."""
    whole = [e for e in answer.evidence if e.is_page_of(answer.document)]
    said = [
        f"{document.file_name}, {pages_words(tuple(sorted(e.pages for e in rows)))}"
        for document, rows in groupby(
            sorted(whole, key=lambda e: e.document_id), key=lambda e: e.document
        )
    ]
    for evidence in answer.cited:
        words = evidence.document.file_name
        if evidence.first_page:
            words += f", {pages_words((evidence.pages,))}"
        if evidence.quote:
            words += f": “{evidence.quote}”"
        if evidence.searched:
            words += f": searched for “{evidence.searched}”"
        said.append(words + _doubts(evidence))
    return "; ".join(said)


def _doubts(evidence: Evidence) -> str:
    notes = []
    if evidence.kind == EvidenceKind.SEARCH:
        if evidence.found is False:
            notes.append("no page has it")
        if evidence.pages_read:
            notes.append(f"read {_as_pages(evidence.pages_read)}")
    elif evidence.found is False:
        notes.append("these words were not found in the text")
    if evidence.document.withdrawn_at:
        notes.append("the document was withdrawn")
    if evidence.to_check and evidence.newer:
        newer = _in_newer(evidence, edition(evidence.newer)).rstrip(".")
        notes.append(newer[:1].lower() + newer[1:])
    return f" ({', '.join(notes)})" if notes else ""
