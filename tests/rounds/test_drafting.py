"""What a draft lets change, what opening freezes, and the worker on the opening day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from reviewer import jobs
from reviewer.db import session
from reviewer.instrument.models import latest, release
from reviewer.people.permissions import Role
from reviewer.reviews.models import assign
from reviewer.reviews.publishing import mark_not_published
from reviewer.rounds.drafting import (
    choose_questions,
    choose_systems,
    earlier_rounds,
    open_due,
    rename,
    set_terms,
    today,
)
from reviewer.rounds.models import Round, create_round
from reviewer.systems.models import System
from tests.rounds.makers import TEXT
from tests.running.makers import make_person, make_round

TERMS: dict[str, Any] = {
    "opens_on": None,
    "closes_on": None,
    "cap": 2,
    "second_readings": 0,
    "earlier": None,
}


@pytest.fixture
def draft(app: Flask) -> Iterator[Round]:
    with app.app_context():
        yield make_round("spring", systems=3, draft=True)
        session.rollback()


def codes(round_: Round) -> list[str]:
    return [system.code for system in round_.systems()]


def test_a_round_is_open_unless_it_is_to_be_a_draft(draft):
    made = make_round("summer")
    assert made.is_open
    assert made.opened_at
    assert draft.is_draft
    assert draft.opened_at is None


def test_a_draft_changes_its_name_questions_and_systems(draft):
    other = release(TEXT.replace('id = "hpig-2024"', 'id = "other"'))
    rename(draft, "  Autumn  2027 ")
    choose_questions(draft, other, ["plan"])
    third = draft.systems()[2]
    choose_systems(draft, [third])
    assert (draft.name, codes(draft)) == ("Autumn 2027", [third.code])
    assert draft.released.instrument.id == "other"
    assert [kind.id for kind in draft.kinds] == ["plan"]
    assert all(q.documents == ("plan",) for q in draft.released.instrument.questions)


def test_opening_freezes_what_is_asked_and_of_whom(draft):
    lead = make_person("Lee Lead", Role.POLICY_LEAD)
    draft.open(lead)
    opened = draft.opened_at
    assert (draft.is_open, draft.opened_by) == (True, lead)
    for change in (
        lambda: rename(draft, "x"),
        lambda: choose_questions(draft, latest("hpig-2024"), ["plan"]),
        lambda: choose_systems(draft, draft.systems()[:1]),
    ):
        with pytest.raises(ValueError, match="has been opened"):
            change()
    draft.open(None)
    assert (draft.opened_at, draft.opened_by) == (opened, lead)


def test_the_terms_of_an_open_round_change_and_those_of_a_closed_one_do_not(draft):
    draft.open(None)
    set_terms(draft, **TERMS | {"closes_on": date(2027, 3, 31), "cap": 4, "second_readings": 6})
    assert (draft.closes_on, draft.cap, draft.second_readings) == (date(2027, 3, 31), 4, 6)
    draft.close()
    with pytest.raises(ValueError, match="closed"):
        set_terms(draft, **TERMS)


def test_dates_that_contradict_each_other_are_refused(draft):
    tomorrow = today() + timedelta(days=1)
    with pytest.raises(ValueError, match="later than today"):
        set_terms(draft, **TERMS | {"opens_on": today()})
    with pytest.raises(ValueError, match="cannot be before the opening day"):
        set_terms(draft, **TERMS | {"opens_on": tomorrow, "closes_on": today()})


@pytest.mark.parametrize(
    "values",
    [{"cap": 0}, {"second_readings": -1}, {"opens_on": date(2027, 2, 2), "closes_on": date.min}],
)
def test_the_database_refuses_what_no_form_sends(draft, values):
    for name, value in values.items():
        setattr(draft, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


def test_no_name_a_taken_name_and_no_document_kind_are_refused(draft):
    make_round("summer")
    for name, said in ((" ", "Give the round a name"), ("summer", "already")):
        with pytest.raises(ValueError, match=said):
            rename(draft, name)
    rename(draft, draft.name)
    with pytest.raises(ValueError, match="at least one kind"):
        choose_questions(draft, latest("hpig-2024"), [])


def test_a_system_with_a_reader_or_a_mark_stays_in_the_draft(draft):
    first, second, third = draft.systems()
    assign(draft, first, make_person("Robin", Role.REVIEWER))
    mark_not_published(draft, {(second.id, "plan")}, make_person("Lee", Role.POLICY_LEAD))
    with pytest.raises(ValueError, match="cannot leave the round") as refused:
        choose_systems(draft, [third])
    assert first.name in str(refused.value)
    assert second.name in str(refused.value)
    session.expire_all()
    assert {s.code for s in draft.systems()} >= {first.code, second.code}


def test_a_scope_is_not_empty_and_not_half_invented(draft):
    invented = System(code="V1", name="V", region="R", valid_from=date(2022, 7, 1), invented=True)
    session.add(invented)
    session.flush()
    with pytest.raises(ValueError, match="at least one system"):
        choose_systems(draft, [])
    with pytest.raises(ValueError, match="not both"):
        choose_systems(draft, [*draft.systems(), invented])
    choose_systems(draft, [invented])
    assert draft.invented
    assert create_round("v", instrument=latest("hpig-2024"), systems=[invented]).invented


def test_the_worker_opens_a_draft_on_its_day(app):
    with app.app_context():
        due, later = make_round("due", draft=True), make_round("later", draft=True)
        due.opens_on, later.opens_on = today(), today() + timedelta(days=1)
        none = make_round("none", draft=True)
        session.commit()
        ids = [due.id, later.id, none.id]
        assert open_due in jobs._hourly
        open_due()
        open_due()
        states = [session.get_one(Round, each).state for each in ids]
        assert states == ["open", "draft", "draft"]
        assert session.get_one(Round, ids[0]).opened_at
        assert session.get_one(Round, ids[0]).opened_by is None


def test_last_time_is_a_closed_round_with_the_same_criteria(draft):
    closed, other = make_round("closed"), make_round("other")
    closed.close()
    other.instrument_version_id = release(TEXT.replace('id = "hpig-2024"', 'id = "other"')).id
    other.close()
    session.flush()
    assert earlier_rounds(draft) == [closed]
    set_terms(draft, **TERMS | {"earlier": closed})
    with pytest.raises(ValueError, match="same questions"):
        set_terms(draft, **TERMS | {"earlier": other})
    assert draft.earlier == closed
    choose_questions(draft, session.scalars(select(type(latest("other")))).all()[-1])
    assert draft.earlier is None
