"""Uploads on a disk and on S3-compatible storage: the same promises, and the same pages."""

from __future__ import annotations

import io
import urllib.request
import zipfile
from contextlib import closing

import pytest
from sqlalchemy import select

from reviewer import backup, jobs, storage
from reviewer.db import session
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.strays import take_away_strays
from reviewer.people.permissions import Role
from reviewer.storage import Bucket, Disk, files
from tests.documents.conftest import plain_pdf
from tests.running.makers import make_person, make_round, sign_in

PDF = plain_pdf("Partners work together for babies, children and young people", "A second page.")


@pytest.fixture(scope="session")
def s3():
    """The address of a bucket on an S3 server of this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket_url(s3, monkeypatch, request):
    """An empty bucket, and the environment that leads to it."""
    name = f"b{abs(hash(request.node.nodeid)):x}"
    for setting, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(setting, value)
    urllib.request.urlopen(urllib.request.Request(f"{s3}/{name}", method="PUT")).close()
    storage._bucket.cache_clear()
    return f"s3://{name}/some/prefix"


@pytest.fixture(params=["disk", "bucket"])
def kept_in(request, tmp_path):
    if request.param == "disk":
        return Disk(tmp_path / "uploads")
    return Bucket(request.getfixturevalue("bucket_url"))


def test_what_both_promise(kept_in, tmp_path):
    whole = tmp_path / "whole.pdf"
    whole.write_bytes(PDF)
    assert kept_in.size("a.pdf") is None and kept_in.ages() == {}
    kept_in.take("a.pdf", whole)
    assert not whole.exists()
    kept_in.write("pictures/a/1.jpg", b"one")
    kept_in.write("pictures/a/2.none", b"")
    kept_in.write("pictures/ab/1.jpg", b"another")
    assert kept_in.size("a.pdf") == len(PDF) and kept_in.size("pictures/a/2.none") == 0
    assert kept_in.within("pictures/a") == {"pictures/a/1.jpg": 3, "pictures/a/2.none": 0}
    assert set(kept_in.ages()) == {"a.pdf"} and abs(kept_in.ages()["a.pdf"]) < 60
    with kept_in.local("a.pdf") as path:
        assert path.read_bytes() == PDF
    with closing(kept_in.open("a.pdf")) as file:
        file.seek(5)
        assert bytes(file.read(3)) == PDF[5:8]
    kept_in.remove_folder("pictures/a")
    assert set(kept_in.within("pictures")) == {"pictures/ab/1.jpg"}
    kept_in.remove("a.pdf")
    kept_in.remove("a.pdf")
    assert kept_in.size("a.pdf") is None
    with pytest.raises(FileNotFoundError), kept_in.local("a.pdf"):
        pass


@pytest.fixture(params=["disk", "bucket"])
def lead(request, app):
    """A browser of the policy team, and the shelf of a system, with uploads kept in either way."""
    if request.param == "bucket":
        app.config["UPLOADS_URL"] = request.getfixturevalue("bucket_url")
    with app.app_context():
        round_ = make_round("Kept", systems=1)
        person = make_person("Lead", Role.POLICY_LEAD)
        session.commit()
        shelf = f"/rounds/{round_.id}/systems/{round_.systems()[0].id}/documents"
        person_id = person.id
        session.remove()
    return sign_in(app, person_id), shelf


def pdfs() -> set[str]:
    return {name for name in files().ages() if name.endswith(".pdf")}


def attach(client, shelf, name="plan.pdf", content=PDF) -> None:
    sent = {"files": (io.BytesIO(content), name), "kind": "plan"}
    assert client.post(shelf, data=sent).status_code == 302


def test_a_document_is_attached_read_drawn_shown_and_deleted(app, lead):
    client, shelf = lead
    attach(client, shelf, name="../../etc/plan.pdf")
    with app.app_context():
        jobs.run_waiting()
        document = session.scalars(select(Document)).one()
        assert document.status == Status.READY, document.reason
        assert "Partners" in session.scalars(select(Page.text).order_by(Page.number)).first()
        assert pdfs() == {document.stored_as}
        number = document.id
        session.remove()
    address = f"/documents/{number}/file"
    whole = client.get(address)
    assert (whole.status_code, whole.data) == (200, PDF)
    assert whole.headers["Accept-Ranges"] == "bytes"
    some = client.get(address, headers={"Range": "bytes=10-29"})
    assert (some.status_code, some.data) == (206, PDF[10:30])
    assert some.headers["Content-Range"] == f"bytes 10-29/{len(PDF)}"
    last = client.get(address, headers={"Range": "bytes=-7"})
    assert (last.status_code, last.data) == (206, PDF[-7:])
    assert client.get(address, headers={"Range": f"bytes={len(PDF)}-"}).status_code == 416
    known = client.get(address, headers={"If-None-Match": whole.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    picture = client.get(f"/documents/{number}/pages/2/picture")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert picture.data.startswith(b"\xff\xd8")
    with app.app_context():
        session.delete(session.get_one(Document, number))
        session.commit()
        assert not pdfs() and not files().within("pictures")


def test_a_file_that_is_gone_is_said(app, lead):
    client, shelf = lead
    attach(client, shelf)
    with app.app_context():
        document = session.scalars(select(Document)).one()
        files().remove(document.stored_as)
        jobs.run_waiting()
        document = session.scalars(select(Document)).one()
        assert document.status == Status.UNREADABLE and "no longer" in document.reason
        number = document.id
        session.remove()
    assert client.get(f"/documents/{number}/file").status_code == 404


def test_strays_go_and_documents_stay(app, lead):
    client, shelf = lead
    attach(client, shelf)
    with app.app_context():
        files().write("0123.pdf", b"%PDF of a request that was killed")
        take_away_strays()
        assert files().size("0123.pdf") is not None, "it may be of a request under way"
        take_away_strays(older_than=-60)
        assert files().size("0123.pdf") is None
        assert files().size(session.scalars(select(Document.stored_as)).one()) == len(PDF)


def test_a_backup_has_what_is_in_a_bucket_and_goes_onto_a_disk(app, lead, tmp_path):
    client, shelf = lead
    attach(client, shelf)
    with app.app_context():
        jobs.run_waiting()
        told = backup.make(tmp_path / "b.zip")
        assert told.files == 3 and not told.lost  # the PDF and two pictures
        name = session.scalars(select(Document.stored_as)).one()
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            assert archive.read(f"files/{name}") == PDF
            app.config.update(UPLOADS_URL="", UPLOADS_DIR=str(tmp_path / "new"))
            backup._bring_back(archive, name)
            assert (tmp_path / "new" / name).read_bytes() == PDF


def test_another_kind_of_address_is_refused(app):
    app.config["UPLOADS_URL"] = "gs://bucket"
    with app.app_context(), pytest.raises(ValueError, match="must look like s3://"):
        files()
