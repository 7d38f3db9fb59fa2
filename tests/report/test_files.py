"""The report as Word, PDF and HTML: what is in it is read back from each file."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from reviewer.config import ROOT
from reviewer.findings.charts import chart
from reviewer.findings.rendering import render
from reviewer.instrument.check import read
from reviewer.instrument.model import Criterion
from reviewer.report.assembling import report_of, words
from reviewer.report.contents import Report, chapters, clean
from reviewer.report.page import page
from reviewer.report.pdf import pdf
from reviewer.report.word import word
from reviewer.rounds.models import find_round
from tests.findings.makers import figure, question

INSTRUMENT, _ = read((ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8"))
HOSTILE = (
    '#import "x"; #panic("no") ] } $ a_b $ @nobody <here> // gone? /* no */ \\',
    "<script>alert('x')</script> & &amp; \"quotes\"",
    "*bold* _lean_ `code` = not a heading - not a list",
    "עברית and Ł, 漢字 apart",
    "a family 👨‍👩‍👧, \x00 \x01 \x7f \ufffe ?? apart",
)


@cache
def drawn():
    """A chart as PNG and as SVG. One stands for all: what is in them is tested with the charts."""
    return render(chart(figure(19, 8, 4)), ("png", "svg"))


def made(report: Report, kind: str) -> bytes:
    write, form = {"word": (word, "png"), "pdf": (pdf, "svg"), "html": (page, "svg")}[kind]
    return write(report, dict.fromkeys(report.numbers, drawn()[form]))


def small(**more) -> Report:
    """A report of one finding, with any field replaced."""
    asked = question()
    report = Report(
        title="A title",
        round_name="Spring",
        coverage="31 of 42 integrated care systems (74%) reviewed",
        made_on="1 May 2027",
        marks=("Provisional",),
        glossary=(("Base", "What a share is of."),),
        introduction=("An introduction.",),
        method=("A method.",),
        facts=(("Systems reviewed", "31 of 42"),),
        limits=("A limit.",),
        chapters=chapters(
            [Criterion("workforce", "Workforce", "About it.", "?", "?")], [figure(19, 8, 4)]
        ),
        good_practice="None yet.",
        recommendations="None yet.",
        questions=(asked,),
        documents=(),
        kinds=(("strategy", "Strategy"), ("plan", "Plan")),
    )
    return replace(report, **more)


def plain(text: str) -> str:
    """The text with every run of space as one space, and without the hyphens of line ends."""
    return " ".join(text.replace("\ufffe", "").split())


def text_of_pdf(content: bytes) -> str:
    with PdfDocument(content) as document:
        return plain(" ".join(leaf.get_textpage().get_text_range() for leaf in document))


class Words(HTMLParser):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.data: list[str] = []
        self.feed(content.decode())

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    @property
    def text(self) -> str:
        return plain(" ".join(self.data))


def text_of_word(content: bytes) -> str:
    """Paragraphs and tables in their order."""
    ends = (qn("w:p"), qn("w:br"), qn("w:tab"))
    body = Document(BytesIO(content)).element.body
    return plain(
        "".join(" " if e.tag in ends else e.text or "" for e in body.iter(qn("w:t"), *ends))
    )


@pytest.fixture(scope="session")
def published():
    """What the report of January 2024 gives: counts by question and document, then option."""
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    path = ROOT / "criteria" / "hpig-2024-published.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["count"]:
                place = found.setdefault((row["question"], row["document"]), {})
                place[row["option"]] = (int(row["count"]), int(row["base"]))
    return found


def test_every_published_number_is_in_word_pdf_and_html(demo_app, published):
    with demo_app.app_context():
        report = report_of(find_round("demonstration"))
    texts = {
        "word": text_of_word(made(report, "word")),
        "pdf": text_of_pdf(made(report, "pdf")),
        "html": Words(made(report, "html")).text,
    }
    headings = {
        (f.question.id, f.document.id): plain(report.table_heading(f))
        for chapter in report.chapters
        for f in chapter.figures
    }
    missing, looked_for = [], 0
    for (question_id, document), counts in published.items():
        for option_id, (count, base) in counts.items():
            label = INSTRUMENT.question(question_id).option(option_id).title
            row = plain(f"{label} {count} {int(100 * count / base + 0.5)}%")
            for kind, text in texts.items():
                table = text.rpartition(headings[question_id, document])[2][:1500]
                looked_for += 1
                if row not in table:
                    missing.append(f"{kind}: {question_id} {document}: {row}")
    assert not missing, "\n".join(missing)
    assert looked_for > 200
    for kind, text in texts.items():
        assert "31 of 42 integrated care systems (74%)" in text, kind
        assert "Invented for the demonstration" in text, kind
        for chapter in report.chapters:
            assert chapter.criterion.title in text


def test_no_system_is_named_where_no_document_is_listed(demo_app):
    with demo_app.app_context():
        round_ = find_round("demonstration")
        report = replace(report_of(round_), documents=())
        names = [system.name for system in round_.systems()]
    text = Words(made(report, "html")).text
    assert len(names) > 40
    assert not [name for name in names if name in text]


def test_word_has_styles_captions_alternative_text_and_header_rows():
    report = small()
    document = Document(BytesIO(made(report, "word")))
    styles = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet"} <= styles
    picture = document.element.body.find(f".//{qn('wp:docPr')}")
    assert picture.get("descr") == report.alternative(report.shown[0])
    assert picture.get("title") == "Figure 1"
    fields = [field.text.strip() for field in document.element.body.iter(qn("w:instrText"))]
    assert "SEQ Figure \\* ARABIC" in fields and fields[0].startswith("TOC")
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    footers = [section.footer.paragraphs[0].text for section in document.sections]
    assert all("Provisional" in footer for footer in footers)


def test_the_contents_of_the_word_file_lead_to_its_headings_and_are_numbered_by_word():
    document = Document(BytesIO(made(small(), "word")))
    body = document.element.body
    named = {mark.get(qn("w:name")): mark.getparent() for mark in body.iter(qn("w:bookmarkStart"))}
    links = list(body.iter(qn("w:hyperlink")))
    assert [link.text for link in links][:2] == ["Glossary", "Introduction"] and len(links) > 8
    for link in links:
        heading = named[link.get(qn("w:anchor"))]
        assert heading.pPr.pStyle.val == "Heading1"
        assert "".join(t.text for t in heading.iter(qn("w:t"))) == link.text
    assert document.settings.element.find(qn("w:updateFields")) is not None


def test_a_finding_stays_on_the_page_of_its_chart():
    document = Document(BytesIO(made(small(), "word")))
    place = next(
        n
        for n, paragraph in enumerate(document.paragraphs)
        if paragraph.text.startswith("1.1") and paragraph.style.name == "Heading 2"
    )
    kept = document.paragraphs[place : place + 3]
    assert [paragraph.style.name for paragraph in kept] == ["Heading 2", "Normal", "Caption"]
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in kept)
    assert document.paragraphs[place + 3]._p.find(f".//{qn('w:drawing')}") is not None


def test_the_pdf_is_tagged_meets_pdf_ua_and_has_a_mark_on_every_page():
    content = made(small(), "pdf")
    assert b"/MarkInfo" in content and b"pdfuaid" in content
    with PdfDocument(content) as document:
        leaves = [leaf.get_textpage().get_text_range() for leaf in document]
    assert len(leaves) > 5
    assert all("Provisional" in leaf for leaf in leaves)


def test_the_web_page_asks_for_no_other_file():
    content = made(small(), "html").decode()
    assert "<script" not in content
    linked = re.findall(r'(?:src|href)="([^"]*)"', content)
    assert linked and all(link.startswith(("#", "data:image/svg+xml;base64,")) for link in linked)
    assert not re.search(r"url\(|@import", content)


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_come_out_of_every_file_as_they_went_in(said):
    report = small(title=said, facts=((said, said),), good_practice=said)
    assert plain(clean(said)) in text_of_word(made(report, "word"))
    assert plain(clean(said)) in Words(made(report, "html")).text
    printed = text_of_pdf(made(report, "pdf"))
    # Of other scripts the fonts lack letters, and right-to-left is turned.
    assert plain(said) in printed if said.isascii() else "?? apart" in printed


@settings(max_examples=25)
@given(said=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_text_is_written_to_word_and_html(said):
    report = small(good_practice=f"start {said} end")
    kept = plain(f"start {clean(said)} end")
    assert kept in text_of_word(made(report, "word"))
    made(report, "html").decode()


def test_what_stands_in_every_report_is_filled_in():
    text = str(words())
    assert set(re.findall(r"\{(\w+)\}", text)) == {"reviewed", "criteria"}


def test_there_is_a_chart_for_each_figure_of_january_2024_and_each_pair_of_documents(demo_app):
    with demo_app.app_context():
        report = report_of(find_round("demonstration"))
    printed = {q.id: q.source for q in INSTRUMENT.questions if q.source.startswith("Figure ")}
    asked = {f.question.id for chapter in report.chapters for f in chapter.figures}
    shown = {figure.id for figure in report.shown}
    sources = {n for q, source in printed.items() if q in asked for n in re.findall(r"\d+", source)}
    assert sources >= {str(n) for n in range(1, 24)}
    assert {f.id for chapter in report.chapters for f in chapter.figures} <= shown
    together = [part for chapter in report.chapters for part in chapter.together]
    assert together and all(part.figures[0].id in report.numbers for part in together)
    assert list(report.numbers.values()) == list(range(1, len(shown) + 1))
