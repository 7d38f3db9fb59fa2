"""Drafts of criteria: what changes, what could be better, and which number a release gets."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.instrument.advice import advise
from reviewer.instrument.check import read
from reviewer.instrument.editing import (
    checked,
    entry_of,
    moved,
    option_id,
    put_back,
    with_criterion,
    with_question,
    with_values,
    without,
)
from reviewer.instrument.numbering import difference, next_version
from reviewer.instrument.written import raw_of

GOOD, _ = read((Path(__file__).parent / "harbour-safety.toml").read_text(encoding="utf-8"))
RAW = raw_of(GOOD)


@pytest.fixture(autouse=True)
def nothing_is_changed_in_place():
    before = deepcopy(RAW)
    yield
    assert before == RAW


def order(raw) -> list[str]:
    return [question["id"] for question in raw["questions"]]


def test_a_new_question_has_an_id_that_was_never_used():
    raw, id_ = with_question(RAW, "weather", taken={"weather-5", "weather-6"})
    assert id_ == "weather-7"
    instrument, mistakes = checked(raw)
    assert instrument is None
    assert [str(mistake) for mistake in mistakes] == ["question weather-7, text: is empty"]
    assert checked(with_values(raw, "question", id_, {"text": "Is there a bell?"}))[0]


def test_questions_move_among_those_of_their_criterion():
    assert order(moved(RAW, "question", "rescue-2", -1))[-2:] == ["rescue-2", "rescue-1"]
    assert moved(RAW, "question", "rescue-1", -1) == RAW
    assert moved(RAW, "question", "rescue-2", 1) == RAW
    assert moved(RAW, "criterion", "rescue", -1)["criteria"][0]["id"] == "rescue"


def test_what_was_taken_out_can_be_put_back_where_it_stood():
    for id_ in order(RAW):
        gone = without(RAW, "question", id_)
        assert id_ not in order(gone)
        assert put_back(gone, RAW, id_) == put_back(put_back(gone, RAW, id_), RAW, id_) == RAW
    gone = without(RAW, "criterion", "rescue")
    back = put_back(put_back(gone, RAW, "rescue-2"), RAW, "rescue-1")
    assert order(back) == order(RAW)
    assert checked(back)[0] == GOOD


def test_a_value_that_is_emptied_is_left_out_and_what_a_kind_has_not():
    raw = with_values(RAW, "question", "weather-1", {"notes": [], "kind": "text"})
    entry = entry_of(raw, "question", "weather-1")
    assert {"notes", "scale", "statement"} & set(entry) == set()
    with pytest.raises(KeyError):
        entry_of(RAW, "question", "nowhere")


def test_a_criterion_without_questions_is_a_mistake_that_says_so():
    raw, id_ = with_criterion(RAW)
    said = [str(mistake) for mistake in checked(raw)[1]]
    assert f"criterion {id_}: no question belongs to this criterion" in said


def test_the_id_of_an_answer_comes_from_its_words():
    assert option_id("Siân’s GPs & co.", ()) == "sians-gps-co"
    assert option_id("yes", {"yes"}) == "yes-1"
    assert option_id("?", ()) == "answer"


def said_of(**changes) -> str:
    question = replace(GOOD.question("weather-2"), **changes)
    found = advise(replace(GOOD, questions=(question,)))
    return " ".join(each.words for each in found)


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("Who closes the harbour, and who opens it?", True),
        ("Does the plan name a lead and explain how they work?", True),
        ("Is there a bell? Is there a horn?", True),
        ("Is there a bell and/or a horn?", True),
        ("Does it cover children and young people?", False),
        ("Who closes the harbour?", False),
    ],
)
def test_two_questions_in_one(text, twice):
    words = said_of(text=text)
    assert ("two questions in one" in words or "more than one question" in words) is twice
    assert "question" not in said_of(text=text, wording="published").replace("no question", "")


def test_what_could_be_better_is_said():
    words = said_of(search=(), guidance="")
    assert "no words to search for" in words
    plain = tuple(replace(o, guidance=()) for o in GOOD.question("weather-2").options)
    assert "no guidance" in said_of(options=plain)
    alike = (
        replace(plain[0], label="a named lead for children"),
        replace(plain[1], label="the named lead for children"),
    )
    assert "can hardly be told apart" in said_of(options=alike)
    unlike = (replace(plain[0], label="has a lead"), replace(plain[1], label="has no lead"))
    assert "told apart" not in said_of(options=unlike)
    assert "no sentences for the report" in said_of(statement={})


def with_bell():
    raw, id_ = with_question(RAW, "weather")
    return with_values(raw, "question", id_, {"text": "Is there a bell?"})


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        (RAW | {"title": "Safe harbours"}, "2.1.1"),
        (with_bell(), "2.2.0"),
        (moved(RAW, "question", "weather-2", -1), "2.2.0"),
        (without(RAW, "question", "rescue-1"), "3.0.0"),
        (with_values(RAW, "question", "weather-4", {"documents": ["drill-report"]}), "3.0.0"),
    ],
)
def test_the_number_says_what_changed(raw, version):
    found = difference(GOOD, checked(raw)[0])
    assert next_version(GOOD.version, found.place, ["2.0.0", "2.1.0"]) == version


def test_a_number_that_is_taken_is_not_given_again():
    assert next_version("1.0.0", 2, ["1.0.0", "1.0.1", "1.1.0"]) == "1.0.2"
    assert next_version("1.0.0", 1, ["1.0.0", "1.3.4", "2.0.0"]) == "1.4.0"
    assert next_version("1.0.0", 0, ["1.0.0", "2.0.0"]) == "3.0.0"
