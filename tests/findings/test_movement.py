"""Movements between two documents: counted against a plain count, said, drawn and shown."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import altair as alt
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.db import session
from reviewer.findings import stacks
from reviewer.findings.figures import FORMATS
from reviewer.findings.movement import End, moved, notes, pairs, sentence, sentences
from reviewer.findings.movement_chart import stacks_of
from reviewer.findings.rendering import render
from reviewer.findings.settled import movements, values
from reviewer.findings.tables import movement_rows
from reviewer.instrument.check import read as read_instrument
from reviewer.instrument.model import CHOICES
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from tests.findings.makers import GROUPS, PLAN, RAG, STRATEGY, question
from tests.moderation.makers import NO, NOT_APPLICABLE, SOME, YES, queries, read
from tests.rounds.makers import TEXT
from tests.running.makers import make_person, make_round, sign_in

SCALE_ENDS = (
    End(question(), STRATEGY, "in the strategy"),
    End(question(), PLAN, "in the plan"),
)
GROUP_ENDS = (
    End(question(GROUPS, CHOICES, "Which groups?", "groups-1"), STRATEGY, "in the strategy"),
    End(question(GROUPS, CHOICES, "Which groups?", "groups-2"), PLAN, "in the plan"),
)
PAIR = "coproduction-3-strategy_coproduction-5-plan"


def scale(*pairs_: tuple[str, str]):
    """A movement of one system for each pair; "-" is no value."""
    before, after = (
        {n: frozenset({pair[i]}) for n, pair in enumerate(pairs_) if pair[i] != "-"} for i in (0, 1)
    )
    return moved(SCALE_ENDS[0], before, SCALE_ENDS[1], after)


MIXED = scale(
    *[("yes", "yes")] * 5, *[("yes", "some")] * 4, *[("yes", "no")] * 2, ("no", "yes"),
    ("some", "-"), ("-", "no"), ("-", "no"),
)  # fmt: skip

one_of = st.sampled_from([frozenset({o.id}) for o in RAG])
some_of = st.frozensets(st.sampled_from([o.id for o in GROUPS]), min_size=1)
numbers = st.integers(0, 9)


@given(
    drawn=st.one_of(
        st.tuples(st.just(ends), st.dictionaries(numbers, value), st.dictionaries(numbers, value))
        for ends, value in ((SCALE_ENDS, one_of), (GROUP_ENDS, some_of))
    )
)
def test_it_counts_what_a_plain_count_counts(drawn):
    (first, second), before, after = drawn
    found = moved(first, before, second, after)
    both = [system for system in range(10) if system in before and system in after]
    assert found.base == len(both)
    assert found.base + found.only_before == len(before)
    assert found.base + found.only_after == len(after)
    for one in first.question.options:
        assert found.before[one.id] == sum(one.id in before[s] for s in both)
        for other in second.question.options:
            plain = sum(one.id in before[s] and other.id in after[s] for s in both)
            assert found.moves.get((one.id, other.id), 0) == plain
    if not found.is_choices:
        assert found.same + found.fuller + found.lesser == found.base
    drawn_chart = stacks_of(found)
    assert all(sum(p.size for p in bar.parts) <= drawn_chart.full for bar in drawn_chart.bars)


def test_the_sentences_say_who_went_where():
    assert sentence(MIXED) == (
        "Of 12 systems with a value in both, 5 (42%) have the same answer, 1 a fuller one in the "
        "plan and 6 a lesser one."
    )
    assert sentences(MIXED) == [
        "Of the 11 systems with ‘Yes’ in the strategy, 5 (45%) have ‘Yes’ in the plan, 4 (36%) "
        "‘To some extent’ and 2 (18%) ‘No’.",
        "Of the 1 system with ‘No’ in the strategy, 1 (100%) has ‘Yes’ in the plan.",
    ]
    assert notes(MIXED) == [
        "Base: 12 systems with a value in both",
        "1 more with a value only in the strategy",
        "2 more with a value only in the plan",
    ]


def test_the_groups_of_finding_7_2():
    before = {n: frozenset({"cla"} if n < 14 else {"other"}) for n in range(24)}
    after = {n: frozenset({"cla"} if n < 10 else {"send"}) for n in range(24)}
    found = moved(GROUP_ENDS[0], before, GROUP_ENDS[1], after)
    assert sentence(found).startswith("Of the 24 systems that named any in both, ‘children with S")
    assert (
        "‘children looked after’ was named by 14 systems in the strategy and by 10 in the plan, "
        "by 10 in both."
    ) in sentences(found)


def test_nothing_in_both():
    found = scale(("yes", "-"), ("-", "no"))
    assert sentence(found) == "No system has a value in both."
    assert sentences(found) == []
    assert render(stacks.chart(stacks_of(found)), ["svg"])["svg"]


@pytest.mark.parametrize(
    "made",
    [MIXED, moved(GROUP_ENDS[0], {1: frozenset({"cla", "send"})}, GROUP_ENDS[1],
                  {1: frozenset({"cla"})})],
)  # fmt: skip
def test_all_words_of_a_chart_are_in_every_file(made):
    chart = stacks.chart(stacks_of(made, invented=True, provisional=True))
    alt.LayerChart.from_dict(chart.to_dict())
    alt.LayerChart.from_dict(stacks.web_spec(stacks_of(made)))
    files = render(chart, FORMATS)
    svg = files["svg"].decode()
    words = " ".join(unescape(line) for line in re.findall(r">([^<>]+)</t", svg))
    pdf = " ".join(pypdfium2.PdfDocument(files["pdf"])[0].get_textpage().get_text_range().split())
    said = [made.first.question.text, "in the strategy", "in the plan", notes(made)[0]]
    said += ["Invented for the demonstration", "Provisional"]
    said += [bar.label for bar in stacks_of(made).bars]
    for expected in said:
        assert expected in words
        assert expected in pdf
    assert sentences(made)[0].replace("’", "") in unescape(svg).replace("’", "")
    assert int(re.search(r'width="(\d+)"', svg)[1]) <= stacks.WIDTH + 18


def test_the_instrument_has_its_pairs_the_strategy_first():
    instrument, mistakes = read_instrument(TEXT)
    assert instrument, mistakes
    found = [f"{first.id}_{second.id}" for first, second in pairs(instrument)]
    assert PAIR in found
    assert "population-4-strategy_population-4-plan" in found
    assert "workforce-10-strategy_workforce-6-plan" in found  # the plan's stands first in the file
    assert all(first.document.id == "strategy" for first, _ in pairs(instrument))
    assert len(found) == len(set(found)) == 19
    alone = [replace(question, same_as="") for question in instrument.questions]
    assert len(list(pairs(replace(instrument, questions=tuple(alone))))) == 11


@pytest.fixture
def scene(app):
    """Ids of a round with three systems in both documents, and of a policy viewer."""
    with app.app_context():
        round_ = make_round("spring", systems=6)
        first, second = ("coproduction-3", "strategy"), ("coproduction-5", "plan")
        given_ = [(YES, YES), (YES, NO), (SOME, YES), (NO, NOT_APPLICABLE), (NO, Given())]
        for system, (one, other) in zip(round_.systems(), given_, strict=False):
            read(round_, system, "a", {first: one, second: other})
        viewer = make_person("Pat Policy", Role.POLICY_VIEWER)
        session.commit()
        return round_.id, viewer.id


def test_a_round_is_counted_in_one_query(app, scene):
    with app.app_context():
        from reviewer.rounds.models import Round

        round_ = session.get_one(Round, scene[0])
        assert round_.released
        with queries() as sent:
            found = {movement.id: movement for movement in movements(round_)}
        assert len(sent) == 1
        made = found[PAIR]
        assert (made.base, made.only_before, made.only_after) == (3, 2, 0)
        assert made.moves == {("yes", "yes"): 1, ("yes", "no"): 1, ("some", "yes"): 1}
        assert sum(row["systems"] for row in movement_rows([made])) == 3
        known = values(round_, ["coproduction-3"])
        assert set(known) == {("coproduction-3", "strategy")}
        assert len(known["coproduction-3", "strategy"]) == 5


def test_the_page_and_its_files(app, scene):
    round_id, viewer = scene
    client = sign_in(app, viewer)
    address = f"/rounds/{round_id}/together"
    client.get(address)
    with queries() as sent:
        page = client.get(address).text
    assert len(sent) <= 6
    assert f'id="{PAIR}"' in page
    assert "Of 3 systems with a value in both, 1 (33%) have the same answer" in page
    behind = f"{address}/answers/{PAIR}"
    assert f'href="{behind}?before=yes&amp;after=no"' in page
    with queries() as sent:
        listed = client.get(f"{behind}?before=yes").text
    assert len(sent) <= 6
    assert "2 systems of the 3 with a value in both" in listed
    assert "No system has these two answers." in client.get(f"{behind}?before=no&after=no").text
    assert client.get(f"{behind}?after=maybe").status_code == 404
    table = client.get(f"{address}/table.csv").text
    assert "coproduction-3,strategy,coproduction-5,plan," in table
    assert client.get(f"{address}/table.xlsx").data[:2] == b"PK"
    assert b"Provisional" in client.get(f"{address}/chart/{PAIR}.svg").data
    assert client.get(f"{address}/chart/none.svg").status_code == 404


def test_a_round_without_answers_says_what_is_missing(app, scene):
    with app.app_context():
        empty = make_round("empty").id
        session.commit()
    page = sign_in(app, scene[1]).get(f"/rounds/{empty}/together").text
    assert "No system has a value in both documents yet." in page
