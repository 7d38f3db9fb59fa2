"""No query finds a row of a system's own assessment before it was opened, whatever the table."""

from __future__ import annotations

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import aliased, joinedload, selectinload, subqueryload

from reviewer import private
from reviewer.db import Base, session
from reviewer.reviews.answers import Answer, Given
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round
from tests.running.makers import make_round
from tests.selfassessment.makers import RARE, add_people, whole_assessment

# The tables that an assessment has rows in and that say nothing of it: see the tests beneath.
NUMBERS_ALONE = {"job"}


@pytest.fixture
def own(app):
    """A whole assessment with rare words in every field; gives its round's id."""
    return whole_assessment(app, add_people(app))


def rows(every_round=False):
    """Everything that queries find, by table."""
    options = private.EVERY_ROUND if every_round else {}
    return {
        mapper.class_.__tablename__: [
            {c.key: getattr(row, c.key) for c in inspect(mapper.class_).mapper.column_attrs}
            for row in session.scalars(
                select(mapper.class_), execution_options={**options, "populate_existing": True}
            )
        ]
        for mapper in Base.registry.mappers
    }


def test_no_table_shows_a_row_of_an_assessment(app, own):
    with app.app_context():
        everything = rows(every_round=True)
    with app.app_context():
        found = rows()
    hidden = {name for name, all_ in everything.items() if len(found[name]) < len(all_)}
    assert hidden >= {"round", "document", "page", "review", "answer", "evidence", "private_entry"}
    for name, those in found.items():
        for row in those:
            assert not any(word in str(row) for word in RARE), (name, row)
            if name not in NUMBERS_ALONE:
                assert row.get("round_id") != own, (name, row)


def test_the_rare_words_are_there_for_who_opens_it(app, own):
    with app.app_context():
        private.open_round(session, own)
        said = str(rows())
    assert [word for word in RARE if word not in said] == []


def test_another_assessment_stays_closed(app, own):
    with app.app_context():
        private.open_round(session, own + 1000)
        assert session.get(Round, own) is None


def test_counts_aliases_joins_and_loaders_leave_it_out(app, own):
    with app.app_context():
        round_ = make_round("spring")
        review = assign(round_, round_.systems()[0], "Reader")
        review.record("leadership-2", "plan", Given(frozenset({"yes"})))
        session.commit()
    other, counted = aliased(Review), select(func.count(Answer.id))
    subquery = select(Review.id).subquery()
    both = select(Review.id, other.id).join(other, other.round_id == Review.round_id)
    with app.app_context():
        assert session.scalar(counted) == 1
        assert session.scalar(select(func.count()).select_from(other)) == 1
        assert session.scalar(select(func.count()).select_from(subquery)) == 1
        assert len(session.execute(both).all()) == 1
        assert len(session.scalars(select(Answer.id).join(Answer.review)).all()) == 1
    for load in (subqueryload, selectinload, joinedload):
        with app.app_context():
            found = session.scalars(
                select(Answer).join(Answer.review).options(load(Answer.options))
            )
            assert [len(answer.options) for answer in found.unique()] == [1]
    with app.app_context():
        private.open_round(session, own)
        assert session.scalar(counted) > 1
        assert session.scalar(select(func.count()).select_from(other)) == 2


def test_what_is_open_ends_with_the_session(app, own):
    with app.app_context():
        private.open_round(session, own)
        assert session.get(Round, own)
    with app.app_context():
        assert session.get(Round, own) is None


def test_what_is_written_to_it_goes_into_a_log_of_its_own(app, own):
    with app.app_context():
        before = rows()["logbook_entry"]
        private.open_round(session, own)
        review = session.scalars(select(Review).filter_by(round_id=own)).one()
        review.record("leadership-2", "plan", Given(frozenset({"yes"}), comment="x"))
        review.round.second_readings = 3
        session.commit()
        after = rows()
    assert after["logbook_entry"] == before
    assert after["private_entry"][-1]["after"] == {"second_readings": 3}
