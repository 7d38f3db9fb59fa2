"""The one writer of answers: what it keeps, hides and refuses."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.instrument.models import latest
from reviewer.people.models import add_person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerState, Given, NoteKind
from reviewer.reviews.models import Refused, assign
from reviewer.rounds.models import create_round
from reviewer.systems.register import systems_by_code

YES, NO = Given(frozenset({"yes"})), Given(frozenset({"no"}))


@pytest.fixture
def review(app):
    with app.app_context():
        systems = systems_by_code(["E54000055"])
        round_ = create_round("r", instrument=latest("hpig-2024"), systems=systems)
        person = add_person("robin@example.org", name="Robin", role=Role.REVIEWER)
        yield assign(round_, systems[0], person)
        session.rollback()


def only_answer() -> Answer:
    return session.scalars(select(Answer)).one()


def test_an_answer_is_one_row_with_its_history(review):
    review.record("data-3", "plan", YES, author=review.reviewer)
    review.record("data-3", "plan", NO, author=review.reviewer)
    review.record("data-3", "plan", NO, author=review.reviewer)  # the second click
    answer = only_answer()
    assert (answer.version, answer.state, answer.author) == (2, "given", review.reviewer)
    assert [change.options for change in answer.history] == ["yes", "no"]
    assert review.stage == "begun"


def test_clearing_makes_it_unanswered_and_the_history_keeps_it(review):
    review.record("data-3", "plan", YES)
    review.record("data-3", "plan", Given())
    answer = only_answer()
    assert answer.state == AnswerState.UNANSWERED
    assert answer.options == []
    assert [change.state for change in answer.history] == ["given", "unanswered"]


def test_nothing_given_to_nothing_writes_nothing(review):
    review.record("data-3", "plan", Given())
    assert session.scalars(select(Answer)).all() == []
    assert review.stage == "assigned"


def test_a_comment_alone_is_kept_and_is_no_answer(review):
    review.record("data-3", "plan", Given(comment="not clear"))
    assert only_answer().state == AnswerState.UNANSWERED
    assert only_answer().comment == "not clear"


def test_a_newer_version_is_not_overwritten_unseen(review):
    review.record("data-3", "plan", YES, seen=0)
    with pytest.raises(Refused, match="another window"):
        review.record("data-3", "plan", NO, seen=0)
    review.record("data-3", "plan", YES, seen=0)  # the same value is no change
    review.record("data-3", "plan", NO, seen=1)
    assert only_answer().version == 2


def test_what_is_no_longer_asked_is_kept_and_hidden(review):
    review.record("leadership-4", "plan", YES)
    review.record("leadership-5", "plan", YES)
    review.record("leadership-4", "plan", NO)
    assert review.load_answers()["leadership-5", "plan"].hidden
    review.record("leadership-4", "plan", Given(frozenset({"some"})))
    answer = review.load_answers()["leadership-5", "plan"]
    assert not answer.hidden
    assert answer.state == "given"


def test_pages_are_evidence_on_the_version_that_was_read(review):
    plan = Document(
        system=review.system,
        kind="plan",
        version=1,
        file_name="plan.pdf",
        stored_as="x.pdf",
        size=1,
        sha256="0",
        page_count=20,
    )
    session.add(plan)
    given = Given(frozenset({"yes"}), pages=((3, 3), (12, 14)))
    review.record("data-3", "plan", given, read=plan)
    answer = only_answer()
    assert [(e.document, e.first_page, e.last_page) for e in answer.evidence] == [
        (plan, 3, 3),
        (plan, 12, 14),
    ]
    with pytest.raises(ValueError, match=r"plan\.pdf has 20 pages"):
        review.record("data-3", "plan", Given(pages=((19, 21),)), read=plan)


@pytest.mark.parametrize(
    ("question", "document", "given", "words"),
    [
        ("data-3", "strategy", YES, "not asked of"),
        ("data-3", "plan", Given(frozenset({"maybe"})), "no option maybe"),
        ("data-3", "plan", Given(frozenset({"yes", "no"})), "takes one option"),
        ("data-3", "plan", Given(frozenset({"yes"}), not_applicable=True), "not both"),
        ("data-3", "plan", Given(text="words"), "is no text"),
    ],
)
def test_what_a_question_does_not_take(review, question, document, given, words):
    with pytest.raises(ValueError, match=words):
        review.record(question, document, given)
    assert session.scalars(select(Answer)).all() == []


def test_a_submitted_review_and_a_closed_round_are_locked(review):
    review.submit()
    for change in (
        lambda: review.record("data-3", "plan", YES),
        lambda: review.note_down("leadership", NoteKind.COMMENT, "late"),
        review.submit,
    ):
        with pytest.raises(Refused, match="was submitted"):
            change()
    review.stage = "begun"
    review.round.close()
    with pytest.raises(Refused, match="is closed"):
        review.record("data-3", "plan", YES)


def test_the_database_itself_refuses_a_second_answer(review):
    answer = review.record("data-3", "plan", YES)
    again = Answer(
        review=review,
        question_id=answer.question_id,
        document="plan",
        state="given",
        version=1,
        answered_at=answer.answered_at,
    )
    session.add(again)
    with pytest.raises(IntegrityError):
        session.flush()


def test_notes_are_one_per_criterion_and_kind(review):
    review.note_down("leadership", NoteKind.COMMENT, "first")
    note = review.note_down("leadership", NoteKind.COMMENT, "second", author=review.reviewer)
    review.note_down("leadership", NoteKind.GOOD_PRACTICE, "an example")
    assert note.text == "second"
    assert review.note_down("data-and-information-sharing", NoteKind.COMMENT, "") is None
    session.refresh(review)
    assert len(review.notes) == 2


def test_a_note_that_changed_elsewhere_is_not_overwritten_unseen(review):
    first = review.note_down("leadership", NoteKind.COMMENT, "first", seen="")
    shown = first.version  # what an older window still shows
    review.note_down("leadership", NoteKind.COMMENT, "a long paragraph", seen=shown)
    review.note_down("leadership", NoteKind.COMMENT, "first", seen=shown)  # it changed nothing
    with pytest.raises(Refused, match="another window"):
        review.note_down("leadership", NoteKind.COMMENT, "other words", seen=shown)
    with pytest.raises(Refused, match="another window"):
        review.note_down("leadership", NoteKind.COMMENT, "", seen=shown)
    note = review.note_down("leadership", NoteKind.COMMENT, "both", seen=first.version)
    assert note.text == "both"


def test_pages_of_no_document_are_refused_and_not_dropped(review):
    with pytest.raises(ValueError, match="no document of this kind is attached"):
        review.record("data-3", "plan", Given(frozenset({"yes"}), pages=((3, 3),)))
