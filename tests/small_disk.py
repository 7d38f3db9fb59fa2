"""A disk that is full whenever a test says so, for whoever may mount none.

Files: whatever this process writes below a folder counts, and what is too much ends in ENOSPC after
as much of it as there is room for, as on a disk. The database: SQLite itself says that it is full,
by `max_page_count`.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from reviewer.db import forget_deleted, session

MUCH = 10**12


class Room:
    """How many bytes are `left` below a folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.left, self._real = folder.resolve(), MUCH, io.open
        for module in (io, builtins):
            monkeypatch.setattr(module, "open", self._open)

    def _open(self, file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        opened = self._real(file, mode, *more, **named)
        if isinstance(file, int) or not set("wax+") & set(mode):
            return opened
        inside = self.folder in Path(os.fsdecode(file)).resolve().parents
        return Counted(opened, self) if inside else opened


class Counted:
    """An open file that takes no more than there is room for."""

    def __init__(self, file: Any, room: Room) -> None:
        self._file, self._room = file, room

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()

    def write(self, content: Any) -> int:
        if len(content) > self._room.left:
            self._file.write(content[: self._room.left])
            self._file.flush()
            self._room.left = 0
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._room.left -= len(content)
        return int(self._file.write(content))


@contextmanager
def full_database() -> Iterator[None]:
    """SQLite may take no page more. Inside an application's context or out of it."""
    engine = session.get_bind().engine
    session.remove()
    forget_deleted(engine)  # which leaves no page of the file free
    with engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))

    def hold(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "begin", hold, insert=True)
    try:
        yield
    finally:
        event.remove(engine, "begin", hold)
        session.remove()
        engine.dispose()  # a connection keeps what it was told


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """A real disk, filled to the last byte."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    yield
    filler.unlink()
