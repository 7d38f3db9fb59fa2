"""A real browser on a running server: the fixtures of tests that are marked `browser`."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.serving import make_server

from reviewer import jobs
from tests.conftest import sign_in_path
from tests.house_rules import ALWAYS

WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# Where the server of a test has the checker of accessibility: a script of the page's own host, so
# that the content security policy lets it in, which a browser fetches and compiles once.
AXE = "/axe-for-tests.js"
CHECK = """wanted => axe.run(wanted).then(found => found.violations)"""
WANTED = {"runOnly": WCAG_2_2_AA, "resultTypes": ["violations"]}


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


@dataclass
class Live:
    """A running server: its address, and its application for looking behind the pages. `instead`
    is what it answers in place of every page, where a test has made the page already."""

    app: Flask
    url: str = ""
    instead: str | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == AXE:
            headers = {"Content-Type": "text/javascript", "Cache-Control": "max-age=3600"}
            return _answer(AXE_SCRIPT, headers, start_response)
        if self.instead is not None and environ.get("HTTP_SEC_FETCH_DEST") == "document":
            headers = ALWAYS | {"Content-Type": "text/html; charset=utf-8"}
            return _answer(self.instead, headers, start_response)
        return self.app.wsgi_app(environ, start_response)


def _answer(text: str, headers: dict[str, str], start_response: Any) -> list[bytes]:
    start_response("200 OK", list(headers.items()))
    return [text.encode()]


@pytest.fixture
def live(demo_app: Flask) -> Iterator[Live]:
    """The demonstration served on this machine, with the worker's jobs run beside it, as soon as
    they are asked for."""
    demo_app.config["WTF_CSRF_ENABLED"] = True
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    running = Live(demo_app)
    server = make_server("127.0.0.1", 0, running, threaded=True)  # type: ignore[arg-type]
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}"
    asked, stop = threading.Event(), threading.Event()
    jobs._queue[:] = [asked.set]  # the next test's application puts its own there again

    def work() -> None:
        while not stop.is_set():
            asked.wait(0.5)  # what is to be done later is nobody's call
            asked.clear()
            with demo_app.app_context(), suppress(OperationalError):  # others may hold it
                jobs.run_waiting()

    # It looks ten times as often as it would whether it is to stop.
    serve = partial(server.serve_forever, poll_interval=0.05)
    threads = [threading.Thread(target=serve), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield running
    stop.set()
    asked.set()
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
        if not page.url.startswith("http"):  # a page that stands on its own
            page.evaluate(AXE_SCRIPT)
        elif not page.evaluate("'axe' in window"):
            page.add_script_tag(url=AXE)
        results = AxeResults({"violations": page.evaluate(CHECK, WANTED)})
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check
