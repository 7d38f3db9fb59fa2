"""A round with comments in it, and what is written on it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round
from reviewer.writing.written import WrittenFinding
from tests.running.makers import make_person, make_round

CRITERION, QUESTION, FIGURE = "co-production", "coproduction-3", "coproduction-3-strategy"
COMMENT = "Workshops are named. What they changed in Birmingham is not, says Sarah Smith."
GOOD = "A panel of young people signs off every chapter."


def make_commented(systems: int = 2, name: str = "Spring") -> Round:
    """A round in which every system has one submitted review: an answer with a comment, a comment
    on the criterion, and good practice for the first."""
    round_ = make_round(name, systems=systems)
    for number, system in enumerate(round_.systems()):
        reader = make_person(f"Ann Reader{name}{number}", Role.REVIEWER)
        review = assign(round_, system, reader)
        value = Given(options=frozenset({"no" if number else "yes"}), comment=COMMENT)
        review.record(QUESTION, "strategy", value, author=reader)
        review.note_down(
            CRITERION, NoteKind.COMMENT, "Children’s words\nare quoted.", author=reader
        )
        if not number:
            review.note_down(CRITERION, NoteKind.GOOD_PRACTICE, GOOD, author=reader)
        review.submit()
    session.flush()
    return round_


def first_review(round_: Round) -> Review:
    review = session.query(Review).filter_by(round_id=round_.id).order_by(Review.id).first()
    assert review
    return review


def on_quote(client: FlaskClient, path: str, go: str, **more: str) -> str:
    """Press a button on the page of a quote, in sight of its words; the page that comes of it."""
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', client.get(path).text)[1])
    sent = {"go": go, "seen": seen} | more
    return client.post(path, data=sent, follow_redirects=True).text


def make_finding(round_: Round, place: int = 1, **more: Any) -> WrittenFinding:
    fields = {
        "criterion": CRITERION,
        "heading": f"{{{FIGURE}.yes.percent}} of strategies say how",
        "text": f"One.\n\nOf {{{FIGURE}.base}}, {{gone-1-plan.yes.count}} do.",
        "rests_on": FIGURE,
        "charts": f"{FIGURE};gone-1-plan",
    }
    finding = WrittenFinding(round_id=round_.id, place=place, **(fields | more))
    session.add(finding)
    session.flush()
    return finding
