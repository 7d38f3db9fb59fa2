"""A full disk is said, nothing is half written, and everything goes on once there is room again."""

from __future__ import annotations

import io
import os
import random
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from reviewer import backup, jobs
from reviewer.db import session
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.pictures import pictures_of
from reviewer.findings.drawing import draw, kept
from reviewer.findings.making import Making
from reviewer.jobs import Job, JobState
from reviewer.people.permissions import Role
from reviewer.report import models
from reviewer.report.models import ReportFile
from reviewer.reviews.answers import Answer
from reviewer.reviews.models import assign
from reviewer.rounds.models import Round
from reviewer.storage import files
from tests.conftest import copied, let_go, make_app
from tests.documents.conftest import plain_pdf, uploads
from tests.running.makers import make_person, make_round, sign_in
from tests.small_disk import MUCH, Room, filled, full_database

pytestmark = pytest.mark.sqlite

QUESTION, KIND = "leadership-2", "plan"
LONG = "x" * 9_000
JSON = {"Accept": "application/json"}
WORDS = "Words of a plan that is long enough to be read. "
PDF = plain_pdf(*[WORDS * 40] * 60)


@dataclass
class Place:
    """A round with one system, and the browsers of a reader and of a lead."""

    reads: FlaskClient
    leads: FlaskClient
    review_id: int
    round_id: int
    shelf: str

    def save(self, comment: str, version: int):
        fields = {"value": "yes", "comment": comment, "version": version}
        sent = {f"{QUESTION}.{KIND}.{name}": value for name, value in fields.items()}
        path = f"/reviews/{self.review_id}/answers/{QUESTION}/{KIND}"
        return self.reads.post(path, data=sent, headers=JSON)

    def attach(self, pdf: bytes = PDF):
        sent = {"files": (io.BytesIO(pdf), "plan.pdf"), "kind": "plan"}
        return self.leads.post(self.shelf, data=sent)


def place_in(app) -> Place:
    with app.app_context():
        round_ = make_round("Full", systems=1)
        reader = make_person("Reader", Role.REVIEWER)
        lead = make_person("Lead", Role.POLICY_LEAD)
        session.flush()
        [system] = round_.systems()
        review = assign(round_, system, reader)
        session.commit()
        shelf = f"/rounds/{round_.id}/systems/{system.id}/documents"
        numbers = (reader.id, lead.id, review.id, round_.id)
        session.remove()
    reader_id, lead_id, *others = numbers
    return Place(sign_in(app, reader_id), sign_in(app, lead_id), *others, shelf)


@pytest.fixture
def place(app) -> Place:
    return place_in(app)


@pytest.fixture
def room(app, tmp_path_factory, monkeypatch) -> Room:
    return Room(tmp_path_factory.getbasetemp(), monkeypatch)


def left_in(folder) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and "queue" not in p.name]


def there_is_time() -> None:
    """As if the pause after a full disk had passed."""
    session.execute(update(Job).values(not_before=None))
    session.commit()
    jobs.run_waiting()


# What people send ---------------------------------------------------------------------------------


def test_an_upload_for_which_there_is_no_room_leaves_nothing(app, place, room):
    rng = random.Random(3)
    for left in (0, 1, len(PDF) - 1, *(rng.randrange(len(PDF)) for _ in range(4))):
        room.left = left
        refused = place.attach()
        assert refused.status_code == 507 and "cannot write to its disk" in refused.text
        with app.app_context():
            assert left_in(uploads()) == []
            assert session.scalar(select(func.count(Document.id))) == 0
    room.left = MUCH
    assert place.attach().status_code == 302


def test_an_upload_whose_row_has_no_room_leaves_nothing(app, place):
    with full_database():
        answers = [place.save(LONG, 0)]
        while answers[-1].status_code == 200 and len(answers) < 99:  # the rest of its last pages
            answers.append(place.save(LONG + str(len(answers)), len(answers)))
        assert answers[-1].status_code == 507 and "cannot write to its disk" in answers[-1].text
        attached = [place.attach(plain_pdf("plan"))]
        while attached[-1].status_code == 302 and len(attached) < 99:
            attached.append(place.attach(plain_pdf(f"plan {len(attached)}")))
        assert attached[-1].status_code == 507
        assert place.reads.get(f"/reviews/{place.review_id}").status_code == 200
    with app.app_context():
        kept_answers = session.scalars(select(Answer.version)).all()
        assert kept_answers in ([], [len(answers) - 1])
        names = set(session.scalars(select(Document.stored_as)))
        assert set(left_in(uploads())) == names
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        session.remove()
    assert place.save(LONG, len(answers) - 1).status_code == 200
    assert place.attach().status_code == 302


# What the worker does -----------------------------------------------------------------------------


def test_a_document_waits_for_room_and_is_then_read_whole(app, place):
    """However often it was tried: a full disk is no fault of the document."""
    assert place.attach(plain_pdf(*[WORDS * 40] * 40)).status_code == 302
    with app.app_context():
        with full_database():
            for _ in range(jobs.MOST_ATTEMPTS + 1):
                there_is_time()
                document = session.scalars(select(Document)).one()
                assert document.status in (Status.WAITING, Status.READING)
                assert session.scalar(select(func.count(Page.id))) == 0
        there_is_time()
        document = session.scalars(select(Document)).one()
        assert (document.status, document.page_count) == (Status.READY, 40)
        assert session.scalar(select(func.count(Page.id)).filter_by(final=True)) == 40


def test_pictures_wait_for_room(app, place, room):
    assert place.attach(plain_pdf(*["Words of a plan. " * 3] * 3)).status_code == 302
    with app.app_context():
        room.left = 4_000
        jobs.run_waiting()
        there_is_time()
        document = session.scalars(select(Document)).one()
        assert document.status == Status.READY and pictures_of(document).missing(3)
        assert not [name for name in left_in(uploads()) if name.startswith(".")]
        room.left = MUCH
        there_is_time()
        assert not pictures_of(session.scalars(select(Document)).one()).missing(3)
        assert set(session.scalars(select(Job.state))) == {JobState.DONE}


def test_a_report_waits_for_room_and_the_one_before_stays_whole(app, place, room, monkeypatch):
    made = b"the next, which is longer"
    monkeypatch.setattr(models, "make", lambda *_: made)  # what is drawn takes a while
    with app.app_context():
        round_ = session.get_one(Round, place.round_id)
        report = ReportFile(round_id=round_.id, format="html", state=Making.MADE, asked_by_id=1)
        session.add(report)
        session.commit()
        files().write(report.name, b"the one before")
        room.left = 5
        with pytest.raises(OSError, match="No space"):
            files().write(report.name, made)
        with files().open(report.name) as file:
            assert file.read() == b"the one before"
        assert [name for name in left_in(uploads()) if name.startswith(".")] == []
    assert place.save("kept", 0).status_code == 200
    assert place.reads.post(f"/reviews/{place.review_id}/submit").status_code == 302
    assert place.leads.post(f"/rounds/{place.round_id}/report/html").status_code == 302
    with app.app_context():
        for _ in range(jobs.MOST_ATTEMPTS + 1):
            there_is_time()
            assert session.scalars(select(ReportFile)).one().state == Making.WAITING
        room.left = MUCH
        there_is_time()
        report = session.scalars(select(ReportFile)).one()
        assert (report.state, report.content()) == (Making.MADE, made)


def test_a_chart_is_shown_though_it_cannot_be_kept(app, place, room):
    from reviewer.findings.counting import figures

    with app.app_context():
        round_ = session.get_one(Round, place.round_id)
        figure = figures(round_)[0]
        room.left = 100
        assert draw(figure, round_)["svg"].startswith(b"<svg")
        assert kept(figure, round_) is None
        room.left = MUCH
        draw(figure, round_)
        assert kept(figure, round_)


def test_the_queue_may_be_full_and_the_work_is_done_all_the_same(app, place):
    storage = app.extensions["huey"].storage
    pages = storage.conn.execute("PRAGMA page_count").fetchone()[0]
    storage.conn.execute(f"PRAGMA max_page_count = {pages}")
    assert place.attach().status_code == 302
    with app.app_context():
        jobs.run_waiting()  # as the sweep does
        assert session.scalar(select(Document.status)) == Status.READY


# What is taken home -------------------------------------------------------------------------------


def test_a_backup_is_whole_or_not_at_all(app, place, room, tmp_path):
    place.attach()
    target = tmp_path / "backup.zip"
    with app.app_context():
        told = backup.make(target)
    size, before = target.stat().st_size, target.read_bytes()
    rng = random.Random(5)
    for left in (0, 10, size - 1, *(rng.randrange(size) for _ in range(3))):
        room.left = left
        result = app.test_cli_runner().invoke(args=["data", "backup", str(target)])
        assert result.exit_code == 1
        assert result.output.strip() == (
            "Error: The disk is full, so nothing was written. Make room and try again."
        )
        assert target.read_bytes() == before and len(left_in(tmp_path)) == 1
    room.left = MUCH
    assert app.test_cli_runner().invoke(args=["data", "backup", str(target)]).exit_code == 0
    assert told.files == 1


# On a disk that is really full --------------------------------------------------------------------


def mount(place) -> bool:
    """A small disk of its own, which only root can have, and not everywhere."""
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0


@contextmanager
def small_disk(place):
    if not mount(place):
        pytest.skip("nothing can be mounted here; the tests above need no disk of their own")
    try:
        yield
    finally:
        let_go()
        subprocess.run(["umount", "--lazy", place], check=True)


def test_on_a_disk_that_is_really_full(empty_template, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk):
        app = make_app(copied(empty_template, disk / "app"))
        place = place_in(app)
        assert place.save("before", 0).status_code == 200
        with filled(disk):
            assert place.attach().status_code == 507
            assert place.save(LONG, 1).status_code == 507
            assert place.reads.get(f"/reviews/{place.review_id}").status_code == 200
        with app.app_context():
            assert session.scalar(select(Answer.comment)) == "before"
            assert session.scalar(select(func.count(Document.id))) == 0
            assert left_in(uploads()) == []
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            session.remove()
        assert place.save(LONG, 1).status_code == 200
        assert place.attach().status_code == 302
