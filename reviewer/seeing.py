"""Seeing it run: a number for each request, one line of JSON for each, and counts for Prometheus.

Nothing here holds personal data or a secret. A request is named by its rule (`/sign-in/<token>`),
never by its path; of an error its type and place are written, never its message, which may quote
what somebody typed.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TextIO
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request
from prometheus_client import Counter, Histogram

log = logging.getLogger(__name__)

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REQUESTS = Counter("plan_review_requests", "Requests answered", ("endpoint", "method", "status"))
TIMES = Histogram(
    "plan_review_request_seconds", "Time to answer a request", ("endpoint",), buckets=SECONDS
)
SIGN_INS = Counter("plan_review_sign_ins", "Passwords and codes given", ("outcome",))
JOBS = Counter("plan_review_jobs", "Work of the background", ("kind", "outcome"))
JOB_TIMES = Histogram(
    "plan_review_job_seconds",
    "Time that work of the background takes",
    ("kind",),
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600),
)


class JsonLines(logging.Formatter):
    """One JSON object on one line for every record; line breaks in it are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request"] = number()
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = kind_of(record.exc_info[1])
            line["places"] = places_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


class PlainLines(JsonLines):
    """The same for somebody who reads it in a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        line = json.loads(super().format(record))
        error = [f"  {line['error']}", *(f"    {place}" for place in line["places"])]
        return "\n".join([line["message"], *(error if "error" in line else ())])


def kind_of(error: BaseException) -> str:
    return type(error).__name__


def places_of(error: BaseException) -> list[str]:
    """Where an error came from, the innermost last: file, line and function."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def number() -> str:
    """The number of this request, which its answer and the page of an error show as well."""
    if "request_number" not in g:
        g.request_number = uuid4().hex[:16]
    return str(g.request_number)


def init_app(app: Flask) -> None:
    """Number, count and time every request, and write a line about each."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.get("began", perf_counter())
        endpoint = request.endpoint or "nowhere"
        response.headers["X-Request-ID"] = number()
        REQUESTS.labels(endpoint, _method(), response.status_code).inc()
        TIMES.labels(endpoint).observe(seconds)
        facts = {
            "method": _method(),
            "rule": request.url_rule.rule if request.url_rule else None,
            "ids": {k: v for k, v in (request.view_args or {}).items() if isinstance(v, int)},
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        }
        log.info("request", extra={"facts": facts})
        return response


def note_sign_in(outcome: str, what: str) -> None:
    """Count a password or a code that was given, and write that it was; not by whom."""
    SIGN_INS.labels(outcome).inc()
    log.info("sign-in", extra={"facts": {"outcome": outcome, "field": what}})


def count_job(kind: str, outcome: str, began: float) -> None:
    """Count and time a piece of background work that began at `began` of `perf_counter`."""
    JOBS.labels(kind, outcome).inc()
    JOB_TIMES.labels(kind).observe(perf_counter() - began)
    log.info("job", extra={"facts": {"kind": kind, "outcome": outcome}})


def write_lines(stream: TextIO = sys.stderr) -> None:
    """Write logs to standard error: as JSON, and plainly where somebody reads them in a terminal,
    then without a line for every request."""
    reads = stream.isatty()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainLines() if reads else JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("reviewer").setLevel(logging.WARNING if reads else logging.INFO)


def _method() -> str:
    """The method of a request; one that nobody knows is not repeated."""
    known = re.fullmatch("GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS", request.method)
    return request.method if known else "other"
