from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from reviewer import db, jobs
from reviewer.db import open_engine, session
from reviewer.documents import intake
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.reading import Opened, PageSkipped, PageText, Recounted
from reviewer.documents.reasons import Reason, Unreadable
from reviewer.documents.store import READ_DOCUMENT
from reviewer.jobs import Job, JobState
from tests.documents.conftest import plain_pdf, uploads

Events = Callable[[], Iterator[object]]

LONG_ENOUGH = "Partners work together for babies, children and young people"


def texts(number: int, final: bool) -> Iterator[PageText]:
    for page in range(1, number + 1):
        yield PageText(page, f"{'final' if final else 'quick'} {page}", final)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Events], None]:
    """Put a made-up reading in the place of the child programs."""

    def put(events: Events) -> None:
        monkeypatch.setattr(intake, "read", lambda path, limits: (event for event in events()))

    return put


@pytest.fixture
def document_id(attach: Callable[..., int]) -> int:
    return attach(plain_pdf("never read"))


def run(app: Flask, document_id: int, renew: Callable[[], None] = lambda: None) -> None:
    with app.app_context():
        intake.read_document(document_id, renew)


def kept(app: Flask, document_id: int) -> tuple[Document, list[tuple[int, str, bool]]]:
    with app.app_context():
        document = session.get_one(Document, document_id)
        pages = select(Page).filter_by(document_id=document_id).order_by(Page.number)
        return document, [(p.number, p.text, p.final) for p in session.scalars(pages)]


def test_a_real_pdf(app, attach):
    document_id = attach(plain_pdf(LONG_ENOUGH, f"{LONG_ENOUGH} in Norfolk"))
    with app.app_context():
        jobs.run_waiting()
    document, pages = kept(app, document_id)
    assert (document.status, document.page_count, document.pages_read) == (Status.READY, 2, 2)
    assert pages == [(1, LONG_ENOUGH, True), (2, f"{LONG_ENOUGH} in Norfolk", True)]
    with app.app_context():
        assert session.scalars(select(Job.state).filter_by(kind=READ_DOCUMENT)).all() == [
            JobState.DONE
        ]


def test_no_transaction_is_open_while_a_page_is_read(app, document_id, reading, monkeypatch):
    """Between any two pages another program can write, and finds all that was read before."""
    monkeypatch.setattr(intake, "SECONDS_BETWEEN_COMMITS", 0)
    monkeypatch.setattr(db, "BUSY_SECONDS", 1)
    other = open_engine(app.config["DATABASE_URL"])
    seen = []

    def look() -> None:
        with other.connect() as connection:
            connection.execute(update(Document).values(reason=""))  # waits for nobody
            seen.append(connection.scalars(select(Page.text).order_by(Page.number)).all())
            connection.rollback()

    def events() -> Iterator[object]:
        yield Opened(2)
        for event in [*texts(2, final=False), *texts(2, final=True)]:
            look()
            yield event
        look()

    reading(events)
    run(app, document_id)
    other.dispose()
    assert seen == [[], [], ["quick 1", "quick 2"], ["final 1", "quick 2"], ["final 1", "final 2"]]


@pytest.mark.parametrize(
    ("seconds", "steps"),
    [(0, [4]), (1, [1, 2, 3, 4, 4]), (0.5, [2, 4, 4])],
)
def test_commits_once_a_second(app, document_id, reading, monkeypatch, seconds, steps):
    clock = 0.0

    def events() -> Iterator[object]:
        nonlocal clock
        yield from [Opened(4), *texts(4, final=False)]
        for event in texts(4, final=True):
            clock += seconds
            yield event

    monkeypatch.setattr(intake, "monotonic", lambda: clock)
    reading(events)
    seen, renewed = [], []
    with app.app_context():
        intake.read_now(document_id, lambda done, of: seen.append(done))
        assert session.scalars(select(Job.state).filter_by(kind=READ_DOCUMENT)).all() == [
            JobState.DONE
        ]
    assert seen == steps
    run(app, document_id, lambda: renewed.append(True))
    assert len(renewed) == len(steps) + 2  # when it begins, and with the provisional pages


def test_a_page_that_was_skipped_keeps_its_quick_text(app, document_id, reading):
    first, _, third = texts(3, final=True)
    skipped = PageSkipped(2, Reason.TOO_SLOW)
    reading(lambda: iter([Opened(3), *texts(3, final=False), third, skipped, first]))
    run(app, document_id)
    document, pages = kept(app, document_id)
    assert pages == [(1, "final 1", True), (2, "quick 2", False), (3, "final 3", True)]
    assert (document.status, document.pages_read) == (Status.READY, 3)
    assert document.reason == "The text of page 2 could only be read roughly."


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ([], ""),
        ([7, 3], "The text of pages 3 and 7 could only be read roughly."),
        ([3, 1, 2], "The text of pages 1, 2 and 3 could only be read roughly."),
        (list(range(9)), "The text of 9 pages could only be read roughly."),
    ],
)
def test_skipped_pages_in_words(numbers, sentence):
    assert intake._rough(numbers) == sentence


def test_what_else_a_reader_should_know(app, document_id, reading):
    def events() -> Iterator[object]:
        yield from [Opened(2), PageText(1, "quick 1", False), PageText(2, "", False)]
        yield from [PageText(1, "final 1", True), PageSkipped(2, Reason.TOO_LARGE), Recounted(9)]

    reading(events)
    run(app, document_id)
    document, pages = kept(app, document_id)
    assert pages == [(1, "final 1", True), (2, "", False)]
    assert document.reason == (
        "The file says that it has 2 pages, but 9 were found in it: some cannot be read here. "
        "Ask the system whether it is complete. The text of page 2 could not be read."
    )


def test_a_run_after_a_kill_starts_over(app, document_id, reading):
    def killed() -> Iterator[object]:
        yield Opened(3)
        yield from texts(3, final=False)
        yield PageText(2, "final of the first run", True)
        raise KeyboardInterrupt

    reading(killed)
    with pytest.raises(KeyboardInterrupt):
        run(app, document_id)
    document, pages = kept(app, document_id)
    assert document.status == Status.READING
    assert [number for number, _, _ in pages] == [1, 2, 3]  # can be searched meanwhile

    reading(lambda: iter([Opened(2), *texts(2, final=False), *texts(2, final=True)]))
    run(app, document_id)
    document, pages = kept(app, document_id)
    assert pages == [(1, "final 1", True), (2, "final 2", True)]
    assert (document.status, document.page_count, document.pages_read) == (Status.READY, 2, 2)


def test_words_of_all_that_wait_come_before_the_final_text_of_one(app, attach, reading):
    seen = []

    def events() -> Iterator[object]:
        seen.append("begun")
        yield Opened(1)
        yield from texts(1, final=False)
        yield from texts(1, final=True)
        seen.append("read to the end")

    reading(events)
    for number in range(3):
        attach(plain_pdf(f"plan {number}"))
    with app.app_context():
        jobs.run_waiting()
        # The last gives way as well, to those that were put back.
        assert seen == ["begun"] * 3 + ["begun", "read to the end"] * 3
        read = [Job.state, Job.attempts]
        assert (
            session.execute(select(*read).filter_by(kind=READ_DOCUMENT)).all()
            == [(JobState.DONE, 1)] * 3
        )
        assert set(session.scalars(select(Document.status))) == {Status.READY}
        assert session.scalars(select(Page.final)).all() == [True] * 3


def test_nobody_is_given_way_to_in_the_command_line(app, attach, reading):
    reading(lambda: iter([Opened(1), *texts(1, final=False), *texts(1, final=True)]))
    first, _ = attach(plain_pdf("one")), attach(plain_pdf("two"))
    with app.app_context():
        intake.read_now(first, lambda done, of: None)
    document, pages = kept(app, first)
    assert document.status == Status.READY and pages == [(1, "final 1", True)]


def test_pictures_leave_no_pages_and_a_sentence(app, document_id, reading):
    def pictures() -> Iterator[object]:
        yield Opened(2)
        yield from texts(2, final=False)
        raise Unreadable(Reason.IMAGE_ONLY)

    reading(pictures)
    run(app, document_id)
    document, pages = kept(app, document_id)
    assert (document.status, document.page_count, pages) == (Status.UNREADABLE, 2, [])
    assert document.reason == str(Unreadable(Reason.IMAGE_ONLY))
    with app.app_context():
        assert (uploads() / document.stored_as).is_file()


def test_a_reading_that_fails_every_time_is_given_up(app, document_id, reading):
    attempts = []

    def fails() -> Iterator[object]:
        attempts.append(True)
        yield Opened(1)
        yield from texts(1, final=False)
        raise OSError("no child program")

    reading(fails)
    with app.app_context():
        jobs.run_waiting()
    document, pages = kept(app, document_id)
    assert len(attempts) == jobs.MOST_ATTEMPTS
    assert (document.status, document.reason, pages) == (Status.UNREADABLE, intake.GIVEN_UP, [])


def test_a_file_that_is_gone(app, document_id):
    with app.app_context():
        (uploads() / session.get_one(Document, document_id).stored_as).unlink()
    run(app, document_id)
    document, _ = kept(app, document_id)
    assert (document.status, document.reason) == (Status.UNREADABLE, intake.LOST)


def test_a_document_that_is_gone(app, document_id):
    with app.app_context():
        session.execute(delete(Document))
        session.commit()
        jobs.run_waiting()
        assert session.scalars(select(Job.state).filter_by(kind=READ_DOCUMENT)).all() == [
            JobState.DONE
        ]


def test_read_now_keeps_workers_away(app, document_id, reading):
    def events() -> Iterator[object]:
        yield Opened(1)
        assert jobs._lease() is None
        yield from [*texts(1, final=False), *texts(1, final=True)]

    reading(events)
    with app.app_context():
        intake.read_now(document_id, lambda done, of: None)
    assert kept(app, document_id)[0].status == Status.READY
