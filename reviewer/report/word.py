"""The report as a Word file: real styles, captions that count, alternative text, header rows.

python-docx has no words for captions, contents and marked headers, so those parts are written as
the elements of the format (ECMA-376, part 1): fields 17.16, tblHeader 17.4.49, docPr 20.4.2.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from reviewer.findings.figures import Figure
from reviewer.report.contents import Finding, Report, clean

INK, GREY = RGBColor(0x17, 0x32, 0x68), RGBColor(0x4C, 0x55, 0x5C)
FONT = "Calibri"
WIDE = Cm(16)


def word(report: Report, charts: Mapping[str, bytes], template: bytes | None = None) -> bytes:
    """The report as .docx; `charts` are PNG by figure id. `template` is a Word file whose styles
    are taken; ours without one."""
    document = Document(BytesIO(template)) if template else Document()
    if template:
        _empty(document)
    else:
        _our_styles(document)
    _properties(document, report)
    _title_page(document, report)
    _contents(document, report)
    _front(document, report)
    _key_findings(document, report)
    for chapter in report.chapters:
        _heading(document, f"{chapter.number}. {chapter.criterion.title}", 1, new_page=True)
        _text(document, chapter.criterion.about)
        for finding in chapter.findings:
            _finding(document, report, finding, charts.get(finding.figure.id))
    _heading(document, "What good looks like", 1, new_page=True)
    _text(document, report.good_practice)
    _heading(document, "Conclusion and recommendations", 1)
    _text(document, report.recommendations)
    _annexes(document, report)
    _marks(document, report)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _title_page(document: DocumentType, report: Report) -> None:
    document.add_paragraph(clean(report.title), style="Title")
    document.add_paragraph(clean(f"{report.round_name} round"), style="Subtitle")
    _text(document, report.made_on)
    for mark in report.marks:
        document.add_paragraph(clean(mark), style="Intense Quote")


def _contents(document: DocumentType, report: Report) -> None:
    """A contents field with its entries in it: Word numbers the pages when it is updated."""
    _heading(document, "Contents", 1, new_page=True, listed=False)
    entries = ["Glossary", "Introduction", "Method", "Key findings"]
    entries += [f"{chapter.number}. {chapter.criterion.title}" for chapter in report.chapters]
    entries += ["What good looks like", "Conclusion and recommendations", "Annex A: indicators"]
    entries += ["Annex B: tables", "Annex C: documents read"]
    for place, entry in enumerate(entries):
        paragraph = document.add_paragraph()
        if place == 0:
            _field_begin(paragraph, 'TOC \\o "1-1" \\h \\z \\u')
        paragraph.add_run(entry)
        if place == len(entries) - 1:
            _field_end(paragraph)


def _front(document: DocumentType, report: Report) -> None:
    _heading(document, "Glossary", 1, new_page=True)
    _table(document, ["Term", "Meaning"], report.glossary, (Cm(4), Cm(12)))
    _heading(document, "Introduction", 1)
    for paragraph in report.introduction:
        _text(document, paragraph)
    _heading(document, "Method", 1)
    for paragraph in report.method:
        _text(document, paragraph)
    _table(document, ["The round", "Number"], report.facts, (Cm(6), Cm(10)))
    _heading(document, "What the figures cannot say", 2)
    for paragraph in report.limits:
        _text(document, paragraph)


def _key_findings(document: DocumentType, report: Report) -> None:
    _heading(document, "Key findings", 1, new_page=True)
    for finding in report.key_findings():
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.add_run(f"{finding.number} ").bold = True
        paragraph.add_run(clean(finding.heading))


def _finding(document: DocumentType, report: Report, finding: Finding, chart: bytes | None) -> None:
    _heading(document, f"{finding.number}\u2002{finding.heading}", 2)
    for sentence in finding.paragraphs:
        _text(document, sentence)
    if chart is None:
        return
    picture = document.add_paragraph()
    picture.paragraph_format.keep_with_next = True  # with its caption
    run = picture.add_run()
    run.add_picture(BytesIO(chart), width=WIDE)
    properties = run._r.find(f".//{qn('wp:docPr')}")
    properties.set("descr", clean(report.alternative(finding.figure)))
    properties.set("title", f"Figure {report.numbers[finding.figure.id]}")
    _caption(document, report, finding.figure)


def _caption(document: DocumentType, report: Report, figure: Figure) -> None:
    """A caption whose number is a field, so that a list of figures can be made from it."""
    words = report.caption(figure).removeprefix(f"Figure {report.numbers[figure.id]}")
    paragraph = document.add_paragraph(style="Caption")
    paragraph.add_run("Figure ")
    _field_begin(paragraph, "SEQ Figure \\* ARABIC")
    paragraph.add_run(str(report.numbers[figure.id]))
    _field_end(paragraph)
    paragraph.add_run(clean(words))


def _annexes(document: DocumentType, report: Report) -> None:
    _heading(document, "Annex A: indicators", 1, new_page=True)
    for chapter in report.chapters:
        _heading(document, chapter.criterion.title, 2)
        for indicator in report.indicators(chapter.criterion):
            document.add_paragraph(clean(indicator), style="List Bullet")
    _heading(document, "Annex B: tables", 1, new_page=True)
    for finding in report.findings:
        figure = finding.figure
        _heading(document, report.table_heading(finding), 3)
        _text(document, report.notes(figure)).paragraph_format.keep_with_next = True
        head = ["Answer", "Systems", "Share of the base"]
        _table(document, head, report.rows(figure), (Cm(10), Cm(3), Cm(3)), together=True)
    _heading(document, "Annex C: documents read", 1, new_page=True)
    if not report.documents:
        _text(document, "No documents are attached to this round.")
        return
    _text(document, "No answer in this report is tied to a system or to one of these documents.")
    _table(
        document,
        ["System", "Document", "Address", "Published", "Retrieved"],
        report.document_rows(),
        (Cm(4), Cm(3.5), Cm(4.5), Cm(2), Cm(2)),
    )


def _table(
    document: DocumentType,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[Any],
    *,
    together: bool = False,
) -> None:
    """A table with a header row that is marked as one and repeated on every page; `together` keeps
    a short one on one page, with what stands before it."""
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    for cell, words in zip(table.rows[0].cells, head, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    _mark(table.rows[0], "w:tblHeader")
    for row in rows:
        added = table.add_row()
        _mark(added, "w:cantSplit")
        for cell, words in zip(added.cells, row, strict=True):
            cell.text = clean(words)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width  # LibreOffice goes by the column, Word by the cells
        for place, cell in enumerate(column.cells):
            cell.width = width
            style = cell.paragraphs[0].paragraph_format
            style.space_after = style.space_before = Pt(2)
            style.keep_with_next = together and place < len(rows)
    document.add_paragraph()


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _heading(
    document: DocumentType, words: str, level: int, *, new_page: bool = False, listed: bool = True
) -> None:
    paragraph = document.add_paragraph(clean(words), style=f"Heading {level}")
    paragraph.paragraph_format.page_break_before = new_page
    if not listed:  # the contents do not list themselves
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), "9")
        paragraph._p.get_or_add_pPr().append(outline)


def _text(document: DocumentType, words: str) -> Paragraph:
    return document.add_paragraph(clean(words))


def _field_begin(paragraph: Any, instruction: str) -> None:
    for kind in ("begin", None, "separate"):
        run = paragraph.add_run()._r
        if kind is None:
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
            run.append(code)
        else:
            _field_mark(run, kind)


def _field_end(paragraph: Any) -> None:
    _field_mark(paragraph.add_run()._r, "end")


def _field_mark(run: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)


def _marks(document: DocumentType, report: Report) -> None:
    """The marks and the page number at the foot of every page."""
    for section in document.sections:
        section.start_type = WD_SECTION.NEW_PAGE
        paragraph = section.footer.paragraphs[0]
        paragraph.text = " · ".join([*map(clean, report.marks), "Page "])
        _field_begin(paragraph, "PAGE")
        paragraph.add_run("1")
        _field_end(paragraph)


def _properties(document: DocumentType, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.language = clean(report.title), "en-GB"
    properties.subject = clean(f"{report.round_name} round")
    properties.author = properties.comments = ""


def _our_styles(document: DocumentType) -> None:
    """Word's own styles with one sans-serif face, sizes that can be read, and British spelling."""
    for name, size in (
        ("Normal", 11),
        ("Title", 30),
        ("Subtitle", 16),
        ("Heading 1", 20),
        ("Heading 2", 13),
        ("Heading 3", 11),
        ("Caption", 10),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name != "Normal":
            style.font.color.rgb = GREY if name == "Caption" else INK
    normal = document.styles["Normal"]
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(8), 1.15
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)
    document.styles["Heading 2"].paragraph_format.space_before = Pt(18)
    document.styles["Caption"].paragraph_format.space_after = Pt(14)
    document.styles["Caption"].font.bold = False
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)


def _empty(document: DocumentType) -> None:
    """Take the text of a template out; its styles, header and page set-up stay."""
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
