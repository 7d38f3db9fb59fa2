"""Honest coverage: the range of the sector, tried out on every way the others could answer."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.db import session
from reviewer.findings.coverage import (
    Range,
    not_published_by_kind,
    regions_of,
    sector_range,
)
from reviewer.findings.figures import Figure, percent_of
from reviewer.people.permissions import Role
from reviewer.rounds.models import NotPublished
from tests.findings.makers import PLAN, figure, question
from tests.moderation.makers import YES, queries, read
from tests.running.makers import make_person, make_round, sign_in

small = st.integers(0, 3)


def test_the_range_of_a_printed_figure():
    # 19 of the 31 strategies reviewed; eleven systems were not.
    found = sector_range(figure(8, 4, 19), "no", not_published=0)
    assert found == Range(low=45, high=71, systems=42)
    assert str(found) == "45% to 71%"
    assert sector_range(figure(8, 4, 19), "no", not_published=11) == Range(61, 61, 31)


@given(counts=st.tuples(small, small, small), unanswered=small, unresolved=small, na=small,
       others=small, missing=st.integers(0, 2))  # fmt: skip
def test_every_way_the_others_could_answer_lies_in_it_and_both_ends_are_reached(
    counts, unanswered, unresolved, na, others, missing
):
    base = sum(counts)
    reviewed = base + unanswered + unresolved + na
    asked = question()
    made = Figure(
        question=asked,
        document=PLAN,
        counts=dict(zip(("yes", "some", "no"), counts, strict=True)),
        base=base,
        systems_reviewed=reviewed,
        systems_total=reviewed + others + missing,
        unanswered=unanswered,
        not_applicable=na,
        unresolved=unresolved,
    )
    found = sector_range(made, "yes", missing)
    unknown = unanswered + unresolved + others
    shares = set()
    for said in combinations_with_replacement(("yes", "some", "no", "n/a"), unknown):
        share = percent_of(counts[0] + said.count("yes"), base + unknown - said.count("n/a"))
        if share is not None:
            shares.add(share)
    if not shares:
        assert found.low is None and str(found) == "nothing can be said"
    else:
        assert (found.low, found.high) == (min(shares), max(shares))


@pytest.fixture
def round_(app):
    with app.app_context():
        made = make_round("spring", systems=6)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        for number, system in enumerate(made.systems()[:3]):
            read(made, system, f"reader {number}", {("leadership-2", "plan"): YES})
        for system in made.systems()[3:5]:
            mark = {"round_id": made.id, "system_id": system.id, "kind": "plan"}
            session.add(NotPublished(**mark, marked_by_id=lead.id))
        session.commit()
        yield made


def test_regions_add_up(round_):
    regions = regions_of(round_)
    assert sum(region.in_scope for region in regions) == 6
    assert sum(region.reviewed for region in regions) == 3
    assert not_published_by_kind(regions, list(round_.kinds)) == {"strategy": 0, "plan": 2}
    assert [region.name for region in regions] == sorted(region.name for region in regions)


def test_the_page(app, round_):
    with app.app_context():
        lead = make_person("Pat Policy", Role.POLICY_VIEWER).id
        round_id = round_.id
        empty = make_round("empty").id
        session.commit()
    client = sign_in(app, lead)
    address = f"/rounds/{round_id}/findings/coverage"
    client.get(address)
    with queries() as sent:
        page = client.get(address).text.replace("\u00a0", " ")
    assert 0 < len(sent) <= 14
    assert "3 of 6 (50%)" in page and "2 of 6" in page
    assert "100% (3 of 3)" in page and "75% to 100% of 4" in page
    assert "/findings/answers/leadership-2/plan?option=yes" in page
    assert "nothing can be said" in client.get(f"/rounds/{empty}/findings/coverage").text
