"""What one web process changes, the next request to another one sees: nothing that counts is kept
in the memory of one. (Indexes of the finder: `documents/test_suggesting.py`; wrong passwords:
`people/test_tries.py`; two real processes that are killed: `test_torture.py`.)"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from reviewer.config import ROOT
from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.models import assign
from reviewer.rounds.correcting import correct
from reviewer.rounds.models import Round
from reviewer.web import create_app
from tests.documents.conftest import plain_pdf
from tests.running.makers import make_person, make_round, sign_in


@pytest.fixture
def other(app: Flask) -> Iterator[Flask]:
    """A second application on the same database and folders, as another web process has."""
    own = session.get_bind().engine
    same = ("DATABASE_URL", "UPLOADS_DIR", "EXPORTS_DIR", "SECRET_KEY", "PUBLIC_URL", "TESTING")
    more = ("REQUIRE_SECOND_FACTOR", "WTF_CSRF_ENABLED")
    second = create_app({name: app.config[name] for name in (*same, *more)})
    second.test_client_class = app.test_client_class
    second.jinja_env.bytecode_cache = app.jinja_env.bytecode_cache
    yield second
    session.get_bind().engine.dispose()
    session.remove()
    session.configure(bind=own)


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    with app.app_context():
        round_ = make_round("Two", systems=1)
        [system] = round_.systems()
        reader, lead = make_person("Reader", Role.REVIEWER), make_person("Lead", Role.POLICY_LEAD)
        session.flush()
        review = assign(round_, system, reader)
        session.commit()
        return {
            "reader": reader.id,
            "lead": lead.id,
            "review": review.id,
            "round": round_.id,
            "system": system.id,
        }


def in_both(app, other, person_id):
    """One browser's cookie at both processes, as behind one address."""
    return sign_in(app, person_id), sign_in(other, person_id)


def test_signing_out_at_one_ends_the_visit_at_the_other(app, other, people):
    here, there = in_both(app, other, people["reader"])
    assert there.get("/reviews").status_code == 200
    assert here.post("/sign-out").status_code == 302
    assert there.get("/reviews").status_code == 302


def test_another_role_or_no_access_counts_at_once(app, other, people):
    here, there = in_both(app, other, people["lead"])
    assert here.get("/people").status_code == there.get("/people").status_code == 200
    with app.app_context():
        session.get_one(Person, people["lead"]).role = Role.REVIEWER
        session.commit()
    assert there.get("/people").status_code == 403


def test_a_correction_of_wording_is_shown_by_both(app, other, people):
    """Released criteria are kept in memory, by a version that never changes."""
    here, there = in_both(app, other, people["reader"])
    page = f"/reviews/{people['review']}/criteria/leadership"
    before = there.get(page).text
    assert before and "An altogether different wording" not in before
    with app.app_context():
        round_ = session.get_one(Round, people["round"])
        text = (ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8")
        first = round_.released.instrument.question("leadership-2").text
        patch = text.replace('version = "1.0.2"', 'version = "1.0.99"')
        patch = patch.replace(first, f"An altogether different wording: {first}")
        correct(round_, patch, session.get_one(Person, people["lead"]))
        session.commit()
    for client in (here, there):
        assert "An altogether different wording" in client.get(page).text


def test_a_file_that_one_took_is_given_by_the_other(app, other, people):
    here, there = in_both(app, other, people["lead"])
    shelf = f"/rounds/{people['round']}/systems/{people['system']}/documents"
    pdf = plain_pdf("A plan.")
    here.post(shelf, data={"kind": "plan", "files": (io.BytesIO(pdf), "plan.pdf")})
    with other.app_context():
        number = session.scalar(select(Document.id))
    assert there.get(f"/documents/{number}/file").data == pdf
