"""Sending a review back: what is locked and open, what is marked, and what does not count."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import systems_reviewed
from reviewer.people.mail import Message
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.cited import Evidence, EvidenceKind
from reviewer.reviews.imports import import_answers
from reviewer.reviews.models import Refused, Review, Stage, assign
from reviewer.reviews.returning import LONGEST_REASON, marks_of, open_criteria, return_review
from reviewer.rounds.models import Round
from tests.moderation.makers import NO, SOME, YES
from tests.reviews.shelf import make_review, put_on_shelf
from tests.reviews.test_imports import table
from tests.running.makers import make_person, make_round, sign_in

PLACE, OTHER = ("data-3", "plan"), ("data-4", "plan")
GATE, BEHIND = ("leadership-4", "plan"), ("leadership-5", "plan")


def submitted():
    """A submitted review with four answers, and a lead beside it."""
    review = make_review()
    for place, given in ((PLACE, YES), (OTHER, NO), (GATE, NO), (("data-1", "strategy"), YES)):
        review.record(*place, given, author=review.reviewer)
    review.submit()
    make_person("Lee Lead", Role.POLICY_LEAD)
    session.commit()
    return review


@pytest.fixture
def review(app):
    with app.app_context():
        yield submitted()
        session.rollback()


def lead():
    return session.scalars(select(Person).filter_by(role=Role.POLICY_LEAD.value)).one()


def test_only_what_was_returned_can_be_changed(review):
    return_review(review, {PLACE: "Look at page 3."}, lead())
    assert (review.stage, review.can_change) == (Stage.RETURNED, True)
    review.record(*PLACE, NO)
    with pytest.raises(Refused, match="was not returned"):
        review.record(*OTHER, YES)
    with pytest.raises(Refused, match="was not returned"):
        review.restore(*OTHER, 1, author=review.reviewer, read=None)
    review.note_down("data-and-information-sharing", NoteKind.COMMENT, "Mended.")
    answers = review.load_answers()
    assert [answers[place].version for place in (PLACE, OTHER)] == [2, 1]


def test_evidence_follows_the_lock(review):
    plan = put_on_shelf(review.system, "plan", ("x",), version=2)

    def page():
        return Evidence(
            document=plan, kind=EvidenceKind.QUOTE, first_page=1, last_page=1, quote="x"
        )

    return_review(review, {PLACE: "Cite it."}, lead())
    kept = review.cite(*PLACE, page())
    with pytest.raises(Refused, match="was not returned"):
        review.cite(*OTHER, page())
    review.uncite(kept)
    review.submit()
    return_review(review, {OTHER: "This one too."}, lead())
    with pytest.raises(Refused, match="was not returned"):
        review.uncite(kept, put_back=True)


def test_what_is_asked_because_of_a_returned_answer_is_open_too(review):
    return_review(review, {GATE: "Page 6 names a lead."}, lead())
    review.record(*GATE, YES)
    review.record(*BEHIND, SOME)
    assert not review.load_answers()[BEHIND].hidden
    assert [c.id for c in open_criteria(review)] == ["leadership"]


def test_a_return_without_answers_opens_the_whole_review(review):
    return_review(review, {}, lead(), reason="Leave names of people out of the comments.")
    review.record(*OTHER, YES)
    assert len(open_criteria(review)) == 7


def test_an_unanswered_question_can_be_returned(review):
    return_review(review, {("data-2", "strategy"): "Left out on purpose?"}, lead())
    review.record("data-2", "strategy", YES)


def test_it_does_not_count_until_it_is_submitted_again(review):
    first = review.first_submitted_at
    assert systems_reviewed(review.round) == 1
    return_review(review, {PLACE: "Look again."}, lead())
    assert systems_reviewed(review.round) == 0
    assert (review.submitted_at, review.first_submitted_at) == (None, first)
    review.submit()
    assert systems_reviewed(review.round) == 1
    assert review.first_submitted_at == first < review.submitted_at
    with pytest.raises(Refused, match="was submitted"):
        review.record(*PLACE, SOME)


def test_what_changed_since_is_marked(review):
    return_review(review, {PLACE: "Look again.", OTHER: "And here."}, lead())
    assert marks_of(review, review.load_answers()).before == {}
    review.record(*PLACE, NO)
    review.record(*OTHER, Given(frozenset({"no"}), comment="Nothing on it."))
    review.record(*OTHER, NO)  # and back again
    review.submit()
    marks = marks_of(review, review.load_answers())
    assert marks.before == {PLACE: YES}
    assert marks.reasons == {PLACE: "Look again.", OTHER: "And here."}


def test_a_second_return_marks_what_changed_after_it(review):
    return_review(review, {PLACE: "Look again."}, lead())
    review.record(*PLACE, NO)
    review.submit()
    return_review(review, {PLACE: "And the comment?"}, lead())
    assert marks_of(review, review.load_answers()).before == {}
    review.record(*PLACE, Given(frozenset({"no"}), comment="None found."))
    assert marks_of(review, review.load_answers()).before == {PLACE: NO}
    assert len(review.returns) == 2


@pytest.mark.parametrize(
    ("reasons", "reason", "words"),
    [
        ({}, " ", "Say what has to be mended"),
        ({PLACE: "  "}, "", "reason for every answer"),
        ({PLACE: "x" * (LONGEST_REASON + 1)}, "", "Shorten each reason"),
        ({("data-3", "strategy"): "Why?"}, "", "not asked of"),
    ],
)
def test_what_cannot_be_returned(review, reasons, reason, words):
    with pytest.raises(ValueError, match=words):
        return_review(review, reasons, lead(), reason=reason)
    assert review.stage == Stage.SUBMITTED and not review.returns


def test_what_the_state_does_not_allow(review):
    return_review(review, {PLACE: "Look again."}, lead())
    with pytest.raises(Refused, match="This review is returned"):
        return_review(review, {PLACE: "Look again."}, lead())  # the second click
    review.submit()
    review.round.close()
    with pytest.raises(Refused, match="is closed"):
        return_review(review, {PLACE: "Look again."}, lead())
    review.round.reopen()
    imported = assign(review.round, review.round.systems()[1], "from a table")
    imported.record(*PLACE, YES)
    imported.submit()
    with pytest.raises(Refused, match="imported"):
        return_review(imported, {PLACE: "Look again."}, lead())


def test_an_import_in_the_place_of_another_is_the_first_answer(review):
    code = review.system.code
    import_answers(review.round, table(f"{code},data-3,,Yes,,Reader 1"), "a.csv")
    imported = session.scalars(select(Review).filter_by(label="Reader 1")).one()
    before = imported.first_submitted_at
    import_answers(review.round, table(f"{code},data-3,,No,,Reader 1"), "a.csv", replace=True)
    assert imported.first_submitted_at == imported.submitted_at > before


# Pages --------------------------------------------------------------------------------------------


@pytest.fixture
def pages(app):
    """The reviewer's client and the lead's, and the ids of the review and its round."""
    with app.app_context():
        review = submitted()
        ids = review.id, review.round_id
        return sign_in(app, review.reviewer_id), sign_in(app, lead().id), *ids


def test_there_and_back(app, pages):
    reader, policy, review_id, round_id = pages
    address = f"/rounds/{round_id}/reviews/{review_id}"
    page = policy.get(address).text
    assert "It is the only submitted review of" in page and "does not count as reviewed" in page
    response = policy.post(
        address,
        data={"data-3.plan.return": "Page 3 says more.", "reason": "Thank you for the rest."},
    )
    assert response.location == address
    assert "is returned, with 1 answer" in policy.get(address).text

    assert "1 answer to look at again" in reader.get("/reviews").text
    page = reader.get(f"/reviews/{review_id}").text
    for part in ("Page 3 says more.", "Thank you for the rest.", "Not changed", "Hand in again"):
        assert part in page
    assert "2. Questions" not in page
    criterion = f"/reviews/{review_id}/criteria/data-and-information-sharing"
    page = reader.get(criterion).text
    assert 'data-question="data-3"' in page and 'data-question="data-4"' not in page
    assert "Only what was returned to you is shown" in page

    # The form of that page holds one question: the others are not read as cleared.
    form = {"data-3.plan.value": "no", "data-3.plan.version": "1", "go": "next"}
    assert reader.post(criterion, data=form).location.endswith(f"/reviews/{review_id}")
    assert "Your answer before:</strong> Yes" in reader.get(criterion).text
    assert "Changed" in reader.get(f"/reviews/{review_id}").text
    page = reader.get(f"/reviews/{review_id}/submit").text
    assert "Before it was returned:</strong> Yes" in page and "Submit the review again" in page
    assert page.count("change<span") == 1  # of the one criterion with a returned answer
    reader.post(f"/reviews/{review_id}/submit")

    page = policy.get(address).text
    assert "Before it was returned:</strong> Yes" in page and "First submitted on" in page
    with app.app_context():
        answers = session.get_one(Review, review_id).load_answers()
        assert answers["data-4", "plan"].version == 1


def test_other_criteria_lead_to_the_answers_to_read(app, pages):
    reader, policy, review_id, round_id = pages
    policy.post(
        f"/rounds/{round_id}/reviews/{review_id}", data={"data-3.plan.return": "Look again."}
    )
    for send in (reader.get, reader.post):
        response = send(f"/reviews/{review_id}/criteria/leadership")
        assert response.location.endswith(f"/reviews/{review_id}/submit#leadership")
    response = reader.post(
        f"/reviews/{review_id}/answers/data-4/plan",
        data={"data-4.plan.value": "yes", "data-4.plan.version": "1"},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 409
    assert "was not returned" in response.json["message"]
    history = reader.get(f"/reviews/{review_id}/answers/data-4/plan/history").text
    assert "Go back to this" not in history


def test_a_return_without_a_word_says_what_is_missing(app, pages):
    _, policy, review_id, round_id = pages
    address = f"/rounds/{round_id}/reviews/{review_id}"
    response = policy.post(address, data={"reason": " "})
    assert response.status_code == 200
    assert "Say what has to be mended" in response.text
    long = "x" * (LONGEST_REASON + 1)
    response = policy.post(address, data={"data-3.plan.return": long})
    assert f'value="{long}"' in response.text  # what was typed stays


def test_after_closing_nothing_can_be_returned_and_what_is_out_is_not_counted(app, pages):
    reader, policy, review_id, round_id = pages
    address = f"/rounds/{round_id}/reviews/{review_id}"
    policy.post(address, data={"data-3.plan.return": "Look again."})
    with app.app_context():
        session.get_one(Round, round_id).close()
        session.commit()
    assert "not submitted before the round closed" in reader.get("/reviews").text
    assert "answers are not counted" in reader.get(f"/reviews/{review_id}/submit").text
    page = policy.post(address, data={"data-3.plan.return": "Look again."}).text
    assert "is closed, so nothing was returned" in page


def test_who_may_return(app, pages):
    reader, _, review_id, round_id = pages
    with app.app_context():
        viewer = sign_in(app, make_person("Vi Viewer", Role.POLICY_VIEWER).id)
        session.commit()
    address = f"/rounds/{round_id}/reviews/{review_id}"
    assert reader.get(address).status_code == reader.post(address).status_code == 403
    page = viewer.get(address)
    assert page.status_code == 200 and "Return this answer" not in page.text
    assert viewer.post(address).status_code == 403


def test_a_review_of_another_round_is_not_found(app, pages):
    _, policy, review_id, round_id = pages
    with app.app_context():
        other = make_round("autumn")
        session.commit()
        other_id = other.id
    assert policy.get(f"/rounds/{other_id}/reviews/{review_id}").status_code == 404
    assert policy.get(f"/rounds/{round_id}/reviews/999").status_code == 404


def test_the_reader_is_told_by_mail_with_every_reason(app):
    with app.app_context():
        review = submitted()
        address, text = f"/rounds/{review.round_id}/reviews/{review.id}", "Page 3\nsays more."
        lead_id, review_id, system = lead().id, review.id, review.system.name
        question = review.round.released.instrument.question("data-3").text
    sign_in(app, lead_id).post(address, data={"data-3.plan.return": text, "reason": "Nearly."})
    with app.app_context():
        letter = session.scalars(select(Message)).one()
        assert (letter.kind, letter.person.name) == ("returned", "Robin Reader")
        assert system in letter.subject
        for part in ("Nearly.", question, "Page 3 says more.", f"/reviews/{review_id}"):
            assert part in letter.body
