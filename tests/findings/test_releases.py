"""A release too close to an earlier one is warned of (rule of counting 7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.db import now, session
from reviewer.findings.making import Making
from reviewer.findings.models import make_token
from reviewer.findings.releases import nearest, too_close
from reviewer.findings.snapshots import FEWEST
from reviewer.moderation.decisions import decide
from reviewer.people.permissions import Role
from reviewer.report.models import ReportFile
from reviewer.running.closing import close, reopen
from tests.moderation.makers import NO, SOME, YES, read
from tests.running.makers import make_person, make_round, sign_in

PLACE = ("leadership-2", "plan")
START = now()


@pytest.fixture
def scene(app):
    """A round of six systems, four of them read, and its lead."""
    with app.app_context():
        round_ = make_round("spring", systems=6)
        for system in round_.systems()[:4]:
            read(round_, system, f"reader of {system.name}", {PLACE: YES})
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        yield round_, lead


def report_made(round_, lead) -> None:
    report = ReportFile(round_id=round_.id, format="pdf", state=Making.WAITING, asked_by_id=lead.id)
    session.add(report)
    session.flush()
    assert too_close(round_) is None  # asked for, it has not gone out
    report.state = Making.MADE
    session.flush()


def read_more(round_, start, number):
    for system in round_.systems()[start : start + number]:
        read(round_, system, f"reader of {system.name}", {PLACE: NO})


def test_the_first_release_and_one_of_the_same_are_not_warned_of(scene):
    round_, lead = scene
    assert too_close(round_) is None
    close(round_, lead)
    session.flush()
    assert too_close(round_) is None
    make_token(close_again(round_, lead), "a workbook", lead)
    assert too_close(round_) is None


def close_again(round_, lead):
    reopen(round_, "A look.", lead)
    return close(round_, lead)


def test_one_or_two_systems_more_are_warned_of_and_three_are_not(scene):
    round_, lead = scene
    report_made(round_, lead)
    read_more(round_, 4, 1)
    found = too_close(round_)
    assert (found.what, found.systems) == ("a report", 1)
    assert found.sentence.startswith("One system has changed since a report went out on ")
    decide(round_, round_.systems()[0], *PLACE, SOME, "Page 1.", lead)
    session.flush()
    assert too_close(round_).systems == 2
    read_more(round_, 5, 1)
    assert too_close(round_) is None


def test_what_is_not_handed_in_moves_nothing(scene):
    round_, lead = scene
    report_made(round_, lead)
    for system in round_.systems()[4:]:
        read(round_, system, f"reader of {system.name}", {PLACE: NO}, submit=False)
    assert too_close(round_) is None


def test_figures_that_were_closed_are_warned_of_for_good(scene):
    round_, lead = scene
    first = close(round_, lead)
    reopen(round_, "One was late.", lead)
    read_more(round_, 4, 1)
    second = close(round_, lead)
    session.flush()
    assert too_close(round_, first.made_at) is None
    found = too_close(round_, second.made_at)
    assert (found.what, found.systems) == ("the figures of the closed round", 1)


def test_every_place_of_release_says_so(app, scene):
    round_, lead = scene
    close(round_, lead)
    reopen(round_, "One was late.", lead)
    read_more(round_, 4, 1)
    close(round_, lead)
    session.commit()
    round_id, lead_id = round_.id, lead.id
    client = sign_in(app, lead_id)
    for place in ("findings", "report", "charts", "snapshots/2/tokens"):
        page = client.get(f"/rounds/{round_id}/{place}").text
        assert "One system has changed since" in page, place
    # Here the two closings are named instead.
    assert "Only 1 system changed" in client.get(f"/rounds/{round_id}/snapshots/2").text
    assert "has changed since" not in client.get(f"/rounds/{round_id}/snapshots/1").text


def test_the_command_says_so(app, scene, tmp_path):
    round_, lead = scene
    report_made(round_, lead)
    read_more(round_, 4, 2)
    session.commit()
    args = ["findings", "table", "spring", "--output", str(tmp_path / "t.csv")]
    result = app.test_cli_runner().invoke(args=args)
    assert result.exit_code == 0 and "Two systems have changed since a report" in result.output


@given(st.lists(st.integers(0, 9), max_size=8), st.lists(st.integers(0, 9), max_size=5))
def test_the_newest_release_with_one_or_two_changes_since(touched, released):
    times = [START + timedelta(hours=n) for n in touched]
    releases = sorted((START + timedelta(hours=n, minutes=30) for n in released), reverse=True)
    found = nearest([(at, "a report") for at in releases], times)
    close_ones = [at for at in releases if 0 < sum(t > at for t in times) < FEWEST]
    assert (found.at if found else None) == (close_ones[0] if close_ones else None)
