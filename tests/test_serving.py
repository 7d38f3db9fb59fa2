"""`make run` as a person meets it: it starts, says where, and stops without a trace."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from reviewer.config import ROOT
from reviewer.people.models import add_person
from reviewer.people.permissions import Role
from reviewer.serving import Refused, check_port, demonstration_links, web_server
from tests.ports import free_port

SECONDS = 150  # on a busy machine


class Running:
    """`python -m reviewer.serving` on a database of the test, with all that it wrote so far."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port, self.lines = port, []
        environment = {
            "DATABASE_URL": f"sqlite:///{folder / 'plan-review.sqlite3'}",
            "UPLOADS_DIR": str(folder / "uploads"),
            "EXPORTS_DIR": str(folder / "exports"),
            "PORT": str(port),
            "SECRET_KEY": "for tests alone",
            "WEB_PROCESSES": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reviewer.serving"],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, words: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if words in line:
                return
        pytest.fail(f"it ended without saying {words!r}:\n{''.join(self.lines)}")

    @property
    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def get(self, path: str) -> int:
        server = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        server.request("GET", path)
        return server.getresponse().status

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=SECONDS)
        self.lines.append(rest)
        return self.process.returncode


def groups(leaders: list[int]) -> list[str]:
    """The processes that are still in the groups of these leaders. One that has ended and waits
    for init to take note (Z) is gone."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True)
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [args for group, state, args in rows if int(group) in leaders and state[0] != "Z"]


@pytest.fixture
def running(demo_template, tmp_path):
    folder = shutil.copytree(demo_template, tmp_path / "state")
    started = Running(folder, free_port())
    yield started
    if started.process.poll() is None:
        started.stop()


def test_it_says_where_it_is_and_stops_without_a_trace(running):
    running.wait_for("Ctrl-C")
    said = "".join(running.lines)
    assert f"http://127.0.0.1:{running.port}\n" in said
    links = re.findall(rf"http://127\.0\.0\.1:{running.port}(/sign-in/\S+)", said)
    assert len(links) == 3
    assert [running.get(link) for link in links] == [200, 200, 200]
    children = running.children
    assert len(children) == 2 and len(groups(children)) >= 3  # gunicorn has a process of its own
    assert running.stop() == 0, running.lines
    assert groups(children) == []
    check_port("127.0.0.1", running.port)


def test_if_one_part_ends_the_other_is_ended_too_and_it_says_so(running):
    running.wait_for("Ctrl-C")
    children = running.children
    os.kill(children[-1], signal.SIGKILL)
    rest, _ = running.process.communicate(timeout=SECONDS)
    assert running.process.returncode == 1
    assert "The worker ended by itself" in rest
    assert groups(children) == []


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        started = Running(tmp_path, other.getsockname()[1])
        said, _ = started.process.communicate(timeout=SECONDS)
    assert started.process.returncode == 1
    assert len(said.splitlines()) == 1 and "PORT=" in said
    assert not list(tmp_path.iterdir()), "it had begun before it looked at the port"


def test_a_port_that_does_not_exist_is_refused():
    with pytest.raises(Refused, match="PORT=8000 make run"):
        check_port("127.0.0.1", 70_000)


def test_links_are_fresh_at_every_start(demo_app):
    with demo_app.app_context():
        first, second = demonstration_links(), demonstration_links()
    assert "Robin Reader (reviewer)" in first
    assert not set(re.findall(r"/sign-in/(\S+)", first)) & set(re.findall(r"in/(\S+)", second))


def test_no_way_in_is_printed_once_somebody_real_has_an_account(demo_app):
    with demo_app.app_context():
        add_person("someone@charity.example", name="Someone", role=Role.REVIEWER)
        assert demonstration_links() == ""


def test_an_empty_installation_has_no_links(app):
    with app.app_context():
        assert demonstration_links() == ""


def test_an_ipv6_address_stands_in_brackets():
    arguments = web_server({"HOST": "::1", "PORT": 8000, "WEB_PROCESSES": 2, "WEB_THREADS": 4})
    assert "[::1]:8000" in arguments
