"""Work for the background. The job row is the truth; the queue only says that there is some.

huey takes a task off its queue before running it, so a killed worker would lose it. Here the row is
written in the request's own transaction, leased by the worker that runs it, and found again by a
sweep when the lease runs out: by whichever worker is alive, on whatever machine. A lease counts its
attempts, so that a worker that was only slow learns that another has taken over, and stops.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from time import perf_counter
from typing import Any

from flask import Flask, current_app
from huey import crontab
from huey.consumer import Consumer
from sqlalchemy import String, Update, event, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from reviewer import logbook, private, seeing
from reviewer.db import Base, has_no_room, now, session
from reviewer.queues import open_queue

MOST_ATTEMPTS = 3
WORKERS = 2
FULL_PAUSE = timedelta(minutes=2)  # until a job is tried again for which the disk had no room

log = logging.getLogger(__name__)


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class NotNow(Exception):
    """Raised by a handler that has committed what it did: others go first, and the job is run again
    after all that wait."""


class TakenOver(Exception):
    """This worker was silent for longer than its lease, and another one does the job now."""


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
_handlers: dict[str, tuple[Handler, GivenUp]] = {}
_private_too: set[str] = set()
_hourly: list[Callable[[], None]] = []
_queue: list[Any] = []  # the task that wakes the worker, once an application is made


def handles(
    kind: str, given_up: GivenUp, *, private_too: bool = False
) -> Callable[[Handler], Handler]:
    """Declare what a kind of job does, and what becomes of its subject when it fails for good.
    `private_too`: its subject may be of a system's own assessment (`private.py`)."""

    def declare(handler: Handler) -> Handler:
        _handlers[kind] = (handler, given_up)
        if private_too:
            _private_too.add(kind)
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
        try:
            _queue[0]()
        except Exception:
            # What was asked for is committed: the sweep finds it a minute later.
            log.exception("the queue could not be told that there is work")


def lease() -> datetime:
    """Until when a worker that has just been heard of keeps its job."""
    return now() + timedelta(seconds=current_app.config["JOB_LEASE_SECONDS"])


def init_app(app: Flask) -> None:
    """Open the queue and declare its tasks."""
    huey = open_queue(app.config)
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
        .order_by(Job.asked_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        session.rollback()
        return None
    job.state = JobState.RUNNING
    job.attempts += 1
    job.leased_until = lease()
    job_id = job.id  # to read it after the commit would begin a transaction
    session.commit()
    return job_id


def _run(job_id: int) -> None:
    job = session.get_one(Job, job_id)
    kind, subject_id, attempts = job.kind, job.subject_id, job.attempts
    session.rollback()
    handler, given_up = _handlers[kind]
    if kind in _private_too:
        private.open_every_round(session())
    began = perf_counter()
    # The row as long as it is this worker's: the next one counts another attempt.
    ours = update(Job).where(
        Job.id == job_id, Job.attempts == attempts, Job.state == JobState.RUNNING
    )

    def renew() -> None:
        """Part of the handler's own next commit."""
        if not _changed(ours.values(leased_until=lease())):
            raise TakenOver

    def end(state: JobState, error: str = "", **more: Any) -> None:
        ended_at = None if state is JobState.WAITING else now()
        values = {"state": state, "error": error, "leased_until": None, "ended_at": ended_at}
        _changed(ours.values(values | more))
        session.commit()

    try:
        if attempts > MOST_ATTEMPTS:
            raise RuntimeError("the worker stopped in the middle of this job too often")
        handler(subject_id, renew)
        end(JobState.DONE)
        seeing.count_job(kind, "done", began)
    except NotNow:
        session.rollback()
        end(JobState.WAITING, attempts=attempts - 1, asked_at=now())
    except TakenOver:
        session.rollback()
        log.warning("job %s (%s %s) was taken over by another worker", job_id, kind, subject_id)
    except Exception as error:
        session.rollback()
        # The type and the places in the code alone: a message may quote the document.
        log.error("job %s (%s %s) failed: %s", job_id, kind, subject_id, where(error))
        seeing.count_job(kind, "failed", began)
        if isinstance(error, (OSError, OperationalError)) and has_no_room(error):
            # Not the fault of the job: it waits until somebody has made room, and loses no try.
            later = {"attempts": attempts - 1, "not_before": now() + FULL_PAUSE}
            end(JobState.WAITING, type(error).__name__, **later)
        elif attempts >= MOST_ATTEMPTS:
            given_up(subject_id)
            end(JobState.FAILED, type(error).__name__)
        else:
            end(JobState.WAITING, type(error).__name__)
    finally:
        session.remove()


def where(error: BaseException) -> str:
    """What an error was and the way through the code to it, without what it says."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{lines}".rstrip()


def _changed(statement: Update) -> bool:
    """Whether an update of the row found it."""
    return bool(session.connection().execute(statement).rowcount)
