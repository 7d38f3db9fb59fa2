"""How the service is: for a monitor (`/health`, `/ready`), for Prometheus (`/metrics`), and for the
policy team as a page.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from reviewer import backup, rows, storage
from reviewer.db import now, session
from reviewer.documents.models import Document, Status
from reviewer.jobs import Job, JobState
from reviewer.people.mail import Message, MessageState
from reviewer.people.permissions import Permission, guard

pages = Blueprint("status", __name__)

LONG = timedelta(minutes=5)  # a job that waits so long waits for a worker that has stopped
RECENT = timedelta(days=7)
LITTLE = 1024**3  # bytes of free disk: hardly room for ten large plans
SHARED = "PROMETHEUS_MULTIPROC_DIR"
THROUGH_A_PROXY = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


@dataclass(frozen=True)
class Facts:
    """What there is to know; counts of rows, bytes of disk, and moments."""

    jobs: dict[str, int]  # by state; those that failed are of the last days
    waiting_since: datetime | None  # the oldest job that could be run now
    documents: dict[str, int]  # by status
    mail: dict[str, int]  # by state
    free: int
    size: int
    backup_at: datetime | None

    @property
    def worker_stopped(self) -> bool:
        return self.waiting_since is not None and now() - self.waiting_since > LONG

    @property
    def little_room(self) -> bool:
        return self.free < LITTLE


def facts() -> Facts:
    """How it is now, in four queries."""
    due = (Job.state == JobState.WAITING) & (Job.not_before.is_(None) | (Job.not_before <= now()))
    counted = (Job.state != JobState.DONE) & (Job.asked_at > now() - RECENT)
    counted |= Job.state.in_((JobState.WAITING, JobState.RUNNING))
    disk = shutil.disk_usage(_uploads())
    folder = current_app.config["BACKUP_DIR"]
    return Facts(
        jobs=_counts(select(Job.state, func.count()).where(counted).group_by(Job.state)),
        waiting_since=session.scalar(
            select(func.coalesce(Job.not_before, Job.asked_at)).where(due).order_by(Job.id).limit(1)
        ),
        documents=_counts(
            select(Document.status, func.count())
            .where(Document.withdrawn_at.is_(None))
            .group_by(Document.status)
        ),
        mail=_counts(select(Message.state, func.count()).group_by(Message.state)),
        free=disk.free,
        size=disk.total,
        backup_at=backup.last(Path(folder)) if folder else None,
    )


@pages.get("/service")
@guard(Permission.SEE_SERVICE)
def index() -> ResponseReturnValue:
    config = current_app.config
    return render_template(
        "status.html",
        facts=facts(),
        sends=bool(config["SMTP_URL"]),
        backs_up=bool(config["BACKUP_DIR"]),
        late=timedelta(hours=2 * config["BACKUP_EVERY_HOURS"]),
        now=now(),
        days=RECENT.days,
        Job=JobState,
        Document=Status,
        Mail=MessageState,
    )


@pages.get("/health")
@guard(Permission.PUBLIC)
def health() -> ResponseReturnValue:
    """Whether this process answers at all; it asks for nothing else."""
    return {"status": "ok"}


@pages.get("/ready")
@guard(Permission.PUBLIC)
def ready() -> ResponseReturnValue:
    """Whether it can do its work: the database is there and of this version, files can be kept."""
    checks = {"database": _database(), "uploads": _writable()}
    works = all(said == "ok" for said in checks.values())
    return {"status": "ok" if works else "not ready", **checks}, 200 if works else 503


@pages.get("/metrics")
@guard(Permission.PUBLIC)
def metrics() -> ResponseReturnValue:
    """Counts and timings of all processes on this machine that share a folder for them."""
    if not _may_read_metrics():
        abort(403)
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)
    registry.register(_Gauges())
    own = b"" if os.environ.get(SHARED) else generate_latest(REGISTRY)
    return Response(own + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Gauges(Collector):
    """What is counted when it is asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = facts()
        for name, what, label, counts in (
            ("jobs_now", "Jobs that wait, run or failed lately", "state", found.jobs),
            ("documents", "Documents", "status", found.documents),
            ("mail", "Emails", "state", found.mail),
        ):
            gauge = GaugeMetricFamily(f"plan_review_{name}", what, labels=[label])
            for value, count in counts.items():
                gauge.add_metric([value], count)
            yield gauge
        waited = (now() - found.waiting_since).total_seconds() if found.waiting_since else 0.0
        yield _gauge("job_wait_seconds", "How long the oldest job has waited", max(waited, 0.0))
        yield _gauge("disk_free_bytes", "Free disk where uploads are kept", found.free)
        if found.backup_at:
            begun = found.backup_at.timestamp()
            yield _gauge("backup_at_seconds", "When the last backup was begun", begun)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"plan_review_{name}", what, value=value)


def _may_read_metrics() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "")
        return compare_digest(given.encode(), f"Bearer {token}".encode())
    # Behind a web server of ours everybody comes from this machine.
    through = any(name in request.headers for name in THROUGH_A_PROXY)
    return request.remote_addr in ("127.0.0.1", "::1") and not through


def _database() -> str:
    try:
        connection = session.connection()
        script = ScriptDirectory.from_config(rows.migrations(connection))
        there = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        session.rollback()
        return "cannot be reached"
    newest = script.get_current_head()
    return "ok" if there == newest else f"has version {there}, not {newest}: run data upgrade"


def _writable() -> str:
    try:
        with tempfile.TemporaryFile(dir=_uploads()) as file:
            file.write(b"x")
    except OSError:
        return "cannot be written"
    try:
        storage.files().size("ready")  # on other machines, whether they answer
    except Exception:  # each kind of storage has errors of its own
        return "cannot be reached"
    return "ok"


def _uploads() -> Path:
    """The folder of uploads, or, where they are kept elsewhere, the one that they pass through."""
    elsewhere = current_app.config["UPLOADS_URL"]
    return Path(tempfile.gettempdir() if elsewhere else current_app.config["UPLOADS_DIR"])


def _counts(query: object) -> dict[str, int]:
    return {str(value): count for value, count in session.execute(query)}  # type: ignore[call-overload]
