import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.documents.passages import (
    LONGEST_SENTENCE,
    is_contents,
    running_lines,
    sentences,
)


def cut(text, running=()):
    return [text[start:end] for start, end, _ in sentences(text, running)]


def headings(text):
    return [text[start:end] for start, end, heading in sentences(text) if heading]


def test_a_sentence_goes_on_over_line_ends():
    text = (
        "Every child has a plan. It is\nreviewed each year.\nWe will ask them (and\nlisten). 12 do"
    )
    assert cut(text) == [
        "Every child has a plan.",
        "It is\nreviewed each year.",
        "We will ask them (and\nlisten).",
        "12 do",
    ]


def test_each_point_of_a_list_is_a_sentence():
    assert cut("We will:\n• ask families\n• train staff\nwho visit\n– listen") == [
        "We will:",
        "• ask families",
        "• train staff\nwho visit",
        "– listen",
    ]


def test_a_heading_is_no_part_of_a_sentence():
    text = "It is so.\nKeeping children safe\nThe ICB is a statutory\npartner in both areas."
    assert headings(text) == ["Keeping children safe"]
    assert cut(text)[1:] == [
        "Keeping children safe",
        "The ICB is a statutory\npartner in both areas.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The board and its\nexecutive for safeguarding meet the\nSafeguarding Lead\nof the ICB.",
        "Safeguarding leads\nare named.",
        "It is so.\nsafeguarding children\nand others.",
        "It is so.\nA lead, who is named,\nThe ICB does.",
        "It is so.\n2023 2024\nand 2025.",
        "It is so.\nThis line has a great many words and so it must be text\nThe ICB does.",
    ],
)
def test_no_heading(text):
    assert headings(text) == []


def test_a_table_is_cut_at_line_ends():
    row = "Health visitors in post 2,300 of them by March\n"
    pieces = cut(row.lower() * 40)
    assert len(pieces) > 5
    assert {len(piece) % len(row) for piece in pieces} == {len(row) - 1}


def test_text_without_line_ends_is_cut_too():
    pieces = cut("a" * 1000)
    assert "".join(pieces) == "a" * 1000
    assert max(map(len, pieces)) <= LONGEST_SENTENCE


def test_lines_on_half_of_the_pages_run_whatever_their_numbers():
    pages = [f"Our plan {n}\nText of page {word}" for n, word in enumerate("abcdef", 8)]
    assert running_lines(pages) == {"Our plan"}
    assert cut(pages[0], {"Our plan"}) == ["Text of page a"]
    assert running_lines(pages[:2]) == set()  # two pages are too few to tell


def test_text_on_both_sides_of_a_running_line_is_not_one_sentence():
    assert cut("asked by the\nOur plan 4\nfamilies", {"Our plan"}) == ["asked by the", "families"]


def test_contents_pages():
    titles = [f"Chapter {word} ..... {4 + n // 2}" for n, word in enumerate("abcdefghijkl")]
    assert is_contents("\n".join(["Contents", *titles]))
    assert not is_contents("\n".join(titles[:5]))  # a few lines that end in a number
    assert not is_contents("\n".join(f"Ward {n} {n * 37 % 11}" for n in range(20)))  # a table
    assert not is_contents("\n".join([*titles, *["A line of text that goes on and"] * 30]))
    assert not is_contents("\n".join(f"In the year to March {2000 + n}" for n in range(20)))
    assert not is_contents("")


LETTERS = "ab A1.?!:,;-–•*\"'”’()\n\n é"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=200) | st.text(max_size=60)


@given(TEXTS)
def test_no_word_is_lost_or_read_twice(text):
    found = list(sentences(text))
    ends = [0] + [end for _, end, _ in found]
    assert all(end <= start for end, (start, _, _) in zip(ends, found, strict=False))
    assert re.findall(r"\w", text) == re.findall(r"\w", "\n".join(cut(text)))


@given(st.lists(TEXTS, max_size=6))
def test_any_pages_can_be_read(texts):
    running = running_lines(texts)
    for text in texts:
        assert isinstance(is_contents(text), bool)
        kept = "".join(cut(text, running))
        assert len(kept) <= len(text)


@pytest.mark.parametrize(
    "text", ["-\n" * 30_000, " " * 60_000, ". " * 30_000, "a" * 60_000, "\n •" * 20_000]
)
def test_a_hostile_page_holds_nobody_up(text):
    start = time.process_time()
    list(sentences(text, running_lines([text])))
    is_contents(text)
    assert time.process_time() - start < 2  # a tenth of it on an idle machine
