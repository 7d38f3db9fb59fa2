"""The instrument in memory, on a framework that is not the project's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.instrument.check import read
from reviewer.instrument.model import Instrument, Option, sentence_case


@pytest.fixture(scope="module")
def harbour() -> Instrument:
    text = (Path(__file__).parent / "harbour-safety.toml").read_text(encoding="utf-8")
    instrument, mistakes = read(text)
    assert instrument, mistakes
    return instrument


def test_an_entry_is_found_by_its_id(harbour):
    assert harbour.question("rescue-2").scale == "readiness"
    assert harbour.criterion("rescue").title == "Rescue"
    assert harbour.document_kind("chart").counted is False
    assert harbour.question("weather-2").option("nobody").label == "nobody is named"


@pytest.mark.parametrize("find", ["question", "criterion", "document_kind"])
def test_an_unknown_id_is_an_error(harbour, find):
    with pytest.raises(KeyError):
        getattr(harbour, find)("lighthouse")


def test_a_question_has_no_option_of_another(harbour):
    with pytest.raises(KeyError):
        harbour.question("weather-2").option("ladders")
    with pytest.raises(KeyError):
        harbour.question("weather-4").option("present")


def test_questions_of_a_criterion_keep_their_order(harbour):
    ids = [question.id for question in harbour.questions_of("weather")]
    assert ids == ["weather-1", "weather-2", "weather-3", "weather-4"]
    assert harbour.questions_of("lighthouse") == ()


def test_a_condition_is_looked_up_on_the_same_document(harbour):
    at_night = harbour.question("rescue-2")
    assert harbour.condition_document(at_night, "safety-plan") == "safety-plan"
    assert harbour.condition_document(at_night, "drill-report") == "drill-report"


def test_a_condition_on_a_question_of_one_document_is_looked_up_there(harbour):
    deputy = harbour.question("weather-4")
    assert harbour.condition_document(deputy, "safety-plan") == "safety-plan"
    assert harbour.condition_document(deputy, "drill-report") == "safety-plan"


@pytest.mark.parametrize(
    ("label", "title"),
    [("not covered", "Not covered"), ("GPs", "GPs"), ("élite", "Élite"), ("0 to 25", "0 to 25")],
)
def test_only_the_first_letter_of_a_title_changes(label, title):
    assert sentence_case(label) == title
    assert Option("x", label).title == title


def test_no_label_has_no_title():
    assert sentence_case("") == ""
