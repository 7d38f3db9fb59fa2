"""What `make run` runs: the database made ready, the web server and the worker, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Event
from time import monotonic
from typing import IO, Any

import click
from flask import Flask, current_app
from sqlalchemy import select

from reviewer import config, data, jobs
from reviewer.config import ROOT
from reviewer.db import session
from reviewer.people.links import sign_in_address
from reviewer.people.models import Person, real_account_exists
from reviewer.people.permissions import Role

SECONDS_TO_START = 120  # a slow or busy machine imports for a long time
SECONDS_TO_STOP = 25  # a request under way may end: a little more than gunicorn gives it
SECONDS_FOR_REQUESTS = 20


class Refused(Exception):
    """It cannot start, or did not go on; the message says what to do."""


@click.command("worker")
def worker() -> None:
    """Run the work of the background, such as reading PDFs, until told to stop."""
    jobs.run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


def register(app: Flask) -> None:
    app.cli.add_command(worker)


def main() -> int:
    """The exit status: 0 when told to stop, 1 when it could not start or a part of it ended."""
    try:
        settings = config.load()
        check_port(settings["HOST"], settings["PORT"])
        links = make_ready()
        # Not before: what make_ready has begun is rolled back if it is interrupted.
        stop = Event()
        for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(told, lambda *_: stop.set())
        with tempfile.TemporaryDirectory(prefix="plan-review-metrics-") as shared:
            # Read when the library is imported, so it has to be there before a child starts.
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", shared)
            serve(settings, links, stop)
    except (Refused, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def check_port(host: str, port: int) -> None:
    """Refused if something listens there already, or if nothing may."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # Else the connections of a server that has just stopped would count as taking the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise Refused(
                f"Port {port} on {host} cannot be used ({error}). Choose another with PORT, "
                f"for example: PORT={port + 1 if port < 65_000 else 8000} make run"
            ) from error


def make_ready() -> str:
    """Bring the database up to date, with the demonstration if nobody has used it yet, and give
    the sign-in links of the demonstration's people as lines of text."""
    from reviewer.web import create_app  # the application knows this module's command

    app = create_app()
    with app.app_context():
        data.upgrade_all()
        if data.is_empty():
            from reviewer.demonstration.load import load_demonstration

            _say("Loading the demonstration; this happens once.")
            load_demonstration(progress=lambda line: _say(f"  {line}"))
        links = demonstration_links()
        session.commit()
        engine = session.get_bind().engine
    engine.dispose()
    return links


def demonstration_links() -> str:
    """Fresh one-time links for the demonstration's people, as long as nobody else has an account:
    an installation in use must not print a way in at every start."""
    if real_account_exists():
        return ""
    known = select(Person).filter_by(demonstration=True, removed_at=None)
    people = session.scalars(known.order_by(Person.id)).all()
    lines = [f"  {p.name} ({Role(p.role).words.lower()})\n    {sign_in_address(p)}" for p in people]
    hours = current_app.config["SIGN_IN_LINK_HOURS"]
    return "\n".join(
        [
            f"Sign in as somebody of the demonstration (each link once, within {hours} hours):",
            *lines,
        ]
        if lines
        else []
    )


@dataclass(frozen=True)
class Child:
    """A program that runs beside this one, in a process group of its own: Ctrl-C in the terminal
    reaches this program alone, which then ends the others in order."""

    name: str
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, name: str, *arguments: str, log: IO[bytes] | None = None) -> Child:
        """What it says goes to the terminal, or to a log."""
        command = [sys.executable, "-m", *arguments]
        return cls(
            name,
            subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=log, stderr=log),
        )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        """Ask it to end, wait, and leave nothing of its group."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_STOP)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def serve(settings: dict[str, Any], links: str, stop: Event) -> None:
    """Run the web server and the worker until told to stop. Refused if one of them ends before."""
    children: list[Child] = []
    try:
        children.append(Child.start("web server", *web_server(settings)))
        children.append(Child.start("worker", "flask", "--app", "app", "worker"))
        _wait_for_answer(settings, children, stop)
        if not stop.is_set():
            _say(f"\nPlan Review is running: {settings['PUBLIC_URL']}\n")
            _say(f"{links}\n" if links else "")
            _say("Press Ctrl-C to stop. Nothing is lost, and make run starts it again.")
        while not stop.wait(0.3):
            _check(children)
        _say("Stopping.")
    finally:
        for child in reversed(children):
            child.end()


def web_server(settings: dict[str, Any]) -> list[str]:
    """The arguments that run gunicorn."""
    host = f"[{settings['HOST']}]" if ":" in settings["HOST"] else settings["HOST"]
    return [
        *("gunicorn", "app:app", "--worker-class", "gthread", "--log-level", "warning"),
        *("--bind", f"{host}:{settings['PORT']}"),
        *("--workers", str(settings["WEB_PROCESSES"])),
        *("--threads", str(settings["WEB_THREADS"])),
        *("--timeout", str(SECONDS_TO_START)),
        *("--graceful-timeout", str(SECONDS_FOR_REQUESTS)),
        "--no-control-socket",
    ]


def _wait_for_answer(settings: dict[str, Any], children: list[Child], stop: Event) -> None:
    until = monotonic() + SECONDS_TO_START
    while not stop.wait(0.1) and monotonic() < until:
        _check(children)
        server = HTTPConnection(settings["HOST"], settings["PORT"], timeout=2)
        with suppress(OSError, HTTPException), closing(server):
            server.request("HEAD", "/sign-in")
            server.getresponse()
            return


def _check(children: list[Child]) -> None:
    for child in children:
        if child.ended:
            raise Refused(
                f"The {child.name} ended by itself with exit status {child.process.returncode}, so "
                "everything was stopped. What it wrote above says why."
            )


def _say(text: str) -> None:
    if text:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
