"""A snapshot can be computed again, and says what differs if it cannot."""

from __future__ import annotations

import pytest

from reviewer.db import session
from reviewer.findings.manifest import PARTS, differences, manifest_of
from reviewer.moderation.decisions import decide
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review
from reviewer.rounds.correcting import correct
from reviewer.rounds.models import NotPublished
from reviewer.running.closing import close, reopen
from tests.moderation.makers import NO, NOT_APPLICABLE, SOME, YES, read
from tests.reviews.shelf import put_on_shelf
from tests.rounds.makers import patch
from tests.running.makers import make_person, make_round

PLACE = ("leadership-2", "plan")


@pytest.fixture
def scene(app):
    """A closed round, its snapshot and a policy lead."""
    with app.app_context():
        round_ = make_round("spring", systems=4)
        one, two, three, _ = round_.systems()
        put_on_shelf(one, "plan", ("One", "Two"))
        for system, value in ((one, YES), (two, NO), (three, NOT_APPLICABLE)):
            read(round_, system, f"reader of {system.name}", {PLACE: value})
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        yield round_, close(round_, lead), lead


def test_the_same_data_give_the_same_table(scene):
    round_, snapshot, _ = scene
    session.flush()
    session.expire_all()
    assert set(snapshot.manifest) == set(PARTS)
    assert differences(snapshot, round_) == []
    reopen(round_, "A look.", None)
    assert differences(snapshot, round_) == []
    assert close(round_, None).manifest == snapshot.manifest


def test_each_kind_of_change_is_named(scene):
    round_, snapshot, lead = scene
    reopen(round_, "A change.", lead)
    systems = round_.systems()
    read(round_, systems[0], "somebody else", {PLACE: SOME})
    found = differences(snapshot, round_)
    assert found == [
        f"Not the same: {PARTS['answers']}.",
        "Not the same: figure leadership-2-plan.",
    ]
    decide(round_, systems[0], *PLACE, YES, "Page 1.", lead)
    # The table is the same again; what it rests on is not.
    assert differences(snapshot, round_) == [f"Not the same: {PARTS['answers']}."]
    put_on_shelf(systems[0], "strategy", ("Newer",))
    assert f"Not the same: {PARTS['documents']}." in differences(snapshot, round_)
    read(round_, systems[3], "a fourth", {PLACE: YES})
    assert "Systems reviewed: 3 of 4 then, 4 of 4 now." in differences(snapshot, round_)


def test_a_mark_is_part_of_it_and_an_unsubmitted_review_is_not(scene):
    round_, _, lead = scene
    reopen(round_, "A change.", lead)
    before = manifest_of(round_)
    read(round_, round_.systems()[3], "a fourth", {PLACE: YES}, submit=False)
    assert manifest_of(round_) == before
    mark = {"round_id": round_.id, "system_id": round_.systems()[1].id, "kind": "plan"}
    session.add(NotPublished(**mark, marked_by_id=lead.id))
    session.flush()
    assert manifest_of(round_)["answers"] != before["answers"]


def test_the_command_says_the_same_or_what_differs(app, scene):
    round_, snapshot, lead = scene
    session.commit()
    runner = app.test_cli_runner()
    result = runner.invoke(args=["findings", "verify", str(snapshot.id)])
    assert result.exit_code == 0, result.output
    assert "Figures 1 of the round spring" in result.output and "all the same" in result.output
    reopen(round_, "A change.", lead)
    session.delete(session.query(Review).first())
    session.commit()
    result = runner.invoke(args=["findings", "verify", str(snapshot.id)])
    assert result.exit_code == 1 and "leadership-2-plan" in result.output
    result = runner.invoke(args=["findings", "verify", "999"])
    assert result.exit_code == 1 and "no snapshot 999" in result.output


def test_one_made_before_there_were_manifests_says_so(scene):
    round_, snapshot, _ = scene
    snapshot.manifest = {}
    assert all(line.startswith("No hash of") for line in differences(snapshot, round_))


def test_other_words_of_a_question_are_named(scene):
    round_, snapshot, lead = scene
    reopen(round_, "A word was wrong.", lead)
    correct(round_, patch(), lead)
    session.flush()
    # The counts are the same: the words that were asked are not.
    assert differences(snapshot, round_) == [f"Not the same: {PARTS['instrument']}."]


def test_a_figure_that_was_tampered_with_is_named(scene):
    round_, snapshot, _ = scene
    counts = [dict(kept) for kept in snapshot.counts]
    changed = next(c for c in counts if (c["question"], c["document"]) == PLACE)
    changed["counts"] = {**changed["counts"], "yes": 2, "no": 0}
    snapshot.counts = counts
    session.flush()
    assert differences(snapshot, round_) == ["Not the same: figure leadership-2-plan."]
