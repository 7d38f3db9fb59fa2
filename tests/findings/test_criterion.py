"""The page of a criterion: cut by region and document, with what reviewers wrote beneath."""

from __future__ import annotations

import pytest

from reviewer.db import session
from reviewer.findings.cut import SMALL, Cut
from reviewer.people.permissions import PERMISSIONS, Permission, Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.models import assign
from reviewer.rounds.models import NotPublished
from tests.moderation.makers import NO, YES, queries, read
from tests.running.makers import make_person, make_round, sign_in

PLAN, STRATEGY = ("data-3", "plan"), ("data-1", "strategy")
CRITERION = "data-and-information-sharing"


def note(review, text, kind=NoteKind.COMMENT):
    review.note_down(CRITERION, kind, text)


@pytest.fixture
def scene(app):
    """The address of a criterion of a round, and the ids of a policy lead."""
    with app.app_context():
        round_ = make_round("spring", systems=20)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        systems = round_.systems()
        for number, system in enumerate(systems[:14]):
            answer = Given(frozenset({"yes" if number % 3 else "no"}), comment=f"So says {number}.")
            read(round_, system, f"reader {number}", {PLAN: answer, STRATEGY: YES})
        review = assign(round_, systems[14], "one at work")
        review.record(*PLAN, Given(frozenset({"no"}), comment="Not handed in."))
        note(review, "Not handed in either.")
        review = assign(round_, systems[15], "one with notes")
        review.record(*STRATEGY, NO)
        review.record("population-8", "plan", Given(text="To be healthy."))
        note(review, "Data stay within the NHS.")
        note(review, "A shared record.", NoteKind.GOOD_PRACTICE)
        review.submit()
        mark = {"round_id": round_.id, "system_id": systems[0].id, "kind": "plan"}
        session.add(NotPublished(**mark, marked_by_id=lead.id))
        session.commit()
        return f"/rounds/{round_.id}/findings/criteria/{CRITERION}", lead.id


def test_a_cut_takes_one_query_more_and_stands_in_no_file(app, scene):
    address, lead = scene
    client = sign_in(app, lead)
    client.get(address)
    with queries() as plain:
        whole = client.get(address).text
    with queries() as sent:
        cut = client.get(f"{address}?by=region").text
    assert len(sent) == len(plain) + 1 <= 16
    assert "Beneath each chart stand the counts of each region" in cut
    assert "By region: " in cut and "By region: " not in whole
    behind = (
        f"{address.partition('/criteria/')[0]}/answers/data-3/plan?option=yes&region=South+West"
    )
    assert behind.replace("&", "&amp;") in cut
    assert "Region South West alone." in client.get(behind).text
    assert "South West" in cut and "South West" not in whole
    findings = address.partition("/criteria/")[0]
    assert "South West" not in client.get(f"{findings}/table.csv?by=region").text


def test_a_small_base_has_counts_and_no_shares():
    cut = Cut("London", base=SMALL - 1, counts={"yes": 1})
    assert cut.is_small and cut.percent("yes") is None
    cut = Cut("London", base=SMALL, counts={"yes": 1})
    assert not cut.is_small and (cut.percent("yes"), cut.percent("no")) == (20, 0)


def test_one_kind_of_document_alone(app, scene):
    address, lead = scene
    client = sign_in(app, lead)
    page = client.get(f"{address}?document=plan&by=region").text
    assert 'id="data-3-plan"' in page and 'id="data-1-strategy"' not in page
    for query in ("document=letter", "by=colour"):
        assert client.get(f"{address}?{query}").status_code == 404


def test_what_was_written_in_submitted_reviews_stands_beneath(app, scene):
    address, lead = scene
    page = sign_in(app, lead).get(address).text
    assert "13 comments" in page  # one of fourteen is on a plan that is not published
    assert "So says 1." in page and "So says 0." not in page
    assert "Data stay within the NHS." in page and "A shared record." in page
    assert "Comments (1)" in page and "Good practice (1)" in page
    assert "Not handed in" not in page
    words = sign_in(app, lead).get(address.replace(CRITERION, "population-health")).text
    assert "To be healthy." in words


def test_who_may_not_see_answers_sees_neither_cut_nor_comment(app, scene, monkeypatch):
    address, _ = scene
    with app.app_context():
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER).id
        session.commit()
    narrow = PERMISSIONS[Role.POLICY_VIEWER] - {Permission.SEE_ANSWERS}
    monkeypatch.setitem(PERMISSIONS, Role.POLICY_VIEWER, narrow)
    client = sign_in(app, viewer)
    page = client.get(address).text
    assert "So says 1." not in page and "By region" not in page and "Good practice" not in page
    assert client.get(f"{address}?by=region").status_code == 403
