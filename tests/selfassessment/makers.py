"""An assessment with a rare word in every place where somebody can write one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer import jobs
from reviewer.db import session
from reviewer.instrument.models import latest
from reviewer.people.permissions import Role
from reviewer.private import EVERY_ROUND
from reviewer.reviews.models import Review
from reviewer.rounds.drafting import today
from reviewer.systems.models import System
from tests.documents.conftest import plain_pdf
from tests.running.makers import make_person, sign_in

# None is a word of any other text here, nor of a PDF, a page or a name.
TITLE, FILE, TEXT = "Quaggadraft", "zorilla-plan.pdf", "wombatish"
COMMENT, NOTE, QUOTE, WHO = "okapilike", "numbatlike", "aardwolfian", "tarsierchief"
SEARCH, ACTION = "pangolinous", "kinkajouing"
RARE = (TITLE, "zorilla", TEXT, COMMENT, NOTE, QUOTE, SEARCH)


@dataclass(frozen=True)
class People:
    """Ids of accounts: two of one system, one of another, and the roles outside."""

    own: int
    colleague: int
    elsewhere: int
    reviewer: int
    lead: int
    viewer: int

    @property
    def outside(self) -> dict[str, int]:
        return {
            "a colleague who was not added": self.colleague,
            "another system": self.elsewhere,
            "a reviewer": self.reviewer,
            "the policy team": self.lead,
            "a viewer": self.viewer,
        }


def add_people(app: Flask) -> People:
    with app.app_context():
        first, second = session.scalars(select(System).order_by(System.code).limit(2)).all()
        people = [
            make_person("Ola Own", Role.SYSTEM, system=first),
            make_person("Col League", Role.SYSTEM, system=first),
            make_person("Els Where", Role.SYSTEM, system=second),
            make_person("Rea Der", Role.REVIEWER),
            make_person("Lee Lead", Role.POLICY_LEAD),
            make_person("Vi Ewer", Role.POLICY_VIEWER),
        ]
        session.commit()
        return People(*(person.id for person in people))


def begin(client: FlaskClient, title: str = TITLE, kinds: tuple[str, ...] = ("plan",)) -> int:
    """Begin an assessment as a person does, and give its number."""
    with client.application.app_context():
        version = latest("hpig-2024")
        assert version
        form = {"title": title, "instrument": version.id, "kinds": list(kinds)}
    response = client.post("/drafts/new", data=form)
    assert response.status_code == 302, response.text
    return int(response.location.split("/")[2])


def attach(client: FlaskClient, number: int, *pages: str, name: str = FILE) -> Any:
    """Attach a plan with these words, a page each, and have it read."""
    response = client.post(
        f"/drafts/{number}/documents",
        data={"kind": "plan", "files": [(io.BytesIO(plain_pdf(*pages)), name)]},
        content_type="multipart/form-data",
    )
    assert response.status_code == 302, response.text
    with client.application.app_context():
        jobs.run_waiting()
    return response


def review_of(app: Flask, number: int) -> int:
    """The id of the review of an assessment."""
    with app.app_context():
        found = session.scalar(
            select(Review.id).filter_by(round_id=number), execution_options=EVERY_ROUND
        )
        assert found
        return found


def answer(client: FlaskClient, review: int, question: str, value: str, comment: str = "") -> None:
    """Answer one question about the plan, as the page sends it."""
    prefix = f"{question}.plan."
    data = {f"{prefix}value": value, f"{prefix}comment": comment}
    response = client.post(f"/reviews/{review}/answers/{question}/plan", data=data)
    assert response.status_code == 200, response.text


def cite(client: FlaskClient, review: int, question: str, **data: str) -> None:
    """Cite a quote of a page, or a search."""
    response = client.post(
        f"/reviews/{review}/answers/{question}/plan/evidence",
        data=data,
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 200, response.text


def whole_assessment(app: Flask, people: People) -> int:
    """Everything that can be done with an assessment, done by its one person; gives its number."""
    client = sign_in(app, people.own)
    number = begin(client)
    attach(client, number, f"First page {TEXT} {QUOTE} words", "Second page of the plan")
    review = review_of(app, number)
    answer(client, review, "leadership-2", "some", COMMENT)
    document = str(document_of(app, number))
    cite(client, review, "leadership-2", document=document, pages="1", quote=f"{TEXT} {QUOTE}")
    cite(client, review, "leadership-2", document=document, searched=SEARCH)
    client.post(f"/reviews/{review}/notes/leadership/comment", data={"comment": NOTE})
    return number


def document_of(app: Flask, number: int) -> int:
    """The id of the newest document of an assessment."""
    from reviewer.documents.models import Document

    with app.app_context():
        found = session.scalars(
            select(Document.id).filter_by(round_id=number).order_by(Document.id.desc()),
            execution_options=EVERY_ROUND,
        ).first()
        assert found
        return found


def share(client: FlaskClient, number: int, email: str, what: str = "everything") -> Any:
    """Share an assessment for a week."""
    until = today() + timedelta(days=7)
    return client.post(
        f"/drafts/{number}/people/readers",
        data={
            "email": email,
            "what": what,
            "until": [str(until.day), str(until.month), str(until.year)],
        },
    )
