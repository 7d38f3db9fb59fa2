"""A passage is found in its comment however it was copied."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reviewer.writing.passages import find

WORD = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=8)
COMMENT = st.lists(WORD, min_size=1, max_size=12)


@given(COMMENT, st.data())
def test_any_run_of_words_is_found_as_it_stands(words, data):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    gaps = data.draw(st.lists(st.sampled_from([" ", "\n", "  ", "\t"]), min_size=len(words)))
    comment = "".join(f"{word}{gap}" for word, gap in zip(words, gaps, strict=False))
    passage = find(" ".join(words[first : last + 1]), comment)
    assert passage is not None and passage in comment
    assert passage.split() == words[first : last + 1] or passage.lower().split() == [
        w.lower() for w in words[first : last + 1]
    ]


@given(COMMENT, WORD)
def test_what_is_not_there_is_not_found(words, other):
    comment = " ".join(words)
    if not re.search(re.escape(other), comment, re.IGNORECASE):
        assert find(other, comment) is None


def test_quotation_marks_dashes_and_capitals_may_differ():
    comment = "They say “start well” – and don’t\nsay how."
    assert find('they say "start well" - and don\'t say how.', comment) == comment
    assert find("START WELL", comment) == "start well"


def test_a_passage_is_whole_words():
    assert find("tart wel", "start well") is None
    assert find("", "start well") is None
    assert find("  ", "start well") is None
