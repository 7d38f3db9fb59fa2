"""A one-time link, which who manages accounts can make for anybody, opens no draft by itself."""

from __future__ import annotations

import pytest

from reviewer.db import session
from reviewer.people.models import Person, make_sign_in_link
from tests.people.conftest import QUICK, quick_passwords  # noqa: F401  (a fixture)
from tests.running.makers import sign_in
from tests.selfassessment.makers import (
    RARE,
    add_people,
    document_of,
    review_of,
    share,
    whole_assessment,
)

PASSWORD = "four random plain words"


@pytest.fixture
def people(app):
    made = add_people(app)
    with app.app_context():
        for number in (made.own, made.reviewer):
            session.get_one(Person, number).password_hash = QUICK.hash(PASSWORD)
        session.commit()
    return made


@pytest.fixture
def number(app, people):
    return whole_assessment(app, people)


def by_link(app, person_id):
    """A browser that was let in by a link that a policy lead made for that person."""
    with app.app_context():
        token = make_sign_in_link(session.get_one(Person, person_id), 1)
        session.commit()
    client = app.test_client()
    assert client.post(f"/sign-in/{token}").status_code == 302
    return client


def addresses(app, number):
    review, document = review_of(app, number), document_of(app, number)
    return [
        *(f"/drafts/{number}{end}" for end in ("", "/results", "/documents", "/plan", "/people")),
        *(f"/drafts/{number}/{end}" for end in ("comparison", "log", "plan.xlsx", "progress.svg")),
        *(f"/reviews/{review}{end}" for end in ("", "/criteria/leadership", "/reading?find=words")),
        *(f"/documents/{document}/{end}" for end in ("file", "pages/1", "pages/1/picture")),
        *("/drafts", "/drafts/shared", "/account/data.json"),
    ]


def test_a_link_alone_opens_nothing_of_a_draft(app, people, number):
    thief = by_link(app, people.own)
    for path in addresses(app, number):
        answer = thief.get(path)
        assert not any(word in answer.text for word in RARE), path
        if path != "/drafts/shared":  # nothing is shared with its own person
            assert answer.location.startswith("/account/confirm?next=/"), path
    saved = f"/reviews/{review_of(app, number)}/answers/leadership-2/plan"
    told = thief.post(saved, data={}, headers={"Accept": "application/json"})
    assert told.status_code == 401 and "password" in told.json["message"]
    assert thief.post(f"/drafts/{number}/delete", data={"sure": "y"}).status_code == 302
    assert sign_in(app, people.own).get(f"/drafts/{number}").status_code == 200


def test_with_the_password_it_opens_and_goes_on_where_one_wanted_to(app, people, number):
    client = by_link(app, people.own)
    asked = client.get(f"/drafts/{number}").location
    assert "one-time link" in client.get(asked).text
    assert client.post(asked, data={"password": "wrong"}).status_code == 200
    assert client.get(f"/drafts/{number}").status_code == 302
    assert client.post(asked, data={"password": PASSWORD}).location == f"/drafts/{number}"
    assert RARE[0] in client.get(f"/drafts/{number}").text


def test_nothing_but_a_proof_opens_it(app, people, number):
    client = by_link(app, people.own)
    for path in ("/account/visits/end-others", "/account/confirm", "/session"):
        client.post(path)
        client.get(path)
        assert client.get(f"/drafts/{number}").status_code == 302, path


def test_a_new_password_opens_it_and_its_owner_would_notice(app, people, number):
    owner = app.test_client()
    given = {"email": "ola.own@example.org", "password": PASSWORD}
    assert owner.post("/sign-in", data=given).status_code == 302
    client = by_link(app, people.own)
    new = "another four words entirely"
    client.post("/account", data={"password": new, "again": new})
    assert client.get(f"/drafts/{number}").status_code == 200
    assert owner.get(f"/drafts/{number}").location.startswith("/sign-in")
    assert owner.post("/sign-in", data=given).status_code == 200


def test_who_never_had_a_password_chooses_one_first(app, people, number):
    with app.app_context():
        session.get_one(Person, people.own).password_hash = None
        session.commit()
    client = by_link(app, people.own)
    asked = client.get(f"/drafts/{number}").location
    for answer in (client.get(asked), client.post(asked)):
        assert answer.location == "/account"
    assert "Choose a password first" in client.get("/account").text
    assert client.get(f"/drafts/{number}").status_code == 302
    client.post("/account", data={"password": PASSWORD, "again": PASSWORD})
    assert client.get(f"/drafts/{number}").status_code == 200


def test_what_was_shared_is_closed_to_a_link_as_well(app, people, number):
    share(sign_in(app, people.own), number, "rea.der@example.org")
    assert sign_in(app, people.reviewer).get(f"/drafts/{number}/results").status_code == 200
    thief = by_link(app, people.reviewer)
    document = document_of(app, number)
    for path in (f"/drafts/{number}/results", "/drafts/shared", f"/documents/{document}/file"):
        assert thief.get(path).location.startswith("/account/confirm"), path


def test_other_work_goes_on_by_a_link_as_before(app, people, number):
    assert by_link(app, people.reviewer).get("/reviews").status_code == 200
    assert by_link(app, people.reviewer).get("/account/data.json").status_code == 200
    assert by_link(app, people.elsewhere).get("/drafts").status_code == 200
