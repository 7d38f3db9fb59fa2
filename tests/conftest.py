"""What tests share: an application on a database of its own, and a client that checks every page.
A real browser on a running server is in in_browser.py.

`app` is empty, `demo_app` has the demonstration with its documents read. A test uses one of the
two: the database session of a process knows one database at a time. No application context is open
in a test: two requests in one would share who is signed in. Open one where `current_app` is needed.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, make_url, select

from reviewer import data, db, jobs
from reviewer.db import only_reads, session
from reviewer.instrument import models as instruments
from reviewer.people.models import Person, add_person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.systems.models import System
from reviewer.web import create_app
from tests import postgres
from tests.house_rules import broken_rules

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "one")

# Templates are compiled once for all processes of a run: those of xdist inherit the name.
TEMPLATES = "TEST_COMPILED_TEMPLATES"

# Shared machines are slow at times, and a slow example is no wrong one.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

pytest_plugins = ["tests.in_browser"]


def pytest_configure(config: pytest.Config) -> None:
    keep_nothing_safe()
    if TEMPLATES not in os.environ:
        config.compiled = os.environ[TEMPLATES] = tempfile.mkdtemp(prefix="plan-review-templates-")
    postgres.start(config)


def pytest_collection_finish() -> None:
    """What stands now stays to the end: to look through it for garbage again and again takes a
    seventh of the time of most tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    postgres.stop(config)
    if compiled := getattr(config, "compiled", None):
        del os.environ[TEMPLATES]
        shutil.rmtree(compiled)


def keep_nothing_safe() -> None:
    """Nothing that a test writes outlives a power cut, so nothing waits for the disk; the tests'
    PostgreSQL keeps to the same. test_db.py looks at the waiting itself, and the programs that
    test_torture.py kills are not of this process."""
    prepare = db._prepare_sqlite

    def quick(connection: Any, record: Any) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    db._prepare_sqlite = quick
    db.to_disk = lambda _descriptor: None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL the browser says nothing new, and what is about SQLite says nothing at all."""
    if postgres.wanted():
        left = ("browser", "sqlite")
        items[:] = [item for item in items if not any(map(item.get_closest_marker, left))]
    items[:] = long_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def long_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in an order in which every process begins with some of the long ones: xdist gives
    each an equal share from the front, and who is done takes from the end of another's.

    The demonstration is made by the first process that needs it, while others would wait for it:
    they begin with what does without.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    long.sort(key=needs_demonstration)
    rest = [item for item in items if not item.get_closest_marker("long")]
    found, begun = [], 0
    for worker in range(workers):
        share = long[workers - 1 - worker :: workers]
        if worker == 0:
            share.sort(key=needs_demonstration, reverse=True)
        size = (len(items) - len(found)) // (workers - worker)
        found += [*share, *rest[begun : begun + size - len(share)]]
        begun += max(size - len(share), 0)
    return found


def needs_demonstration(item: pytest.Item) -> bool:
    return "demo_template" in getattr(item, "fixturenames", ())


def database_of(folder: Path) -> str:
    """The DATABASE_URL of an application in `folder`. On PostgreSQL every process of the tests has
    databases of its own."""
    if postgres.wanted():
        return postgres.url(f"{folder.name}-{WORKER}")
    return f"sqlite:///{folder / 'plan-review.sqlite3'}"


class CheckingClient(FlaskClient):
    """A client that fails the test when a page breaks a rule of the house."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        try:
            response = super().open(*args, **kwargs)
        finally:
            only_reads.set(False)  # the test's own transactions may write after a GET
        broken = broken_rules(response)
        assert not broken, f"{response.request.path}: {'; '.join(broken)}"
        return response


def make_app(folder: Path) -> Flask:
    """An application whose database, uploads and exports are in `folder`."""
    app = create_app(
        {
            "TESTING": True,
            "DATABASE_URL": database_of(folder),
            "UPLOADS_DIR": str(folder / "uploads"),
            "EXPORTS_DIR": str(folder / "exports"),
            "SECRET_KEY": "for tests alone",
            "PUBLIC_URL": "http://localhost",
            "READER_PROCESSES": 1,
            "SMTP_URL": "",
            "REQUIRE_SECOND_FACTOR": False,  # its own tests turn it on
            "LIMITS": False,  # as well: tests are quicker than people
            "WTF_CSRF_ENABLED": False,  # on in `live`, where a browser fills it in
        }
    )
    app.test_client_class = CheckingClient
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[TEMPLATES])
    return app


@dataclass(frozen=True)
class Made:
    """An application of this process, and what it was when it was made."""

    app: Flask
    folder: Path
    engine: Engine
    queue: list[Any]
    config: dict[str, Any]


_made: dict[str, Made] = {}


def renewed(template: Path, base: Path) -> Flask:
    """The application on a new copy of `template`, as it was when it was made.

    It is made once in a process and template: to make one takes longer than most tests.
    """
    made = _made.get(template.name)
    if made is None:
        folder = copied(template, base / f"{template.name}-app")
        app = make_app(folder)
        engine = session.get_bind().engine
        made = Made(app, folder, engine, list(jobs._queue), dict(app.config))
        _made[template.name] = made
        return app
    made.app.extensions["huey"].storage.close()
    shutil.rmtree(made.folder)
    if postgres.wanted() and postgres.put_back(f"{made.folder.name}-{WORKER}"):
        shutil.copytree(template, made.folder)
    else:
        made.engine.dispose()
        copied(template, made.folder)
    made.app.config.clear()
    made.app.config.update(made.config)
    session.remove()
    session.configure(bind=made.engine)
    jobs._queue[:] = made.queue
    instruments._released.clear()  # kept by the address of the database, which is the same again
    return made.app


def copied(template: Path, folder: Path) -> Path:
    """The state of an application, with its database, copied into a folder that is not there."""
    shutil.copytree(template, folder)
    if postgres.wanted():
        name = make_url(database_of(folder)).database
        assert name
        postgres.create(name, template=template.name)
    return folder


def let_go() -> None:
    """Close the database, so that all of it is in its one file."""
    only_reads.set(False)
    engine = session.get_bind().engine
    session.remove()
    engine.dispose()


def give_back() -> None:
    """The end of a test. On PostgreSQL its connections serve the next one too."""
    if postgres.wanted():
        only_reads.set(False)
        session.remove()
    else:
        let_go()


def _template(factory: pytest.TempPathFactory, name: str, fill: Callable[[], None]) -> Path:
    """A folder that is made once in a run of the tests, whatever number of processes runs them."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = base / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            made_in = make_url(database_of(unfinished)).database
            assert made_in
            if postgres.wanted():
                postgres.create(made_in)
            app = make_app(unfinished)
            with app.app_context():
                fill()
            let_go()
            if postgres.wanted():
                postgres.remember(made_in)
                postgres.rename(made_in, name)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _template(tmp_path_factory, "empty", data.upgrade_all)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def fill() -> None:
        from reviewer.demonstration.load import load_demonstration

        data.upgrade_all()
        load_demonstration(progress=lambda line: None)
        session.commit()
        jobs.run_waiting()

    return _template(tmp_path_factory, "demonstration", fill)


@pytest.fixture
def app(empty_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with an empty database: the register and the instruments alone."""
    yield renewed(empty_template, tmp_path_factory.getbasetemp())
    give_back()


@pytest.fixture
def demo_app(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with the demonstration."""
    yield renewed(demo_template, tmp_path_factory.getbasetemp())
    give_back()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def demo_client(demo_app: Flask) -> FlaskClient:
    return demo_app.test_client()


def person_of(role: str) -> Person:
    """The demonstration's person of that role, or one made for the test."""
    person = session.scalar(select(Person).filter_by(role=role).order_by(Person.id).limit(1))
    if person is None:
        system = session.scalars(select(System).order_by(System.code)).first()
        person = add_person(
            f"{role}@example.org",
            name=Role(role).words,
            role=Role(role),
            system=system if role == Role.SYSTEM else None,
        )
    return person


def sign_in_path(app: Flask, role: str) -> str:
    """The path of a fresh one-time link for a person of that role."""
    with app.app_context():
        token = make_sign_in_link(person_of(role), hours=1)
        session.commit()
    return f"/sign-in/{token}"


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, str], int]:
    """`sign_in(client, "reviewer")` enters as a person of that role and gives the person's id."""

    def enter(client: FlaskClient, role: str) -> int:
        app = client.application
        csrf, app.config["WTF_CSRF_ENABLED"] = app.config["WTF_CSRF_ENABLED"], False
        response = client.post(sign_in_path(app, role))
        app.config["WTF_CSRF_ENABLED"] = csrf
        assert response.status_code == 302, response.text
        with app.app_context():
            return person_of(role).id

    return enter


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database on the PostgreSQL server of the tests, or on one that is started for this.
    Without one the test is skipped, or fails where REQUIRE_SERVERS=1."""
    if postgres.wanted():
        postgres.create("extra")
        yield postgres.url("extra")
        return
    try:
        server = postgres.Server()
    except RuntimeError as error:
        say = pytest.fail if os.environ.get("REQUIRE_SERVERS") == "1" else pytest.skip
        say(str(error))
    yield f"postgresql://postgres@/postgres?host={server.folder}"
    server.stop()
