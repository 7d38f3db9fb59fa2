import json
import re
import signal
import subprocess
import sys

import pytest

from reviewer.documents import final as final_text
from reviewer.documents.final import Final
from reviewer.documents.lines import clean
from reviewer.documents.quick import Quick
from tests.documents.pdfs import (
    PEAK,
    designed,
    plan_paragraphs,
    squashed,
    squeezed,
    typeset,
    words_at,
    written,
)

SENTENCE = words_at("The plan for babies, children and young people")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    file = tmp_path_factory.mktemp("plan") / "plan.pdf"
    file.write_bytes(designed(plan_paragraphs()[:70]))
    return file


@pytest.fixture
def pdf(tmp_path):
    def make(content):
        file = tmp_path / "made.pdf"
        file.write_bytes(content)
        return file

    return make


def run(file, *commands, seconds=20):
    """The answers of a child to `commands`, and its exit status."""
    child = subprocess.run(
        [sys.executable, "-m", "reviewer.documents.extract", str(file), "600", str(seconds)],
        input="".join(json.dumps(command) + "\n" for command in commands),
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in child.stdout.splitlines()], child.returncode


def test_quotes_are_found_on_their_page(plan):
    """Eight words as a viewer gives them, looked up whatever the case, spaces and hyphens."""
    quick, final = Quick(plan), Final(plan)
    found = []
    for number in range(1, len(quick) + 1):
        words = clean(quick.text(number)).split()
        page = squashed(clean(final.text(number)))
        quotes = (" ".join(words[i : i + 8]) for i in range(0, len(words) - 8, 8))
        found += [squashed(quote) in page for quote in quotes]
    assert len(found) > 300
    assert sum(found) / len(found) >= 0.98


def test_words_are_spaced_as_they_are_printed(pdf):
    heading = '#text(tracking: 3pt, "BABIES AND CHILDREN")\n\n'
    side = "#rotate(-90deg, reflow: true)[Our shared ambition]"
    other_side = "#rotate(90deg, reflow: true)[Read me]"
    sizes = "#text(20pt)[E]#text(9pt)[arly] #text(7pt)[help]"
    final = Final(pdf(typeset(f"{heading}{side}\n\n{other_side}\n\n{sizes}")))
    lines = clean(final.text(1)).splitlines()
    assert lines == ["BABIES AND CHILDREN", "Our shared ambition", "Read me", "Early help"]


def test_words_are_parted_where_the_pdf_has_no_spaces(pdf):
    """TeX writes no spaces: it moves on by about a third of the type size, less in tight lines."""
    content = b"BT /F 10 Tf 50 700 Td [(F)20(or)-240(all)-240(our)-240(children)] TJ ET"
    assert clean(Final(pdf(written([content]))).text(1)) == "For all our children"


def test_columns_are_read_one_after_the_other(pdf):
    rows = range(700, 640, -12)
    left = b"".join(words_at(f"left {y}", 50, y) for y in rows)
    right = b"".join(words_at(f"right {y}", 300, y) for y in rows)
    lines = clean(Final(pdf(written([left + right]))).text(1)).splitlines()
    assert lines == [f"left {y}" for y in rows] + [f"right {y}" for y in rows]


def test_a_wrong_place_that_no_page_needs_changes_nothing(pdf):
    content = written([words_at(f"page {n}") for n in range(1, 9)])
    wrong = re.sub(rb"\d{10}( 00000 n \ntrailer)", rb"0000000000\1", content)  # of the last page
    assert wrong != content
    final = Final(pdf(wrong))
    assert [final.text(number) for number in range(1, 8)] == [f"page {n}" for n in range(1, 8)]


def test_a_search_for_objects_that_finds_less_is_not_used(pdf, monkeypatch):
    """It ends at the first trailer, which a PDF for the web has near its beginning."""
    early = b"%PDF-1.7\ntrailer<</Root 1 0 R>>\n"
    content = written([words_at(f"page {n}") for n in range(1, 9)]).replace(b"%PDF-1.7\n", early, 1)
    more = len(early) - len(b"%PDF-1.7\n")
    moved = re.sub(
        rb"(\d{10})(?= 00000 n)|(?<=startxref\n)\d+",
        lambda place: b"%0*d" % (len(place[0]), int(place[0]) + more),
        content,
    )
    monkeypatch.setattr(final_text, "_tells_the_truth", lambda *_: False)
    final = Final(pdf(moved))
    assert [final.text(number) for number in (1, 8)] == ["page 1", "page 8"]


def test_commands_are_answered_page_by_page(pdf):
    file = pdf(written([SENTENCE] * 3))
    answers, status = run(file, {"open": [0, 0]}, {"quick": [1, 2]}, {"final": [3, 3]})
    text = "The plan for babies, children and young people"
    assert answers == [
        {"page": 0, "pages": 3},
        {"page": 1, "text": text},
        {"page": 2, "text": text},
        {"page": 3, "text": text},
    ]
    assert status == 0


def test_a_page_that_is_not_there_is_damaged(pdf):
    file = pdf(written([SENTENCE]))
    answers, _ = run(file, {"quick": [1, 2]}, {"final": [2, 2]})
    assert answers[1:] == [{"page": 2, "error": "damaged"}] * 2


def test_pages_are_read_in_any_order_after_forgetting(pdf):
    file = pdf(written([words_at(f"page {n}") for n in range(1, 31)]))
    final = Final(file)
    for number in (30, 1, 17, 9, 8, 30):
        assert final.text(number) == f"page {number}"


def test_a_child_ends_itself_when_a_page_takes_too_long(pdf):
    slow = squeezed(SENTENCE, repeat=(b"q Q " * 2**18, 4))
    file = pdf(written([slow]))
    answers, status = run(file, {"final": [1, 1]}, seconds=0.5)
    assert (answers, status) == ([], -signal.SIGALRM)


def test_memory_stays_level(pdf):
    """Each page has 500 KB of content, so that 50 pages kept would be 25 MB."""
    content = squeezed(SENTENCE, repeat=(b"(" + b"a" * 50_000 + b") ", 10))
    file = pdf(written([content] * 60))
    measure = """
import pathlib, sys
from reviewer.documents import final as final_text
from reviewer.documents.final import Final
final = Final(pathlib.Path(sys.argv[1]))
for number in range(1, 61):
    final.text(number)
    if number in (10, 60):
        print(peak())
"""
    done = subprocess.run(
        [sys.executable, "-c", PEAK + measure, file], capture_output=True, text=True, check=True
    )
    early, late = (int(line) for line in done.stdout.split())
    assert late - early < 6 * 2**20


def test_the_program_starts_with_little():
    """The start is most of the wait for a short document."""
    show = "import sys, reviewer.documents.extract; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    heavy = {"flask", "pandas", "sqlalchemy", "pdfminer", "pdfplumber", "pypdfium2"}
    assert not heavy & set(done.stdout.split())
