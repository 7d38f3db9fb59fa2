"""The answers behind a figure add up to it, one by one."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.trace import How, answers_behind
from reviewer.moderation.decisions import decide
from reviewer.people.permissions import Role
from reviewer.rounds.models import NotPublished
from tests.moderation.makers import NO, NOT_APPLICABLE, SOME, YES, queries, read
from tests.running.makers import make_person, make_round, sign_in

PLACE = ("data-4", "plan")
OTHER = ("data-3", "plan")


@pytest.fixture
def scene(app):
    """Ids of a round whose places are settled in every way, and of a policy lead."""
    with app.app_context():
        round_ = make_round("spring", systems=9)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        systems, rng = round_.systems(), Random(4)
        for number, system in enumerate(systems[:8]):
            for reader in ("a", "b")[: 1 + number % 2]:
                value = rng.choice([YES, SOME, NO, NOT_APPLICABLE])
                read(round_, system, f"{reader}{number}", {PLACE: value, OTHER: YES})
        read(round_, systems[8], "c", {OTHER: NO})
        decide(round_, systems[1], *PLACE, SOME, "Page 3.", lead)
        decide(round_, systems[3], *PLACE, NOT_APPLICABLE, "Not of this area.", lead)
        mark = {"round_id": round_.id, "system_id": systems[5].id, "kind": "plan"}
        session.add(NotPublished(**mark, marked_by_id=lead.id))
        session.commit()
        return round_.id, lead.id


def test_they_add_up_to_the_figure(app, scene):
    with app.app_context():
        from reviewer.rounds.models import Round

        round_ = session.get_one(Round, scene[0])
        by_place = {(f.question.id, f.document.id): f for f in figures(round_)}
        for place in (PLACE, OTHER, ("leadership-2", "plan")):
            figure, rows = by_place[place], answers_behind(round_, *place)
            counted = Counter(option for row in rows for option in row.counted)
            assert {o: n for o, n in figure.counts.items() if n} == dict(counted)
            ways = Counter(row.how for row in rows)
            assert ways[How.AGREED] + ways[How.DECIDED] == figure.base
            assert ways[How.NOT_APPLICABLE] == figure.not_applicable
            assert ways[How.UNRESOLVED] == figure.unresolved
            assert ways[How.UNANSWERED] == figure.unanswered
            assert len(rows) == figure.systems_reviewed


def test_a_number_leads_to_its_answers_in_one_click(app, scene):
    round_id, lead_id = scene
    client = sign_in(app, lead_id)
    findings = f"/rounds/{round_id}/findings"
    criterion = client.get(f"{findings}/criteria/data-and-information-sharing").text
    address = f"{findings}/answers/data-4/plan"
    assert f'href="{address}?option=some"' in criterion
    assert f'href="{address}"' in client.get(f"/rounds/{round_id}/findings").text  # unresolved
    page = client.get(f"{address}?option=some").text
    assert "Page 3." in page and "Lee Lead" in page and "Not of this area." not in page
    assert "Not of this area." in client.get(address).text
    assert client.get(f"{address}?option=maybe").status_code == 404
    assert client.get(f"/rounds/{round_id}/findings/answers/none/plan").status_code == 404


def test_only_who_may_see_answers_is_led_there(app, scene):
    with app.app_context():
        reviewer = make_person("Ro Reader", Role.REVIEWER).id
        session.commit()
    address = f"/rounds/{scene[0]}/findings/answers/data-4/plan"
    assert sign_in(app, reviewer).get(address).status_code == 403


def test_few_queries_whatever_the_number_of_systems(app, scene):
    round_id, lead_id = scene
    client = sign_in(app, lead_id)
    counts = []
    for place in ("data-4", "leadership-2"):
        address = f"/rounds/{round_id}/findings/answers/{place}/plan"
        client.get(address)
        with queries() as sent:
            client.get(address)
        counts.append(len(sent))
    assert counts[1] <= counts[0] <= 16
