"""Pictures of pages: drawn in the background, within limits, for who may read the document."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete, select

from reviewer import jobs
from reviewer.db import session
from reviewer.documents import drawing, store
from reviewer.documents.children import _jpeg
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.pictures import Picture, Pictures, pictures_of
from reviewer.documents.quick import MOST_PIXELS
from reviewer.documents.store import DRAW_PAGES
from reviewer.jobs import Job, JobState
from tests.documents import odd_parts as parts
from tests.documents.conftest import Place
from tests.documents.odd_parts import A4, PAGE, SCAN, one_page
from tests.documents.pdfs import written

Attach = Callable[..., int]
TWO = written([PAGE, PAGE])


def draw(app: Flask) -> None:
    with app.app_context():
        jobs.run_waiting()


def uploads(app: Flask) -> Path:
    return Path(app.config["UPLOADS_DIR"])


def first(app: Flask, document_id: int) -> Path:
    """Where the picture of the first page is, on a disk."""
    return uploads(app) / pictures(app, document_id).name(1)


def pictures(app: Flask, document_id: int) -> Pictures:
    with app.app_context():
        return pictures_of(session.get_one(Document, document_id))


def standings(app: Flask, document_id: int, pages: int) -> list[Picture]:
    found = pictures(app, document_id)
    return [found.standing(number) for number in range(1, pages + 1)]


def sizes(app: Flask, document_id: int) -> tuple[int, int]:
    with Image.open(first(app, document_id)) as picture:
        assert picture.format == "JPEG"
        return picture.size


def test_every_page_is_drawn_after_it_was_read(app: Flask, attach: Attach) -> None:
    document_id = attach(TWO)
    assert standings(app, document_id, 2) == [Picture.WAITING] * 2
    draw(app)
    assert standings(app, document_id, 2) == [Picture.DRAWN] * 2
    width, height = sizes(app, document_id)
    assert (width, height) == pytest.approx((595 * 110 / 72, 842 * 110 / 72), abs=1)


def test_the_picture_shows_the_page(app: Flask, attach: Attach) -> None:
    document_id = attach(written([PAGE + b"1 0 0 rg 0 0 595 421 re f"]))
    draw(app)
    with Image.open(first(app, document_id)) as picture:
        above, below = picture.getpixel((400, 100)), picture.getpixel((400, 1200))
    assert min(above) > 250
    assert below[0] > 240 and max(below[1:]) < 15


def test_a_scan_is_drawn_though_it_has_no_text(app: Flask, attach: Attach) -> None:
    document_id = attach(written([SCAN] * 2))
    draw(app)
    assert standings(app, document_id, 2) == [Picture.DRAWN] * 2


def test_what_cannot_be_opened_is_not_tried(app: Flask, attach: Attach) -> None:
    attach(b"%PDF-1.7 and no more")
    draw(app)
    with app.app_context():
        assert session.scalars(select(Job.kind)).all() == [store.READ_DOCUMENT]


@pytest.mark.parametrize(
    "page",
    [b"/MediaBox[0 0 14400 14400]", b"/MediaBox[0 0 90000 9]", A4 + b"/UserUnit 75000"],
)
def test_a_very_large_page_is_drawn_smaller(app: Flask, attach: Attach, page: bytes) -> None:
    document_id = attach(one_page(page=page))
    draw(app)
    width, height = sizes(app, document_id)
    assert width * height <= MOST_PIXELS * 1.01
    assert max(width, height) <= 8_001


@pytest.mark.parametrize(
    "content",
    [parts.inflates(PAGE, 2048), parts.draws_without_end()],
    ids=["too large", "without end"],
)
def test_a_page_that_cannot_be_drawn_harms_no_other(
    app: Flask, attach: Attach, content: bytes
) -> None:
    app.config.update(PAGE_SECONDS=2, READER_MEMORY_MB=300)
    hostile = content if content.startswith(b"%PDF") else written([PAGE, content, PAGE])
    hostile_id, good_id = attach(hostile), attach(TWO, kind="strategy")
    with app.app_context():
        document = session.get_one(Document, hostile_id)
        document.status, document.page_count = Status.READY, hostile.count(b"/Type/Page/")
        pages = document.page_count
        session.execute(delete(Job))
        jobs.ask(DRAW_PAGES, hostile_id)
        jobs.ask(store.READ_DOCUMENT, good_id)
        session.commit()
    draw(app)
    expected = [Picture.DRAWN] * pages
    expected[pages // 2] = Picture.NONE
    assert standings(app, hostile_id, pages) == expected
    assert standings(app, good_id, 2) == [Picture.DRAWN] * 2
    with app.app_context():
        assert set(session.scalars(select(Job.state))) == {JobState.DONE}


def test_after_too_many_failures_or_too_much_the_rest_is_not_tried(
    app: Flask, attach: Attach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MOST_BYTES", 1)
    document_id = attach(written([PAGE] * 3))
    draw(app)
    assert standings(app, document_id, 3) == [Picture.DRAWN, Picture.NONE, Picture.NONE]


def test_a_document_to_be_read_goes_first(
    app: Flask, attach: Attach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "SECONDS_BETWEEN_COMMITS", 0)
    first = attach(TWO)
    with app.app_context():
        session.execute(delete(Job))
        session.get_one(Document, first).page_count = 2
        jobs.ask(DRAW_PAGES, first)
        session.commit()
    second = attach(TWO, kind="strategy")
    draw(app)
    assert standings(app, first, 2) == standings(app, second, 2) == [Picture.DRAWN] * 2
    with app.app_context():
        done = session.scalars(select(Job.subject_id).order_by(Job.ended_at)).all()
    assert done == [second, first, second]  # the first was put back until that was read


def test_given_up(app: Flask, attach: Attach) -> None:
    document_id = attach(TWO)
    with app.app_context():
        session.get_one(Document, document_id).page_count = 2
        session.commit()
        drawing.give_up(document_id)
    assert standings(app, document_id, 2) == [Picture.NONE] * 2


def test_a_deleted_document_leaves_nothing(app: Flask, attach: Attach) -> None:
    document_id, other_id = attach(TWO), attach(TWO, kind="strategy")
    draw(app)
    gone, other = first(app, document_id), first(app, other_id)
    with app.app_context():
        document = session.get_one(Document, document_id)
        pdf = uploads(app) / document.stored_as
        session.delete(document)
        session.flush()
        session.rollback()
        assert pdf.exists() and gone.exists()
        session.delete(session.get_one(Document, document_id))
        session.commit()
        assert not session.scalars(select(Page).filter_by(document_id=document_id)).all()
    assert not pdf.exists() and not gone.parent.exists()
    assert other.exists()  # the same file, in another place


def test_asking_for_what_is_missing(app: Flask, attach: Attach) -> None:
    document_id = attach(TWO)
    attach(b"no PDF", kind="strategy")
    draw(app)
    run = app.test_cli_runner().invoke
    assert run(args=["documents", "draw"]).output == "0 documents to draw.\n"
    pictures(app, document_id).remove()
    assert run(args=["documents", "draw"]).output == "1 document to draw.\n"
    draw(app)
    assert standings(app, document_id, 2) == [Picture.DRAWN] * 2


# The address and the pages ----------------------------------------------------------------------


def test_only_who_may_read_the_document_sees_its_pictures(
    app: Flask,
    client: FlaskClient,
    sign_in: Callable[..., int],
    attach: Attach,
    place: Place,
    readers: set[tuple[int, int]],
) -> None:
    document_id = attach(TWO)
    draw(app)
    address = f"/documents/{document_id}/pages/1/picture"
    assert client.get(address).status_code == 302  # to sign in
    sign_in(client, "reviewer")
    assert client.get(address).status_code == 404
    readers.add((place.round_id, place.system_id))
    assert client.get(address).data == first(app, document_id).read_bytes()
    for nothing in ("3", "0", "99999999999999999999"):
        assert client.get(f"/documents/{document_id}/pages/{nothing}/picture").status_code == 404


def test_a_browser_keeps_it_for_this_person(
    app: Flask, client: FlaskClient, sign_in: Callable[..., int], attach: Attach
) -> None:
    document_id = attach(TWO)
    draw(app)
    sign_in(client, "policy-lead")
    address = f"/documents/{document_id}/pages/2/picture"
    first = client.get(address)
    assert (first.status_code, first.mimetype) == (200, "image/jpeg")
    kept = first.cache_control
    assert kept.private and kept.immutable and kept.max_age and not kept.public
    assert "Cookie" in first.headers["Vary"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_shows_its_picture_and_its_text(
    app: Flask, client: FlaskClient, sign_in: Callable[..., int], attach: Attach
) -> None:
    document_id = attach(TWO)
    sign_in(client, "policy-lead")
    with app.app_context():
        session.get_one(Document, document_id).page_count = 2
        session.commit()
    page = client.get(f"/documents/{document_id}/pages/2").text
    assert "The picture of this page is being made." in page and "Look again" in page
    draw(app)
    page = client.get(f"/documents/{document_id}/pages/2").text
    assert f'src="/documents/{document_id}/pages/2/picture"' in page
    assert 'alt="Page 2 as it was published' in page
    assert page.index("Page 2 of 2</h2>") < page.index("Text of page 2</h3>")


def test_the_page_of_a_scan_shows_its_picture(
    app: Flask, client: FlaskClient, sign_in: Callable[..., int], attach: Attach
) -> None:
    document_id = attach(written([SCAN] * 2))
    draw(app)
    sign_in(client, "policy-lead")
    page = client.get(f"/documents/{document_id}/pages/1").text
    assert f'src="/documents/{document_id}/pages/1/picture"' in page
    assert "pictures without text" in page and "Page 1 of 2" in page
    pictures(app, document_id).remove()
    pictures(app, document_id).give_up([1])
    assert "it could not be drawn" in client.get(f"/documents/{document_id}/pages/1").text


def test_what_is_no_picture_is_not_kept() -> None:
    assert _jpeg("!") == _jpeg("") == _jpeg("PGh0bWw+") == b""
    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "JPEG")
    assert _jpeg(b64encode(out.getvalue()).decode()) == out.getvalue()
