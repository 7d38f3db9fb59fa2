"""Mappings between versions: proposed, checked, and every answer accounted for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.instrument.check import read
from reviewer.instrument.mapping import (
    Account,
    Course,
    Fate,
    Held,
    Move,
    VersionMap,
    account,
    check,
    course,
)
from reviewer.instrument.model import Option
from reviewer.instrument.proposing import propose

OLD, _ = read((Path(__file__).parent / "harbour-safety.toml").read_text(encoding="utf-8"))
assert OLD


def changed(**questions):
    """The next version: a question under its id is replaced by those given, or is gone."""
    found = []
    for question in OLD.questions:
        found += questions.get(question.id.replace("-", "_"), [question])
    return replace(OLD, version="3.0.0", questions=tuple(found))


GALE, NIGHT = OLD.question("weather-1"), OLD.question("rescue-2")
CLOSES, REACH = OLD.question("weather-2"), OLD.question("rescue-1")


def test_what_did_not_change_is_kept():
    mapping = propose(OLD, changed())
    assert {move.fate for move in mapping.moves} == {Fate.KEPT}
    assert mapping.ids == {q.id: q.id for q in OLD.questions}
    assert check(mapping, OLD, changed()) == []


def test_another_text_or_id_is_reworded():
    new = changed(
        weather_1=[replace(GALE, text="Is it ready for a storm?")],
        rescue_2=[replace(NIGHT, id="night", text=NIGHT.text.replace("someone", "a person"))],
    )
    mapping = propose(OLD, new)
    assert mapping.of("weather-1").fate == mapping.of("rescue-2").fate == Fate.REWORDED
    assert mapping.ids["rescue-2"] == "night"
    assert mapping.options_of("rescue-2")["hoped-for"] == "hoped-for"


def test_split_merged_and_retired():
    text = "Who closes the harbour, and who opens it again after the storm?"
    old = replace(
        OLD,
        questions=tuple(replace(q, text=text) if q.id == "weather-2" else q for q in OLD.questions),
    )
    new = replace(
        old,
        questions=(
            GALE,
            replace(CLOSES, id="closes", text="Who closes the harbour after the storm?"),
            replace(CLOSES, id="opens", text="Who opens the harbour again after the storm?"),
        ),
    )
    mapping = propose(old, new)
    assert mapping.of("weather-2") == Move("weather-2", Fate.SPLIT, ("closes", "opens"))
    assert mapping.of("rescue-1").fate == Fate.RETIRED

    back = propose(new, old)
    assert [back.of(id_).fate for id_ in ("closes", "opens")] == [Fate.MERGED, Fate.MERGED]
    assert check(back, new, old) == []


def test_options_go_by_id_then_by_label():
    options = (Option("master", "The harbour-master"), Option("guard", "The coastguard"))
    move = propose(OLD, changed(weather_2=[replace(CLOSES, options=options)])).of("weather-2")
    assert move.options == {"harbour-master": "", "coastguard": "guard", "nobody": ""}


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([], "rescue-2: say what becomes of it."),
        ([Move("x", Fate.RETIRED)], "x: the old version has no question of this id."),
        ([Move("rescue-2", Fate.REWORDED, ("y",))], "the new version has no question “y”."),
        ([Move("rescue-2", Fate.RETIRED)] * 2, "rescue-2: it stands here 2 times"),
        ([Move("rescue-2", Fate.SPLIT, ("rescue-1",))], "split goes with two or more questions."),
        ([Move("rescue-2", Fate.RETIRED, ("rescue-1",))], "retired goes with no question."),
        ([Move("rescue-2", Fate.KEPT, ("rescue-1",))], "kept goes with the same id"),
        ([Move("rescue-2", Fate.REWORDED, ("rescue-1",))], "so call each of them merged."),
        ([Move("rescue-2", Fate.MERGED, ("rescue-2",))], "so it is not merged but reworded."),
        (
            [Move("rescue-2", Fate.KEPT, ("rescue-2",), {"proven": "yes"})],
            "rescue-2: rescue-2 has no option “yes”.",
        ),
    ],
)
def test_what_stands_in_the_way_is_said(moves, said):
    rest = [move for move in propose(OLD, OLD).moves if move.old != "rescue-2"]
    found = check(VersionMap((*rest, *moves)), OLD, OLD)
    assert any(said in each for each in found), found


def test_the_course_of_an_answer():
    new = changed(rescue_1=[], weather_2=[replace(CLOSES, documents=("drill-report",))])
    mapping = propose(OLD, new)
    of = lambda *held: course(mapping, new, Held(*held))  # noqa: E731
    assert of("weather-1", "safety-plan", frozenset({"proven"})) == Course.CARRIED
    assert of("rescue-1", "drill-report", frozenset({"ladders"})) == Course.READABLE
    assert of("weather-2", "safety-plan", frozenset({"nobody"})) == Course.READABLE
    assert of("weather-4", "safety-plan", frozenset(), True) == Course.CARRIED


def test_a_mapping_can_be_kept():
    mapping = propose(OLD, changed(rescue_1=[]))
    assert VersionMap.from_json(mapping.as_json()) == mapping


@st.composite
def mappings(draw):
    """Any mapping to a version with other questions, and any answers to the old one."""
    kept = draw(st.sets(st.sampled_from([q.id for q in OLD.questions]), min_size=1))
    new = replace(OLD, questions=tuple(q for q in OLD.questions if q.id in kept))
    ids = sorted(kept)
    moves = []
    for question in OLD.questions:
        fate = draw(st.sampled_from(list(Fate)))
        number = {Fate.RETIRED: 0, Fate.SPLIT: 2}.get(fate, 1)
        into = tuple(draw(st.permutations(ids))[:number])
        options = {o.id: draw(st.sampled_from([o.id, ""])) for o in question.options}
        moves.append(Move(question.id, fate, into, options))
    held = [
        Held(q.id, draw(st.sampled_from(q.documents)), frozenset(o.id for o in q.options[:1]))
        for q in draw(st.lists(st.sampled_from(OLD.questions), max_size=12))
    ]
    return VersionMap(tuple(moves)), new, held


@given(mappings())
def test_every_answer_is_accounted_for(drawn):
    mapping, new, held = drawn
    found = account(mapping, new, held)
    assert found.answers == len(held) == found.carried + found.person + found.readable
    assert all(mapping.of(h.question).new for h in held if course(mapping, new, h) != "readable")


def test_an_account_that_loses_answers_is_none():
    with pytest.raises(ValueError, match="not accounted for"):
        Account(3, 1, 1, 0)
