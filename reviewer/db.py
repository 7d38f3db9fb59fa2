"""The database session, and the one place where a request commits.

On SQLite a transaction that may write begins immediate: one that reads first and writes later is
refused under load whatever the busy timeout says. Requests that only read begin deferred. On
PostgreSQL whoever changes a row holds it with `with_for_update`, which SQLite does not need.

What was committed is on the disk before anybody is told that it was, so that neither a killed
process nor a power cut takes it back. SQLite would wait for the disk with the write lock held
(`synchronous = FULL`); with NORMAL it does not wait, and we do, once the lock is free.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, ClassVar

from flask import Flask, Response, abort, request
from flask import session as said
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
BUSY_SECONDS = 15
A_MOMENT = 0.3  # seconds that a note waits for the write lock
BUSY_PAUSE = 0.002  # seconds between two tries for the write lock; SQLite's own grow to 0.1

to_disk = getattr(os, "fdatasync", os.fsync)  # macOS has the second alone

only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)
patience: ContextVar[float | None] = ContextVar("patience", default=None)  # else BUSY_SECONDS


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC on every database; SQLite alone would hand back naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo, "a time without a zone cannot be stored"
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}

    # The columns whose changes are written into the logbook (logbook.py).
    logged: ClassVar[tuple[str, ...]] = ()

    def logged_place(self) -> tuple[int | None, int | None]:
        """The ids of the round and the system that a change of this row is about."""
        return getattr(self, "round_id", None), getattr(self, "system_id", None)

    @property
    def is_private(self) -> bool:
        """Whether the row itself makes what is logged of it private (`private.py`)."""
        return False

    def logged_before(self) -> dict[str, Any] | None:
        """What a new row takes the place of; most take the place of nothing."""
        return None


session = scoped_session(sessionmaker())


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def reading() -> Iterator[None]:
    """Work of a request that takes long and only reads, before it writes: nobody waits meanwhile
    for the write lock. What was held before is held no more, and has to be read again after."""
    session.rollback()
    before = only_reads.set(True)
    try:
        yield
    finally:
        session.rollback()
        only_reads.reset(before)


def aside(note: Callable[[], None]) -> None:
    """Write a note beside a request that only reads, in a transaction of its own. A busy database
    costs the note and not the answer."""
    session.rollback()
    before, waits = only_reads.set(False), patience.set(A_MOMENT)
    try:
        note()
        session.commit()
    except OperationalError:
        session.rollback()
    finally:
        only_reads.reset(before)
        patience.reset(waits)


def connect(url: str) -> Engine:
    """Open the database and bind the session to it."""
    engine = open_engine(url)
    session.remove()
    session.configure(bind=engine)
    return engine


def open_engine(url: str) -> Engine:
    """A database, with what each kind needs. Values stay out of its errors, and so out of logs:
    they may be somebody's draft."""
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # Who waits for a row waits as long as for SQLite's write lock, and is told the same.
        waiting = f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC"
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            max_overflow=20,
            connect_args={"options": waiting},
            hide_parameters=True,
        )
    return engine


def database_url(url: str) -> URL:
    """The address of a database. postgres:// and postgresql://, as hosts hand them out, mean the
    driver that is installed here."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves, see _begin_sqlite
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # and see _wait_for_the_disk
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros


def forget_deleted(engine: Engine) -> bool:
    """Take what was deleted out of the files of the database; False where others are in the way.

    SQLite overwrites what it deletes (`secure_delete`), but not what it moved from page to page:
    the file is written anew, and the log of changes beside it emptied. PostgreSQL frees the space,
    to be used again.
    """
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver
        cursor = driver.cursor()
        if engine.dialect.name != "sqlite":
            driver.autocommit = True
            cursor.execute("VACUUM")
            driver.autocommit = False
            return True
        try:
            cursor.execute("VACUUM")
            in_the_way, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:  # somebody is writing
            return False
        finally:
            cursor.close()
        return not in_the_way


def _begin_sqlite(connection: Any) -> None:
    if only_reads.get():
        connection.exec_driver_sql("BEGIN")
        return
    sqlite = connection.connection.driver_connection
    sqlite.execute("PRAGMA busy_timeout = 0")  # SQLite would look for the lock ever less often
    try:
        _take_write_lock(connection, until=monotonic() + (patience.get() or BUSY_SECONDS))
    finally:
        sqlite.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _take_write_lock(connection: Any, until: float) -> None:
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or monotonic() > until:
                raise
        sleep(BUSY_PAUSE)


@event.listens_for(session, "after_commit")
def _wait_for_the_disk(committed: Session) -> None:
    url = committed.get_bind().engine.url
    if url.get_backend_name() != "sqlite":
        return
    with suppress(FileNotFoundError):  # in memory, or all of it was moved into the database itself
        log = os.open(f"{url.database}-wal", os.O_RDWR)
        try:
            to_disk(log)
        finally:
            os.close(log)


def has_no_room(error: OSError | OperationalError) -> bool:
    """Whether the disk is what is the matter: it is full, or does not take what is written."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    words = str(error.orig)
    return (
        "disk is full" in words  # SQLite, and what PostgreSQL calls it
        or "disk I/O error" in words
        or getattr(error.orig, "sqlstate", None) == "53100"
    )


def give_up_writing() -> None:
    """End the transaction of a request that failed. What its error page reads asks for no lock: it
    may be the lock that could not be had. What it would have said was done is not said."""
    session.rollback()
    only_reads.set(True)
    said.pop("_flashes", None)


def _put_in_place(response: Response, failed: Response) -> None:
    """Answer with what went wrong, under the headers that are on the response already."""
    response.status_code, response.content_type = failed.status_code, failed.content_type
    response.headers.pop("Location", None)
    response.set_data(failed.get_data())


def init_app(app: Flask) -> None:
    """One transaction per request: committed when it succeeded, else rolled back."""
    connect(app.config["DATABASE_URL"])

    @app.before_request
    def begin() -> None:
        if request.mimetype == "multipart/form-data":
            # Take the whole upload in before a transaction begins: a slow line must not hold the
            # write lock of everybody else.
            request.files  # noqa: B018
        only_reads.set(request.method in SAFE_METHODS)
        given = (request.path, *request.values.values())
        if any("\0" in value for value in given):
            abort(400)  # nobody types it, and PostgreSQL cannot keep it

    @app.after_request
    def commit(response: Response) -> Response:
        if response.status_code < 400 and request.method not in SAFE_METHODS:
            try:
                session.commit()
            except Exception as error:
                _put_in_place(response, app.make_response(app.handle_user_exception(error)))
        else:
            session.rollback()
        return response

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        session.remove()
