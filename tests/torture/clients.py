"""What each kind of person does, one thing after the other, and what they were told was kept.

Every text is a token that tells it from all others. Where the server went away before it answered,
nothing was said, and what was sent may be kept or not.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
import uuid
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.documents.conftest import plain_pdf
from tests.torture.browser import HTML, Browser

SLOTS = [(f"leadership-{n}", "plan") for n in (2, 3)] + [("integration-6", "strategy")]
CRITERIA = ("leadership", "integration")
VALUES = ("yes", "some", "no")
WORDS = "Babies, children and young people are heard in every plan of the partnership. "
OK = (200, 302)


@dataclass
class Said:
    """What the server said that it had kept, and what it refused."""

    answers: list[tuple[int, str, int, str]] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    notes: dict[tuple[int, str], int] = field(default_factory=dict)  # which of those written
    submitted: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # SHA-256
    invited: list[str] = field(default_factory=list)  # addresses
    reports: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    # Every text of a note in the order in which it was sent, said to be kept or not.
    written: dict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def __str__(self) -> str:
        counts = {
            "answers": len(self.answers),
            "citations": len(self.evidence),
            "comments on criteria": sum(map(len, self.written.values())),
            "reviews handed in": len(self.submitted),
            "files": len(self.files),
            "invitations": len(self.invited),
            "reports asked for": self.reports.total(),
        }
        return ", ".join(f"{n} {what}" for what, n in counts.items())


class Client(threading.Thread):
    """Somebody who does one thing after the other until told to stop."""

    pause = (0.05, 0.4)  # seconds between two things

    def __init__(
        self, browser: Browser, rng: random.Random, said: Said, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.browser, self.rng, self.said, self.stop = browser, rng, said, stop

    def run(self) -> None:
        pause = 0.0  # before the first thing
        while not self.stop.wait(pause):
            pause = self.rng.uniform(*self.pause)
            with suppress(OSError, HTTPException):
                self.do_one_thing()

    def do_one_thing(self) -> None:
        raise NotImplementedError

    def took(self, status: int, what: str) -> bool:
        """Whether it was kept; else the refusal is counted."""
        if status not in OK:
            self.said.refused[f"{what} {status}"] += 1
        return status in OK


class Reviewer(Client):
    """Answers, cites, comments, and hands in all reviews but the last."""

    def __init__(self, reviews: list[int], *more: object) -> None:
        super().__init__(*more)  # type: ignore[arg-type]
        self.begin(reviews, SLOTS)

    def begin(self, reviews: list[int], slots: list[tuple[str, str]]) -> None:
        self.reviews, self.slots = reviews, slots
        self.seen: dict[tuple[int, str], str] = defaultdict(str)  # versions of notes
        self.versions: Counter[tuple[int, str, str]] = Counter()
        self.at_first = [self.comment, self.cite, self.answer]

    @property
    def review(self) -> int:
        return self.reviews[0]

    def do_one_thing(self) -> None:
        if self.at_first:
            self.at_first.pop()()
            return
        chance = self.rng.random()
        if chance < 0.6:
            self.answer()
        elif chance < 0.77:
            self.cite()
        elif chance < 0.96 or len(self.reviews) == 1:
            self.comment()
        else:
            self.hand_in()

    def answer(self) -> None:
        question, document = self.rng.choice(self.slots)
        at, token, prefix = (self.review, question, document), _token(), f"{question}.{document}"
        fields = {
            f"{prefix}.value": self.rng.choice(VALUES),
            f"{prefix}.comment": token,
            f"{prefix}.version": str(self.versions[at]),
        }
        path = f"/reviews/{self.review}/answers/{question}/{document}"
        status, content = self.browser.post(path, fields)
        if status == 409:  # kept the last time, though nothing was said
            theirs = json.loads(content)["fields"]
            self.versions[at] = int(theirs[f"{prefix}.version"][0])
        elif self.took(status, "answer"):
            self.versions[at] = int(json.loads(content)["version"])
            self.said.answers.append((self.review, document, self.versions[at], token))

    def cite(self) -> None:
        question, document = self.rng.choice(self.slots[:2])
        token = _token()
        sent = self.rng.choice(({"searched": token}, {"quote": token, "pages": "1"}))
        path = f"/reviews/{self.review}/answers/{question}/{document}/evidence"
        if self.took(self.browser.post(path, sent)[0], "citation"):
            self.said.evidence.append(token)

    def comment(self) -> None:
        criterion = self.rng.choice(CRITERIA)
        at, token = (self.review, criterion), _token()
        self.said.written[at].append(token)
        number = len(self.said.written[at]) - 1
        path = f"/reviews/{self.review}/notes/{criterion}/comment"
        fields = {"comment": token, "comment.version": self.seen[at]}
        status, content = self.browser.post(path, fields)
        if status == 409:
            self.seen[at] = json.loads(content)["fields"]["comment.version"][0]
        elif self.took(status, "comment"):
            self.seen[at] = json.loads(content)["version"]
            self.said.notes[at] = number

    def hand_in(self) -> None:
        path = f"/reviews/{self.review}/submit"
        try:
            status, _ = self.browser.post(path, {}, accept=HTML)
        finally:  # it may be locked now, whatever was said
            done = self.reviews.pop(0)
        if self.took(status, "hand-in"):
            self.said.submitted.append(done)


class Uploader(Client):
    """Attaches one new file after the other."""

    pause = (0.5, 4)

    def __init__(self, shelf: str, *more: object) -> None:
        super().__init__(*more)  # type: ignore[arg-type]
        self.shelf = shelf

    def do_one_thing(self) -> None:
        pdf = plain_pdf(*(f"{WORDS * 8} {_token()}" for _ in range(self.rng.choice((1, 2, 40)))))
        if self.took(self.browser.attach(self.shelf, pdf, kind="plan")[0], "file"):
            self.said.files.append(hashlib.sha256(pdf).hexdigest())


class Lead(Client):
    """Invites people and, in the long form, has the report made: its charts take a while."""

    pause = (0.5, 3)

    def __init__(self, round_id: int, reports: bool, *more: object) -> None:
        super().__init__(*more)  # type: ignore[arg-type]
        self.round_id, self.reports = round_id, reports

    def do_one_thing(self) -> None:
        if not self.reports or self.rng.random() < 0.8:
            self.invite()
        else:
            self.report()

    def invite(self) -> None:
        new = [f"{_token()}@example.org" for _ in range(self.rng.randint(1, 3))]
        people = "\n".join(f"Reader {address[:4]}, {address}" for address in new)
        fields = {"role": "reviewer", "people": people, "action": "invite"}
        if self.took(self.browser.post("/people/invite", fields, accept=HTML)[0], "invitation"):
            self.said.invited += new

    def report(self) -> None:
        ending = self.rng.choice(("html", "pdf"))
        path = f"/rounds/{self.round_id}/report/{ending}"
        if self.took(self.browser.post(path, {}, accept=HTML)[0], "report"):
            self.said.reports[ending] += 1


def _token() -> str:
    return uuid.uuid4().hex
