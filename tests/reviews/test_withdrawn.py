"""A document that answers rest on is withdrawn: nothing of them is lost, and readers are told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document, Page
from reviewer.documents.store import on_shelf
from reviewer.documents.withdrawing import hold, hold_to_cite, what_rests_on, withdraw
from reviewer.findings.manifest import differences
from reviewer.people.permissions import Role
from reviewer.report.assembling import _documents
from reviewer.reviews import newer
from reviewer.reviews.answers import Given
from reviewer.reviews.citations import citations, in_words
from reviewer.reviews.cited import Evidence
from reviewer.reviews.evidence import Sent, cite
from reviewer.reviews.models import Review, assign
from reviewer.running.closing import close
from tests.reviews.shelf import PLAN, STRATEGY, make_review, put_on_shelf, replace
from tests.running.makers import make_person, make_round, sign_in

QUESTION = "integration-6"
QUOTE = "waiting times for therapy"
WHY = "It is a draft"


@pytest.fixture
def review(app):
    with app.app_context():
        yield make_review()
        session.rollback()


def send(review, **fields):
    asked = review.round.released.instrument.question(QUESTION)
    return cite(review, asked, "strategy", Sent(**fields), review.reviewer)


def strategy_of(review):
    query = select(Document).filter_by(system_id=review.system_id, kind="strategy")
    return session.scalars(query.order_by(Document.id)).first()


def said_of(review):
    kinds = {kind.id: kind for kind in review.released.instrument.document_kinds}
    answer = review.load_answers()[QUESTION, "strategy"]
    return citations(answer, on_shelf(review.system, review.round), kinds)


def test_a_volunteer_withdraws_it_only_while_nobody_elses_work_rests_on_it(app):
    with app.app_context():
        review = make_review()
        reader, document = review.reviewer, strategy_of(review)
        document.attached_by_id = reader.id
        send(review, quote=QUOTE)
        given = Given(comment="Mine.")
        review.record(QUESTION, "strategy", given, author=reader, read=document)
        other = make_person("Second Reader", Role.REVIEWER)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        second = assign(review.round, review.system, other)
        session.commit()
        path = f"/rounds/{review.round_id}/systems/{review.system_id}/documents"
        number, first, second_review = document.id, review.id, second.id
        own, others, policy = (sign_in(app, person.id) for person in (reader, other, lead))
    one = f"{path}/{number}/withdraw"
    asked = own.get(one).text
    assert "1 answer given on it" in asked and "1 citation of it" in asked
    cited = others.post(
        f"/reviews/{second_review}/answers/{QUESTION}/strategy/evidence",
        data={"document": str(number), "pages": "1", "quote": STRATEGY[0]},
        headers={"Accept": "application/json"},
    )
    assert cited.status_code == 200, cited.text
    assert own.post(one, data={"because": WHY}).location == path
    refused = own.get(path).text
    assert "The work of others rests on this document" in refused and "Second" not in refused
    assert "2 citations of it" in policy.get(one).text
    policy.post(one, data={"because": WHY})
    with app.app_context():
        kept = session.get_one(Document, number)
        assert kept.withdrawn_at and not kept.emptied
        assert len(session.scalars(select(Page).filter_by(document_id=number)).all()) == 3
        assert len(session.scalars(select(Evidence)).all()) == 2
    # Who reads can still follow the evidence, and is asked to look again.
    assert WHY in own.get(f"/documents/{number}/pages/2").text
    question = own.get(f"/reviews/{first}/criteria/{QUESTION.rpartition('-')[0]}").text
    assert "The document was withdrawn: cite the one that should be there instead." in question
    assert "Given on version 1 (withdrawn) of the document." in question
    assert "It still holds" not in question
    assert "1 citation to check" in own.get(f"/reviews/{first}").text


def test_what_was_withdrawn_cannot_be_cited(review):
    document = strategy_of(review)
    withdraw(document, WHY, review.reviewer, keep=True)
    with pytest.raises(ValueError, match="was withdrawn, or is of another system"):
        send(review, document=str(document.id), pages="1")
    with pytest.raises(ValueError, match="Attach the document first"):
        send(review, pages="1")


def test_a_quote_is_looked_up_in_the_version_that_is_in_hand_then(review):
    send(review, quote=QUOTE)
    second = replace(review, "strategy", ("Nothing of it is here.",))
    assert said_of(review)[0].state == "to-check"
    # The second version was the mistake: the quote stands where it was.
    withdraw(second, WHY, review.reviewer, keep=True)
    session.commit()
    newer.find_again(strategy_of(review).id, lambda: None)
    [citation] = said_of(review)
    assert (citation.state, citation.in_hand, citation.remark) == (
        "found",
        True,
        "Found on the page.",
    )
    # The first one was, and a third has the words.
    withdraw(strategy_of(review), WHY, review.reviewer, keep=True)
    assert said_of(review)[0].state == "to-check"
    answer = review.load_answers()[QUESTION, "strategy"]
    assert "the document was withdrawn" in in_words(answer)
    replace(review, "strategy", ("A foreword", "They said that waiting times for therapy"), 3)
    [citation] = said_of(review)
    assert (citation.state, citation.page) == ("found", 2)
    assert "it was on page 2 of version 1 (withdrawn)" in citation.remark


def test_a_released_figure_keeps_the_document_it_rests_on(app):
    with app.app_context():
        first = make_round("spring")
        system = first.systems()[0]
        plan = put_on_shelf(system, "plan", PLAN)
        review = assign(first, system, make_person("Robin Reader", Role.REVIEWER))
        review.record("leadership-2", "plan", Given(frozenset({"yes"})), author=review.reviewer)
        review.submit()
        session.flush()
        assert what_rests_on(plan) == []
        snapshot = close(first, None)
        session.flush()
        [rests] = what_rests_on(plan)
        assert rests.words == "the frozen figures of the round spring"
        listed = _documents(first)
        assert len(listed) == 1
        autumn = make_round("autumn")
        withdraw(plan, WHY, review.reviewer, keep=bool(what_rests_on(plan)))
        session.flush()
        assert not plan.emptied
        assert on_shelf(system, autumn) == []
        assert on_shelf(system, first) == [plan]  # a closed round keeps what it had
        assert _documents(first) == listed
        assert differences(snapshot, first) == []
        first.reopen()
        assert on_shelf(system, first) == []


def test_no_other_kind_while_answers_rest_on_it(app):
    with app.app_context():
        review = make_review()
        send(review, quote=QUOTE)
        client = sign_in(app, make_person("Lee Lead", Role.POLICY_LEAD).id)
        number = strategy_of(review).id
        session.commit()
        shelf = f"/rounds/{review.round_id}/systems/{review.system_id}/documents"
    no_days = {"published_on": ["", "", ""], "retrieved_on": ["", "", ""]}
    said = {"kind": "plan", "file_name": "a.pdf", "source_address": "", **no_days}
    path = f"{shelf}/{number}/change"
    assert "Answers rest on this document as the kind" in client.post(path, data=said).text
    assert client.post(path, data=said | {"kind": "strategy"}).location == shelf
    with app.app_context():
        document = session.get_one(Document, number)
        assert (document.kind, document.version, document.file_name) == ("strategy", 1, "a.pdf")


def meanwhile(app: Flask, first: Callable[[], None], then: Callable[[], Any]) -> Any:
    """Do `first`, and before it is committed begin `then` elsewhere; what comes of that."""

    def elsewhere() -> Any:
        with app.app_context():
            return then()

    with app.app_context(), ThreadPoolExecutor(1) as other:
        first()
        waits = other.submit(elsewhere)
        session.commit()
        return waits.result(timeout=60)


@pytest.fixture
def shelf(app):
    """The ids of a review and of its strategy."""
    with app.app_context():
        review = make_review()
        session.commit()
        return review.id, strategy_of(review).id


def test_who_cites_while_it_is_withdrawn_is_told(app, shelf):
    review_id, number = shelf

    def withdrawn():
        document = hold(number)
        withdraw(document, WHY, session.get_one(Review, review_id).reviewer, keep=False)

    def cited():
        with pytest.raises(ValueError, match="was withdrawn just now"):
            hold_to_cite(Document(id=number))
        with pytest.raises(ValueError, match="was withdrawn"):
            send(session.get_one(Review, review_id), document=str(number), pages="1")
        return True

    assert meanwhile(app, withdrawn, cited)


def test_who_withdraws_while_it_is_cited_sees_what_rests_on_it(app, shelf):
    review_id, number = shelf
    found = meanwhile(
        app,
        lambda: send(session.get_one(Review, review_id), document=str(number), quote=QUOTE),
        lambda: [rests.words for rests in what_rests_on(hold(number))],
    )
    assert found == ["1 citation of it"]
