"""Reading a snapshot from outside: the token opens totals, and only what it is for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reviewer.db import now, session
from reviewer.findings.models import ReadingToken, make_token
from reviewer.findings.tables import COLUMNS, rows
from reviewer.logbook import Entry
from reviewer.people.permissions import Role
from reviewer.people.tries import MOST, WINDOW, WrongTry
from reviewer.running.closing import close
from tests.moderation.makers import NO, YES, queries, read
from tests.running.makers import make_person, make_round, sign_in

PLACE = ("leadership-2", "plan")


@pytest.fixture
def scene(app):
    """Where the figures of a closed round are, its lead, a viewer, and the names of systems."""
    with app.app_context():
        round_ = make_round("spring", systems=4)
        systems = round_.systems()
        for system, value in zip(systems, (YES, NO, YES), strict=False):
            read(round_, system, f"reader of {system.name}", {PLACE: value})
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER)
        close(round_, lead)
        session.commit()
        names = [name for system in systems for name in (system.name, system.code)]
        return f"/rounds/{round_.id}/snapshots/1", lead.id, viewer.id, names


def made(client, address, purpose="the workbook"):
    page = client.post(f"{address}/tokens", data={"purpose": purpose}).text
    return re.search(r"<code[^>]*>([\w-]{43})</code>", page).group(1)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_opens_the_figures(app, scene):
    address, lead, _, names = scene
    client = sign_in(app, lead)
    token = made(client, address)
    assert token not in client.get(f"{address}/tokens").text
    outside = app.test_client()
    by_header = outside.get(f"{address}/data.json", headers=bearer(token))
    assert by_header.status_code == 200 and by_header.headers["Cache-Control"] == "no-store"
    assert outside.get(f"{address}/data.json?token={token}").json == by_header.json
    data = by_header.json
    assert (data["round"], data["systems_reviewed"], data["systems_total"]) == ("spring", 3, 4)
    assert list(data["rows"][0]) == sorted(COLUMNS)
    found = {
        row["option"]: row["count"] for row in data["rows"] if row["question"] == "leadership-2"
    }
    assert found["Yes"] == 2 and found["No"] == 1
    assert not [name for name in names if name in by_header.text]
    with app.app_context():
        kept = session.query(ReadingToken).one()
        assert token not in repr(vars(kept)) and kept.last_used_at is not None
        assert data["rows"] == rows(kept.snapshot.figures())
        logged = session.query(Entry).filter_by(noun="reading_token").one()
        assert logged.after == {"purpose": "the workbook"} and logged.person_id == lead
        assert logged.round_id == kept.snapshot.round_id
    assert "Last used on" in client.get(f"{address}/tokens").text


def test_its_use_is_noted_once_a_minute(app, scene):
    token = made(sign_in(app, scene[1]), scene[0])
    for past, moves in ((0, False), (2, True)):
        with app.app_context():
            kept = session.query(ReadingToken).one()
            before = kept.last_used_at = now() - timedelta(minutes=past)
            session.commit()
        assert app.test_client().get(f"{scene[0]}/data.json?token={token}").status_code == 200
        with app.app_context():
            assert (session.query(ReadingToken).one().last_used_at > before) is moves


def test_without_a_token_or_with_a_wrong_one_nothing_is_told(app, scene):
    address, lead, _, _ = scene
    token = made(sign_in(app, lead), address)
    client = app.test_client()
    missing = address.replace("/1", "/999", 1)
    for path, headers in (
        (f"{address}/data.json", {}),
        (f"{address}/data.json", {"Authorization": "Basic eDp5"}),
        (f"{address}/data.json?token=wrong", {}),
        (f"{address}/data.json", bearer("wrong")),
        (f"{missing}/data.json", bearer(token)),
        (f"{address[:-1]}2/data.json", bearer(token)),
    ):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, path
        assert answer.json["message"].startswith("Give the token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["Cache-Control"] == "no-store"
    # Who is signed in needs the token too.
    assert sign_in(app, lead).get(f"{address}/data.json").status_code == 401


def test_a_revoked_token_opens_nothing_and_its_purpose_is_free_again(app, scene):
    address, lead, viewer, _ = scene
    client = sign_in(app, lead)
    token = made(client, address)
    again = client.post(f"{address}/tokens", data={"purpose": " the  workbook "}).text
    assert "There is a token for this already" in again
    with app.app_context():
        number = session.query(ReadingToken).one().id
    assert sign_in(app, viewer).post(f"{address}/tokens/{number}/revoke").status_code == 403
    for _ in range(2):
        assert client.post(f"{address}/tokens/{number}/revoke").location == f"{address}/tokens"
    assert app.test_client().get(f"{address}/data.json?token={token}").status_code == 401
    assert "Revoked on" in client.get(f"{address}/tokens").text
    assert made(client, address) != token
    assert client.post(f"{address}/tokens/999/revoke").status_code == 404
    assert "Say what the token is for" in client.post(f"{address}/tokens", data={}).text


def test_guessing_is_slowed_down_for_one_address_alone(app, scene):
    address, lead, _, _ = scene
    token = made(sign_in(app, lead), address)
    client = app.test_client()
    for _ in range(MOST):
        assert client.get(f"{address}/data.json?token=wrong").status_code == 401
    refused = client.get(f"{address}/data.json?token={token}")
    assert refused.status_code == 429 and "Too many wrong tries" in refused.json["message"]
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    path = f"{address}/data.json?token={token}"
    assert client.get(path, environ_overrides=elsewhere).status_code == 200
    with app.app_context():
        for one in session.query(WrongTry):
            one.at -= WINDOW
        session.commit()
    assert client.get(path).status_code == 200


def test_two_tokens_never_have_the_same_hash(app, scene):
    with app.app_context():
        kept = session.get_one(ReadingToken, _one(scene))
        first = kept.token_hash
        make_token(kept.snapshot, "another", kept.made_by)
        assert len({t.token_hash for t in session.query(ReadingToken)} | {first}) == 2


def _one(scene) -> int:
    from reviewer.findings.snapshots import Snapshot
    from reviewer.people.models import Person

    make_token(session.query(Snapshot).one(), "one", session.get_one(Person, scene[1]))
    return session.query(ReadingToken).one().id


def test_the_pages_take_few_queries(app, scene):
    address, lead, _, _ = scene
    client = sign_in(app, lead)
    token = made(client, address)
    client.get(f"{address}/tokens")
    with queries() as sent:
        client.get(f"{address}/tokens")
    assert 0 < len(sent) <= 10
    with queries() as sent:
        app.test_client().get(f"{address}/data.json?token={token}")
    # On PostgreSQL the count of wrong tries takes two locks by name as well.
    assert 0 < len([query for query in sent if "pg_advisory" not in query]) <= 8
