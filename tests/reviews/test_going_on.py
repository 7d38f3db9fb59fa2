"""What a reviewer sees of the way ahead: how much is left, where to go on, thanks at the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviewer.db import now, session
from reviewer.documents.models import Document
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange, Given
from reviewer.reviews.asking import slots
from reviewer.reviews.cited import Evidence, EvidenceKind
from reviewer.reviews.models import Review, assign
from tests.moderation.makers import YES
from tests.reviews.shelf import make_review
from tests.running.makers import make_person, sign_in


@pytest.fixture
def review_id(app) -> int:
    with app.app_context():
        review = make_review()
        review.accepted_at = now()
        session.commit()
        return review.id


def client_of(app, review_id: int):
    with app.app_context():
        return sign_in(app, session.get_one(Review, review_id).reviewer_id)


def test_the_button_leads_to_the_very_place(app, review_id):
    client = client_of(app, review_id)
    assert ">Start<" in client.get("/reviews").text
    with app.app_context():
        review = session.get_one(Review, review_id)
        for name in ("leadership-2", "leadership-4", "data-3"):
            review.record(name, "plan", YES, author=review.reviewer)
        review.record("leadership-2", "plan", Given(comment="Again."), author=review.reviewer)
        session.commit()
    # Changed last, and left without an answer: that is where somebody goes on.
    place = f'/reviews/{review_id}/criteria/leadership#leadership-2.plan."'
    assert place in client.get("/reviews").text
    page = client.get(f"/reviews/{review_id}").text
    assert place in page and "Go on where you stopped, in Leadership" in page


def test_the_time_left_comes_from_the_round_itself(app, review_id):
    client = client_of(app, review_id)
    assert "left, about" not in client.get("/reviews").text
    with app.app_context():
        mine = session.get_one(Review, review_id)
        other = assign(mine.round, mine.round.systems()[1], make_person("Bo", Role.REVIEWER))
        places = [(q, on) for q, on in slots(mine.round.released.instrument) if q.options][:11]
        for question, on in places:
            given = Given(frozenset({question.options[0].id}))
            other.record(question.id, on, given, author=other.reviewer)
        session.flush()
        changes = select(AnswerChange).join(Answer).order_by(AnswerChange.answer_id)
        for n, change in enumerate(session.scalars(changes)):
            change.changed_at = now() - timedelta(days=1) + timedelta(minutes=3.3 * n)
        session.commit()
    for address in ("/reviews", f"/reviews/{review_id}"):
        assert "left, about 3½ hours" in client.get(address).text  # 71 questions of 3 minutes


def test_thanks_at_the_end(app, review_id):
    client = client_of(app, review_id)
    with app.app_context():
        review = session.get_one(Review, review_id)
        plan = session.scalars(select(Document).filter_by(kind="plan")).one()
        review.record("leadership-4", "plan", YES, author=review.reviewer)
        for pages in ((1, 2), (2, 2)):
            evidence = Evidence(
                document=plan,
                kind=EvidenceKind.QUOTE,
                quote=f"{pages}",
                first_page=pages[0],
                last_page=pages[1],
            )
            review.cite("leadership-2", "plan", evidence)
        session.commit()
    page = client.post(f"/reviews/{review_id}/submit", follow_redirects=True).text
    for part in ("is submitted", "You answered 1 question and cited 2 pages.", "What happens next"):
        assert part in page
