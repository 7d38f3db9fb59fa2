"""Dealing is checked with a plain count of its rows, without any code of the application."""

import csv
import itertools
import re
import statistics
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.demonstration.dealing import Asked, deal, deal_question

PROJECT = Path(__file__).parents[2]
DATA = PROJECT / "reviewer" / "demonstration"
INSTRUMENT = PROJECT / "criteria" / "hpig-2024.toml"
REAL_REGISTER = PROJECT / "criteria" / "systems.csv"
SCALE = ("Yes", "To some extent", "No")
CONDITIONS = {
    "leadership-5": ("leadership-4", ("Yes", "To some extent")),
    "workforce-10": ("workforce-4", ("Yes", "To some extent")),
}


def read(name):
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


COUNTS = read("counts.csv")
REGISTER = read("systems.csv")
WORDS = tomllib.loads((DATA / "comments.toml").read_text())
SYSTEMS = [system["ons_code"] for system in REGISTER][:31]
ROWS = deal(COUNTS, SYSTEMS, CONDITIONS, seed=2024, words=WORDS)
COUNTED = [row for row in ROWS if row["question"] not in WORDS["texts"]]


def answered(rows, question):
    return {row["system"]: row["value"] for row in rows if row["question"] == question}


@pytest.mark.parametrize("seed", [1, 2, 3, 2024])
def test_a_plain_count_of_the_answers_gives_the_counts_again(seed):
    options, bases = Counter(), Counter()
    for row in deal(COUNTS, SYSTEMS, CONDITIONS, seed):
        if row["value"] != "n/a":
            key = row["question"], row["document"]
            bases[key] += 1
            options.update((*key, label) for label in row["value"].split(";"))
    for row in COUNTS:
        key = row["question"], row["document"]
        assert options.pop((*key, row["option"]), 0) == int(row["count"]), row
        assert bases[key] == int(row["base"]), row
    assert not options, "an option that no count has"


def test_one_row_for_a_system_question_and_document_and_every_system_is_reviewed():
    keys = Counter((row["system"], row["question"], row["document"]) for row in ROWS)
    assert max(keys.values()) == 1
    assert {row["system"] for row in ROWS} == set(SYSTEMS)
    columns = {"system", "question", "document", "value", "comment", "reviewer"}
    assert all(set(row) == columns and row["value"] for row in ROWS)


def test_the_conditions_here_are_those_of_the_instrument():
    instrument = tomllib.loads(INSTRUMENT.read_text())
    asked_where = {q["id"]: q["asked_where"] for q in instrument["questions"] if "asked_where" in q}
    assert {q: where["question"] for q, where in asked_where.items()} == {
        q: other for q, (other, _) in CONDITIONS.items()
    }
    assert all(where["answers"] == ["yes", "some"] for where in asked_where.values())


@pytest.mark.parametrize("seed", range(5))
def test_a_conditional_question_is_asked_only_where_its_condition_holds(seed):
    rows = deal(COUNTS, SYSTEMS, CONDITIONS, seed)
    for question, (other, labels) in CONDITIONS.items():
        others = answered(rows, other)
        asked = answered(rows, question)
        assert asked
        assert all(others[system] in labels for system in asked)


@pytest.mark.parametrize("seed", range(5))
def test_not_applicable_is_given_now_and_then_where_there_was_nothing_to_choose(seed):
    rows = deal(COUNTS, SYSTEMS, CONDITIONS, seed, WORDS)
    without = [row for row in rows if row["value"] == "n/a"]
    assert 5 <= len(without) <= 30
    engaged = answered(rows, "coproduction-1")
    for row in without:
        assert row["comment"] == ""
        if row["question"].startswith("coproduction"):
            assert engaged[row["system"]] == "No"


def test_no_group_or_influence_where_there_was_no_engagement():
    engaged = answered(ROWS, "coproduction-1")
    for question in ("coproduction-2", "coproduction-4"):
        named = {s: v for s, v in answered(ROWS, question).items() if v != "n/a"}
        assert all(engaged[system] != "No" for system in named), question
    influenced = answered(ROWS, "coproduction-3")
    assert all(influenced[s] == "No" for s, value in engaged.items() if value == "No")


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    assert deal(COUNTS, SYSTEMS, CONDITIONS, seed=2024, words=WORDS) == ROWS
    assert deal(COUNTS, SYSTEMS, CONDITIONS, seed=2025, words=WORDS) != ROWS


def test_new_words_leave_the_answers_as_they_were():
    plain = deal(COUNTS, SYSTEMS, CONDITIONS, seed=2024)
    assert [row["value"] for row in plain] == [row["value"] for row in COUNTED]
    assert not any(row["comment"] for row in plain)


def test_a_reader_has_at_most_two_systems_and_a_system_one_reader():
    systems_of, readers_of = defaultdict(set), defaultdict(set)
    for row in ROWS:
        systems_of[row["reviewer"]].add(row["system"])
        readers_of[row["system"]].add(row["reviewer"])
        assert re.fullmatch(r"Reader \d\d", row["reviewer"])
    assert {len(readers) for readers in readers_of.values()} == {1}
    assert Counter(map(len, systems_of.values())) == {1: 11, 2: 10}


def test_a_system_tends_to_be_strong_or_weak():
    points = dict(zip(SCALE, (2, 1, 0), strict=True))
    halves = {system: ([], []) for system in SYSTEMS}
    on_scale = [row for row in ROWS if row["value"] in points]
    questions = sorted({(row["question"], row["document"]) for row in on_scale})
    for row in on_scale:
        half = questions.index((row["question"], row["document"])) % 2
        halves[row["system"]][half].append(points[row["value"]])
    first, second = zip(*(map(statistics.mean, both) for both in halves.values()), strict=True)
    assert statistics.correlation(first, second) > 0.6


def test_about_one_answer_in_six_has_a_comment_and_each_fits_its_answer():
    commented = [row for row in COUNTED if row["comment"]]
    assert 1 / 8 < len(commented) / len(COUNTED) < 1 / 5
    for row in commented:
        groups = [WORDS["comments"].get(row["question"], {})]
        groups.append(WORDS["comments"][row["question"].split("-")[0]])
        label = row["value"]
        if label not in SCALE and not any(label in group for group in groups):
            label = "named"
        fitting = next(group[label] for group in groups if label in group)
        assert row["comment"] in fitting, row
    once = Counter((row["question"], row["document"], row["comment"]) for row in commented)
    assert max(once.values()) == 1, "the same comment twice on one question"


def test_every_comment_group_is_about_a_question_and_answers_that_exist():
    labels = defaultdict(set)
    for row in COUNTS:
        for group in (row["question"], row["question"].split("-")[0]):
            labels[group].add(row["option"])
    for group, answers in WORDS["comments"].items():
        assert set(answers) <= labels[group] | {"named"}, group


def test_some_systems_have_an_answer_in_words():
    for question, documents in WORDS["texts"].items():
        for document, texts in documents.items():
            rows = [r for r in ROWS if (r["question"], r["document"]) == (question, document)]
            assert sorted(row["value"] for row in rows) == sorted(texts)
            assert not any(row["comment"] for row in rows)


def test_what_readers_write_is_short_plain_and_names_nobody():
    lists = [
        list_
        for part in (WORDS["texts"], WORDS["comments"])
        for group in part.values()
        for list_ in group.values()
    ]
    places = {word for s in REGISTER for word in re.findall(r"[A-Z]\w{4,}", s["name"])}
    for words in itertools.chain(*lists):
        assert len(words) <= 100
        assert words.endswith(".") and ";" not in words
        inside = re.findall(r"(?<![.:] )(?<!^)\b[A-Z]\w*", words)
        assert set(inside) <= {"SEND", "ADHD", "I"}, words
        assert not places & set(words.split()), words


def test_counts_that_cannot_be_dealt_are_refused_by_name():
    def row(option, count, base):
        asked = {"question": "q-1", "document": "plan"}
        return asked | {"option": option, "count": count, "base": base}

    too_many_of_one = [row("a", 4, 3)]
    too_few_choices = [row("a", 1, 3), row("b", 1, 3)]
    base_too_large = [row("Yes", 3, 3)]
    for counts, systems in (
        (too_many_of_one, "stuv"),
        (too_few_choices, "stuv"),
        (base_too_large, "st"),
    ):
        with pytest.raises(ValueError, match=r"q-1 \(plan\)"):
            deal(counts, list(systems), {}, seed=1)


@st.composite
def choices(draw):
    base = draw(st.integers(1, 31))
    counts = draw(st.lists(st.integers(0, base), min_size=1, max_size=9))
    counts[0] = max(counts[0], min(base, base - sum(counts[1:])))
    options = {f"option {n}": count for n, count in enumerate(counts)}
    return Asked("q-1", "plan", options, base), base + draw(st.integers(0, 11))


@st.composite
def scales(draw):
    counts = draw(st.tuples(*[st.integers(0, 14)] * 3).filter(any))
    asked = Asked("q-1", "plan", dict(zip(SCALE, counts, strict=True)), sum(counts))
    return asked, asked.base + draw(st.integers(0, 11))


@settings(deadline=None)
@given(st.one_of(choices(), scales()), st.integers())
def test_any_counts_that_fit_their_base_are_dealt_exactly(case, seed):
    asked, able = case
    systems = [f"system {n}" for n in range(able)]
    hands = deal_question(asked, systems, Random(seed))
    dealt = Counter(option for hand in hands.values() for option in hand)
    assert dealt == Counter(asked.options)
    assert len(hands) == asked.base
    assert set(hands) <= set(systems)
    for hand in hands.values():
        assert hand and hand == [option for option in asked.options if option in hand]


def test_the_register_is_invented_and_has_the_practice_systems():
    assert len(REGISTER) == len({s["ons_code"] for s in REGISTER}) == 42
    assert len({s["ods_code"] for s in REGISTER}) == len({s["name"] for s in REGISTER}) == 42
    assert len({s["region"] for s in REGISTER}) == 7
    assert all(re.fullmatch(r"V54\d{6}", s["ons_code"]) for s in REGISTER)
    assert {s["valid_from"] for s in REGISTER} == {"2022-07-01"}
    assert not any(s["valid_to"] or s["successors"] for s in REGISTER)
    names = {s["ons_code"]: s["name"] for s in REGISTER}
    assert names["V54000001"] == "Ashenford and Wold"
    assert names["V54000002"] == "Marrowby and Skerne Vale"


def test_no_invented_system_or_region_shares_a_place_with_a_real_one():
    common = {"and", "the", "of", "isles", "north", "south", "east", "west", "mid", "greater"}

    def places(systems):
        text = " ".join(f"{s['name']} {s['region']}" for s in systems).lower()
        return set(re.findall(r"\w+", text)) - common

    with REAL_REGISTER.open(newline="") as file:
        assert not places(REGISTER) & places(csv.DictReader(file))
