"""The program that reads a PDF has no way out: each is tried in a process that was confined."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from reviewer.config import ROOT

CONFINED = """
import ctypes, os, socket, subprocess, sys
from reviewer.documents.confined import confine
fenced = confine(600)
try:
    {attempt}
except (PermissionError, OSError) as error:
    print("refused", type(error).__name__, error)
else:
    print("got out")
print("fenced" if fenced else "not fenced")
"""

# What libc alone does, past Python: connect to 127.0.0.1 at a port that listens.
IN_MACHINE_CODE = (
    "libc = ctypes.CDLL(None, use_errno=True);"
    " s = libc.socket(2, 1, 0);"
    " there = (2).to_bytes(2, 'little') + ({port}).to_bytes(2, 'big');"
    " there += bytes([127, 0, 0, 1]) + bytes(8);"
    " failed = libc.connect(s, there, 16);"
    " assert not failed or not (_ for _ in ()).throw(OSError(ctypes.get_errno(), 'connect'))"
)


@pytest.fixture
def port() -> Iterator[int]:
    """Where something listens on this machine."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def tried(attempt: str, before: str = "") -> str:
    program = CONFINED.format(attempt=attempt)
    ran = subprocess.run(
        [sys.executable, "-c", before + program], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_there_is_a_way_out_without_it(port):
    """Else the tests below could not fail."""
    fake = "import sys, types; m = types.ModuleType('reviewer.documents.confined');"
    fake += "m.confine = lambda _: False; sys.modules['reviewer.documents.confined'] = m\n"
    for attempt in (
        f"socket.create_connection(('127.0.0.1', {port}), 2)",
        IN_MACHINE_CODE.format(port=port),
        "subprocess.run(['true'])",
    ):
        assert "got out" in tried(attempt, fake), attempt


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', PORT), 2)",
        "socket.socket()",
        "socket.getaddrinfo('example.org', 80)",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1:PORT/')",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_python_refuses_its_ways_out(port, attempt):
    assert tried(attempt.replace("PORT", str(port))).startswith("refused")


def test_machine_code_finds_no_network_either(port):
    said = tried(IN_MACHINE_CODE.format(port=port))
    if "not fenced" in said:
        pytest.skip("this kernel lets no process make a network of its own")
    assert said.startswith("refused OSError")


def test_no_file_is_written(tmp_path):
    said = tried(f"open({str(tmp_path / 'a')!r}, 'w').write('x' * 9999)")
    assert said.startswith("refused OSError")


def test_memory_is_limited():
    program = (
        "from reviewer.documents.confined import confine; confine(300)\n"
        "try:\n    bytearray(500 * 2**20)\nexcept MemoryError:\n    print('refused')"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout == "refused\n", ran.stderr
