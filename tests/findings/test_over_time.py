"""A figure beside what it was: unknown stays unknown; every comparison says what it rests on."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from html import unescape

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config import ROOT
from reviewer.db import now, session
from reviewer.findings import stacks
from reviewer.findings.carrying import Carried
from reviewer.findings.comparison_chart import stacks_of
from reviewer.findings.earlier import (
    PUBLISHED,
    Mapped,
    choices_of,
    comparison_of,
    mapped,
)
from reviewer.findings.over_time import (
    UNKNOWN,
    Compared,
    Known,
    Number,
    Time,
    compare,
    describe,
    rests_on,
    sentence_of,
)
from reviewer.findings.published import published_of, read_published
from reviewer.findings.rendering import render
from reviewer.findings.tables import compared_rows
from reviewer.instrument.check import read as read_instrument
from reviewer.instrument.model import CHOICES
from reviewer.instrument.models import latest, release
from reviewer.instrument.proposing import propose
from reviewer.people.permissions import Role
from reviewer.rounds.models import Round, create_round
from reviewer.rounds.upgrades import Upgrade
from reviewer.systems.models import System
from tests.findings.makers import GROUPS, RAG, figure, groups
from tests.moderation.makers import NO, SOME, YES, queries, read
from tests.rounds.makers import TEXT, patch
from tests.running.makers import make_person, make_round, sign_in

PRINT = Time("in the published report", None, None)
SPRING = Time("in the spring round", 28, 42)
SAME = {option.id: option.id for option in RAG}


def printed(*counts, base=31, known=Known.PRINTED, now=None) -> Compared:
    was = {option.id: Number(count, base, known) for option, count in zip(RAG, counts, strict=True)}
    return Compared(now or figure(10, 11, 9), PRINT, was)


def test_a_number_in_print_is_told_apart_by_how_it_is_known():
    assert sentence_of(printed(14, 12, 5)) == (
        "33% (10 of 30) of strategies have the answer ‘Yes’; in the published report it was 45% "
        "(14 of 31), printed."
    )
    assert sentence_of(printed(14, 12, 5, known=Known.INFERRED)).endswith("inferred.")
    found = printed(None, None, 17, base=30, known=Known.COMPUTED)
    assert "‘No’; in the published report it was 57% (17 of 30), computed." in sentence_of(found)
    assert found.known == [Known.COMPUTED]
    assert (found.points("no"), found.points("yes")) == (30 - 57, None)


def test_what_is_not_known_is_never_0():
    found = printed(None, None, None)
    assert "what it was in the published report is not known." in sentence_of(found)
    assert not found.is_known and found.known == []
    rows = compared_rows([found])
    assert {row["earlier_count"] for row in rows} == {None}
    assert {row["earlier_base"] for row in rows} == {31}  # which is printed
    assert {row["same_systems"] for row in rows} == {None}
    assert Number(0, 31, Known.PRINTED).percent == 0
    assert str(Number(0, 31, Known.PRINTED)) == "0% (0 of 31)"
    assert str(UNKNOWN) == "not known"


def test_a_question_that_was_not_asked():
    found = compare(figure(10, 11, 9), SPRING, None, {})
    assert sentence_of(found).endswith("; it was not asked in the spring round.")
    assert rests_on(found) == ["Base now: 30 out of 31 strategies reviewed"]


def test_a_round_says_how_many_systems_both_rest_on_and_who_changed():
    then = Carried({1: YES.options, 2: NO.options, 3: NO.options}, differ=(4,), unknown=())
    now = {1: YES.options, 2: YES.options, 3: SOME.options, 4: YES.options, 5: NO.options}
    before = figure(14, 10, 3, reviewed=28)
    found = compare(
        figure(10, 11, 9), SPRING, before, SAME, then=then, values=now, words="in this round"
    )
    assert found.same.base == 3
    assert found.same.moves == {("yes", "yes"): 1, ("no", "yes"): 1, ("no", "some"): 1}
    assert rests_on(found) == [
        "Base now: 30 out of 31 strategies reviewed",
        "Base then: 27 out of 28 reviewed",
        "The same systems in both: 3",
        "1 merged system left out of these: the predecessors had different answers",
    ]
    (yes, _, _) = compared_rows([found])
    assert (yes["earlier_count"], yes["count"], yes["points"]) == (14, 10, 33 - 52)
    assert (yes["same_systems"], yes["same_earlier"], yes["same_now"], yes["same_both"]) == (
        3, 1, 2, 1,
    )  # fmt: skip


def test_options_that_have_other_ids_now_are_found_by_the_mapping():
    before = figure(14, 10, 3, options=[replace(o, id=f"old-{o.id}") for o in RAG])
    found = compare(figure(10, 11, 9), SPRING, before, {"old-yes": "yes", "old-no": "no"})
    assert found.number("yes").count == 14
    assert found.number("some") == UNKNOWN


numbers = st.one_of(st.none(), st.integers(0, 10))


@given(yes=numbers, some=numbers, no=numbers, base=st.one_of(st.none(), st.just(30)))
def test_whatever_is_known_a_chart_says_no_more(yes, some, no, base):
    found = printed(yes, some, no, base=base)
    then, now = stacks_of(found).bars
    assert sum(part.size for part in now.parts) == pytest.approx(100)
    shown = {part.key for part in then.parts}
    for option, count in zip(RAG, (yes, some, no), strict=True):
        assert (option.title in shown) == bool(count and base)
    assert ("Not known" in shown) == (base is not None and None in (yes, some, no))
    assert sum(part.size for part in then.parts) <= 100 + 1e-6


@pytest.mark.parametrize(
    "made",
    [
        printed(None, None, 17, base=30),
        Compared(groups(6, 10, 21, 7, base=29), PRINT,
                 {o.id: Number(None if o.id == "other" else 5, 26, Known.PRINTED) for o in GROUPS}),
    ],
)  # fmt: skip
def test_the_chart_says_it_all_in_words_too(made):
    said = stacks_of(made, invented=True, provisional=True)
    alt.LayerChart.from_dict(stacks.chart(said).to_dict())
    alt.LayerChart.from_dict(stacks.web_spec(said))
    svg = unescape(render(stacks.chart(said), ["svg"])["svg"].decode())
    for words in (made.now.question.text, "not known", "Base then:", "Provisional"):
        assert words in svg
    assert describe(made) in svg
    if made.now.question.kind == CHOICES:
        assert "Other" in svg and "not known, now 6 (21%)" in svg


def test_every_published_number_is_read_and_nothing_else_is_made_of_the_file():
    published = published_of("hpig-2024")
    with (ROOT / "criteria" / "hpig-2024-published.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number = published[row["question"], row["document"]][row["option"]]
            told = (number.count, number.base, number.known)
            plain = [None if value is None else str(value) for value in told]
            assert plain == [row[key] or None for key in ("count", "base", "known")]
    assert published_of("unheard-of") is None


def test_a_line_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "x-published.csv"
    path.write_text("question,document,option,count,base,known\nq,plan,yes,some,31,printed\n")
    with pytest.raises(ValueError, match="line 2"):
        read_published(path)


def test_versions_of_one_instrument_share_ids_and_others_need_a_mapping():
    instrument, _ = read_instrument(TEXT)
    other = replace(instrument, id="other", questions=instrument.questions[1:])
    newer = replace(instrument, version="2.0.0", questions=instrument.questions[1:])
    assert len(mapped(instrument, newer, {}).questions) == len(instrument.questions) - 1
    assert mapped(instrument, other, {}).questions == {}
    known = Mapped({"population-1": "population-4"}, {"population-1": {"yes": "yes"}})
    reviewed = {(("hpig-2024", "1.0"), ("other", "1.0")): known}
    patched = replace(instrument, version="1.0.9")
    assert mapped(patched, other, reviewed) is known  # a patch has the same ids
    ends = [instrument.question(q) for q in ("population-1", "population-4")]
    assert known.options_of(*ends) == {"yes": "yes"}


def test_a_round_is_compared_through_the_mapping_that_was_reviewed(app):
    with app.app_context():
        earlier = make_round("spring", systems=3)
        for system in earlier.systems():
            read(earlier, system, "one", {PLACE: YES})
        newer = patch("2.0.0", 'id = "leadership-2"', 'id = "leadership-20"')
        version, lead = release(newer), make_person("Lee Lead", Role.POLICY_LEAD)
        later = create_round("autumn", instrument=version, systems=earlier.systems())
        for system in later.systems():
            read(later, system, "one", {("leadership-20", "plan"): NO})

        def beside():
            found = comparison_of(later, choices_of(later)[0]).figures
            return next(c for c in found if c.now.question.id == "leadership-20")

        assert beside().was is None
        mapping = propose(earlier.released.instrument, later.released.instrument)
        upgrade = Upgrade(
            round_id=earlier.id,
            from_version_id=earlier.instrument_version_id,
            to_version_id=version.id,
            mapping=mapping.as_json(),
            made_by_id=lead.id,
        )
        session.add(upgrade)
        session.flush()
        assert beside().was is None  # nobody has used it yet
        upgrade.applied_at = now()
        session.flush()
        assert beside().asked_as == "leadership-2"
        assert beside().same.moves == {("yes", "no"): 3}


PLACE = ("leadership-2", "plan")


@pytest.fixture
def scene(app):
    """Ids: an earlier round, a later one of a system that merged, one that was split and two that
    stayed, and a policy lead."""
    with app.app_context():
        earlier = make_round("spring", systems=5)
        a, b, c, d, e = earlier.systems()
        made = [
            System(code=f"M{n}", name=f"Merged {n}", region="R", valid_from=date(2026, 4, 1))
            for n in range(2)
        ]
        session.add_all(made)
        session.flush()
        a.successors, b.successors, c.successors = [made[0]], [made[0]], made
        for system, value in ((a, YES), (b, YES), (c, NO), (d, NO), (e, SOME)):
            read(earlier, system, "one", {PLACE: value})
        later = create_round("autumn", instrument=latest("hpig-2024"), systems=[*made, d, e])
        for system, value in ((made[0], NO), (made[1], YES), (d, YES), (e, SOME)):
            read(later, system, "one", {PLACE: value})
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return earlier.id, later.id, lead.id


def test_a_successor_stands_beside_its_predecessors(app, scene):
    with app.app_context():
        earlier, later = (session.get_one(Round, id_) for id_ in scene[:2])
        choices = choices_of(later)
        assert [choice.value for choice in choices] == [str(earlier.id), PUBLISHED]
        assert [choice.value for choice in choices_of(earlier)] == [PUBLISHED]
        found = comparison_of(later, choices[0])
        assert (found.reviewed, found.time.reviewed, found.time.total) == (4, 5, 5)
        assert len(found.carrying.predecessors) == 3
        assert len(found.carrying.split) == 1
        compared = next(c for c in found.figures if (c.now.question.id, "plan") == PLACE)
        # The two that merged said Yes, and their successor No; one of the rest went to Yes.
        assert compared.same.base == 3
        assert compared.same.moves == {("yes", "no"): 1, ("no", "yes"): 1, ("some", "some"): 1}
        assert compared.number("yes") == Number(2, 5, Known.COUNTED)


def test_the_pages_name_systems_to_the_policy_team_alone_and_no_file_does(app, scene):
    earlier, later, lead = scene
    client = sign_in(app, lead)
    address = f"/rounds/{later}/over-time"
    page = client.get(address).text
    assert "1 merged, 1 split, 1 new, 0 gone" in page
    assert "Merged 0" in page and "nobody can say to which its answer belongs" in page
    criterion = client.get(f"{address}/criteria/leadership").text
    assert "in the spring round it was 40% (2 of 5)" in criterion
    assert "Of 3 systems with a value in both, 1 (33%) have the same answer" in criterion
    assert "Merged 0" not in criterion
    behind = f"{address}/answers/leadership-2/plan"
    assert f'{behind}?with={earlier}&amp;before=yes&amp;after=no"' in criterion
    assert f"/rounds/{earlier}/findings/answers/leadership-2/plan" in criterion
    listed = client.get(f"{behind}?before=yes&after=no").text
    assert "1 system of the 3 with a value in both" in listed and "Merged 0" in listed
    assert "3 systems of the 3" in client.get(behind).text
    assert client.get(f"{behind}?before=maybe").status_code == 404
    assert client.get(f"{behind}?with=published").status_code == 404
    table = client.get(f"{address}/table.csv").text
    assert "leadership-2,plan," in table and "Merged" not in table
    assert client.get(f"{address}/table.xlsx?with=published").data[:2] == b"PK"
    chart = client.get(f"{address}/chart/leadership-2/plan.svg").text
    assert "The same systems in both: 3" in chart
    for missing in ("?with=77", "/criteria/nothing", "/chart/none/plan.svg"):
        assert client.get(address + missing).status_code == 404


def test_beside_what_was_published(app, scene):
    _, later, lead = scene
    client = sign_in(app, lead)
    page = client.get(f"/rounds/{later}/over-time?with=published").text
    assert "it is never taken for 0" in page and "January 2024" in page
    page = client.get(f"/rounds/{later}/over-time/criteria/leadership?with=published").text
    assert "in the published report it was 57% (17 of 30), inferred." in page
    assert "what it was in the published report is not known." in page


def test_the_same_number_of_queries_whatever_the_systems(app, scene):
    earlier, later, lead = scene
    client = sign_in(app, lead)
    with app.app_context():
        more = make_round("more", systems=30)
        for system in more.systems()[:20]:
            read(more, system, "one", {PLACE: YES, ("leadership-1", "strategy"): YES_TO_SEND})
        more.earlier_id = earlier
        session.commit()
        more_id = more.id
    counts = []
    for round_id in (later, more_id):
        for page in ("", "/criteria/leadership", "/table.csv"):
            address = f"/rounds/{round_id}/over-time{page}?with={earlier}"
            client.get(address)
            with queries() as sent:
                assert client.get(address).status_code == 200
            counts.append(len(sent))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 24


YES_TO_SEND = replace(YES, options=frozenset({"send"}))
