"""Every address, asked by every role, for what is their own and what is somebody else's, answers as
the table of docs/permissions.md says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from reviewer.config import ROOT
from reviewer.db import session
from reviewer.documents.models import Document, Page, Status
from reviewer.moderation.replies import Reply
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, Role
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import RoundSystem, find_round
from reviewer.selfassessment.pages import NAMES
from reviewer.systems.models import System
from tests.addresses import SLOW, _practice, choices
from tests.running.makers import make_person

# What the addresses of these packages name belongs to somebody, and to whom.
OWNERS = {
    "reviews": {Role.REVIEWER},
    "offers": {Role.REVIEWER},
    "kept": {Role.REVIEWER},
    "documents": {Role.REVIEWER, Role.SYSTEM},
    "replies": {Role.SYSTEM},
}
OWNED = {"review_id", "document_id", "system_id", "reply_id"}
POLICY = {Role.POLICY_LEAD, Role.POLICY_VIEWER}
# Their objects are made and tried by tests of their own; here only whom the table refuses.
MADE_ELSEWHERE = set(NAMES)
# Open to a token and to no account, whoever is signed in; tests/findings/test_tokens.py has one.
BY_TOKEN = {"tokens.data"}


def table() -> dict[str, set[Role]]:
    """Who may do what, as the document says: by sentence."""
    text = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    head, _line, *rows = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    words = [cell.strip() for cell in head.split("|")][1:]
    roles = [next(role for role in Role if role.words == word) for word in words]
    found = {}
    for row in rows:
        sentence, *cells = (cell.strip() for cell in row.split("|"))
        found[sentence] = {role for role, cell in zip(roles, cells, strict=True) if cell == "yes"}
    return found


def test_the_table_names_every_role_and_every_permission():
    assert set(table()) == {permission.value for permission in Permission}
    assert set().union(*table().values()) == set(Role)


def place(own: bool) -> dict[str, int]:
    """The ids of what a reader and a system have in the practice round, or of what others have."""
    round_ = find_round("practice")
    robin = session.scalars(select(Person).filter_by(role=Role.REVIEWER.value)).first()
    sam = session.scalars(select(Person).filter_by(role=Role.SYSTEM.value)).first()
    assert round_ and robin and sam and sam.system
    if own:
        system, contact = sam.system, sam
        query = select(Review).filter_by(round_id=round_.id, reviewer_id=robin.id)
        review = session.scalars(query.filter_by(system_id=system.id)).one()
        document = session.scalars(select(Document).filter_by(system_id=system.id)).first()
    else:
        system = session.scalars(select(System).filter_by(invented=False)).first()
        assert system
        session.add(RoundSystem(round_id=round_.id, system=system))
        contact = make_person("Una Other", Role.SYSTEM, system=system)
        review = assign(round_, system, make_person("Ola Other", Role.REVIEWER))
        document = Document(
            system=system,
            kind="strategy",
            version=1,
            file_name="a.pdf",
            stored_as="a.pdf",
            size=1,
            sha256="0" * 64,
            status=Status.READY.value,
            page_count=1,
            pages=[Page(number=1, text="The words of somebody else.")],
        )
    known = select(Reply).filter_by(round_id=round_.id, system_id=system.id)
    reply = session.scalar(known) or Reply(round_id=round_.id, system=system, contact=contact)
    assert document
    session.add_all((document, reply))
    session.flush()
    return {
        "system_id": system.id,
        "review_id": review.id,
        "document_id": document.id,
        "reply_id": reply.id,
    }


def path_of(rule: Rule, given: dict[str, Any]) -> str:
    """An address with its names filled in; a name that only forms have is nobody's."""
    values = {}
    for name in rule.arguments:
        listed = choices(rule, name)
        values[name] = listed[0] if listed else given.get(name, 999_999)
    _, path = rule.build(values) or ("", "")
    assert path, rule
    return path


def owners_of(rule: Rule) -> set[Role]:
    """The roles that may use an address for what is theirs alone."""
    return OWNERS.get(rule.endpoint.partition(".")[0], set()) if rule.arguments & OWNED else set()


@pytest.fixture
def worlds(demo_app: Flask) -> list[tuple[bool, dict[str, Any]]]:
    """Values for every name in an address: what is a person's own, and what is not."""
    with demo_app.app_context():
        first = {name: found[0] for name, found in _practice().items()}
        first["token"] = "no-such-link"
        found = [(True, first | place(True)), (False, first | place(False))]
        session.commit()
    return found


def others_addresses(app: Flask, role: Role) -> list[bytes]:
    """The email addresses that no page shows to this role; a policy lead sees all."""
    if role is Role.POLICY_LEAD:
        return []
    with app.app_context():
        query = select(Person.email).where(Person.role != role.value)
        found = [address.encode() for address in session.scalars(query)]
        session.rollback()
    assert len(found) > 2
    return found


@pytest.mark.parametrize("role", Role)
def test_every_address_keeps_to_the_table(demo_app, sign_in, worlds, monkeypatch, role):
    """Nothing is written: what a request would have written is taken back at its end."""
    rows, client = table(), demo_app.test_client()
    sign_in(client, role)
    cookie = client.get_cookie("session").value
    hidden = others_addresses(demo_app, role)
    monkeypatch.setattr(session, "commit", session.rollback)
    wrong, tried = [], {(own, allowed): 0 for own in (True, False) for allowed in (True, False)}
    for rule in demo_app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        permission = demo_app.view_functions[rule.endpoint].permission
        by_table, owners = role in rows[permission.value], owners_of(rule)
        for own, given in worlds:
            if not own and not owners:
                continue  # it names nothing that is somebody's
            allowed = by_table and ((own and (role in owners or not owners)) or role in POLICY)
            elsewhere = rule.endpoint.partition(".")[0] in MADE_ELSEWHERE
            if by_table and (elsewhere or rule.endpoint in SLOW):
                continue
            for method in sorted(rule.methods & {"GET", "POST"}):
                path = path_of(rule, given)
                client.set_cookie("session", cookie)
                response = client.open(path, method=method)
                tried[own, allowed] += 1
                if rule.endpoint in BY_TOKEN:
                    if response.status_code != 401:
                        wrong.append(f"{method} {path}: {response.status} without a token")
                elif not _keeps(response, allowed, hidden=bool(owners), path=path):
                    wrong.append(f"{method} {path}: {response.status}, allowed: {allowed}")
                if any(address in response.data for address in hidden):
                    wrong.append(f"{method} {path}: shows somebody's email address")
                response.close()
    assert not wrong, "\n".join(wrong)
    assert tried[True, True] > 20 and (tried[True, False] > 20 or role is Role.POLICY_LEAD), tried
    assert tried[False, role in POLICY] > (0 if role in POLICY else 15), tried


def _keeps(response: TestResponse, allowed: bool, *, hidden: bool, path: str) -> bool:
    """Whether an answer is that of somebody who may, or of somebody who may not: what is somebody
    else's may also be not there at all."""
    if not allowed:
        return response.status_code == 403 or (hidden and response.status_code == 404)
    if response.status_code in (401, 403) or response.status_code >= 500:
        return False
    away = response.status_code == 302 and response.location.startswith("/sign-in")
    return not away or path in ("/sign-out", "/account/sign-out-everywhere", "/sign-in/code")


def test_a_reader_of_one_round_reads_no_documents_for_another(demo_app, sign_in):
    with demo_app.app_context():
        closed, open_ = find_round("demonstration"), find_round("practice")
        system = session.scalars(select(Review.system_id).filter_by(round_id=open_.id)).first()
        session.commit()
        first, second = (f"/rounds/{r.id}/systems/{system}/documents" for r in (open_, closed))
    client = demo_app.test_client()
    sign_in(client, Role.REVIEWER)
    assert client.get(first).status_code == 200
    assert client.get(second).status_code == 403
    assert client.post(second).status_code == 403


def test_what_is_somebody_elses_is_on_no_list(demo_app, sign_in, worlds):
    client = demo_app.test_client()
    sign_in(client, Role.REVIEWER)
    with demo_app.app_context():
        name = session.get_one(System, worlds[1][1]["system_id"]).name
    assert name not in client.get("/reviews").text
    sign_in(client, Role.SYSTEM)
    assert name not in client.get("/replies").text
    sign_in(client, Role.POLICY_LEAD)
    round_id = worlds[1][1]["round_id"]
    assert name in client.get(f"/rounds/{round_id}").text
