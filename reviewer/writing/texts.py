"""Writing findings and recommendations: their order, their numbers, and drafts to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.figures import Figure
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.writing.drafting import Draft
from reviewer.writing.models import DraftMark
from reviewer.writing.printing import findings_of, parts, recommendations_of
from reviewer.writing.references import Moved, Numbers, moved, references
from reviewer.writing.written import (
    Example,
    FindingQuote,
    Recommendation,
    WrittenFinding,
)

Placed = TypeVar("Placed", WrittenFinding, Recommendation, Example)


def numbers_of(round_: Round, findings: Iterable[WrittenFinding]) -> dict[int, str]:
    """The number of each finding ("3.2"), by its id: the criterion's place and its own."""
    findings, found = list(findings), {}
    for number, criterion in enumerate(round_.released.instrument.criteria, 1):
        here = (finding for finding in findings if finding.criterion == criterion.id)
        found.update({finding.id: f"{number}.{n}" for n, finding in enumerate(here, 1)})
    return found


def put_last(row: Placed, others: Sequence[Placed]) -> Placed:
    """Keep a new row behind the others."""
    row.place = max((other.place for other in others), default=0) + 1
    session.add(row)
    session.flush()
    return row


def move(row: Placed, others: Sequence[Placed], by: int) -> bool:
    """Put a row one place up (-1) or down (1) among the others of its list; whether it moved."""
    order = list(others)
    here = order.index(row)
    there = here + by
    if not 0 <= there < len(order):
        return False
    order[here], order[there] = order[there], order[here]
    for place, each in enumerate(order, 1):
        each.place = place
    session.flush()
    return True


def set_finding(
    finding: WrittenFinding,
    fields: Mapping[str, str],
    quotes: Sequence[int],
    seen: int,
    by: Person | None,
) -> None:
    """Keep the texts, figures and quotes of a finding, in sight of version `seen` of it."""
    finding.next_version(seen, by)
    for name, value in fields.items():
        setattr(finding, name, value)
    known = {chosen.quote_id: chosen for chosen in finding.quotes}
    finding.quotes = [
        known.get(quote_id) or FindingQuote(quote_id=quote_id, place=place)
        for place, quote_id in enumerate(quotes, 1)
    ]
    for place, chosen in enumerate(finding.quotes, 1):
        chosen.place = place
    session.flush()


def add_drafts(
    round_: Round, criterion: str, drafts: Iterable[Draft], by: Person | None
) -> list[WrittenFinding]:
    """A finding for each draft whose question no finding of the criterion rests on yet."""
    here = [finding for finding in findings_of(round_) if finding.criterion == criterion]
    covered = {figure for finding in here for figure in parts(finding.rests_on)}
    made: list[WrittenFinding] = []
    for draft in drafts:
        if covered.isdisjoint(draft.figures):
            finding = WrittenFinding(
                round_id=round_.id,
                criterion=criterion,
                heading=draft.heading,
                text=draft.text,
                rests_on=";".join(draft.figures),
                charts=";".join(draft.figures),
                written_by=by,
            )
            made.append(put_last(finding, [*here, *made]))
    return made


def used_references(round_: Round) -> dict[str, list[str]]:
    """Every reference in what is written for a round, with where it stands, in their order."""
    findings = findings_of(round_)
    numbers = numbers_of(round_, findings)
    used: dict[str, list[str]] = {}
    for finding in sorted(findings, key=lambda f: _sortable(numbers.get(f.id, ""))):
        for reference in references(f"{finding.heading}\n{finding.text}"):
            used.setdefault(reference, []).append(numbers.get(finding.id, "a finding"))
    counts: dict[Any, int] = {}
    for row in recommendations_of(round_):
        counts[row.audience] = counts.get(row.audience, 0) + 1
        for reference in references(row.text):
            where = f"recommendation {counts[row.audience]} ({row.audience})"
            used.setdefault(reference, []).append(where)
    return {reference: list(dict.fromkeys(where)) for reference, where in used.items()}


def mark_draft(round_: Round, figures: Sequence[Figure], by: Person | None) -> DraftMark:
    """Keep what every reference says now, for telling later what moved."""
    numbers = Numbers(figures)
    kept = {name: value for name in used_references(round_) if (value := numbers.of(name))}
    made = DraftMark(round_id=round_.id, numbers=kept, marked_by=by)
    session.add(made)
    session.flush()
    return made


def last_mark(round_: Round) -> DraftMark | None:
    return session.scalar(
        select(DraftMark).filter_by(round_id=round_.id).order_by(DraftMark.id.desc()).limit(1)
    )


def moved_since(mark: DraftMark, used: Iterable[str], figures: Sequence[Figure]) -> list[Moved]:
    """The references whose number changed since a draft was marked, from what to what."""
    return moved(mark.numbers, used, Numbers(figures))


def _sortable(number: str) -> list[int]:
    return [int(part) for part in number.split(".") if part.isdecimal()]
