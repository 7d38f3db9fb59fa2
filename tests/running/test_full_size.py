"""The pages that run a round ask as many queries at its full size as at a small one."""

from __future__ import annotations

import math
from random import Random

from sqlalchemy import func, insert, select

from reviewer.db import now, session
from reviewer.moderation.replies import Reply, today
from reviewer.moderation.replying import invite, set_window
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, AnswerState
from reviewer.reviews.asking import slots
from reviewer.reviews.models import Review, Stage, assign
from reviewer.reviews.offers import Declined
from reviewer.rounds.models import Round
from reviewer.rows import number_on
from reviewer.running.closing import close, reopen
from tests.moderation.makers import NO, YES, queries
from tests.running.makers import make_person, make_round, sign_in

SYSTEMS, PEOPLE, ANSWERS = 42, 60, 5_000
FEW_SYSTEMS, FEW_PEOPLE, FEW_ANSWERS = 4, 6, 12  # with every kind of thing that a page tells of
PLACE = ("leadership-2", "plan")

# Pages of a round, a system in it, a review and the whole installation, by who opens them.
PAGES = {
    "lead": (
        "/rounds",
        "/rounds/{round}",
        "/rounds/{round}?show=declined",
        "/rounds/{round}/progress",
        "/rounds/{round}/assign",
        "/rounds/{round}/assignments.csv",
        "/rounds/{round}/conflicts",
        "/rounds/{round}/settings",
        "/rounds/{round}/not-published",
        "/rounds/{round}/wording",
        "/rounds/{round}/moderation",
        "/rounds/{round}/moderation/{system}",
        "/rounds/{round}/agreement",
        "/rounds/{round}/agreement.csv",
        "/rounds/{round}/answers.csv",
        "/rounds/{round}/replies",
        "/rounds/{round}/replies/{system}",
        "/rounds/{round}/reviews/{review}",
        "/rounds/{round}/reviews/{review}/hand-over",
        "/rounds/{round}/findings",
        "/rounds/{round}/comments",
        "/rounds/{round}/comments?criterion=leadership",
        "/rounds/{round}/quotes",
        "/rounds/{round}/writing",
        "/rounds/{round}/findings/criteria/leadership?by=region",
        "/rounds/{round}/findings/answers/leadership-2/plan",
        "/rounds/{round}/findings/coverage",
        "/rounds/{round}/together",
        "/rounds/{round}/over-time?with=published",
        "/rounds/{round}/over-time/criteria/leadership?with=published",
        "/rounds/{round}/snapshots/1",
        "/rounds/{round}/snapshots/2/changes",
        "/people",
        "/people/outbox",
        "/record",
        "/record?round={round}",
    ),
    "reader": (
        "/reviews",
        "/reviews/{review}",
        "/reviews/{review}/criteria/leadership",
        "/reviews/{review}/submit",
        "/reviews/conflicts",
    ),
    "contact": ("/replies", "/replies/{reply}", "/replies/{reply}/criteria/leadership"),
}


def fill(round_: Round, people: int, answers: int, prefix: str) -> dict[str, int]:
    """So many readers with a review each or two, systems read twice among them, and so many answers
    or a few more; gives the ids that addresses name."""
    rng = Random(7)
    released, systems = round_.released, round_.systems()
    places = [
        (released.question_ids[question.id], document, [o.id for o in question.options], question)
        for question, document in slots(released.instrument)
        if question.options
    ]
    readers = [make_person(f"{prefix} {n}", Role.REVIEWER) for n in range(people)]
    fewest = max(people, math.ceil(answers / (len(places) - 2)))
    reviews = [
        assign(round_, systems[n % len(systems)], readers[n % people]) for n in range(fewest)
    ]
    rows = []
    for n, review in enumerate(reviews):
        review.record(*PLACE, NO if n % 3 else YES, author=review.reviewer)
        others = [place for place in places if place[3].id != PLACE[0]]
        here = rng.sample(others, min(len(others), math.ceil(answers / fewest)))
        rows += [(review, *place) for place in here]
    session.flush()
    moment = now()
    first = (session.scalar(select(func.max(Answer.id))) or 0) + 1
    given, chosen, history = [], [], []
    for id_, (review, question_id, document, options, question) in enumerate(rows, first):
        option = rng.choice(options)
        same = {"author_id": review.reviewer_id, "version": 1, "state": AnswerState.GIVEN}
        given.append(
            same
            | {"id": id_, "review_id": review.id, "question_id": question_id, "document": document}
            | {"answered_at": moment, "comment": "It says so."}
        )
        option_id = released.option_ids[question.id, option]
        chosen.append({"answer_id": id_, "option_id": option_id, "question_id": question_id})
        history.append(
            same
            | {"answer_id": id_, "options": option, "text": "", "comment": "", "pages": ""}
            | {"changed_at": moment}
        )
    for table, of in ((Answer, given), (AnswerOption, chosen), (AnswerChange, history)):
        session.execute(insert(table), of)
    number_on(session.connection(), "answer")
    for review in reviews[: -len(reviews) // 4]:
        review.stage, review.submitted_at, review.first_submitted_at = (
            Stage.SUBMITTED.value,
            moment,
            moment,
        )
    for who in readers[:2]:
        place = {"round_id": round_.id, "system_id": systems[-1].id, "person_id": who.id}
        session.add(Declined(**place, reason="I know its chair."))
    set_window(round_, today(), today())
    for n, system in enumerate(systems[: len(systems) // 2]):
        reply = invite(round_, system, f"{prefix} contact {n}", f"{prefix.lower()}{n}@nhs.example")
    lead = make_person(f"{prefix} Lead", Role.POLICY_LEAD)
    close(round_, lead)
    reopen(round_, "A late reply.", lead)
    close(round_, lead)
    reopen(round_, "A last reply.", lead)
    session.flush()
    return {
        "round": round_.id,
        "system": systems[0].id,
        "review": reviews[-1].id,
        "reader": reviews[-1].reviewer_id,
        "reply": reply.id,
        "contact": reply.contact_id,
        "lead": lead.id,
    }


def count(app, values):
    """How many queries every page makes with these ids, opened by whom it is for."""
    found = {}
    for who, pages in PAGES.items():
        client = sign_in(app, values[who])
        for page in pages:
            address = page.format(**values)
            client.get(address)
            with queries() as sent:
                assert client.get(address).status_code == 200, address
            found[page] = len(sent)
    return found


def test_no_page_asks_more_at_full_size(app):
    with app.app_context():
        make_round("earlier", systems=FEW_SYSTEMS)  # both have one to stand beside
        small = fill(make_round("small", systems=FEW_SYSTEMS), FEW_PEOPLE, FEW_ANSWERS, "Few")
        session.commit()
    few = count(app, small)
    with app.app_context():
        large = fill(make_round("large", systems=SYSTEMS), PEOPLE, ANSWERS, "Many")
        session.commit()
        assert session.scalar(select(func.count(Answer.id))) >= ANSWERS
        assert session.scalar(select(func.count(Review.id))) >= PEOPLE
        assert session.scalar(select(func.count(Reply.id))) >= SYSTEMS // 2
    many = count(app, large)
    grown = {page: (few[page], many[page]) for page in few if many[page] > few[page]}
    assert not grown
    assert max(many.values()) <= 20, many
