"""A review whose documents were read, without a PDF: documents with the text of their pages."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from reviewer.db import session
from reviewer.documents.models import Document, Page, Status
from reviewer.people.permissions import Role
from reviewer.reviews import newer
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from tests.running.makers import make_person, make_round

_names = itertools.count(1)

STRATEGY = (
    "Our strategy\nfor every child in the area",
    "Children told us that waiting\ntimes for therapy are too long.",
    "A named lead for safeguar-\nding sits on the board.",
)
PLAN = ("The plan for five years", "Nurses work in every school.")


def make_review() -> Review:
    """A review of the first real system, with a strategy, a plan and a supporting document."""
    round_ = make_round("spring")
    system = round_.systems()[0]
    put_on_shelf(system, "strategy", STRATEGY)
    put_on_shelf(system, "plan", PLAN)
    put_on_shelf(system, "supporting", ("A leaflet about asthma",), file_name="leaflet.pdf")
    return assign(round_, system, make_person("Robin Reader", Role.REVIEWER))


def put_on_shelf(
    system: System,
    kind: str,
    pages: Iterable[str],
    *,
    version: int = 1,
    file_name: str = "",
    round_: Round | None = None,
    status: Status = Status.READY,
) -> Document:
    """A document with that text; an empty page has none."""
    texts = list(pages)
    document = Document(
        system=system,
        round_id=round_.id if round_ else None,
        kind=kind,
        version=version,
        file_name=file_name or f"{kind}.pdf",
        stored_as=f"{next(_names)}.pdf",
        size=1,
        sha256="0",
        status=status,
        page_count=len(texts),
        pages=[Page(number=n, text=text, final=True) for n, text in enumerate(texts, 1)],
    )
    session.add(document)
    session.flush()
    return document


def replace(review: Review, kind: str, pages: Iterable[str], version: int = 2) -> Document:
    """A newer version, read, and everything looked up in it that was cited before."""
    document = put_on_shelf(
        review.system, kind, pages, version=version, file_name=f"{kind}-{version}.pdf"
    )
    session.commit()
    newer.find_again(document.id, lambda: None)
    return document
