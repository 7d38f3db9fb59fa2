"""Work for the background. The job row is the truth; the queue only says that there is some.

huey takes a task off its queue before running it, so a killed worker would lose it. Here the row is
written in the request's own transaction, leased by the worker that runs it, and found again by a
sweep when the lease runs out.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import String, event, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from reviewer import logbook, private
from reviewer.db import Base, now, session

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3
WORKERS = 2

log = logging.getLogger(__name__)


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of work on the row `subject_id` of whatever `kind` works on."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    state: Mapped[JobState] = mapped_column(String(10), default=JobState.WAITING.value, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


# Called with the subject's id and a function that renews the lease; it commits as it goes.
Handler = Callable[[int, Callable[[], None]], None]
# Called with the subject's id when a job was given up.
GivenUp = Callable[[int], None]
_handlers: dict[str, tuple[Handler, GivenUp, bool]] = {}
_hourly: list[Callable[[], None]] = []
_queue: list[Any] = []  # the task that wakes the worker, once an application is made


def handles(
    kind: str, given_up: GivenUp, *, private_too: bool = False
) -> Callable[[Handler], Handler]:
    """Declare what a kind of job does, and what becomes of its subject when it fails for good.
    `private_too`: its subject may be of a system's own assessment (`private.py`)."""

    def declare(handler: Handler) -> Handler:
        _handlers[kind] = (handler, given_up, private_too)
        return handler

    return declare


def hourly(check: Callable[[], None]) -> Callable[[], None]:
    """Declare what the worker looks after when it starts and once an hour. It commits by itself,
    and two workers may run it at once."""
    _hourly.append(check)
    return check


def ask(kind: str, subject_id: int, *, after: timedelta | None = None) -> Job:
    """Ask for work in this transaction; the worker is woken when it commits. Work that is to be
    done `after` a while is found by the sweep, so up to a minute later than that."""
    job = Job(kind=kind, subject_id=subject_id, not_before=now() + after if after else None)
    session.add(job)
    session().info["wake"] = True
    return job


@event.listens_for(Session, "after_commit")
def _wake(committed: Session) -> None:
    if committed.info.pop("wake", False) and _queue:
        _queue[0]()


def init_app(app: Flask) -> None:
    """Open the queue beside the uploads and declare its tasks."""
    folder = Path(app.config["UPLOADS_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    huey = SqliteHuey("plan-review", filename=str(folder / ".queue.sqlite3"), results=False)
    app.extensions["huey"] = huey

    def work() -> None:
        with app.app_context():
            run_waiting()

    def check() -> None:
        with app.app_context():
            run_hourly()

    huey.periodic_task(crontab(minute="0"), name="hourly")(check)
    # The sweep finds jobs whose wake-up was lost, or whose worker died.
    huey.periodic_task(crontab(minute="*"), name="sweep")(work)
    _queue[:] = [huey.task(name="work")(work)]


def run_worker(app: Flask) -> None:
    """Run jobs until told to stop."""
    logbook.outside = "worker"
    with app.app_context():
        run_hourly()
    _queue[0]()
    # Ten times a second: huey's own ten seconds are long for who has just attached a file, and even
    # half a second would be a good part of the time until its words can be found.
    Consumer(app.extensions["huey"], workers=WORKERS, periodic=True, max_delay=0.1).run()


def run_waiting() -> None:
    """Run every job that waits, one after the other, each in its own transactions."""
    while (job_id := _lease()) is not None:
        _run(job_id)


def run_hourly() -> None:
    """Run every hourly check; one that fails holds no other up."""
    for check in _hourly:
        try:
            check()
        except Exception:
            session.rollback()
            log.exception("the hourly check %s failed", check.__qualname__)
        finally:
            session.remove()


def _lease() -> int | None:
    job = session.scalar(
        select(Job)
        .where(
            or_(
                (Job.state == JobState.WAITING)
                & (Job.not_before.is_(None) | (Job.not_before <= now())),
                (Job.state == JobState.RUNNING) & (Job.leased_until < now()),
            )
        )
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        session.rollback()
        return None
    job.state = JobState.RUNNING
    job.attempts += 1
    job.leased_until = now() + LEASE
    session.commit()
    return job.id


def _run(job_id: int) -> None:
    job = session.get_one(Job, job_id)
    kind, subject_id, attempts = job.kind, job.subject_id, job.attempts
    session.rollback()
    handler, given_up, private_too = _handlers[kind]
    if private_too:
        private.open_every_round(session())

    def renew() -> None:
        """Part of the handler's own next commit."""
        session.execute(update(Job).where(Job.id == job_id).values(leased_until=now() + LEASE))

    try:
        if attempts > MOST_ATTEMPTS:
            raise RuntimeError("the worker stopped in the middle of this job too often")
        handler(subject_id, renew)
        _end(job_id, JobState.DONE)
    except Exception as error:
        session.rollback()
        # The type and the places in the code alone: a message may quote the document.
        log.error("job %s (%s %s) failed: %s", job_id, kind, subject_id, where(error))
        if attempts >= MOST_ATTEMPTS:
            given_up(subject_id)
            _end(job_id, JobState.FAILED, type(error).__name__)
        else:
            _end(job_id, JobState.WAITING, type(error).__name__)
    finally:
        session.remove()


def where(error: BaseException) -> str:
    """What an error was and the way through the code to it, without what it says."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{lines}".rstrip()


def _end(job_id: int, state: JobState, error: str = "") -> None:
    job = session.get(Job, job_id)
    if job is None:  # deleted with its subject
        return
    job.state, job.error, job.leased_until = state, error, None
    job.ended_at = None if state is JobState.WAITING else now()
    session.commit()
