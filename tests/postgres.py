"""A PostgreSQL server for the tests: a new one in a temporary folder, on a socket in it.

It is fast because it keeps nothing safe (fsync off), and it ends with the tests.

`TEST_DATABASE=postgresql` asks for it. The server refuses to run as root, so root runs it as the
user `postgres`, whom the Debian package makes, or `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

WANTED = "TEST_DATABASE"
SERVER = "TEST_POSTGRESQL_SOCKET"  # the folder of the server's socket, for the processes of xdist
UNSAFE_AND_FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 "
    "-c listen_addresses='' -c autovacuum=off -c shared_buffers=64MB -c wal_level=minimal "
    "-c max_wal_senders=0 -c max_wal_size=1GB"
)


def wanted() -> bool:
    return os.environ.get(WANTED, "sqlite") == "postgresql"


class Server:
    """A running server and its folder. `options` are those of a server that only tests use."""

    def __init__(self, options: str = UNSAFE_AND_FAST) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="plan-review-pg-"))
        user = _unprivileged_user()
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        state = self.folder / "state"
        try:
            self._run(
                "initdb", "-D", state, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
                "--locale=C.UTF-8",
            )  # fmt: skip
            options = f"{options} -k {self.folder}"
            self._run(
                "pg_ctl", "-D", state, "-w", "-l", self.folder / "log", "-o", options, "start"
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "state", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: Any) -> None:
        command = [_program(program), *map(str, arguments)]
        # Not to a pipe: the server would keep it open.
        with (self.folder / "said").open("w+") as said:
            ended = subprocess.run(
                command, stdout=said, stderr=said, cwd=self.folder, check=False, **self._as
            )
            if ended.returncode:
                said.seek(0)
                raise RuntimeError(f"{program} failed:\n{said.read()}")


def _program(name: str) -> str:
    """Debian keeps the server's programs out of PATH, newest version last."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    if found:
        return str(found[-1])
    on_path = shutil.which(name)
    if on_path is None:
        raise RuntimeError(f"no {name} here: install PostgreSQL (apt-get install postgresql)")
    return on_path


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def start(config: Any) -> None:
    """Start the server for all processes of this run of the tests."""
    if wanted() and SERVER not in os.environ:
        config.postgresql = Server()
        os.environ[SERVER] = str(config.postgresql.folder)


def stop(config: Any) -> None:
    if server := getattr(config, "postgresql", None):
        del os.environ[SERVER]
        server.stop()


def url(name: str) -> str:
    """The DATABASE_URL of a database on the server."""
    return f"postgresql://postgres@/{name}?host={os.environ[SERVER]}"


def create(name: str, template: str = "template0") -> None:
    """Make a database, in place of one of that name, as a copy of another one."""
    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        new, old = sql.Identifier(name), sql.Identifier(template)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old))


# What a database was when it was made, and which of its tables were written to since then: to undo
# a test by that takes a part of the time of a new copy, whose connections know nothing yet.
REMEMBER = """
CREATE SCHEMA as_made;
CREATE TABLE as_made."written to" (name text);
CREATE FUNCTION as_made.note() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
  INSERT INTO as_made."written to" VALUES (TG_TABLE_NAME);
  RETURN NULL;
END $note$;
CREATE VIEW as_made.shape AS
  SELECT md5(string_agg(c.relname || ' ' || a.attname || ' ' || a.atttypid || ' ' || a.attnotnull,
                        ',' ORDER BY c.relname, a.attnum)) AS shape,
         (SELECT count(*) FROM pg_trigger) AS triggers,
         (SELECT count(*) FROM pg_constraint) AS constraints
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0;
DO $$
DECLARE t text;
BEGIN
  CREATE TABLE as_made."sequence" (name text, at bigint, called boolean);
  FOR t IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('INSERT INTO as_made."sequence" SELECT %L, last_value, is_called FROM public.%I',
                   format('public.%I', t), t);
  END LOOP;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE as_made.%I AS TABLE public.%I', 'rows of ' || t, t);
    EXECUTE format('CREATE TRIGGER as_made AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE '
                   'ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION as_made.note()', t);
  END LOOP;
  CREATE TABLE as_made."shape as made" AS SELECT * FROM as_made.shape;
END $$;
"""

# No rule between rows is looked at meanwhile: they are those of before, which kept them all.
PUT_BACK = """
SET LOCAL lock_timeout = '2s';
SET LOCAL session_replication_role = replica;
DO $$
DECLARE t text; columns text;
BEGIN
  ASSERT (SELECT count(*) FROM as_made.shape NATURAL JOIN as_made."shape as made") = 1;
  FOR t IN SELECT DISTINCT name FROM as_made."written to" LOOP
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
      WHERE attrelid = format('public.%I', t)::regclass
        AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('DELETE FROM public.%I', t);
    EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM as_made.%I',
                   t, columns, columns, 'rows of ' || t);
  END LOOP;
  TRUNCATE as_made."written to";
  PERFORM setval(name::regclass, at, called) FROM as_made."sequence";
END $$;
"""


def remember(name: str) -> None:
    """Note what is in a database, which its copies know too."""
    with psycopg.connect(url(name)) as connection:
        connection.execute(REMEMBER)


def put_back(name: str) -> bool:
    """Make a database what it was when it was remembered; False where only a new copy is that: its
    tables have another shape now, or somebody still holds it."""
    try:
        with psycopg.connect(url(name)) as connection:
            connection.execute(PUT_BACK)
    except psycopg.Error:
        return False
    return True


def rename(name: str, new: str) -> None:
    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(new)))
