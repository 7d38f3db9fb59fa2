import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.documents.search import QUERY_LENGTH, SNIPPET_LENGTH, find, mark
from tests.documents.pdfs import made_up_paragraphs


def numbers(texts, words):
    return [hit.number for hit in find(enumerate(texts, 1), words)]


def marked(text, words):
    return [piece for piece, is_marked in mark(text, words) if is_marked]


FORMS = ["co-production", "coproduction", "Co production", "CO‑PRODUCTION"]


@pytest.mark.parametrize("words", FORMS)
@pytest.mark.parametrize("text", [*FORMS, "co-\nproduction", "co\nproduction"])
def test_hyphens_spaces_and_line_ends_in_a_word_make_no_difference(words, text):
    assert numbers([f"Plans made in {text} with families."], words) == [1]


def test_a_word_hyphenated_anywhere_at_a_line_end_is_found():
    assert marked("a safe-\nguarding lead", "safeguarding") == ["safe-\nguarding"]
    assert marked("palliative care for chil-\ndren", "children") == ["chil-\ndren"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("safeguard", "Safeguarding"),
        ("child", "children"),
        ("CHILDREN'S", "children’s"),
        ("children’s", "Children's"),
        ("finance", "ﬁnance"),
        ("oﬃce", "office"),
        ("0-25", "0–25"),
        ("healthcare", "health care"),
        ("gp", "GPs"),
        ("İstanbul", "istanbul"),
    ],
)
def test_finds(words, text):
    assert marked(f"see {text}, and", words) == [text]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("inform", "in formal care"),  # written apart only as whole words
        ("guarding", "safeguarding"),  # the start of a word
        ("co", "council"),  # one or two letters are a whole word
        ('"early help"', "early years and help"),
        ('"early help"', "help early"),
        ("well", "we'll"),
    ],
)
def test_does_not_find(words, text):
    assert numbers([text], words) == []


@pytest.mark.parametrize("words", ["", "  ", "...", '""', "'", '" - "', "&/–"])
def test_no_words_find_nothing(words):
    assert numbers(["any - text 'here'"], words) == []
    assert mark("any - text", words) == [("any - text", False)]


def test_quoted_words_stand_together_across_line_ends_and_punctuation():
    pages = ["early\nhelp", "early, help", "early intervention and help", "Early-help offer"]
    assert sorted(numbers(pages, '"early help"')) == [1, 2, 4]
    assert sorted(numbers(pages, "“early help”")) == [1, 2, 4]
    assert marked("our early\nhelp offers", '"early help offer"') == ["early\nhelp offers"]


def test_a_page_has_to_hold_every_word():
    pages = ["a safeguarding lead", "safeguarding safeguarding", "lead"]
    assert numbers(pages, "safeguarding lead") == [1]


def test_if_no_page_holds_every_word_those_with_the_most_are_found():
    pages = ["asthma clinic", "asthma and epilepsy", "diabetes"]
    assert numbers(pages, "asthma epilepsy diabetes obesity") == [2]


def test_little_words_do_not_count_beside_others():
    assert numbers(["plan of action", "the of the"], "the plan of") == [1]
    assert numbers(["plan of action", "nothing here"], "of") == [1]
    assert marked("the plan for the area", "the plan") == ["plan"]


def test_near_words_and_many_words_come_first():
    far = f"safeguarding {'x ' * 400} lead"
    assert numbers([far, "safeguarding lead"], "safeguarding lead") == [2, 1]
    assert numbers(["children", "children children children"], "children") == [2, 1]
    assert numbers(["children", "children"], "children") == [1, 2]


def test_the_snippet_is_the_densest_place_in_whole_words_on_one_line():
    filler = "other words stand here\n" * 40
    dense = "The safeguarding\nlead is the de-\nsignated nurse."
    text = f"{filler}A safeguarding note.\n{filler}{dense} {filler}"
    [hit] = find([(7, text)], "safeguarding lead")
    snippet = "".join(piece for piece, _ in hit.snippet)
    assert [piece for piece, is_marked in hit.snippet if is_marked] == ["safeguarding", "lead"]
    assert "The safeguarding lead is the de-signated nurse." in snippet
    assert "\n" not in snippet
    assert SNIPPET_LENGTH / 2 < len(snippet) < SNIPPET_LENGTH + 10
    assert snippet.startswith("… ") and snippet.endswith(" …")
    assert set(snippet.strip("… ").replace("de-signated", "").split()) <= set(text.split())


def test_a_short_page_is_its_own_snippet():
    [hit] = find([(1, " One plan.\n")], "plan")
    assert hit.snippet == ((" One ", False), ("plan", True), (". ", False))


def test_only_the_first_words_of_a_pasted_page_count():
    words = [f"word{i}" for i in range(QUERY_LENGTH + 5)]
    assert numbers([" ".join(words[:QUERY_LENGTH]), words[-1]], " ".join(words)) == [1]


LETTERS = "abc co-CO\n '\"’ﬁé–•1.\u00adİß"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=80) | st.text(max_size=40)


@given(TEXTS, TEXTS)
def test_marking_keeps_the_text(text, words):
    assert "".join(piece for piece, _ in mark(text, words)) == text
    assert all(piece for piece, _ in mark(text, words))


@given(st.lists(TEXTS, max_size=5), TEXTS)
def test_every_hit_has_a_marked_part_that_matches(texts, words):
    hits = find(enumerate(texts, 1), words)
    assert len({hit.number for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        parts = [piece for piece, is_marked in hit.snippet if is_marked]
        assert parts
        assert all(marked(part, words) for part in parts), (parts, words)


@given(st.lists(st.from_regex(r"[a-z]{3,8}", fullmatch=True), min_size=3, max_size=30), st.data())
def test_a_phrase_taken_from_a_page_is_found_on_it(words, data):
    start = data.draw(st.integers(0, len(words) - 2))
    page = "".join(word + data.draw(st.sampled_from([" ", "\n", ", ", " - "])) for word in words)
    assert numbers([page], f'"{" ".join(words[start : start + 4])}"') == [1]


def test_a_system_s_documents_are_searched_while_nobody_waits():
    text = " ".join(made_up_paragraphs(2000))
    words = re.findall(r"\w{6,}", text)
    pages = [(i, text[i * 3000 : (i + 1) * 3000]) for i in range(240)]
    start = time.process_time()
    assert find(pages, f"{words[0]} {words[40]}")
    assert time.process_time() - start < 0.15  # 0.02 on an idle machine
