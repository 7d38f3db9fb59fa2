"""Closing keeps the figures; opening again says why; what moved in between can be told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.snapshots import Snapshot, moved, snapshots_of, why
from reviewer.moderation.decisions import decide
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Refused, Review, assign
from reviewer.rounds.models import NotPublished, Round
from reviewer.running.closing import close, reopen
from tests.findings.makers import PLAN, figure
from tests.running.makers import make_person, make_round, sign_in

YES, NO = Given(options=frozenset({"yes"})), Given(options=frozenset({"no"}))
SOME = Given(options=frozenset({"some"}))
PLACE = ("leadership-2", "plan")


def submitted(round_: Round, number: int, given: Given) -> Review:
    review = assign(
        round_, round_.systems()[number], make_person(f"Reader {number}", Role.REVIEWER)
    )
    review.record(*PLACE, given, author=review.reviewer)
    review.submit()
    return review


@pytest.fixture
def round_(app):
    with app.app_context():
        made = make_round("Spring", systems=6)
        for number in range(4):
            submitted(made, number, YES)
        yield made


def test_a_snapshot_is_the_figures_of_that_moment_and_stays(round_):
    before = figures(round_)
    first = close(round_, None)
    session.expire_all()
    assert first.figures() == [*before]
    assert (first.number, first.systems_reviewed, first.systems_total) == (1, 4, 6)
    reopen(round_, "A late reply", None)
    submitted(round_, 4, NO)
    second = close(round_, None)
    session.expire_all()
    assert first.figures() == before
    assert second.figures() == figures(round_)
    assert [s.number for s in snapshots_of(round_)] == [1, 2]
    assert first.reopened_because == "A late reply"
    assert second.reopened_because == ""


def test_closing_twice_keeps_one(round_):
    assert close(round_, None)
    assert close(round_, None) is None
    assert len(snapshots_of(round_)) == 1


@pytest.mark.parametrize("because", ["", "  \n "])
def test_opening_again_needs_a_reason(round_, because):
    close(round_, None)
    with pytest.raises(Refused, match="Say why"):
        reopen(round_, because, None)
    assert not round_.is_open
    assert snapshots_of(round_)[0].reopened_at is None


def test_what_moved_is_told_by_option_and_base():
    before = [figure(3, 1, 0), figure(5, 2, 1, document=PLAN), figure(1, 1, 1, id="gone")]
    after = [figure(3, 1, 0), figure(4, 3, 1, document=PLAN), figure(1, 1, 1, id="new")]
    plan, new, gone = moved(before, after)
    assert [o.id for o in plan.options()] == ["yes", "some"]
    assert (new.before, new.figure.question.id) == (None, "new")
    assert (gone.after, gone.figure.question.id) == (None, "gone")
    assert moved(before, before) == []
    # A base can move where no count does.
    assert [m.options() for m in moved([figure(2, 1, 0)], [figure(2, 1, 0, reviewed=30)])] == [[]]


def test_why_names_what_was_done_in_between_and_no_more(round_):
    first = close(round_, None)
    reopen(round_, "Two readers disagreed", None)
    late = submitted(round_, 4, NO)
    other = round_.systems()[0]
    decide(round_, other, *PLACE, SOME, "Read again", late.reviewer)
    second = close(round_, None)
    found = why(round_, first, second)
    assert found.answered == {PLACE: {late.system.name}}
    assert found.submitted == [late.system.name]
    assert found.decided == {PLACE: {other.name}}
    assert found.systems == {late.system.name, other.name}
    assert found.can_be_told_apart
    [change] = [m for m in moved(first.figures(), second.figures()) if m.place == PLACE]
    assert (change.before.counts["yes"], change.after.counts["yes"]) == (4, 3)


def test_a_mark_of_what_is_not_published_moves_numbers_and_is_told(round_):
    first = close(round_, None)
    reopen(round_, "It was never published", None)
    system, lead = round_.systems()[0], make_person("Lee Lead", Role.POLICY_LEAD)
    mark = {"round_id": round_.id, "system_id": system.id, "kind": "plan"}
    session.add(NotPublished(**mark, marked_by_id=lead.id))
    session.flush()
    second = close(round_, None)
    found = why(round_, first, second)
    assert (found.marked, found.systems) == ([system.name], {system.name})
    assert moved(first.figures(), second.figures())
    assert found.can_be_told_apart
    assert second.figures() == figures(round_)


def test_what_was_never_handed_in_does_not_hide_the_few_that_changed(round_):
    first = close(round_, None)
    reopen(round_, "A late reply", None)
    submitted(round_, 4, NO)
    for number in range(3):
        at_work = assign(round_, round_.systems()[number], f"at work {number}")
        at_work.record(*PLACE, NO)
    second = close(round_, None)
    found = why(round_, first, second)
    assert len(found.systems) == 1
    assert found.can_be_told_apart


def test_many_systems_cannot_be_told_apart(round_):
    first = close(round_, None)
    reopen(round_, "More reviews", None)
    for number in (4, 5):
        submitted(round_, number, NO)
    second = close(round_, None)
    assert why(round_, first, second).can_be_told_apart
    reopen(round_, "One more", None)
    extra = assign(round_, round_.systems()[0], make_person("Late Reader", Role.REVIEWER))
    extra.record(*PLACE, YES, author=extra.reviewer)
    extra.submit()
    third = close(round_, None)
    assert not why(round_, first, third).can_be_told_apart


def test_the_pages(app):
    with app.app_context():
        made = make_round("Spring", systems=6)
        submitted(made, 0, YES)
        viewer = make_person("Vera Viewer", Role.POLICY_VIEWER)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        round_id, viewer_id, lead_id = made.id, viewer.id, lead.id
    client = sign_in(app, lead_id)
    client.post(f"/rounds/{round_id}/state", data={"state": "closed"})
    client.post(f"/rounds/{round_id}/state", data={"state": "open", "because": "A late reply"})
    with app.app_context():
        submitted(session.get_one(Round, round_id), 1, NO)
        session.commit()
    client.post(f"/rounds/{round_id}/state", data={"state": "closed"})
    viewing = sign_in(app, viewer_id)
    second = viewing.get(f"/rounds/{round_id}/snapshots/2").text
    assert "Only 1 system changed between figures 1 and 2" in second
    shown = viewing.get(f"/rounds/{round_id}/snapshots/1").text
    assert "changed between figures" not in shown
    assert f'href="/rounds/{round_id}/findings/answers/leadership-2/plan?option=yes"' in shown
    assert "opened again" in shown and "A late reply" in shown and "Lee Lead" in shown
    assert "base 1 out of 1" in shown
    page = viewing.get(f"/rounds/{round_id}/snapshots/2/changes").text
    assert "Figures that changed" in page and "A late reply" in page
    assert "Only 1 system changed between figures 1 and 2" in page
    assert viewing.get(f"/rounds/{round_id}/snapshots/1/changes").status_code == 404
    assert viewing.get(f"/rounds/{round_id}/snapshots/3").status_code == 404
    assert viewing.get(f"/rounds/{round_id}/snapshots/2/changes?since=2").status_code == 404
    table = viewing.get(f"/rounds/{round_id}/snapshots/1/table.csv").text
    assert "leadership,leadership-2,plan" in table
    assert "Figures 2" in viewing.get(f"/rounds/{round_id}/findings").text
    with app.app_context():
        assert [s.made_by.name for s in session.scalars(select(Snapshot))] == ["Lee Lead"] * 2
