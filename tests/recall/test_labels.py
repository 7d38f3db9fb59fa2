"""The labels fit the instrument and the documents, and the documents are as they were read.

`DOCUMENTS` and `make_pdf` are also for the code that measures an evidence finder by the labels.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.config import ROOT
from reviewer.demonstration.load import typeset
from tests.setting import set_pdf

HERE = Path(__file__).parent
HALVES = ("development", "test")
# The Birmingham texts belong to others, so they are not kept here.
TEXTS = Path(os.environ.get("RECALL_TEXTS", "/work/shared/source"))


@dataclass(frozen=True)
class Labelled:
    """A document with labels: as what it was read, and the fingerprint of its pages as read.

    `source` is one of the demonstration's own; `title` is set over a text from elsewhere.
    """

    read_as: str
    pages: int
    fingerprint: str
    source: str = ""
    title: str = ""


DOCUMENTS = {
    "ashenford-and-wold-integrated-care-strategy.pdf": Labelled(
        "strategy", 16, "17f6fd3a398b", source="ashenford-strategy"
    ),
    "ashenford-and-wold-joint-forward-plan.pdf": Labelled(
        "plan", 16, "3fd0746a96fb", source="ashenford-plan"
    ),
    "birmingham-cyp-plan-cabinet-2023.pdf": Labelled(
        "strategy", 17, "3447e2e7f88f", title="Change for Children and Young People 2023-2028"
    ),
    "birmingham-cyp-plan-progress-2023.pdf": Labelled(
        "plan", 12, "93660b0bbba0", title="Change for Children and Young People: progress"
    ),
    "birmingham-joint-area-review-2007.pdf": Labelled(
        "strategy", 32, "70129c71a9d9", title="Joint area review"
    ),
    "bsol-ics-children-extract.pdf": Labelled(
        "strategy", 2, "9b1ded9b0503", title="Children and young people"
    ),
    "marrowby-and-skerne-vale-integrated-care-strategy.pdf": Labelled(
        "strategy", 16, "868da0c3bf41", source="marrowby-strategy"
    ),
    "marrowby-and-skerne-vale-joint-forward-plan.pdf": Labelled(
        "plan", 16, "70198c275100", source="marrowby-plan"
    ),
}


class Label(NamedTuple):
    document: str
    question: str
    page: int


def read_labels(half: str) -> list[Label]:
    """The labels of "development" or "test", in the order of the file."""
    with (HERE / f"labels-{half}.csv").open(newline="", encoding="utf-8") as file:
        return [Label(r["document"], r["question"], int(r["page"])) for r in csv.DictReader(file)]


def make_pdf(name: str, folder: Path) -> Path:
    """The labelled document of that name as a PDF in `folder`. FileNotFoundError if it is set from
    a text that is not on this machine."""
    document, target = DOCUMENTS[name], folder / name
    if document.source:
        target.write_bytes(typeset(document.source))
    else:
        text = (TEXTS / target.with_suffix(".txt").name).read_text(encoding="utf-8")
        set_pdf(text, target, title=document.title)
    return target


def page_words(pdf: Path) -> list[str]:
    """The letters and digits of each page in small letters, whatever its spaces and hyphens."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return [re.sub(r"[\W_]+", "", text).lower() for text in texts]


def fingerprint(pages: list[str]) -> str:
    return hashlib.sha256("\f".join(pages).encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def labels() -> dict[str, list[Label]]:
    return {half: read_labels(half) for half in HALVES}


@pytest.fixture(scope="module")
def asked_of() -> dict[str, list[str]]:
    """The kinds of document that each question of the instrument is asked of."""
    file = ROOT / "criteria" / "hpig-2024.toml"
    questions = tomllib.loads(file.read_text(encoding="utf-8"))["questions"]
    return {question["id"]: question["documents"] for question in questions}


@pytest.mark.parametrize("half", HALVES)
def test_each_label_is_a_question_asked_of_that_kind(labels, asked_of, half):
    wrong = {
        (label.document, label.question)
        for label in labels[half]
        if DOCUMENTS[label.document].read_as not in asked_of.get(label.question, [])
    }
    assert not wrong


def test_no_row_stands_twice(labels):
    rows = Counter(label for half in HALVES for label in labels[half])
    assert [label for label, times in rows.items() if times > 1] == []


def test_halves_share_no_question(labels):
    """The rule of the README: questions with an odd number are for development."""
    for half, remainder in zip(HALVES, (1, 0), strict=True):
        numbers = {int(label.question.rpartition("-")[2]) for label in labels[half]}
        assert {number % 2 for number in numbers} == {remainder}, half


@pytest.mark.parametrize("half", HALVES)
def test_each_half_holds_every_document(labels, half):
    assert {label.document for label in labels[half]} == set(DOCUMENTS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_labelled_pages_are_the_pages_that_were_read(labels, name, tmp_path):
    try:
        pages = page_words(make_pdf(name, tmp_path))
    except FileNotFoundError:
        pytest.skip(f"{TEXTS} has no text for {name}; its labels are not checked.")
    labelled = {label.page for half in HALVES for label in labels[half] if label.document == name}
    assert labelled <= set(range(1, len(pages) + 1))
    assert (len(pages), fingerprint(pages)) == (
        DOCUMENTS[name].pages,
        DOCUMENTS[name].fingerprint,
    ), f"{name} has changed since it was labelled: read its pages again and correct the labels."


# Setting a text ---------------------------------------------------------------------------------

CODE = (
    """#panic("run") #read("/etc/passwd") $x^2$ @key <label> `raw` //not /*a*/ comment \\ #{1+1}"""
)


def test_no_character_of_a_text_is_run(tmp_path):
    lines = [CODE, f"## {CODE}", f"- {CODE}", f"{CODE}\t{CODE}\t{CODE}"]
    set_pdf("\n\n".join(lines), tmp_path / "code.pdf", title=CODE)
    words = "".join(page_words(tmp_path / "code.pdf"))
    expected = re.sub(r"[\W_]+", "", CODE).lower()
    assert words.count(expected) >= 7  # a line, a heading, an item, three cells, the title


def test_same_text_gives_the_same_file(tmp_path):
    text = "# Starting well\n\n" + "Every child has one plan. " * 400
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    pages = set_pdf(text, first, title="Plan")
    assert pages > 1
    assert set_pdf(text, second, title="Plan") == pages
    assert first.read_bytes() == second.read_bytes()


PIECES = st.sampled_from(
    ["word ", "word " * 60, "word\tword\tword\tword\n", "\n", "\n\n", "- ", "# ", "**", "*", "\t"]
)


@settings(max_examples=20, deadline=None)
@given(pieces=st.lists(PIECES, max_size=40))
def test_no_word_is_lost(tmp_path_factory, pieces):
    text = "".join(pieces)
    target = tmp_path_factory.mktemp("words") / "words.pdf"
    set_pdf(text, target, title="Strategy")
    assert sum(page.count("word") for page in page_words(target)) == text.count("word")


@settings(max_examples=20, deadline=None)
@given(text=st.text(), title=st.text())
def test_any_text_can_be_set(tmp_path_factory, text, title):
    assert set_pdf(text, tmp_path_factory.mktemp("any") / "any.pdf", title=title) >= 1
