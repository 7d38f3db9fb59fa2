"""The file of a document in pieces, as the reader asks for it, and its policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from reviewer.browser import CONTENT_SECURITY_POLICY
from tests.documents.conftest import Place, plain_pdf

PDF = plain_pdf(*[f"Page {number} of the plan" for number in range(1, 40)])
LIBRARY = "/static/vendor/pdfjs-6.5.438"


@pytest.fixture
def file(client: FlaskClient, sign_in: Callable[..., int], attach: Callable[..., int]) -> str:
    """The address of a document's file, for a signed-in policy lead."""
    sign_in(client, "policy-lead")
    return f"/documents/{attach(PDF)}/file"


def test_says_that_it_comes_in_pieces(client: FlaskClient, file: str) -> None:
    response = client.get(file)
    assert response.status_code == 200
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.content_length == len(PDF) == len(response.data)
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    ("asked", "piece"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-163", slice(100, 164)),
        ("bytes=500-", slice(500, None)),
        ("bytes=-32", slice(-32, None)),
    ],
)
def test_a_piece_is_what_was_asked_for(
    client: FlaskClient, file: str, asked: str, piece: slice
) -> None:
    response = client.get(file, headers={"Range": asked})
    assert response.status_code == 206
    assert response.data == PDF[piece]
    start, stop, _ = piece.indices(len(PDF))
    assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(PDF)}"


def test_a_piece_beyond_the_end_is_refused(client: FlaskClient, file: str) -> None:
    response = client.get(file, headers={"Range": f"bytes={len(PDF)}-"})
    assert response.status_code == 416


def test_is_never_shown_by_the_browser_itself(client: FlaskClient, file: str) -> None:
    response = client.get(file, headers={"Range": "bytes=0-99"})
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_is_kept_by_the_browser_alone_which_asks_each_time(client: FlaskClient, file: str) -> None:
    first = client.get(file)
    assert first.cache_control.private
    assert first.cache_control.no_cache
    again = client.get(file, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    # The tag says which bytes they are, so a piece of another version is never put to these.
    other = client.get(file, headers={"Range": "bytes=0-99", "If-Range": '"other"'})
    assert (other.status_code, len(other.data)) == (200, len(PDF))


def test_no_piece_without_the_right_to_read(
    client: FlaskClient,
    sign_in: Callable[..., int],
    attach: Callable[..., int],
    place: Place,
    readers: set[tuple[int, int]],
) -> None:
    address = f"/documents/{attach(PDF)}/file"
    piece = {"Range": "bytes=0-99"}
    assert client.get(address, headers=piece).status_code == 302  # to sign in
    sign_in(client, "reviewer")
    assert client.get(address, headers=piece).status_code == 403
    readers.add((place.round_id, place.system_id))
    assert client.get(address, headers=piece).status_code == 206


@pytest.mark.parametrize("name", ["pdf.min.mjs", "pdf.worker.min.mjs", "pdf_viewer.min.mjs"])
def test_the_scripts_of_the_reader_carry_the_policy(client: FlaskClient, name: str) -> None:
    # A worker is bound by the policy of its own response: without one it could run anything.
    response = client.get(f"{LIBRARY}/{name}")
    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "max-age" in response.headers["Cache-Control"]


def test_the_policy_of_every_page_is_the_strict_one() -> None:
    for loosened in ("unsafe", "wasm", "blob:", "*", "strict-dynamic", "http"):
        assert loosened not in CONTENT_SECURITY_POLICY
