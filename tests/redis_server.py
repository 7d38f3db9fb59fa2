"""A Redis server for the tests, on a free port and with nothing kept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from tests.ports import free_port, wait_for


@contextmanager
def redis_server() -> Iterator[str]:
    """Its address while it runs. RuntimeError where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("no redis-server here: install it (apt-get install redis-server)")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with TemporaryDirectory(prefix="plan-review-redis-") as folder:
        server = subprocess.Popen([program, *options, "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()
