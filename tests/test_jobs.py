"""Jobs with several workers: run again, once, by whoever is alive; and the queues behind them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reviewer import jobs
from reviewer.config import ROOT
from reviewer.db import now, session
from reviewer.documents.models import Document, Status
from reviewer.documents.store import attach
from reviewer.jobs import MOST_ATTEMPTS, Job, JobState
from reviewer.queues import open_queue
from reviewer.systems.models import System
from reviewer.web import create_app
from tests.conftest import copied, database_of, let_go
from tests.documents.conftest import plain_pdf
from tests.redis_server import redis_server

SECONDS = 60  # on a busy machine


@pytest.fixture
def handled(monkeypatch):
    """A kind of job that notes on what it was run, with what the test wants done then."""
    ran: list[int] = []
    doing = {"then": lambda renew: None, "given up": []}

    def handle(subject_id, renew):
        ran.append(subject_id)
        doing["then"](renew)

    entry = (handle, doing["given up"].append)
    monkeypatch.setitem(jobs._handlers, "test", entry)
    return ran, doing


def the_job() -> Job:
    session.rollback()
    return session.scalars(select(Job).filter_by(kind="test")).one()


def ask() -> None:
    jobs.ask("test", 7)
    session.commit()


def passed(**time_) -> None:
    """As if so much time had passed."""
    session.execute(update(Job).values(leased_until=Job.leased_until - timedelta(**time_)))
    session.commit()


def elsewhere(app, work) -> None:
    """Do it as another worker would: in another thread, with a session of its own."""

    def run():
        with app.app_context():
            work()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def expire(app) -> None:
    """As if the lease of the job had run out."""

    def set_back():
        session.execute(update(Job).values(leased_until=now() - timedelta(seconds=1)))
        session.commit()

    elsewhere(app, set_back)


def test_two_workers_at_once_run_a_job_once(app, handled):
    ran, doing = handled
    with app.app_context():
        ask()
        doing["then"] = lambda _renew: elsewhere(app, jobs.run_waiting)
        jobs.run_waiting()
        assert ran == [7]
        assert (the_job().state, the_job().attempts) == (JobState.DONE, 1)


def test_a_job_whose_worker_died_is_run_again_once_by_another(app, handled):
    ran, _ = handled
    with app.app_context():
        ask()
        assert jobs._lease()  # by a worker that then dies
        jobs.run_waiting()
        assert ran == [], "it is leased"
        expire(app)
        elsewhere(app, jobs.run_waiting)
        jobs.run_waiting()
        assert ran == [7]
        assert (the_job().state, the_job().attempts) == (JobState.DONE, 2)


def test_a_worker_that_was_only_slow_learns_that_it_was_taken_over(app, handled):
    """What it writes with its next renewal is rolled back, and the other's end stands."""
    ran, doing = handled
    went_on = []

    def be_slow(renew):
        doing["then"] = lambda _renew: None
        expire(app)
        elsewhere(app, jobs.run_waiting)
        renew()
        went_on.append(True)

    with app.app_context():
        ask()
        doing["then"] = be_slow
        jobs.run_waiting()
        assert ran == [7, 7] and not went_on
        assert (the_job().state, the_job().attempts, the_job().error) == (JobState.DONE, 2, "")


def test_a_slow_worker_that_only_ends_does_not_end_anothers_job(app, handled):
    _, doing = handled
    states = []

    def be_slow(_renew):
        expire(app)
        elsewhere(app, lambda: states.append(jobs._lease()))

    with app.app_context():
        ask()
        doing["then"] = be_slow
        jobs.run_waiting()
        assert states == [the_job().id]
        assert (the_job().state, the_job().attempts) == (JobState.RUNNING, 2)


def test_a_job_that_ends_its_worker_every_time_is_given_up(app, handled):
    ran, doing = handled
    with app.app_context():
        ask()
        for _ in range(MOST_ATTEMPTS):
            assert jobs._lease()
            expire(app)
        jobs.run_waiting()
        assert ran == [] and doing["given up"] == [7]
        assert the_job().state == JobState.FAILED


def test_what_was_asked_for_is_kept_if_the_queue_is_away(app, handled, monkeypatch):
    ran, _ = handled

    def away():
        raise ConnectionError

    monkeypatch.setattr(jobs, "_queue", [away])
    with app.app_context():
        ask()
        assert the_job().state == JobState.WAITING
        jobs.run_waiting()  # as the sweep does
        assert ran == [7]


# The queues ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_url():
    """A Redis server on a free port. Without one the test is skipped, or fails in CI."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(redis_server())
        except RuntimeError as error:
            say = pytest.fail if os.environ.get("REQUIRE_SERVERS") == "1" else pytest.skip
            say(str(error))
        yield url


@pytest.fixture(params=["sqlite", "redis", "postgresql"])
def queue_url(request):
    return "" if request.param == "sqlite" else request.getfixturevalue(f"{request.param}_url")


def test_a_queue_hands_a_task_to_one_of_two_readers(queue_url, tmp_path):
    settings = {"QUEUE_URL": queue_url, "UPLOADS_DIR": str(tmp_path)}
    queues = [open_queue(settings) for _ in range(3)]
    work, *_ = [queue.task(name="work")(lambda: None) for queue in queues]
    queues[0].flush()
    work()
    assert sorted(queue.dequeue() is not None for queue in queues[1:]) == [False, True]
    for queue in queues:
        queue.storage.close()


@pytest.mark.parametrize("url", ["mysql://host/x", "sqs://queue"])
def test_a_queue_of_no_known_kind_is_refused(url, tmp_path):
    with pytest.raises(ValueError, match="QUEUE_URL must look like redis://"):
        open_queue({"QUEUE_URL": url, "UPLOADS_DIR": str(tmp_path)})


def test_a_worker_is_woken_by_the_queue(empty_template, queue_url, tmp_path):
    """A real worker, a program of its own, reads what another program attaches."""
    place = copied(empty_template, tmp_path / "woken")
    environment = os.environ | {
        "DATABASE_URL": database_of(place),
        "UPLOADS_DIR": str(place / "uploads"),
        "EXPORTS_DIR": str(place / "exports"),
        "SECRET_KEY": "for tests alone",
        "QUEUE_URL": queue_url,
        "READER_PROCESSES": "1",
    }
    (tmp_path / "plan.pdf").write_bytes(plain_pdf("A plan with enough words to be a plan. " * 9))
    app = create_app({name: environment[name] for name in SETTINGS_OF_BOTH})
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=ROOT, env=environment
    )
    try:
        with app.app_context():
            system = session.scalars(select(System).order_by(System.code)).first()
            with (tmp_path / "plan.pdf").open("rb") as file:
                document, _ = attach(file, "plan.pdf", system=system, kind="plan")
                session.commit()
            number = document.id
            wait_until(lambda: session.get_one(Document, number).status == Status.READY)
    finally:
        worker.terminate()
        worker.wait()
        let_go()


SETTINGS_OF_BOTH = ("DATABASE_URL", "UPLOADS_DIR", "EXPORTS_DIR", "SECRET_KEY", "QUEUE_URL")


def wait_until(is_so) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        so = is_so()
        session.rollback()  # to look is to hold the write lock, outside a request
        if so:
            return
        time.sleep(0.1)
    pytest.fail("it did not happen")
