from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer import jobs
from reviewer.db import session
from reviewer.documents.models import Document, Status
from reviewer.instrument.models import InstrumentVersion
from reviewer.rounds.models import Kind, Round, create_round
from reviewer.systems.models import System
from tests.documents.conftest import Place, plain_pdf, uploads

ABOUT = "Partners work together for babies, children and young people"
PDF = plain_pdf(f"{ABOUT}: co-production", f"{ABOUT}: safeguarding")
NO_DAYS = {"published_on": ["", "", ""], "retrieved_on": ["", "", ""]}


@pytest.fixture
def reviewer(client: FlaskClient, sign_in: Callable[..., int], readers, place) -> FlaskClient:
    """A reviewer who has a review of the first system."""
    sign_in(client, "reviewer")
    readers.add((place.round_id, place.system_id))
    return client


@pytest.fixture
def read(app: Flask, attach: Callable[..., int]) -> Callable[..., int]:
    """Like `attach`, and read as by a worker."""

    def keep(*args: Any, **more: Any) -> int:
        document_id = attach(*args, **more)
        with app.app_context():
            jobs.run_waiting()
        return document_id

    return keep


def send(client: FlaskClient, place: Place, *files: tuple[str, bytes], **more: Any) -> Any:
    data = {"kind": "plan", "source_address": "", **NO_DAYS, **more}
    data["files"] = [(io.BytesIO(content), name) for name, content in files]
    headers = {"Accept": "application/json"} if data.pop("json", False) else {}
    return client.post(place.shelf, data=data, headers=headers, content_type="multipart/form-data")


def documents(app: Flask) -> list[Document]:
    with app.app_context():
        return list(session.scalars(select(Document).order_by(Document.id)))


# Who may read ------------------------------------------------------------------------------------


def addresses(place: Place, document_id: int) -> list[str]:
    return [
        place.shelf,
        f"{place.shelf}/status",
        f"/documents/{document_id}/pages/1",
        f"/documents/{document_id}/file",
    ]


@pytest.mark.parametrize(
    ("role", "status"),
    [("reviewer", 403), ("system", 403), ("policy-lead", 200), ("policy-viewer", 200)],
)
def test_who_may_read(client, sign_in, readers, place, read, role, status):
    document_id = read(PDF)
    sign_in(client, role)
    for address in addresses(place, document_id):
        assert client.get(address).status_code == status, address


def test_a_reviewer_reads_the_systems_of_their_reviews_alone(reviewer, readers, place, read):
    document_id = read(PDF)
    for address in addresses(place, document_id):
        assert reviewer.get(address).status_code == 200, address
    readers.clear()
    readers.add((place.round_id, place.other_id))
    for address in addresses(place, document_id):
        assert reviewer.get(address).status_code == 403, address
    assert send(reviewer, place, ("a.pdf", PDF)).status_code == 403


def test_nobody_signed_in(client, place, attach):
    document_id = attach(PDF)
    for address in addresses(place, document_id):
        assert client.get(address).headers["Location"].startswith("/sign-in")


def test_a_system_outside_the_round_has_no_shelf(app, client, sign_in, place):
    sign_in(client, "policy-lead")
    with app.app_context():
        scope = (place.system_id, place.other_id)
        outside = session.scalar(select(System.id).where(System.id.not_in(scope)).limit(1))
    assert client.get(f"/rounds/{place.round_id}/systems/{outside}/documents").status_code == 404
    assert client.get(f"/rounds/99/systems/{place.system_id}/documents").status_code == 404
    assert client.get("/documents/99/pages/1").status_code == 404


def test_a_self_assessment_is_hidden_from_everybody(app, client, sign_in, place, read):
    with app.app_context():
        document_id = read(PDF, round_=session.get_one(Round, place.round_id))
        session.get_one(Round, place.round_id).kind = Kind.SELF
        session.commit()
    sign_in(client, "policy-lead")
    for address in addresses(place, document_id):
        assert client.get(address).status_code == 404, address


def test_a_policy_viewer_attaches_nothing(app, client, sign_in, place):
    sign_in(client, "policy-viewer")
    assert "Attach documents" not in client.get(place.shelf).text
    assert send(client, place, ("a.pdf", PDF)).status_code == 403
    assert documents(app) == []


# Attaching ---------------------------------------------------------------------------------------


def test_attach_several(app, reviewer, place):
    days = {"published_on": ["27", "3", "2024"], "retrieved_on": ["1", "October", "2026"]}
    more = {"kind": "supporting", "source_address": " https://example.org/plans "} | days
    sent = send(reviewer, place, ("a.pdf", PDF), ("/home/sam/b.pdf", plain_pdf("b")), **more)
    assert sent.headers["Location"] == place.shelf
    first, second = documents(app)
    assert (first.file_name, second.file_name) == ("a.pdf", "b.pdf")
    assert (first.kind, first.version, second.version) == ("supporting", 1, 2)
    assert first.source_address == "https://example.org/plans"
    assert (first.published_on, first.retrieved_on) == (date(2024, 3, 27), date(2026, 10, 1))
    assert first.attached_by_id and first.status == Status.WAITING
    page = reviewer.get(place.shelf).text
    for words in (
        "Attached as Supporting document: a.pdf, b.pdf.",
        "Waiting to be read",
        "published 27 March 2024",
        "downloaded 1 October 2026",
        'href="https://example.org/plans"',
        "Not attached yet: Integrated care strategy, Joint forward plan.",
    ):
        assert words in page


def test_the_same_file_again_is_said(app, reviewer, place):
    send(reviewer, place, ("a.pdf", PDF))
    send(reviewer, place, ("copy.pdf", PDF))
    assert "The same file was attached before: copy.pdf." in reviewer.get(place.shelf).text
    assert len(documents(app)) == 1


def test_one_refused_file_does_not_stop_the_rest(app, reviewer, place):
    app.config["UPLOAD_LIMIT_MB"] = 1
    large = PDF + bytes(1024 * 1024)
    send(reviewer, place, ("b.pdf", PDF), ("c.pdf", large))
    page = reviewer.get(place.shelf).text
    assert "Attached as Joint forward plan: b.pdf." in page
    assert "c.pdf was not attached. The file is larger than 1 MB." in page
    assert [d.file_name for d in documents(app)] == ["b.pdf"]
    with app.app_context():
        assert len(list(uploads().glob("*.pdf"))) == 1


def test_what_is_no_pdf_is_kept_and_the_reading_says_so(app, reviewer, place):
    send(reviewer, place, ("b.pdf", PDF))
    with app.app_context():
        jobs.run_waiting()
    send(reviewer, place, ("a.docx", b"PK"), ("empty.pdf", b""))
    with app.app_context():
        jobs.run_waiting()
        reasons = {d.file_name: d.reason for d in session.scalars(select(Document))}
    assert "not a PDF" in reasons["a.docx"]
    assert reasons["empty.pdf"]
    # What cannot be read does not displace what can.
    status = reviewer.get(place.shelf + "/status").json
    assert [d["standing"] for d in status["documents"]] == ["2 pages"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"kind": ""}, "Choose the kind of document."),
        ({"kind": "minutes"}, "Not a valid choice."),
        ({"source_address": "javascript:alert(1)"}, "Enter a web address like"),
        ({"published_on": ["", "3", "2024"]}, "Enter a day, a month and a year"),
        ({"retrieved_on": ["31", "2", "2024"]}, "Enter a day, a month and a year"),
        ({"published_on": "tomorrow"}, "Enter a day that is not in the future."),
    ],
)
def test_mistakes_keep_what_was_typed(app, reviewer, place, more, message):
    if more == {"published_on": "tomorrow"}:
        day = date.today() + timedelta(days=1)
        more = {"published_on": [str(day.day), str(day.month), str(day.year)]}
    data = {"source_address": "https://example.org/kept"} | more
    page = send(reviewer, place, ("a.pdf", PDF), **data)
    assert page.status_code == 200
    assert "<title>Error: " in page.text
    assert page.text.count(message) == 2  # in the summary and at the field
    if "source_address" not in more:
        assert 'value="https://example.org/kept"' in page.text
    assert documents(app) == []


def test_no_file(reviewer, place):
    assert "Choose at least one PDF." in send(reviewer, place).text


def test_a_script_is_told_where_to_go_on(app, reviewer, place):
    sent = send(reviewer, place, ("a.pdf", PDF), json=True)
    assert (sent.status_code, sent.json) == (200, {"location": place.shelf})
    assert "Attached as" in reviewer.get(place.shelf).text  # the message was not used up
    app.config["UPLOAD_LIMIT_MB"] = 1
    sent = send(reviewer, place, ("c.pdf", PDF + bytes(1024 * 1024)), json=True)
    assert sent.status_code == 400
    assert sent.json["errors"][0].startswith("c.pdf was not attached. The file is larger than 1 MB")


def test_nothing_is_attached_in_a_closed_round(app, reviewer, place):
    with app.app_context():
        session.get_one(Round, place.round_id).close()
        session.commit()
    assert "so nothing can be attached" in reviewer.get(place.shelf).text
    send(reviewer, place, ("a.pdf", PDF))
    assert "so nothing was attached" in reviewer.get(place.shelf).text
    assert documents(app) == []


# The list ----------------------------------------------------------------------------------------


def test_an_empty_shelf(reviewer, place):
    assert "No document is attached yet." in reviewer.get(place.shelf).text


def test_the_newest_version_is_the_one_to_read(reviewer, place, read):
    read(PDF, "old.pdf")
    read(plain_pdf(f"{ABOUT} again"), "new.pdf")
    read(b"%PDF-1.7 and no more", "broken.pdf")
    shown, _, others = reviewer.get(place.shelf).text.partition("Other versions")
    assert "new.pdf" in shown and "Joint forward plan, version&nbsp;2" in shown
    assert "old.pdf" in others
    assert "broken.pdf" in others and "This PDF is damaged" in others


def test_how_far_the_reading_is(app, reviewer, place, attach):
    document_id = attach(PDF)
    with app.app_context():
        document = session.get_one(Document, document_id)
        document.status, document.page_count, document.pages_read = Status.READING, 120, 31
        session.commit()
    page = reviewer.get(place.shelf).text
    assert '<progress class="pr-progress" max="120" value="31"' in page
    assert "Reading page 31 of 120" in page
    assert reviewer.get(f"{place.shelf}/status").json == {
        "documents": [
            {
                "id": document_id,
                "standing": "Reading page 31 of 120",
                "read": 31,
                "pages": 120,
                "being_read": True,
            }
        ]
    }


def test_the_search_of_the_list(reviewer, place, read):
    document_id = read(PDF)
    page = reviewer.get(f"{place.shelf}?find=safeguarding").text
    assert "1 page with “safeguarding”" in page
    assert "<mark>safeguarding</mark>" in page
    assert f"/documents/{document_id}/pages/2?find=safeguarding&amp;round={place.round_id}" in page
    assert "No page has “hedgehog”" in reviewer.get(f"{place.shelf}?find=hedgehog").text


def test_words_are_shown_as_they_are(reviewer, place, read):
    read(plain_pdf(f"{ABOUT} <b>bold</b> claims"))
    page = reviewer.get(f"{place.shelf}?find=<b>bold").text
    assert "<b>" not in page


# Reading -----------------------------------------------------------------------------------------


def test_reading_page_by_page(reviewer, place, read):
    document_id = read(PDF)
    page = reviewer.get(f"/documents/{document_id}/pages/2?find=children").text
    assert "Page 2 of 2" in page
    assert "<mark>children</mark> and young people: safeguarding" in page
    assert 'rel="prev"' in page and 'rel="next"' not in page
    assert place.shelf in page
    assert "Page 2 of 2" in reviewer.get(f"/documents/{document_id}/pages/77").text


def test_jumping_to_a_page(reviewer, place, read):
    document_id = read(PDF)
    jump = reviewer.get(f"/documents/{document_id}/pages/1?page=2&find=children")
    path, _, query = jump.headers["Location"].partition("?")
    assert path == f"/documents/{document_id}/pages/2"
    assert "find=children" in query
    assert "Page 1 of 2" in reviewer.get(f"/documents/{document_id}/pages/1?page=two").text


def test_reading_what_has_no_text(reviewer, place, read, attach):
    unreadable = read(plain_pdf("", ""))
    assert "pictures without text" in reviewer.get(f"/documents/{unreadable}/pages/1").text
    waiting = attach(PDF)
    assert "Waiting to be read" in reviewer.get(f"/documents/{waiting}/pages/1").text


def test_the_round_that_the_reader_came_from(app, reviewer, readers, place, read):
    document_id = read(PDF)
    with app.app_context():
        first = session.get_one(Round, place.round_id)
        version = session.get_one(InstrumentVersion, first.instrument_version_id)
        newer = create_round("summer", instrument=version, systems=first.systems()).id
        session.commit()
    address = f"/documents/{document_id}/pages/1?round="
    assert place.shelf in reviewer.get(f"{address}{newer}").text  # it is not theirs
    readers.add((newer, place.system_id))
    assert f"/rounds/{newer}/systems" in reviewer.get(f"{address}{newer}").text
    assert place.shelf in reviewer.get(f"{address}{place.round_id}").text


def test_downloading(reviewer, place, attach):
    document_id = attach(PDF, "A plan\r\nfor “all”.pdf")
    sent = reviewer.get(f"/documents/{document_id}/file")
    assert sent.data == PDF
    assert sent.mimetype == "application/pdf"
    assert sent.headers["Content-Disposition"].startswith("attachment;")
    assert "A%20planfor%20%E2%80%9Call%E2%80%9D.pdf" in sent.headers["Content-Disposition"]
    assert sent.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_gone(app, reviewer, place, attach):
    document_id = attach(PDF)
    with app.app_context():
        (uploads() / session.get_one(Document, document_id).stored_as).unlink()
    assert reviewer.get(f"/documents/{document_id}/file").status_code == 404
