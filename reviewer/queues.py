"""The queue that wakes the worker: beside the uploads, or on Redis or PostgreSQL.

It holds nothing of value. What is to be done stands in the rows of `jobs.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huey import RedisHuey, SqliteHuey
from huey.api import Huey
from sqlalchemy.engine import make_url

NAME = "plan-review"
SCHEMA = "plan_review_queue"  # on PostgreSQL, since huey calls its tables task and schedule


def open_queue(settings: Mapping[str, Any]) -> Huey:
    """The queue that QUEUE_URL names. ValueError if it is of no known kind."""
    url = settings["QUEUE_URL"]
    if not url:
        folder = Path(settings["UPLOADS_DIR"])
        folder.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(folder / ".queue.sqlite3"), results=False)
    kind = make_url(url).get_backend_name()
    if kind in ("redis", "rediss"):
        return RedisHuey(NAME, url=url, results=False)
    if kind in ("postgres", "postgresql"):
        return _on_postgresql(url)
    raise ValueError("QUEUE_URL must look like redis://host:6379 or postgresql://host/name.")


def _on_postgresql(url: str) -> Huey:
    # Only here: who does not use them should not wait for them at every start.
    import psycopg
    from huey.contrib.sql_huey import SqlHuey
    from peewee import PostgresqlDatabase

    address = make_url(url)
    where: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "user": address.username,
        "password": address.password,
        **address.query,
    }
    given = {name: value for name, value in where.items() if value}
    with psycopg.connect(dbname=address.database, autocommit=True, **given) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    database = PostgresqlDatabase(
        address.database, prefer_psycopg3=True, options=f"-c search_path={SCHEMA}", **given
    )
    return SqlHuey(NAME, database=database, results=False)
