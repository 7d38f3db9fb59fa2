"""Every row of the database in a form that no engine owns, for backups and for moving to another.

A row is a dict of what JSON knows: times and dates as ISO 8601. Tables are described by `Shape`,
not by the models, so that rows of an older schema can be read back before they are upgraded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from reviewer import models
from reviewer.config import ROOT
from reviewer.db import Base, UtcDateTime, only_reads, session

MIGRATIONS = ROOT / "reviewer" / "migrations"
ROWS_AT_A_TIME = 2000

Row = dict[str, Any]
# What a column holds, by the name that a backup gives it. Other columns are as JSON has them.
TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "time": UtcDateTime(timezone=True),
    "date": sa.Date(),
    "boolean": sa.Boolean(),
    "json": sa.JSON(none_as_null=True),
    "number": sa.BigInteger(),
    "text": sa.Text(),
}

assert models  # imported so that every table is known


class NotThisOne(ValueError):
    """The database cannot be read from or written to; the message says what to do."""


@dataclass(frozen=True)
class Shape:
    """A table: its name, its columns with what each holds, its key, and the columns that may point
    at a row that comes later."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    later: tuple[str, ...]

    @property
    def table(self) -> sa.Table:
        columns = [sa.Column(name, TYPES[kind]) for name, kind in self.columns.items()]
        return sa.Table(self.name, sa.MetaData(), *columns)


def shapes() -> list[Shape]:
    """Every table of the newest schema, each after those that it refers to."""
    found, seen = [], set()
    for table in Base.metadata.sorted_tables:
        seen.add(table.name)
        later = {
            key.parent.name
            for key in table.foreign_keys
            if key.column.table.name not in seen - {table.name}
        }
        columns = {column.name: _kind(column.type) for column in table.columns}
        primary = tuple(column.name for column in table.primary_key)
        found.append(Shape(table.name, columns, primary, tuple(sorted(later))))
    return found


def _kind(type_: sa.types.TypeEngine[Any]) -> str:
    for kind, known in (
        ("time", UtcDateTime), ("date", sa.Date), ("boolean", sa.Boolean), ("json", sa.JSON),
        ("number", sa.Integer), ("text", sa.String),
    ):  # fmt: skip
        if isinstance(type_, known):
            return kind
    raise TypeError(f"give columns of type {type_!r} a name in TYPES")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever others write meanwhile."""
    before = only_reads.set(True)  # on SQLite: without the write lock
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection
    finally:
        only_reads.reset(before)


def rows_of(connection: Connection, shape: Shape) -> Iterator[Row]:
    """The rows of a table in the order of its key."""
    table = shape.table
    query = sa.select(table).order_by(*(table.c[name] for name in shape.key))
    for row in connection.execute(query.execution_options(yield_per=ROWS_AT_A_TIME)):
        yield {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in row._mapping.items()
        }


def line_of(row: Row) -> bytes:
    """A row as one line, always the same for the same row."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def digest_of(connection: Connection, shape: Shape) -> tuple[int, str]:
    """How many rows a table has, and the SHA-256 over all of them."""
    digest, count = hashlib.sha256(), 0
    for row in rows_of(connection, shape):
        digest.update(line_of(row) + b"\n")
        count += 1
    return count, digest.hexdigest()


def put(connection: Connection, shape: Shape, rows: Iterable[Row]) -> None:
    """Write the rows of a table that has none."""
    table, waiting = shape.table, []
    some = iter(rows)
    while block := [_python(shape, row) for row in islice(some, ROWS_AT_A_TIME)]:
        for row in block:
            pointing = {name: row[name] for name in shape.later if row[name] is not None}
            if pointing:
                waiting.append({f"key_{name}": row[name] for name in shape.key} | pointing)
                row.update(dict.fromkeys(pointing))
        connection.execute(table.insert(), block)
    here = sa.and_(*(table.c[name] == sa.bindparam(f"key_{name}") for name in shape.key))
    for row in waiting:
        pointing = {name: value for name, value in row.items() if name in shape.later}
        connection.execute(table.update().where(here).values(pointing), row)
    if shape.key == ("id",):
        number_on(connection, shape.name)


def _python(shape: Shape, row: Row) -> Row:
    read: dict[str, Callable[[str], Any]] = {
        "time": datetime.fromisoformat,
        "date": date.fromisoformat,
    }
    return {
        name: read[kind](row[name]) if kind in read and row[name] is not None else row[name]
        for name, kind in shape.columns.items()
    }


def number_on(connection: Connection, table: str) -> None:
    """Number new rows after those that came with a number: PostgreSQL has a sequence for it."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text(
                "SELECT setval(pg_get_serial_sequence(:name, 'id'), max(id)) "
                f'FROM "{table}" HAVING max(id) IS NOT NULL'
            ),
            {"name": f'"{table}"'},
        )


# Schemas ------------------------------------------------------------------------------------------


def migrations(connection: Connection) -> Config:
    """Alembic's settings, to run on an open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def revision_of(connection: Connection) -> str:
    """Which schema the database has; "" for none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def known_revisions() -> list[str]:
    """The schemas that this version knows, newest first."""
    directory = ScriptDirectory(str(MIGRATIONS))
    return [script.revision for script in directory.walk_revisions()]


def ask_for_newest(connection: Connection) -> None:
    """Refuse to go on with a database whose schema is not the newest."""
    if revision_of(connection) != known_revisions()[0]:
        raise NotThisOne("The database is not up to date. Run: flask --app app data upgrade")


def ask_for_nobodys(connection: Connection) -> None:
    """Refuse to write into a database that somebody has used, or that is no database of ours."""
    there = set(sa.inspect(connection).get_table_names())
    used = [
        name
        for name in ("person", "round", "document")
        if name in there and connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"'))
    ]
    strange = there - set(Base.metadata.tables) - {"alembic_version"}
    if used or strange:
        raise NotThisOne(
            f"The database {connection.engine.url.render_as_string()} is in use: it has "
            f"{', '.join(sorted(used or strange))}. Name one that is empty."
        )


def make_anew(connection: Connection, revision: str) -> None:
    """Empty tables of that schema, in the place of those that nobody has used."""
    there = sa.MetaData()
    ours = set(Base.metadata.tables) | {"alembic_version"}
    there.reflect(connection, only=lambda name, _: name in ours, resolve_fks=False)
    there.drop_all(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("DROP FUNCTION IF EXISTS logbook_only_grows() CASCADE"))
    command.upgrade(migrations(connection), revision)


def copy(source: Engine, target: Engine) -> dict[str, int]:
    """Every row of one database in another, which nobody has used: how many, by table. All or
    nothing, and compared before it counts. `NotThisOne` if it cannot be."""
    counts: dict[str, int] = {}
    with snapshot(source) as old, target.begin() as new:
        ask_for_newest(old)
        ask_for_nobodys(new)
        make_anew(new, revision_of(old))
        for shape in shapes():
            new.execute(shape.table.delete())  # what a migration may have put there
            put(new, shape, rows_of(old, shape))
        for shape in shapes():
            was, now_is = digest_of(old, shape), digest_of(new, shape)
            if was != now_is:
                raise NotThisOne(f"The rows of {shape.name} did not arrive as they were.")
            counts[shape.name] = was[0]
    return counts


def engine() -> Engine:
    """The application's own database."""
    return session.get_bind().engine
