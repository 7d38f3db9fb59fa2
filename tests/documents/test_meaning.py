from __future__ import annotations

import socket

import pytest

from reviewer.documents import finder, meaning
from reviewer.documents.finder import suggest
from reviewer.documents.meaning import Nearness
from reviewer.instrument.model import Question

PASSAGES = [
    "Youngsters with a disability get help in class.",
    "The car park at the hospital will be resurfaced.",
    "Buses run to the hospital every hour.",
]
ASKED = "Support at school for pupils with special educational needs"


def ask(text: str, *search: str, guidance: str = "") -> Question:
    return Question(
        "q-1", "c", "scale", text, ("plan",), "derived", "", guidance=guidance, search=search
    )


def test_a_page_is_near_that_says_it_in_other_words():
    near = Nearness(PASSAGES, [1, 2, 3]).of(ASKED, [1, 2, 3])
    assert max(near, key=near.__getitem__) == 1
    assert near[1] > 2 * near[2]


def test_the_two_nearest_passages_of_a_page_count_and_only_pages_that_are_asked_for():
    near = Nearness([*PASSAGES, PASSAGES[0]], [1, 2, 3, 1]).of(ASKED, [1, 3])
    alone = Nearness(PASSAGES, [1, 2, 3]).of(ASKED, [1])
    assert near.keys() == {1, 3}
    assert near[1] == pytest.approx(1.5 * alone[1])


def test_nothing_is_fetched_from_elsewhere(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("asked for something on the network")

    monkeypatch.setattr(socket, "socket", refuse)
    meaning._model.cache_clear()
    assert Nearness(PASSAGES, [1, 2, 3]).of(ASKED, [1])


@pytest.mark.parametrize("texts", [[], [""], ["\ufffd \u200b"]])
def test_what_has_no_meaning_is_near_to_nothing(texts):
    near = Nearness(texts, [1] * len(texts)).of(ASKED, [1])
    assert near == {} or -1 <= near[1] <= 1


def test_the_finder_goes_by_words_alone_where_there_are_no_vectors(monkeypatch):
    pages = [(1, "Asthma care."), (2, "Roads and parks."), (3, "Asthma care and asthma nurses.")]
    monkeypatch.setattr(meaning, "_model", lambda: None)
    assert [s.page for s in suggest(ask("asthma"), pages)] == [3, 1]


def test_of_pages_with_the_same_words_the_one_comes_first_that_is_nearer():
    pages = [
        (1, "Needs of cars and lorries on the ring road. Support of bridges."),
        (2, "Needs of boys and girls in lessons. Support of teaching assistants."),
        (3, "Rivers and canals."),
    ]
    assert [s.page for s in suggest(ask("Needs and support of pupils at school"), pages)] == [2, 1]


def test_a_question_without_search_terms_is_looked_for_by_its_guidance_too():
    pages = [(1, "Rivers and canals."), (2, "The named nurse is here."), (3, "Parks.")]
    with_guidance = ask("Is it led?", guidance="Look for a named nurse.")
    assert [s.page for s in suggest(with_guidance, pages)] == [2]
    assert finder._terms(ask("Is it led?", "lead", guidance="Look for a named nurse.")).keys() == {
        "lead",
        "led",
    }
