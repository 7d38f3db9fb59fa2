"""Reminders: which day is due, who gets one, and never twice. Thanks when a round closes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from reviewer import jobs
from reviewer.db import now, session
from reviewer.people.mail import Message
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review, Stage, assign
from reviewer.rounds.models import Round
from reviewer.running.closing import close, reopen
from reviewer.running.nudging import nudge
from reviewer.running.reminding import due, read_days, remind
from tests.running.makers import make_person, make_round, sign_in
from tests.running.test_overview import begin

CLOSES = date(2027, 3, 31)
DATES = [date(2027, 3, 17), date(2027, 3, 24), date(2027, 3, 30)]


def day(number: int, hour: int = 9) -> datetime:
    return datetime(2027, 3, number, hour, tzinfo=UTC)


def test_days_are_read_in_any_order():
    assert read_days(" 1,7 ,14,7,") == (14, 7, 1)
    assert read_days("") == ()
    for wrong in ("0", "91", "a week", "-1", "7;1", "1" * 30, "1,2,3,4,5,6,7"):
        with pytest.raises(ValueError):
            read_days(wrong)


@pytest.mark.parametrize(
    ("today", "expected"),
    [(16, None), (17, 17), (20, 17), (26, 24), (30, 30), (31, 30)],
)
def test_the_last_one_that_is_due(today, expected):
    found = due(DATES, CLOSES, date(2027, 3, today))
    assert found == (expected and date(2027, 3, expected))
    assert due(DATES, CLOSES, date(2027, 4, 1)) is None
    assert due([], CLOSES, CLOSES) is None


@pytest.fixture
def spring(app):
    """Ada has submitted one system and not the other, Bo nothing; an import; all long assigned."""
    with app.app_context():
        round_ = make_round("spring", systems=4, closes_on=CLOSES)
        first, second, third, fourth = round_.systems()
        ada, bo = (make_person(name, Role.REVIEWER) for name in ("Ada Reader", "Bo Second"))
        begin(assign(round_, first, ada), submit=True)
        assign(round_, second, ada)
        begin(assign(round_, third, bo))
        begin(assign(round_, fourth, "reviewer 7"), submit=True)
        for review in session.scalars(select(Review)):
            review.assigned_at = day(1)
        session.commit()
        yield round_


def written(kind: str) -> list[str]:
    found = session.scalars(select(Message).filter_by(kind=kind).order_by(Message.id))
    return [message.person.name for message in found]


def test_each_person_is_reminded_once_for_each_day(spring):
    assert remind(day(16)) == 0
    assert remind(day(17, 7)) == 0  # not before eight in the morning
    assert remind(day(17)) == 2
    assert remind(day(17, 10)) == remind(day(18, 10)) == remind(day(23)) == 0
    assert remind(day(25)) == 2  # a day late
    session.scalars(select(Review).filter_by(stage=Stage.BEGUN.value)).one().submit()
    assert remind(day(31)) == 1  # the last day is a day for answers
    assert remind(datetime(2027, 4, 1, 9, tzinfo=UTC)) == 0
    names = ["Ada Reader", "Bo Second"]
    assert written("reminder") == [*names, *names, "Ada Reader"]
    bodies = session.scalars(select(Message.body).order_by(Message.id)).all()
    assert "14 days left" in bodies[0] and "less than a day left" in bodies[-1]


def test_several_missed_days_make_one_reminder(spring):
    assert remind(day(30)) == 2
    assert remind(day(31, 10)) == 0


def test_who_was_just_asked_or_just_assigned_is_not_reminded(spring):
    bo = session.scalars(select(Person).filter_by(name="Bo Second")).one()
    nudge(spring, [bo.id], day(16, 20))
    ada = session.scalars(select(Review).filter_by(stage=Stage.ASSIGNED.value)).one()
    ada.assigned_at = day(17, 8)
    session.commit()
    assert remind(day(17)) == 0
    assert remind(day(18)) == 1  # Bo, a day later; Ada has had hers for a day only
    assert written("reminder") == ["Bo Second"]
    assert remind(day(24)) == 2


def test_a_later_last_day_is_reminded_of_again(spring):
    assert remind(day(30)) == 2
    spring.closes_on = CLOSES + timedelta(days=14)
    session.commit()
    assert remind(datetime(2027, 4, 7, 9, tzinfo=UTC)) == 2


def test_none_for_a_closed_round_or_where_none_are_wanted(spring):
    spring.reminder_days = ""
    session.commit()
    assert remind(day(24)) == 0
    spring.reminder_days = "7"
    spring.close()
    session.commit()
    assert remind(day(24)) == 0


def test_one_check_that_fails_holds_no_other_up(spring, monkeypatch, caplog):
    ran: list[bool] = []
    monkeypatch.setattr(jobs, "_hourly", [lambda: 1 / 0, lambda: ran.append(True)])
    jobs.run_hourly()
    assert ran and "failed" in caplog.text


def test_thanks_go_once_and_to_readers_alone(spring):
    close(spring, None)
    assert written("thanks") == ["Ada Reader"]
    body = session.scalars(select(Message.body).filter_by(kind="thanks")).one()
    assert spring.systems()[0].name in body and spring.systems()[1].name not in body
    reopen(spring, "One was late.", None)
    session.scalars(select(Review).filter_by(stage=Stage.BEGUN.value)).one().submit()
    close(spring, None)
    assert written("thanks") == ["Ada Reader", "Bo Second"]


def test_nobody_is_thanked_for_an_invented_round(spring):
    spring.invented = True
    close(spring, None)
    assert written("thanks") == []


def test_the_form(app):
    with app.app_context():
        lead = make_person("Lee Lead", Role.POLICY_LEAD).id
        last = now().date() + timedelta(days=30)
        round_id = make_round("spring", closes_on=last).id
        session.commit()
    client, address = sign_in(app, lead), f"/rounds/{round_id}/progress/reminders"
    page = client.post(address, data={"days": "3, x"}).text
    assert "Write numbers from 1 to 90" in page and 'value="3, x"' in page
    page = client.post(address, data={"days": "1,10"}, follow_redirects=True).text
    assert "The reminders are changed." in page and 'value="10, 1"' in page
    with app.app_context():
        assert session.get_one(Round, round_id).reminder_days == "10, 1"
    page = client.post(address, data={"days": ""}, follow_redirects=True).text
    assert "No more reminders are to come" in page
