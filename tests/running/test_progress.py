"""The page of progress: shares, groups, nudges, and what it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from reviewer.db import now, session
from reviewer.people.mail import Message
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.asking import Progress
from reviewer.reviews.models import Review, Stage, assign
from reviewer.reviews.pace import moments_of
from reviewer.reviews.returning import return_review
from reviewer.rounds.models import Round
from reviewer.running.models import RoundLetter
from reviewer.running.nudging import days_left
from reviewer.running.progress import Group, Reading, percent, readings_of, rows_of, step
from tests.moderation.makers import NO, YES
from tests.running.makers import make_person, make_round, sign_in
from tests.running.test_overview import begin, queries

AT = datetime(2027, 3, 10, 12, tzinfo=UTC)


def reading(stage: Stage, answered: int = 0, quiet: int = 0, person: int | None = 1) -> Reading:
    """One of ten questions' reading, in which nothing was kept for so many days."""
    last = AT - timedelta(days=quiet)
    return Reading(
        review_id=1,
        system_id=1,
        person_id=person,
        name="Ada",
        organisation="",
        removed=False,
        stage=stage,
        assigned_at=last,
        last=last if answered else None,
        by_criterion={"one": Progress(answered, 10)},
    )


@pytest.mark.parametrize(
    ("stage", "answered", "quiet", "closes_on", "groups"),
    [
        (Stage.ASSIGNED, 0, 0, None, {Group.NOT_OPENED}),
        (Stage.ASSIGNED, 0, 30, date(2027, 3, 17), {Group.NOT_OPENED, Group.LATE}),
        (Stage.BEGUN, 3, 6, None, set()),
        (Stage.BEGUN, 3, 7, None, {Group.STALLED}),
        (Stage.BEGUN, 4, 1, date(2027, 3, 18), set()),
        (Stage.BEGUN, 4, 1, date(2027, 3, 17), {Group.LATE}),
        (Stage.BEGUN, 5, 1, date(2027, 3, 17), set()),
        (Stage.BEGUN, 10, 1, date(2027, 3, 9), {Group.LATE}),
        (Stage.RETURNED, 10, 30, date(2027, 3, 9), {Group.RETURNED}),
        (Stage.SUBMITTED, 3, 30, date(2027, 3, 9), set()),
    ],
)
def test_groups(stage, answered, quiet, closes_on, groups):
    assert reading(stage, answered, quiet).groups(closes_on, AT) == groups
    assert reading(stage, answered, quiet, person=None).groups(closes_on, AT) == set()


def test_shares_never_round_to_nothing_or_to_all():
    shares = {(0, 9): (0, 0), (1, 900): (1, 1), (1, 3): (33, 1), (1, 2): (50, 2), (2, 3): (66, 2)}
    shares |= {(7, 10): (70, 3), (899, 900): (99, 3), (9, 9): (100, 4), (0, 0): (0, 0)}
    for counts, expected in shares.items():
        assert (percent(Progress(*counts)), step(Progress(*counts))) == expected


def test_days_left():
    assert days_left(None, AT) == "as long as the round is open"
    assert days_left(date(2027, 3, 22), AT) == "12 days"
    assert days_left(date(2027, 3, 11), AT) == "1 day"
    assert days_left(date(2027, 3, 10), AT) == "less than a day"
    assert days_left(date(2027, 3, 9), AT) == "the last day was 9 March 2027"


@pytest.fixture
def spring(app) -> int:
    """Four systems: submitted and returned; begun long ago; assigned; nobody. With a lead."""
    with app.app_context():
        round_ = make_round("spring", systems=4, closes_on=date.today() + timedelta(days=30))
        first, second, third, _ = round_.systems()
        ada, bo = (make_person(name, Role.REVIEWER) for name in ("Ada Reader", "Bo Second"))
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        begin(assign(round_, first, ada), submit=True)
        sent_back = assign(round_, first, bo)
        begin(sent_back, submit=True)
        return_review(sent_back, {}, lead, reason="Look again.")
        stalled = assign(round_, second, ada)
        begin(stalled)
        assign(round_, third, bo)
        long_ago = now() - timedelta(days=9)
        for change in session.scalars(
            select(AnswerChange).join(Answer).where(Answer.review_id == stalled.id)
        ):
            change.changed_at = long_ago
        session.commit()
        return round_.id


def person_id(app, name: str) -> int:
    with app.app_context():
        return session.scalars(select(Person.id).filter_by(name=name)).one()


def letters(app) -> list[Message]:
    with app.app_context():
        found = list(session.scalars(select(Message).order_by(Message.id)))
        session.expunge_all()
        return found


def test_cells_are_over_all_readings_and_over_what_is_asked(app, spring):
    with app.app_context():
        round_ = session.get_one(Round, spring)
        gate = session.scalars(select(Review).filter_by(stage=Stage.BEGUN.value)).one()
        asked = readings_of(round_, [])[2].by_criterion["leadership"].asked
        gate.record("leadership-4", "plan", YES, author=gate.reviewer)
        session.flush()
        rows = rows_of(round_, readings_of(round_, moments_of(round_)))
        criteria = [c.id for c in round_.released.instrument.criteria]
        cell = dict(zip(criteria, rows[1].cells, strict=True))["leadership"]
        yes = cell.asked
        gate.record("leadership-4", "plan", NO, author=gate.reviewer)
        no = readings_of(round_, [])[2].by_criterion["leadership"]
        assert (cell.answered, no.answered) == (1, 1) and {yes, no.asked} > {asked}
        assert [row.state for row in rows] == ["Returned", "Under way", "Not opened", "No reader"]
        assert rows[0].total.answered == 4 and rows[3].last is None
        assert set(rows[3].cells) == {None}


def test_the_page(app, spring):
    client = sign_in(app, person_id(app, "Lee Lead"))
    page = client.get(f"/rounds/{spring}/progress").text
    for part in ("Not opened: 1 person", "Stalled: 1 person", "Returned: 1 person", "9 days ago"):
        assert part in page
    assert "Late:" not in page
    assert f'href="/rounds/{spring}/progress"' in client.get(f"/rounds/{spring}").text
    client.post(f"/rounds/{spring}/state", data={"state": "closed"})
    assert "nobody is waited for" in client.get(f"/rounds/{spring}/progress").text


def test_a_nudge_goes_once_a_day(app, spring):
    client = sign_in(app, person_id(app, "Lee Lead"))
    address = f"/rounds/{spring}/progress/nudge/{person_id(app, 'Ada Reader')}"
    page = client.post(address, follow_redirects=True).text
    assert "Nudged Ada Reader." in page and "Nudged 1 time, last today" in page
    page = client.post(address, follow_redirects=True).text
    assert "Not nudged, because an email went out within 24 hours: Ada Reader" in page
    [letter] = letters(app)
    assert (letter.kind, "Time left: 30 days" in letter.body) == ("nudge", True)
    with app.app_context():
        begun = session.scalars(select(Review).filter_by(stage=Stage.BEGUN.value)).one()
        assert f"/reviews/{begun.id}" in letter.body and begun.system.name in letter.subject
        session.scalars(select(RoundLetter)).one().written_at = now() - timedelta(hours=25)
        session.commit()
    assert "Nudged 2 times" in client.post(address, follow_redirects=True).text
    assert client.post(f"/rounds/{spring}/progress/nudge/999").status_code == 404


def test_a_group_is_nudged_person_by_person(app, spring):
    client = sign_in(app, person_id(app, "Lee Lead"))
    with app.app_context():
        fourth = session.get_one(Round, spring).systems()[3]
        for name in ("Cy Third", "Di Gone"):
            assign(session.get_one(Round, spring), fourth, make_person(name, Role.REVIEWER))
        session.scalars(select(Person).filter_by(name="Di Gone")).one().removed_at = now()
        session.commit()
    assert "Nudge all 2" in client.get(f"/rounds/{spring}/progress").text
    page = client.post(f"/rounds/{spring}/progress/nudge-all/not-opened", follow_redirects=True)
    assert "Nudged Bo Second, Cy Third." in page.text and "Access was removed" in page.text
    assert len(letters(app)) == 2
    assert " and " in letters(app)[0].body  # both of Bo's systems in one letter
    assert client.post(f"/rounds/{spring}/progress/nudge-all/nobody").status_code == 404
    client.post(f"/rounds/{spring}/state", data={"state": "closed"})
    before = len(letters(app))
    page = client.post(f"/rounds/{spring}/progress/nudge-all/stalled", follow_redirects=True).text
    assert "The round is closed" in page and len(letters(app)) == before


def test_viewers_read_and_do_not_nudge(app, spring):
    with app.app_context():
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER).id
        session.commit()
    client = sign_in(app, viewer)
    assert "Nudge" not in client.get(f"/rounds/{spring}/progress").text
    assert client.post(f"/rounds/{spring}/progress/nudge-all/stalled").status_code == 403


def test_ten_queries_at_42_systems_and_60_people(app, spring):
    client = sign_in(app, person_id(app, "Lee Lead"))
    with queries() as few:
        client.get(f"/rounds/{spring}/progress")
    with app.app_context():
        large = make_round("large", systems=42)
        people = [make_person(f"Reader {n}", Role.REVIEWER) for n in range(60)]
        for n, system in enumerate(large.systems()):
            begin(assign(large, system, people[n]), submit=n % 2 == 0)
            assign(large, system, people[(n + 7) % 60])
        session.commit()
        assert session.scalar(select(func.count()).select_from(Review)) > 80
        large_id = large.id
    with queries() as many:
        page = client.get(f"/rounds/{large_id}/progress").text
    assert "21 of 84" in page
    assert len(many) == len(few) <= 10
