"""Two people read a system blind to each other: nothing that one does is seen by the other."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.moderation.decisions import decide
from reviewer.people.models import Person
from reviewer.people.permissions import PERMISSIONS, Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.cited import Evidence, EvidenceKind
from reviewer.reviews.models import Review, assign
from reviewer.reviews.returning import return_review
from reviewer.rounds.models import Round
from tests.addresses import SLOW, _filled
from tests.moderation.makers import NO, YES
from tests.reviews.shelf import put_on_shelf
from tests.running.makers import make_person, make_round, sign_in

# What differs from one request to the next: tokens of forms, and the number of a request.
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"|"token":"[^"]*"|give this number: \w+')
COUNTS_REQUESTS = {"status.metrics"}  # every request changes it; it names nobody (test_status.py)
PLACE = ("data-3", "plan")
SECRETS = (
    *("Ada Reader", "ada.reader@example.org", "Royal College of Tests"),
    *("Ada's comment", "Ada's note", "A named lead", "The lead decided", "Look again, Ada"),
)


@pytest.fixture
def scene(app):
    """A system that Ada and Bo read; Bo has answered. Ids of the round and of both people."""
    with app.app_context():
        round_ = make_round("spring")
        system = round_.systems()[0]
        for kind in ("strategy", "plan"):
            put_on_shelf(system, kind, ("One", "Somebody sits on the board.", "Three"))
        ada = make_person("Ada Reader", Role.REVIEWER, organisation="Royal College of Tests")
        bo = make_person("Bo Second", Role.REVIEWER)
        make_person("Lee Lead", Role.POLICY_LEAD)
        assign(round_, system, ada)
        review = assign(round_, system, bo)
        review.record(*PLACE, NO, author=bo)
        review.note_down("leadership", NoteKind.COMMENT, "Bo's own.", author=bo)
        session.commit()
        return round_.id, ada.id, bo.id


def ada_reads(round_id):
    """Everything that can be done with a first reading and after it."""
    round_ = session.get_one(Round, round_id)
    first = session.scalars(select(Review).order_by(Review.id)).first()
    lead = session.scalars(select(Person).filter_by(role=Role.POLICY_LEAD.value)).one()
    plan = next(d for d in session.scalars(select(Document)) if d.kind == "plan")
    given = Given(frozenset({"yes"}), comment="Ada's comment", pages=((2, 2),))
    first.record(*PLACE, given, author=first.reviewer, read=plan)
    quote = "A named lead"
    first.cite(
        *PLACE,
        Evidence(
            document=plan,
            kind=EvidenceKind.QUOTE,
            first_page=2,
            last_page=2,
            quote=quote,
            found=True,
            author=first.reviewer,
        ),
    )
    first.note_down("leadership", NoteKind.COMMENT, "Ada's note", author=first.reviewer)
    first.submit()
    decide(round_, first.system, *PLACE, YES, "The lead decided", lead)
    return_review(first, {PLACE: "Look again, Ada"}, lead)
    session.commit()


def seen(app, person_id, round_id):
    """Status and text of every address that a reviewer may ask for, without tokens."""
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        reviews = session.scalars(select(Review)).all()
        documents = session.scalars(select(Document)).all()
        values = {
            "round_id": [round_.id],
            "review_id": [review.id for review in reviews],
            "system_id": [system.id for system in round_.systems()],
            "version_id": [round_.instrument_version_id],
            "document_id": [document.id for document in documents],
            "number": [1, 2],
            "criterion_id": [c.id for c in round_.released.instrument.criteria],
            "question_id": [PLACE[0]],
            "document": [PLACE[1]],
            "kind": ["svg", "csv"],
            "ending": ["csv", "xlsx"],
            "token": ["no-such-link"],
        }
        session.rollback()
    client = sign_in(app, person_id)
    found = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        may = getattr(view, "permission", None) in PERMISSIONS[Role.REVIEWER]
        if may and "GET" in rule.methods and rule.endpoint not in SLOW | COUNTS_REQUESTS:
            for path in _filled(app, rule, {n: [1] for n in rule.arguments} | values):
                response = client.get(path)
                text = TOKEN.sub("", words_of(response))
                found[path] = (response.status_code, text)
    return found


def words_of(response):
    """What an answer says: a workbook by its cells, as its bytes hold the time it was made."""
    if "spreadsheetml" not in response.mimetype:
        return response.text
    book = load_workbook(io.BytesIO(response.data), read_only=True)
    return "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def test_nothing_that_one_reader_sees_changes_with_what_the_other_does(app, scene):
    round_id, _, bo_id = scene
    before = seen(app, bo_id, round_id)
    with app.app_context():
        ada_reads(round_id)
    after = seen(app, bo_id, round_id)
    assert sum(status == 200 for status, _ in after.values()) >= 15
    for path, found in after.items():
        assert found == before[path], path


def test_no_name_and_no_word_of_the_other_reader_is_anywhere(app, scene):
    round_id, ada_id, bo_id = scene
    with app.app_context():
        ada_reads(round_id)
    for path, (_, text) in seen(app, bo_id, round_id).items():
        for secret in SECRETS:
            assert secret not in text.replace("&#39;", "'"), f"{secret} on {path}"
    own = " ".join(text for _, text in seen(app, ada_id, round_id).values())
    own = own.replace("&#39;", "'")
    for secret in ("Ada Reader", "Ada's comment", "Ada's note", "A named lead", "Look again, Ada"):
        assert secret in own, "else this test would see nothing anywhere"
    assert "The lead decided" not in own and "Bo's own" not in own


def test_the_other_reading_is_not_to_be_opened_or_written(app, scene):
    round_id, _, bo_id = scene
    client = sign_in(app, bo_id)
    for path in (
        *("/reviews/1", "/reviews/1/submit", "/reviews/1/criteria/leadership"),
        *("/reviews/1/answers/data-3/plan/history", f"/rounds/{round_id}/reviews/1"),
        *(f"/rounds/{round_id}/moderation", f"/rounds/{round_id}/moderation/1"),
        *(f"/rounds/{round_id}/agreement", f"/rounds/{round_id}/agreement.csv"),
    ):
        assert client.get(path).status_code == 403, path
    for path in (
        *("/reviews/1/submit", "/reviews/1/criteria/leadership", "/reviews/1/answers/data-3/plan"),
        *(f"/rounds/{round_id}/reviews/1", f"/rounds/{round_id}/moderation/1/data-3/plan"),
    ):
        assert client.post(path).status_code == 403, path
