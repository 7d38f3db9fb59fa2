from __future__ import annotations

import pytest
from flask import Flask

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Kind, Round
from reviewer.systems.models import System
from tests.running.makers import make_person, make_round, sign_in

PAGES = {
    "": "see",
    "/answers.csv": "see",
    "/answers.xlsx": "see",
    "/assign": "run",
    "/assign/proposal": "run",
    "/assign/file": "run",
    "/assignments.csv": "run",
    "/assignments.xlsx": "run",
    "/conflicts": "run",
    "/import": "run",
    "/import/template.csv": "run",
    "/reviews/1/take-back": "run",
    "/reviews/1/hand-over": "run",
}
POSTS = [
    "/assign",
    "/assign/proposal",
    "/assign/file",
    "/conflicts",
    "/import",
    "/reviews/1/take-back",
    "/reviews/1/hand-over",
]


@pytest.fixture
def address(app: Flask) -> str:
    with app.app_context():
        round_ = make_round("spring")
        for role in Role:
            system = session.get(System, 1) if role is Role.SYSTEM else None
            person = make_person(role.value, role, system=system)
            if role is Role.REVIEWER:
                assert assign(round_, round_.systems()[0], person).id == 1
        session.commit()
        return f"/rounds/{round_.id}"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.POLICY_LEAD, {"see", "run"}),
        (Role.POLICY_VIEWER, {"see"}),
        (Role.REVIEWER, set()),
        (Role.SYSTEM, set()),
    ],
)
def test_who_sees_what(app, address, role, allowed):
    client = sign_in(app, list(Role).index(role) + 1)
    for path, asks in PAGES.items():
        expected = 200 if asks in allowed else 403
        assert client.get(address + path).status_code == expected, path
    if "run" not in allowed:
        for path in POSTS:
            assert client.post(address + path).status_code == 403, path
    with app.app_context():
        assert session.query(Review).count() == 1


def test_nobody_signed_in_sees_anything(app, address):
    client = app.test_client()
    for path in PAGES:
        assert client.get(address + path).headers["Location"].startswith("/sign-in"), path
    for path in POSTS:
        assert client.post(address + path).headers["Location"].startswith("/sign-in"), path


@pytest.mark.parametrize("path", PAGES)
def test_a_self_assessment_and_a_round_that_is_not_there_are_not_found(app, address, path):
    client = sign_in(app, list(Role).index(Role.POLICY_LEAD) + 1)
    assert client.get("/rounds/99" + path).status_code == 404
    with app.app_context():
        session.get_one(Round, 1).kind = Kind.SELF
        session.commit()
    assert client.get(address + path).status_code == 404
    if path in POSTS:
        assert client.post(address + path).status_code == 404


def test_a_file_has_two_endings_only(app, address):
    client = sign_in(app, list(Role).index(Role.POLICY_LEAD) + 1)
    assert client.get(address + "/answers.json").status_code == 404
