"""The web server and the worker, as `make run` runs them, started and killed."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import gettempdir

from flask import Flask

from reviewer.serving import Child, web_server

PATIENCE = 120  # seconds until a server answers, on a busy machine
KINDS = ("web", "worker", "both", "one web process")


class Service:
    """Both programs, with the settings of an application."""

    def __init__(self, app: Flask) -> None:
        self.settings = app.config
        self.children: dict[str, Child] = {}
        # Of the last run alone, and not in its folder, which is gone after it.
        self.log = Path(gettempdir()) / "plan-review-programs.log"
        self.log.write_bytes(b"")

    @property
    def port(self) -> int:
        return int(self.settings["PORT"])

    def start(self) -> None:
        """Start what does not run, and wait until the web server answers."""
        with self.log.open("ab") as log:
            if "web" not in self.children:
                web = Child.start("web server", *web_server(self.settings), log=log)
                self.children["web"] = web
            if "worker" not in self.children:
                worker = Child.start("worker", "flask", "--app", "app", "worker", log=log)
                self.children["worker"] = worker
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError, HTTPException):
                server = HTTPConnection("127.0.0.1", self.port, timeout=5)
                server.request("HEAD", "/sign-in")
                server.getresponse()
                server.close()
                return
            time.sleep(0.05)
        raise RuntimeError(f"the web server does not answer; what it said is in {self.log}")

    def kill(self, what: str) -> None:
        """SIGKILL to everything of these, or to one of the processes that gunicorn runs."""
        if what == "one web process":
            pid = self.children["web"].process.pid
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if found:
                with suppress(ProcessLookupError):
                    os.kill(int(random.choice(found)), signal.SIGKILL)
            return  # gunicorn starts another
        for name in ("web", "worker") if what == "both" else (what,):
            child = self.children.pop(name)
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()

    def stop(self) -> None:
        for child in self.children.values():
            child.end()
