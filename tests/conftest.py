"""What tests share: an application on a database of its own, a client that checks every page, and a
real browser on a running server.

`app` is empty, `demo_app` has the demonstration with its documents read. A test uses one of the
two: the database session of a process knows one database at a time. No application context is open
in a test: two requests in one would share who is signed in. Open one where `current_app` is needed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, make_url, select
from sqlalchemy.exc import OperationalError
from werkzeug.serving import make_server

from reviewer import data, jobs
from reviewer.db import only_reads, session
from reviewer.instrument import models as instruments
from reviewer.people.models import Person, add_person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.systems.models import System
from reviewer.web import create_app
from tests import postgres
from tests.house_rules import broken_rules

COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="plan-review-templates-"))

# Shared machines are slow at times, and a slow example is no wrong one.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_configure(config: pytest.Config) -> None:
    postgres.start(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    postgres.stop(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL the browser says nothing new, and what is about SQLite says nothing at all."""
    if postgres.wanted():
        left = ("browser", "sqlite")
        items[:] = [item for item in items if not any(map(item.get_closest_marker, left))]


def database_of(folder: Path) -> str:
    """The DATABASE_URL of an application in `folder`. On PostgreSQL every process of the tests has
    databases of its own."""
    if postgres.wanted():
        worker = os.environ.get("PYTEST_XDIST_WORKER", "one")
        return postgres.url(f"{folder.name}-{worker}")
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
    app.jinja_env.bytecode_cache = COMPILED  # else every test compiles the templates anew
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
    made.engine.dispose()
    shutil.rmtree(made.folder)
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
    let_go()


@pytest.fixture
def demo_app(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with the demonstration."""
    yield renewed(demo_template, tmp_path_factory.getbasetemp())
    let_go()


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


# The browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium. Without one the test is skipped, or fails where REQUIRE_BROWSER=1."""
    # The same browser without its windows takes a sixth less time.
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        say = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        say("no Chromium here: install it (apt-get install chromium) to run the browser tests")
    return found


@dataclass(frozen=True)
class Live:
    """A running server: its address, and its application for looking behind the pages."""

    url: str
    app: Flask


@pytest.fixture
def live(demo_app: Flask) -> Iterator[Live]:
    """The demonstration served on this machine, with the worker's jobs run beside it."""
    demo_app.config["WTF_CSRF_ENABLED"] = True
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    server.daemon_threads = True
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.2):
            with demo_app.app_context(), suppress(OperationalError):  # others may hold it
                jobs.run_waiting()

    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield Live(f"http://127.0.0.1:{server.server_port}", demo_app)
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the browser. A test that breaks something on purpose clears it after."""
    return []


@pytest.fixture
def new_page(browser: Any, live: Live, faults: list[str]) -> Iterator[Callable[[], Any]]:
    """`new_page()` opens a browser of its own on `live`, as another person has; addresses may be
    given as paths. Fails the test on an error in the console, which a breach of the content
    security policy is, and on a request elsewhere."""
    contexts = []

    def look(request: Any) -> None:
        if not request.url.startswith((live.url + "/", "data:", "blob:")):
            faults.append(f"request to {request.url}")

    def listen(message: Any) -> None:
        if message.type == "error":
            faults.append(f"{message.text} ({message.location.get('url', '')})")

    def make() -> Any:
        context = browser.new_context(
            base_url=live.url, locale="en-GB", timezone_id="Europe/London"
        )
        context.set_default_timeout(10_000)
        context.on("request", look)
        context.on("console", listen)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(new_page: Callable[[], Any]) -> Any:
    """One Playwright page on `live`."""
    return new_page()


@pytest.fixture
def enter(live: Live) -> Callable[[Any, str], None]:
    """`enter(page, "reviewer")` signs in by a one-time link, as a person would."""

    def press(page: Any, role: str) -> None:
        page.goto(sign_in_path(live.app, role))
        page.locator("main form button").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    return press


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """`axe(page)` asserts that the page as it stands breaks no rule of WCAG 2.2 AA."""

    def check(page: Any) -> None:
        from axe_playwright_python.sync_playwright import Axe

        results = Axe().run(page, options={"runOnly": WCAG_2_2_AA, "resultTypes": ["violations"]})
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check
