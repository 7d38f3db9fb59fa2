"""The history of an answer, going back in it, and the upgrade of a database of before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from reviewer.db import Base, connect, session
from reviewer.documents.models import Document
from reviewer.people.permissions import Role
from reviewer.reviews.answers import AnswerChange, Given
from reviewer.reviews.models import Review
from reviewer.rows import migrations
from tests.reviews.shelf import make_review, replace
from tests.running.makers import make_person, sign_in

QUESTION, CHOICES = "integration-6", "inequalities-4"
YES, NO = Given(frozenset({"yes"})), Given(frozenset({"no"}), comment="Only in the annex.")
JSON = {"Accept": "application/json"}


@pytest.fixture
def place(app):
    """The reader's browser, the address of an answer of three versions, and the review's id."""
    with app.app_context():
        review = make_review()
        give(review, YES)
        give(review, Given(frozenset({"no"}), comment="Only in the annex.", pages=((2, 3),)))
        give(review, Given())
        session.commit()
        path = f"/reviews/{review.id}/answers/{QUESTION}/strategy"
        return sign_in(app, review.reviewer_id), path, review.id


def give(review: Review, given: Given, question: str = QUESTION) -> None:
    query = sa.select(Document).filter_by(system_id=review.system_id, kind="strategy")
    read = session.scalars(query.order_by(Document.id.desc())).first()
    review.record(question, "strategy", given, author=review.reviewer, read=read)


def now_given(review_id: int, question: str = QUESTION) -> tuple[int, Given]:
    review = session.get_one(Review, review_id)
    answer = review.load_answers()[question, "strategy"]
    return answer.version, answer.given(review.round.released.option_codes)


def test_every_version_is_listed_newest_first(place):
    client, path, _ = place
    shown = client.get(f"{path}/history").text
    places = [
        shown.index(words)
        for words in (
            "Version 3, as it is now",
            "No answer",
            "Version 2",
            "No, with the comment “Only in the annex.”",
            "Pages 2–3",
            "Version 1",
            "Yes",
        )
    ]
    assert places == sorted(places)
    assert shown.count("by Robin Reader") >= 3


def test_going_back_makes_a_new_version_with_its_pages(app, place):
    client, path, review_id = place
    client.post(f"{path}/history", data={"version": "2"})
    with app.app_context():
        given = Given(frozenset({"no"}), comment="Only in the annex.", pages=((2, 3),))
        assert now_given(review_id) == (4, given)
    client.post(f"{path}/history", data={"version": "3"})
    with app.app_context():
        assert now_given(review_id) == (5, Given())


def test_going_back_to_what_it_is_changes_nothing(app, place):
    client, path, review_id = place
    client.post(f"{path}/history", data={"version": "3"})
    with app.app_context():
        assert now_given(review_id) == (3, Given())


@pytest.mark.parametrize("version", ["0", "4", "x", "", "9" * 30])
def test_there_is_no_such_version(place, version):
    client, path, _ = place
    assert client.post(f"{path}/history", data={"version": version}).status_code == 404


def test_undo_on_the_form_goes_back_one_version_and_forth_again(app, place):
    client, _, review_id = place
    form = f"/reviews/{review_id}/criteria/integration"
    name = f"{QUESTION}.strategy."
    sent = client.post(form, data={"go": "stay", "undo": name, f"{name}version": "3"})
    assert sent.location.endswith(f"#{name}")
    with app.app_context():
        version, given = now_given(review_id)
        assert (version, given.options) == (4, {"no"})
    fields = {f"{name}value": "no", f"{name}comment": "Only in the annex.", f"{name}pages": "2-3"}
    client.post(form, data={"go": "stay", "undo": name, f"{name}version": "4", **fields})
    with app.app_context():
        assert now_given(review_id) == (5, Given())


def test_the_foot_of_a_question_leads_to_the_history_from_its_second_version_on(app, place):
    client, path, review_id = place
    shown = client.get(f"/reviews/{review_id}/criteria/integration").text
    link = shown[shown.index(f'href="{path}/history"') :]
    assert "hidden" not in link[: link.index(">")]
    other = shown[shown.index('answers/integration-6/plan/history" hidden') :]
    assert other


def test_a_script_gets_the_fields_of_every_version(app, place):
    client, path, review_id = place
    versions = client.get(f"{path}/history", headers=JSON).json["versions"]
    name = f"{QUESTION}.strategy."
    assert [v["version"] for v in versions] == [1, 2, 3]
    assert versions[1]["fields"][f"{name}value"] == ["no"]
    assert versions[1]["fields"][f"{name}pages"] == ["2–3"]
    with app.app_context():
        review = session.get_one(Review, review_id)
        some = [o.id for o in review.round.released.instrument.question(CHOICES).options][:2]
        give(review, Given(frozenset(some)), CHOICES)
        session.commit()
    path = path.replace(QUESTION, CHOICES)
    [first] = client.get(f"{path}/history", headers=JSON).json["versions"]
    assert first["fields"][f"{CHOICES}.strategy.value"] == some


def test_who_sees_it(app, place):
    _, path, _ = place
    with app.app_context():
        people = {role: make_person(f"A {role}", role) for role in Role if role != Role.SYSTEM}
        session.commit()
        clients = {role: sign_in(app, person.id) for role, person in people.items()}
    assert clients[Role.REVIEWER].get(f"{path}/history").status_code == 403
    for role in (Role.POLICY_LEAD, Role.POLICY_VIEWER):
        shown = clients[role].get(f"{path}/history")
        assert shown.status_code == 200
        assert "Go back to this" not in shown.text
        assert clients[role].post(f"{path}/history", data={"version": "1"}).status_code == 403
    nothing = clients[Role.POLICY_LEAD].get(f"{path.replace(QUESTION, 'integration-7')}/history")
    assert "No answer was given yet" in nothing.text
    assert clients[Role.POLICY_LEAD].get(f"{path}x/history").status_code == 404


def test_a_submitted_review_shows_its_history_and_stays_as_it_is(app, place):
    client, path, review_id = place
    with app.app_context():
        session.get_one(Review, review_id).submit()
        session.commit()
    assert "Go back to this" not in client.get(f"{path}/history").text
    client.post(f"{path}/history", data={"version": "1"})
    assert "was submitted" in client.get(f"{path}/history").text
    with app.app_context():
        assert now_given(review_id) == (3, Given())


def test_pages_of_an_old_version_do_not_stop_a_newer_answer(app, place):
    client, path, review_id = place
    client.post(f"{path}/history", data={"version": "2"})
    with app.app_context():
        review = session.get_one(Review, review_id)
        replace(review, "strategy", ["One page alone"])
        review = session.get_one(Review, review_id)
        give(review, Given(frozenset({"yes"}), pages=((1, 1), (2, 3))))
        answer = review.load_answers()[QUESTION, "strategy"]
        assert [(e.pages, e.document.version) for e in answer.evidence] == [
            ((2, 3), 1),
            ((1, 1), 2),
        ]
        with pytest.raises(ValueError, match="has 1 page"):
            give(review, Given(frozenset({"yes"}), pages=((3, 3),)))
        session.rollback()


# --- A database of before -------------------------------------------------------------------------


@pytest.fixture
def old_database(tmp_path):
    """A database of the first schema, with an answer of two versions that names pages."""
    engine = connect(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0001")
        for statement in OLD_ROWS.strip().split(";\n"):
            connection.execute(sa.text(statement))
    yield engine
    session.remove()
    engine.dispose()


OLD_ROWS = """
INSERT INTO person VALUES
  (7, 'r@example.org', 'Robin', '', 'reviewer', NULL, NULL, 0, '2026-01-01');
INSERT INTO system VALUES (1, 'E1', '', 'A system', 'North', '2022-07-01', NULL, 0);
INSERT INTO instrument_version VALUES (1, 'i', '1.0.0', 'I', '', '2026-01-01');
INSERT INTO round (id, name, kind, instrument_version_id, state, invented, created_at)
  VALUES (1, 'r', 'sector', 1, 'open', 0, '2026-01-01');
INSERT INTO round_system VALUES (1, 1);
INSERT INTO question VALUES (1, 'i', 'q');
INSERT INTO question_document VALUES (1, 'plan'), (1, 'strategy');
INSERT INTO document (id, system_id, kind, version, file_name, stored_as, size, sha256,
    source_address, attached_at, status, reason, page_count, pages_read)
  VALUES (3, 1, 'plan', 1, 'p.pdf', 'x', 1, '0', '', '2026-01-01', 'ready', '', 20, 20);
INSERT INTO review (id, round_id, system_id, reviewer_id, stage, assigned_at)
  VALUES (1, 1, 1, 7, 'begun', '2026-01-01');
INSERT INTO answer VALUES
  (5, 1, 1, 'plan', 'given', '', '', 0, 2, 7, 3, '2026-02-02 10:00:00'),
  (6, 1, 1, 'strategy', 'unanswered', '', '', 0, 1, NULL, NULL, '2026-02-03 10:00:00');
INSERT INTO answer_change VALUES (5, 1, 'given', 'no', '', '', 7, '2026-02-01'),
  (5, 2, 'given', 'yes', '', '', 7, '2026-02-02'), (6, 1, 'unanswered', '', '', '', NULL, '2026');
INSERT INTO evidence VALUES (1, 5, 3, 12, 14), (2, 5, 3, 3, 3)
"""


def test_an_upgrade_keeps_every_page_and_says_whose_it_is(old_database):
    with old_database.begin() as connection:
        command.upgrade(migrations(connection), "head")
    with old_database.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT kind, first_page, last_page, author_id, added_at, quote FROM evidence")
        ).all()
        history = connection.execute(
            sa.text("SELECT answer_id, version, pages FROM answer_change ORDER BY 1, 2")
        ).all()
    assert rows == [
        ("page", 12, 14, 7, "2026-02-02 10:00:00", None),
        ("page", 3, 3, 7, "2026-02-02 10:00:00", None),
    ]
    # Those of earlier versions were not kept; none is not the same as not known.
    assert history == [(5, 1, None), (5, 2, "3-3;12-14"), (6, 1, "")]


def test_after_an_upgrade_the_tables_are_those_of_the_code(old_database):
    with old_database.begin() as connection:
        command.upgrade(migrations(connection), "head")
    with old_database.connect() as connection, pytest.warns(Warning, match="expression-based"):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        checks = sa.inspect(connection).get_check_constraints("evidence")
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("UPDATE evidence SET first_page = NULL"))
    assert sorted(c["name"] for c in checks) == ["ck_evidence_pages", "ck_evidence_place"]


def test_pages_of_a_version_of_before_are_those_of_now(app, place):
    _, _, review_id = place
    with app.app_context():
        review = session.get_one(Review, review_id)
        give(review, Given(frozenset({"yes"}), pages=((1, 1),)))
        answer = review.load_answers()[QUESTION, "strategy"]
        old = AnswerChange(answer=answer, version=0, state="given", options="no", text="")
        old.comment, old.pages = "", None
        assert old.given() == Given(frozenset({"no"}), pages=((1, 1),))
        session.rollback()
