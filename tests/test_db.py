"""What the database promises on SQLite: acknowledged is kept, and the write lock is waited for."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from reviewer import db
from reviewer.config import ROOT

WRITES_AND_IS_KILLED = """
import os, signal, sys
from sqlalchemy import text
from reviewer.db import connect, session
connect(sys.argv[1])
session.execute(text("INSERT INTO said VALUES ('kept')"))
session.commit()
session.execute(text("INSERT INTO said VALUES ('not acknowledged')"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def file(tmp_path):
    """A database of its own, given back as it was to those who come after."""
    bind = db.session.get_bind() if db.session.registry.has() else None
    engine = db.connect(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    db.session.execute(text("CREATE TABLE said (word)"))
    db.session.commit()
    yield tmp_path / "own.sqlite3"
    db.session.remove()
    engine.dispose()
    db.session.configure(bind=bind)


def test_what_was_committed_outlives_a_killed_process(file):
    command = [sys.executable, "-c", WRITES_AND_IS_KILLED, f"sqlite:///{file}"]
    ended = subprocess.run(command, cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert db.session.scalars(text("SELECT word FROM said")).all() == ["kept"]


def test_it_is_on_the_disk_when_the_lock_is_free_again_and_before_anybody_is_told(
    file, monkeypatch
):
    seen = []

    def synced(number):
        assert os.fstat(number).st_ino == Path(f"{file}-wal").stat().st_ino
        other = sqlite3.connect(file, timeout=0)
        other.execute("BEGIN IMMEDIATE")  # refused if the lock were still held
        seen.extend(other.execute("SELECT word FROM said"))
        other.close()

    monkeypatch.setattr(db, "to_disk", synced)
    db.session.execute(text("INSERT INTO said VALUES ('kept')"))
    assert not seen
    db.session.commit()
    assert seen == [("kept",)]


def test_a_disk_that_fails_is_no_acknowledgement(file, monkeypatch):
    def broken(_number):
        raise OSError("no space left")

    db.session.execute(text("INSERT INTO said VALUES ('lost')"))
    monkeypatch.setattr(db, "to_disk", broken)
    with pytest.raises(OSError, match="no space left"):
        db.session.commit()


def test_who_writes_waits_for_who_is_writing(file):
    other = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO said VALUES ('before')")
    timer = threading.Timer(0.1, other.execute, ("COMMIT",))
    timer.start()
    db.session.execute(text("INSERT INTO said VALUES ('after')"))
    db.session.commit()
    timer.join()
    words = db.session.scalars(text("SELECT word FROM said ORDER BY rowid")).all()
    assert words == ["before", "after"]
    other.close()


def test_who_waited_long_enough_is_told_that_it_is_busy(file, monkeypatch):
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    with pytest.raises(OperationalError, match="locked"):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()
    db.only_reads.set(True)
    try:  # who only reads is never in the way of anybody
        assert db.session.scalar(text("SELECT 1")) == 1
    finally:
        db.only_reads.set(False)
    other.close()
