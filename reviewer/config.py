"""Every setting: its name in the environment, its default and one sentence."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"


@dataclass(frozen=True)
class Setting:
    name: str
    default: str | int | bool
    sentence: str


SETTINGS = (
    Setting(
        "DATABASE_URL",
        f"sqlite:///{INSTANCE / 'plan-review.sqlite3'}",
        "The database: an SQLite file, or postgresql://user:password@host/name.",
    ),
    Setting("UPLOADS_DIR", str(ROOT / "uploads"), "The folder that keeps the attached PDFs."),
    Setting(
        "UPLOADS_URL",
        "",
        "S3-compatible storage that keeps the PDFs and pictures instead of the folder: "
        "s3://bucket/prefix. Its keys are read from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
        "AWS_REGION and AWS_ENDPOINT_URL.",
    ),
    Setting("EXPORTS_DIR", str(ROOT / "exports"), "The folder that keeps drawn charts."),
    Setting(
        "SECRET_KEY",
        "",
        "Signs cookies and forms; without it, a key is made once in instance/secret-key.",
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "",
        "Earlier values of SECRET_KEY, with commas between: who signed in under one of them stays "
        "signed in.",
    ),
    Setting("HOST", "127.0.0.1", "The address that the web server listens on."),
    Setting("PORT", 8000, "The port that the web server listens on."),
    Setting(
        "PUBLIC_URL", "", "How people reach this installation; http://HOST:PORT unless it is set."
    ),
    Setting(
        "PROXIES",
        0,
        "How many web servers of yours stand in front of this one; so that wrong passwords are "
        "counted by visitor.",
    ),
    Setting("SECURE_COOKIES", False, "1 where people reach the service over https."),
    Setting("UPLOAD_LIMIT_MB", 100, "The largest PDF that can be attached, in megabytes."),
    Setting("PAGE_SECONDS", 20, "How long one page of a PDF may take to read, in seconds."),
    Setting("READER_MEMORY_MB", 600, "How much memory one reading process may use, in megabytes."),
    Setting(
        "READER_PROCESSES", 0, "How many processes read one PDF at once; 0 means one for each core."
    ),
    Setting(
        "QUEUE_URL",
        "",
        "What wakes the worker: redis://host:6379 or postgresql://user:password@host/name, where "
        "web server and worker are on several machines; without it, a file beside the uploads.",
    ),
    Setting(
        "JOB_LEASE_SECONDS",
        120,
        "How long a worker can be silent about a job before another one takes it over, in seconds.",
    ),
    Setting("SIGN_IN_LINK_HOURS", 48, "How long a one-time sign-in link can be used, in hours."),
    Setting(
        "REQUIRE_SECOND_FACTOR",
        True,
        "Whether policy accounts sign in with a code from an app as well; those of the "
        "demonstration never do.",
    ),
    Setting(
        "SECOND_FACTOR_FOR_ALL",
        False,
        "Whether reviewers and contacts of systems have to give a code from an app too; without it "
        "they can choose to.",
    ),
    Setting(
        "LIMITS",
        True,
        "Whether searches, downloads, reports and uploads are limited for each person and minute; "
        "the numbers are in docs/security.md.",
    ),
    Setting("INVITATION_DAYS", 14, "How long an invitation can be used, in days."),
    Setting(
        "SMTP_URL",
        "",
        "The mail server: smtp://user:password@host:587, or smtps:// with port 465; without one, "
        "mail is kept in the outbox and nothing is sent.",
    ),
    Setting(
        "MAIL_WITHOUT_TLS",
        False,
        "1 lets mail go to a server that offers no encryption, such as one in your own network. "
        "One on this machine needs no such leave; a password is never sent so.",
    ),
    Setting(
        "MAIL_FROM",
        "",
        "Whom mail comes from: Plan Review <reviews@example.org>; unless it is set, plan-review at "
        "the host of PUBLIC_URL.",
    ),
    Setting(
        "OPERATOR",
        "",
        "Who runs this installation, in one sentence that systems read before they upload a draft.",
    ),
    Setting(
        "OTHER_HOSTS",
        "",
        "Names that the service answers to besides the host of PUBLIC_URL and this machine's own, "
        "with commas between.",
    ),
    Setting("SESSION_HOURS", 12, "How long a person stays signed in without doing anything."),
    Setting("SESSION_DAYS", 7, "How long a person stays signed in at most, in days."),
    Setting(
        "BACKUP_DIR",
        "",
        "The folder that the worker writes backups of everything into; without one it makes none.",
    ),
    Setting("BACKUP_EVERY_HOURS", 24, "How often a backup is made, in hours."),
    Setting(
        "BACKUP_KEEP_DAYS",
        30,
        "How long a backup is kept, in days; the newest is kept until the next one is made.",
    ),
    Setting(
        "KEEP_REMOVED_DAYS",
        0,
        "How long after their access was removed a person's name and address are kept, in days; 0 "
        "means until somebody removes them.",
    ),
    Setting("KEEP_MAIL_DAYS", 365, "How long emails are kept, in days; 0 means for ever."),
    Setting(
        "METRICS_TOKEN",
        "",
        "What Prometheus sends as its bearer token to read /metrics; without one, only this "
        "machine can read it.",
    ),
    Setting("WEB_THREADS", 4, "How many requests each web process answers at once."),
    Setting("WEB_PROCESSES", 2, "How many web processes run."),
)


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings by name, in the type of their default. ValueError names one that is wrong."""
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        given = environ.get(setting.name, "")
        if given == "":
            settings[setting.name] = setting.default
        elif isinstance(setting.default, bool):
            settings[setting.name] = given.lower() in ("1", "true", "yes", "on")
        elif isinstance(setting.default, int):
            if not given.isdecimal():
                raise ValueError(f"{setting.name} must be a whole number, not {given!r}.")
            settings[setting.name] = int(given)
        else:
            settings[setting.name] = given
    settings["SECRET_KEY"] = settings["SECRET_KEY"] or kept_secret()
    if not settings["PUBLIC_URL"]:
        settings["PUBLIC_URL"] = f"http://{settings['HOST']}:{settings['PORT']}"
    _check_mail(settings)
    return settings


def _check_mail(settings: Mapping[str, Any]) -> None:
    """Refuse at the start what would otherwise fail with the first message."""
    server = urlsplit(settings["SMTP_URL"])
    try:
        usable = server.scheme in ("smtp", "smtps") and server.hostname and server.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if settings["SMTP_URL"] and not usable:
        # The value is not repeated: it may hold a password.
        raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://host.")
    sender = settings["MAIL_FROM"]
    if sender and not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(sender)[1]):
        raise ValueError(f"MAIL_FROM must hold an email address, not {sender!r}.")


def kept_secret(path: Path = INSTANCE / "secret-key") -> str:
    """The installation's own key, made at first use and readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL: of two processes that start at once, one writes and the other reads.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    except OSError as error:
        raise ValueError(f"Set SECRET_KEY: no key can be kept in {path} ({error}).") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text()
