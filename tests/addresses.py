"""Every address of the application that answers GET, with ids of the demonstration filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import BuildError, Rule

from reviewer.db import now, session
from reviewer.documents.models import Document
from reviewer.findings.models import make_token, tokens_of
from reviewer.findings.snapshots import snapshots_of
from reviewer.instrument.drafts import InstrumentDraft, copy
from reviewer.instrument.models import InstrumentVersion
from reviewer.instrument.proposing import propose
from reviewer.moderation.replies import Reply
from reviewer.people.letters import Kind
from reviewer.people.mail import keep
from reviewer.people.models import Person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round, find_round
from reviewer.rounds.upgrades import Upgrade
from reviewer.selfassessment.assessing import begin
from reviewer.selfassessment.loading import own_assessments
from reviewer.writing.comments import comments_of
from reviewer.writing.models import Quote, Tag
from reviewer.writing.written import Example, Recommendation, WrittenFinding

# What takes long, where once is enough.
SLOW: set[str] = set()


@dataclass(frozen=True)
class Address:
    endpoint: str
    path: str


def addresses(app: Flask) -> list[Address]:
    """Every GET address, in the closed round and in the open one."""
    with app.app_context():
        places = [_closed(), _practice()]
        token = _token_of_figures()
        session.commit()
    found: dict[Address, None] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and "GET" in (rule.methods or ()):
            for values in places[: 1 if rule.endpoint in SLOW else 2]:
                for path in _filled(app, rule, values):
                    # The one address that opens with a token, whoever asks.
                    if rule.endpoint == "tokens.data" and values is places[0]:
                        path += f"?token={token}" * path.endswith("/1/data.json")
                    found[Address(rule.endpoint, path)] = None
    return list(found)


def _closed() -> dict[str, list[Any]]:
    round_ = find_round("demonstration")
    assert round_
    review = session.scalars(select(Review).filter_by(round_id=round_.id)).first()
    assert review
    return _place(round_, review) | {"token": ["no-such-link"], "message_id": [0]}


def _practice() -> dict[str, list[Any]]:
    round_ = find_round("practice")
    assert round_
    review = session.scalars(select(Review).filter_by(round_id=round_.id)).first()
    assert review
    person = session.scalars(select(Person)).first()
    assert person
    return _place(round_, review) | {
        "token": [make_sign_in_link(person, hours=1)],
        "message_id": [keep(Kind.INVITATION, person).id],
    }


def _place(round_: Round, review: Review) -> dict[str, list[Any]]:
    """Values to try for each name in an address. A new name has to be added here."""
    person = session.scalars(select(Person).order_by(Person.id)).first()
    contact = session.scalars(select(Person).filter_by(role=Role.SYSTEM.value)).first()
    assert person and contact
    document = session.scalars(select(Document).order_by(Document.id)).first()
    assert document
    instrument = round_.released.instrument
    comments = comments_of(round_)
    return {
        "round_id": [round_.id],
        "review_id": [review.id],
        "system_id": [review.system_id],
        "version_id": [round_.instrument_version_id],
        "document_id": [document.id],
        "number": [1, document.page_count],
        "criterion_id": [criterion.id for criterion in instrument.criteria],
        "question_id": ["coproduction-3"],
        "document": ["strategy"],
        "movement_id": ["inequalities-4-strategy_inequalities-5-plan"],
        "kind": ["svg", "csv", "xlsx", "json"],
        "ending": ["csv", "xlsx"],
        "letter": ["invitation"],
        "instrument_id": [instrument.id],
        "person_id": [person.id],
        "theme": ["slide"],
        "draft_id": [_draft(round_.instrument_version_id, person).id],
        "entry_id": [
            *(instrument.criteria[0].id, instrument.questions[0].id),
            *(instrument.scales[0].id, instrument.document_kinds[0].id),
        ],
        "upgrade_id": [_upgrade(round_, person).id],
        "reply_id": [_reply(round_, contact).id],
        "assessment_id": [_assessment(round_, contact)],
        "source_id": sorted({c.source: c.id for c in comments}.values()) or [0],
        "tag_id": [_first(Tag, round_)],
        "quote_id": [_first(Quote, round_)],
        "finding_id": [_first(WrittenFinding, round_)],
        "recommendation_id": [_first(Recommendation, round_)],
        "example_id": [_first(Example, round_)],
    }


def _token_of_figures() -> str:
    """A token for the figures of the closed round. Its use is noted once a minute, and not while
    the addresses are walked through, however long that takes."""
    round_ = find_round("demonstration")
    assert round_
    snapshot = snapshots_of(round_)[0]
    lead = session.scalars(select(Person).filter_by(role=Role.POLICY_LEAD.value)).first()
    assert lead
    for old in tokens_of(snapshot):
        old.revoke(lead)
    token = make_token(snapshot, "a test", lead)
    tokens_of(snapshot)[0].last_used_at = now() + timedelta(hours=2)
    return token


def _first(table: type[Any], round_: Round) -> int:
    """The id of the round's first row, 0 where it has none."""
    return session.scalar(select(func.min(table.id)).filter_by(round_id=round_.id)) or 0


def _draft(version_id: int, person: Person) -> InstrumentDraft:
    """A draft of the criteria of a round."""
    draft = session.scalars(select(InstrumentDraft)).first()
    return draft or copy(session.get_one(InstrumentVersion, version_id), person.id)


def _upgrade(round_: Round, person: Person) -> Upgrade:
    """An upgrade of a round under review: to its own version, which keeps every question."""
    upgrade = session.scalars(select(Upgrade).filter_by(round_id=round_.id)).first()
    if upgrade is None:
        version, instrument = round_.instrument_version_id, round_.released.instrument
        upgrade = Upgrade(
            round_id=round_.id,
            from_version_id=version,
            to_version_id=version,
            mapping=propose(instrument, instrument).as_json(),
            made_by_id=person.id,
        )
        session.add(upgrade)
        session.flush()
    return upgrade


def _reply(round_: Round, contact: Person) -> Reply:
    """The reply of the demonstration's system, which was asked for by then."""
    place = {"round_id": round_.id, "system_id": contact.system_id}
    reply = session.scalar(select(Reply).filter_by(**place))
    if reply is None:
        reply = Reply(**place, contact=contact)
        session.add(reply)
        session.flush()
    return reply


def _assessment(round_: Round, contact: Person) -> int:
    """An assessment of the demonstration's system, which its contact has begun by then."""
    known = own_assessments(contact)
    if known:
        return known[0].round_id
    version = session.get_one(InstrumentVersion, round_.instrument_version_id)
    return begin(contact, "A draft", version, ["strategy", "plan"]).id


def _filled(app: Flask, rule: Rule, values: Mapping[str, list[Any]]) -> Iterator[str]:
    names = sorted(rule.arguments)
    unknown = [name for name in names if not choices(rule, name) and name not in values]
    assert not unknown, f"{rule}: tests/addresses.py has no value for {unknown[0]}"
    adapter = app.url_map.bind("localhost")
    for chosen in product(*(choices(rule, name) or values[name] for name in names)):
        try:
            yield adapter.build(rule.endpoint, dict(zip(names, chosen, strict=True)), "GET")
        except BuildError:
            continue


def choices(rule: Rule, name: str) -> list[str]:
    """The values that the address itself lists, as `<any(docx, pdf):ending>` does."""
    return sorted(getattr(rule._converters[name], "items", ()))
