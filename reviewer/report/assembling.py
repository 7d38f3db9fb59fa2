"""A round as a report: what was counted, how, and from which documents; in a fixed number of
queries."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select

from reviewer.db import now, session
from reviewer.documents.models import Document, Status
from reviewer.documents.store import stands_in
from reviewer.findings.counting import figures, systems_reviewed
from reviewer.findings.figures import percent_of
from reviewer.findings.sentences import INVENTED, PROVISIONAL
from reviewer.findings.settled import movements
from reviewer.instrument.model import sentence_case
from reviewer.moderation.outcomes import rates
from reviewer.moderation.rewording import agreement_of
from reviewer.people.models import Person
from reviewer.report.contents import DocumentRead, Report, chapters, examples, lists
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import NotPublished, Round, size
from reviewer.systems.models import System
from reviewer.wording import count_text, date_text
from reviewer.writing.printing import written


@cache
def words() -> dict[str, Any]:
    """What stands in every report."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def report_of(round_: Round) -> Report:
    """The report of a round as it stands now: what is written, and drafts where nothing is."""
    instrument = round_.released.instrument
    counted = figures(round_)
    done = written(round_, counted)
    fixed = words()
    filled = {
        "reviewed": _reviewed(round_),
        "criteria": count_text(len(instrument.criteria), "criterion", "criteria"),
    }
    return Report(
        title=instrument.title,
        round_name=sentence_case(round_.name),
        coverage=f"{_reviewed(round_)} reviewed",
        made_on=date_text(now()),
        marks=(INVENTED,) * round_.invented + (PROVISIONAL,) * (not round_.is_closed),
        glossary=tuple(sorted(fixed["glossary"].items())),
        introduction=tuple(text.format(**filled) for text in fixed["introduction"]),
        method=tuple(fixed["method"]),
        facts=tuple(_facts(round_)),
        limits=tuple(fixed["limits"]),
        chapters=chapters(instrument.criteria, counted, done, movements(round_)),
        good_practice=fixed["good_practice"],
        recommendations=fixed["recommendations"],
        questions=tuple(instrument.questions),
        documents=tuple(_documents(round_)),
        kinds=tuple((kind.id, kind.name) for kind in instrument.document_kinds),
        examples=examples(done),
        lists=lists(done),
    )


def _reviewed(round_: Round) -> str:
    reviewed, total = systems_reviewed(round_), size(round_)
    percent = percent_of(reviewed, total)
    share = "" if percent is None else f" ({percent}%)"
    return f"{reviewed} of {count_text(total, 'integrated care system')}{share}"


def _facts(round_: Round) -> list[tuple[str, str]]:
    """The numbers of the method, each with its name; what has none is left out."""
    instrument = round_.released.instrument
    submitted = (Review.round_id == round_.id, Review.stage == Stage.SUBMITTED)
    readers, reviews, organisations = session.execute(
        select(
            func.count(func.coalesce(Person.email, Review.label).distinct()),
            func.count(),
            func.count(func.nullif(Person.organisation, "").distinct()),
        )
        .select_from(Review)
        .outerjoin(Person, Person.id == Review.reviewer_id)
        .where(*submitted)
    ).one()
    missing = dict(
        session.execute(
            select(NotPublished.kind, func.count())
            .where(NotPublished.round_id == round_.id)
            .group_by(NotPublished.kind)
        ).all()
    )
    agreed, replied = agreement_of(round_), rates(round_)
    facts = [
        ("Systems reviewed", _reviewed(round_)),
        ("Reviewers", _people(readers, organisations)),
        ("Reviews handed in", str(reviews)),
    ]
    for kind in instrument.document_kinds:
        if kind.id in missing:
            facts.append((f"{kind.name}: not published", count_text(missing[kind.id], "system")))
    if agreed.systems:
        facts.append(("Systems read twice", str(agreed.systems)))
    if agreed.whole.n and agreed.whole.percent is not None:
        facts.append(
            (
                "Agreement of first answers",
                f"{agreed.whole.percent}% of {agreed.whole.n:,} pairs of answers were the same",
            )
        )
    if replied.invited:
        facts.append(
            ("Right of reply", f"{replied.replied} of {count_text(replied.invited, 'system')}")
        )
        facts.append(
            ("Answers changed by a reply", f"{replied.changed} of {replied.points} points made")
        )
    if round_.opened_at:
        facts.append(("Open from", date_text(round_.opened_at)))
    if round_.closed_at:
        facts.append(("Closed on", date_text(round_.closed_at)))
    facts.append(("Questions", f"{instrument.title}, version {instrument.version}"))
    return facts


def _people(readers: int, organisations: int) -> str:
    from_ = f", from {count_text(organisations, 'organisation')}" if organisations else ""
    return f"{count_text(readers, 'person', 'people')}{from_}"


def _documents(round_: Round) -> list[DocumentRead]:
    """The newest readable version of each counted kind of every system with a submitted review."""
    kinds = {kind.id: kind.name for kind in round_.kinds}
    reviewed = select(Review.system_id).where(
        Review.round_id == round_.id, Review.stage == Stage.SUBMITTED
    )
    newest: dict[tuple[str, str], Document] = {}
    for document, system in session.execute(
        select(Document, System.name)
        .join(System, System.id == Document.system_id)
        .where(
            Document.system_id.in_(reviewed),
            Document.kind.in_(kinds),
            Document.status != Status.UNREADABLE,
            or_(Document.round_id.is_(None), Document.round_id == round_.id),
            stands_in(round_),
        )
        .order_by(System.name, Document.id)
    ):
        newest[system, document.kind] = document
    order = list(kinds)
    return [
        DocumentRead(
            system=system,
            kind=kinds[kind],
            address=document.web_address,
            published=date_text(document.published_on),
            retrieved=date_text(document.retrieved_on),
        )
        for (system, kind), document in sorted(
            newest.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
        )
    ]
