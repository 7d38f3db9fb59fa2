"""What a volunteer and the policy team do, and how often."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from tests.load.evening import SAVE, SIGN_IN, Evening
from tests.torture.browser import HTML, Browser, token_of
from tests.torture.clients import Client, Reviewer

WENT_WELL = (200, 206, 302)
LOOKS = ("safeguarding", "mental health", "waiting times", "co-production", "young carers")
MOST_LOOKS = 15  # after a file, at how far its reading is; the page asks less often by itself
EVERY = 4.0  # seconds


class TimedBrowser(Browser):
    """A browser that notes how long each request took."""

    def __init__(self, port: int, evening: Evening) -> None:
        super().__init__(port)
        self.evening, self.what, self.went_well = evening, "", True

    def _send(self, *request: Any) -> tuple[int, bytes]:
        self.evening.begin()
        status = 0
        try:
            status, content = super()._send(*request)
            return status, content
        finally:
            self.went_well = status in WENT_WELL
            self.evening.note(self.what, self.went_well)


class Person(Client):
    """Somebody who signs in, and then reads between one thing and the next."""

    browser: TimedBrowser
    slower = 1.0  # how many times longer than a volunteer they do other things

    def __init__(self, email: str, password: str, comes_after: float, *more: Any) -> None:
        Client.__init__(self, *more)  # not that of a Reviewer, which a volunteer is too
        self.email, self.password, self.comes_after = email, password, comes_after
        self.failed_to_enter = False

    def run(self) -> None:
        evening = self.browser.evening
        if evening.stop.wait(self.comes_after):
            return
        try:
            self.enter()
        except (OSError, HTTPException, AssertionError):
            self.failed_to_enter = True
            return
        while not evening.stop.wait(self.rng.uniform(0.5, 1.5) * self.slower * evening.pause):
            try:
                self.do_one_thing()
            except (OSError, HTTPException):
                continue

    def enter(self) -> None:
        """The page of the form, the form with the password, and a page after."""
        self.browser.what = "open the sign-in page"
        token = token_of(self.browser.ask("GET", "/sign-in")[1])
        self.browser.what = SIGN_IN
        fields = {"csrf_token": token, "email": self.email, "password": self.password}
        self.browser.ask("POST", "/sign-in", fields, accept=HTML)
        self.browser.what = "open the account"
        self.browser.look_up_token()

    def look(self, what: str, path: str) -> bytes:
        self.browser.what = what
        return self.browser.ask("GET", path)[1]

    def choose(self, habits: tuple[tuple[float, Callable[[], Any]], ...]) -> None:
        weights = [weight for weight, _ in habits]
        self.rng.choices([do for _, do in habits], weights)[0]()


class Volunteer(Person, Reviewer):
    """One person at one desk, with two systems to read."""

    def __init__(
        self,
        reviews: list[int],
        slots: list[tuple[str, str]],
        criteria: list[str],
        shelf: str,
        documents: list[tuple[int, int]],
        attaches: bool,
        pdf: Callable[[random.Random], bytes],
        *more: Any,
    ) -> None:
        Person.__init__(self, *more)
        Reviewer.begin(self, reviews, slots)
        self.criteria, self.shelf, self.documents = criteria, shelf, documents
        self.attaches, self.pdf = attaches, pdf

    def do_one_thing(self) -> None:
        if self.attaches:
            self.attaches = False
            self.attach()
            return
        self.choose(
            (
                (50, self.answer),
                (6, self.cite),
                (4, self.comment),
                (11, self.open_a_criterion),
                (6, self.ask_where_to_look),
                (6, self.search),
                (8, self.turn_a_page),
                (3, self.open_the_reader),
                (4, lambda: self.look("open the home page", "/reviews")),
                (2, lambda: self.look("look at the documents", self.shelf)),
                (0.2, self.attach),
                (0.2, self.hand_in),
            )
        )

    def answer(self) -> None:
        self.browser.what = SAVE
        super().answer()

    def cite(self) -> None:
        self.browser.what = "cite"
        super().cite()

    def comment(self) -> None:
        self.browser.what = "write a comment"
        super().comment()

    def hand_in(self) -> None:
        if len(self.reviews) > 1:
            self.browser.what = "hand in"
            super().hand_in()

    def open_a_criterion(self) -> None:
        criterion = self.rng.choice(self.criteria)
        self.look("open a criterion", f"/reviews/{self.review}/criteria/{criterion}")

    def ask_where_to_look(self) -> None:
        question, kind = self.rng.choice(self.slots)
        self.look("where to look", f"/reviews/{self.review}/look/{question}/{kind}")

    def search(self) -> None:
        words = self.rng.choice(LOOKS).replace(" ", "+")
        self.look("search the documents", f"/reviews/{self.review}/reading?find={words}")

    def turn_a_page(self) -> None:
        """The text beside the questions and, as where no scripts run, the page's picture."""
        document, pages = self.rng.choice(self.documents)
        page = self.rng.randint(1, pages)
        at = f"/reviews/{self.review}/reading?document={document}&page={page}"
        self.look("turn a page", at)
        self.look("picture of a page", f"/documents/{document}/pages/{page}/picture")

    def open_the_reader(self) -> None:
        """The file in pieces, as the reader asks for it: its end, then some of its middle."""
        document, _ = self.rng.choice(self.documents)
        for piece in ("bytes=0-65535", "bytes=-65536", "bytes=65536-98303"):
            self.browser.headers = {"Range": piece}
            try:
                self.look("piece of a file", f"/documents/{document}/file")
            finally:
                self.browser.headers = {}

    def attach(self) -> None:
        """Attach a plan and look how far its reading is, as the page does by itself."""
        pdf = self.pdf(self.rng)
        self.browser.what = "attach a file"
        if self.took(self.browser.attach(self.shelf, pdf, kind="plan")[0], "file"):
            self.said.files.append(hashlib.sha256(pdf).hexdigest())
        for _ in range(MOST_LOOKS):
            if self.browser.evening.stop.wait(EVERY):
                return
            told = json.loads(self.look("how far the reading is", f"{self.shelf}/status"))
            if not any(document["being_read"] for document in told["documents"]):
                return


class Lead(Person):
    """Somebody of the policy team, who looks now and then and takes tables home."""

    slower = 1.5

    def __init__(self, round_id: int, *more: Any) -> None:
        super().__init__(*more)
        self.round = f"/rounds/{round_id}"

    def do_one_thing(self) -> None:
        self.choose(
            (
                (6, lambda: self.look("overview of the round", self.round)),
                (6, lambda: self.look("progress", f"{self.round}/progress")),
                (6, lambda: self.look("findings", f"{self.round}/findings")),
                (3, lambda: self.look("findings", f"{self.round}/findings/leadership")),
                (2, lambda: self.look("export of answers", f"{self.round}/answers.csv")),
                (1, lambda: self.look("export of answers", f"{self.round}/answers.xlsx")),
                (1, lambda: self.look("export of counts", f"{self.round}/findings/table.xlsx")),
                (0.5, self.report),
            )
        )

    def report(self) -> None:
        self.browser.what = "ask for the report"
        status, _ = self.browser.post(f"{self.round}/report/html", {}, accept=HTML)
        if self.took(status, "report"):
            self.said.reports["html"] += 1
