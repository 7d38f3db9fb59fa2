import subprocess
import time
from collections import Counter

import pytest

from reviewer.documents import children as child_programs
from reviewer.documents import reading
from reviewer.documents.children import Limits
from reviewer.documents.reading import (
    FINAL_PAGES,
    Opened,
    PageSkipped,
    PageText,
    Recounted,
    read,
)
from reviewer.documents.reasons import SENTENCES, Reason, Unreadable
from tests.documents.pdfs import designed, made_up_paragraphs, squashed, squeezed, words_at, written

TEXT = "The plan for babies, children and young people"
PAGE = words_at(TEXT)
PICTURE = b"q 500 0 0 700 50 50 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\x80\xff\x40 EI Q\n"
FEW = Limits(processes=2)

# Content that is short in the file: 4 MB that pdfium passes over in a moment and pdfminer in many
# seconds, and 150 MB that pdfium needs seconds for.
SLOW_FINAL = squeezed(PAGE, repeat=(b"q Q " * 2**18, 4))
SLOW_QUICK = squeezed(PAGE, repeat=(b"q Q " * 2**18, 150))
# 60 MB of text that is never shown: pdfminer keeps it, pdfium does not.
LARGE = squeezed(PAGE, repeat=(b"(" + b"a" * 65_000 + b") ", 900))


@pytest.fixture
def pdf(tmp_path):
    def make(content):
        file = tmp_path / "made.pdf"
        file.write_bytes(content)
        return file

    return make


@pytest.fixture
def children(monkeypatch):
    """The child processes that the test starts."""
    started = []
    start = subprocess.Popen

    def remembered(*arguments, **options):
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(child_programs.subprocess, "Popen", remembered)
    return started


def why_unreadable(file, limits=FEW):
    with pytest.raises(Unreadable) as refusal:
        list(read(file, limits))
    assert str(refusal.value) == SENTENCES[refusal.value.reason]
    return refusal.value.reason


def test_every_page_comes_twice_first_provisional(pdf, children):
    file = pdf(designed(made_up_paragraphs(110)))
    events = list(read(file, Limits(processes=3)))
    pages = events[0].pages
    assert events[0] == Opened(pages) and pages > FINAL_PAGES
    provisional, final = events[1 : pages + 1], events[pages + 1 :]
    assert sorted(page.number for page in provisional) == list(range(1, pages + 1))
    assert sorted(page.number for page in final) == list(range(1, pages + 1))
    assert not any(page.final for page in provisional) and all(page.final for page in final)
    text = {page.number: page.text for page in provisional}
    for page in final:
        assert Counter(squashed(page.text)) == Counter(squashed(text[page.number]))
    assert len(children) > 2
    assert all(child.poll() is not None for child in children)


def test_closing_the_reading_ends_the_children(pdf, children):
    pages = read(pdf(written([PAGE] * 40)), FEW)
    seen = [next(pages) for _ in range(43)]  # some of them final
    assert seen[-1].final
    assert any(child.poll() is None for child in children)
    pages.close()
    assert all(child.poll() is not None for child in children)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 a Word document", Reason.NOT_A_PDF),
        (written([PICTURE + words_at(f"Page {n} of 9") for n in range(1, 10)]), Reason.IMAGE_ONLY),
    ],
)
def test_what_cannot_be_read_is_named(pdf, children, content, reason):
    """`test_odd_files.py` has many more."""
    assert why_unreadable(pdf(content)) == reason
    assert all(child.poll() is not None for child in children)


def test_a_pdf_that_is_encrypted_but_opens_for_everybody_is_read(pdf):
    events = list(read(pdf(written([PAGE], password="")), FEW))
    assert events == [Opened(1), PageText(1, TEXT, final=False), PageText(1, TEXT, final=True)]


def test_a_few_pages_of_text_among_pictures_are_enough(pdf):
    events = list(read(pdf(written([PAGE, PICTURE, PICTURE])), FEW))
    assert PageText(2, "", final=True) in events


def test_more_pages_than_allowed_are_counted_and_not_read(pdf):
    events = read(pdf(written([PAGE] * 4)), Limits(pages=3))
    assert next(events) == Opened(4)
    with pytest.raises(Unreadable) as refusal:
        next(events)
    assert refusal.value.reason == Reason.TOO_MANY_PAGES


def test_pages_that_a_file_hides_are_told(pdf):
    hidden = written([PAGE] * 5).replace(b"/Count 5", b"/Count 2")
    events = list(read(pdf(hidden), FEW))
    assert events[0] == Opened(2)
    assert events[-1] == Recounted(5)


def test_pages_that_a_file_makes_up_are_skipped(pdf):
    made_up = written([PAGE]).replace(b"/Count 1", b"/Count 3")
    assert list(read(pdf(made_up), FEW)) == [
        Opened(3),
        PageText(1, TEXT, final=False),
        PageText(2, "", final=False),
        PageText(3, "", final=False),
        PageText(1, TEXT, final=True),
        PageSkipped(2, Reason.DAMAGED),
        PageSkipped(3, Reason.DAMAGED),
    ]


def test_a_page_that_is_too_slow_keeps_its_provisional_text(pdf, children):
    limits = Limits(seconds_per_page=1.5, processes=1)
    events = list(read(pdf(written([PAGE, SLOW_FINAL, PAGE])), limits))
    assert events[4:] == [
        PageText(1, TEXT, final=True),
        PageSkipped(2, Reason.TOO_SLOW),
        PageText(3, TEXT, final=True),
    ]
    assert len(children) == 3  # for the provisional text, for page 2, and a fresh one after it
    assert all(child.poll() is not None for child in children)


def test_after_too_many_failures_the_rest_stays_provisional(pdf, monkeypatch):
    monkeypatch.setattr(reading, "MOST_FAILURES", 1)
    limits = Limits(seconds_per_page=1.5, processes=1)
    events = list(read(pdf(written([PAGE, SLOW_FINAL, PAGE, PAGE])), limits))
    assert events[6:] == [PageSkipped(number, Reason.TOO_SLOW) for number in (2, 3, 4)]


def test_a_page_that_takes_too_much_memory_keeps_its_provisional_text(pdf):
    limits = Limits(memory_mb=150, processes=1)
    events = list(read(pdf(written([PAGE, LARGE, PAGE])), limits))
    assert events[4:] == [
        PageText(1, TEXT, final=True),
        PageSkipped(2, Reason.TOO_LARGE),
        PageText(3, TEXT, final=True),
    ]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(seconds_per_page=1, processes=1), Reason.TOO_SLOW),
        (Limits(memory_mb=100, processes=1), Reason.TOO_LARGE),
    ],
)
def test_a_page_without_even_a_provisional_text_does_not_take_the_others_along(pdf, limits, reason):
    events = list(read(pdf(written([PAGE, SLOW_QUICK])), limits))
    assert events == [
        Opened(2),
        PageText(1, TEXT, final=False),
        PageText(2, "", final=False),
        PageText(1, TEXT, final=True),
        PageSkipped(2, reason),
    ]


def test_several_such_pages_do(pdf, monkeypatch):
    monkeypatch.setattr(reading, "MOST_HEAVY", 1)
    slow = pdf(written([PAGE, SLOW_QUICK, PAGE, SLOW_QUICK]))
    assert why_unreadable(slow, Limits(memory_mb=100)) == Reason.TOO_LARGE


def test_a_slow_caller_costs_no_page(pdf, monkeypatch):
    late = 0
    monotonic = time.monotonic
    monkeypatch.setattr(child_programs.time, "monotonic", lambda: monotonic() + late)
    final = []
    for event in read(pdf(written([PAGE] * 20)), Limits(processes=1)):
        if isinstance(event, PageText) and event.final:
            final.append(event.number)
            if len(final) == 1:
                time.sleep(1)  # the child has done its share by then
                late = 1000
    assert final == list(range(1, 21))


def test_pages_that_the_libraries_count_differently_keep_their_own_text(pdf):
    """pdfminer passes by a page that does not say that it is one, and so is one page ahead."""
    words = ["asthma epilepsy diabetes", "sleep bereavement palliative", "obesity dental health"]
    content = written([words_at(line) for line in words])
    broken = content.replace(b"/Type/Page/Parent", b"/Tipe/Page/Parent", 1)
    events = list(read(pdf(broken), FEW))
    assert [page.text for page in events[1:4]] == words
    assert events[4:] == [
        PageSkipped(1, Reason.DIFFERS),
        PageSkipped(2, Reason.DIFFERS),
        PageSkipped(3, Reason.DAMAGED),
    ]


def test_children_learn_nothing_of_the_application(pdf, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    seen = {}
    start = subprocess.Popen

    def noticed(*arguments, **options):
        seen.update(options)
        return start(*arguments, **options)

    monkeypatch.setattr(child_programs.subprocess, "Popen", noticed)
    list(read(pdf(written([PAGE])), FEW))
    assert "SECRET_KEY" not in seen["env"]


def test_a_child_that_says_what_it_was_not_asked_is_ended(pdf, monkeypatch):
    """Should a PDF take a child over, the pages that it makes up go nowhere."""
    said = '{"page": 0, "pages": 1}\\n{"page": 1, "text": "made up"}\\n{"page": 2, "text": "more"}'
    start = subprocess.Popen

    def taken_over(command, **options):
        return start([command[0], "-c", f"print('{said}'); input(); input()"], **options)

    monkeypatch.setattr(child_programs.subprocess, "Popen", taken_over)
    assert why_unreadable(pdf(written([PAGE]))) == Reason.TOO_LARGE


def test_a_missing_file_is_not_called_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "nothing.pdf"))


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(Reason)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
