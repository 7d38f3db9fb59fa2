"""The report as a Word file: real styles, captions that count, alternative text, header rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from docx.document import Document as DocumentType
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph

from reviewer.findings.figures import Figure
from reviewer.findings.movement import Movement
from reviewer.report.contents import Finding, Report, clean
from reviewer.report.fields import (
    bookmark,
    contents_line,
    field,
    field_begin,
    field_end,
    mark_row,
    update_on_opening,
)
from reviewer.report.styles import BULLET, CONTENTS, GREY, GRID, MARK, QUOTE, ours
from reviewer.report.template import emptied

TABLE_TEXT = Pt(9.5)


def word(report: Report, charts: Mapping[str, bytes], template: bytes | None = None) -> bytes:
    """The report as .docx; `charts` are PNG by figure id. `template` is a checked Word file whose
    styles, header and footer are taken; ours without one."""
    document = emptied(template) if template else ours()
    _Writer(document, report, charts).write()
    file = BytesIO()
    document.save(file)
    return file.getvalue()


class _Writer:
    """The parts of one report in their order, into one document."""

    def __init__(self, document: DocumentType, report: Report, charts: Mapping[str, bytes]) -> None:
        self.document, self.report, self.charts = document, report, charts
        section = document.sections[-1]
        section.start_type = WD_SECTION.NEW_PAGE
        room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
        self.room = Emu(room if room > Cm(5) else Cm(16))
        self.bookmarks = 0

    def write(self) -> None:
        report = self.report
        self.properties()
        self.title_page()
        self.contents()
        self.front()
        self.key_findings()
        for chapter in report.chapters:
            self.heading(report.chapter_title(chapter), 1, new_page=True)
            self.text(chapter.criterion.about)
            for finding in chapter.parts:
                self.finding(finding)
        self.heading("What good looks like", 1, new_page=True)
        self.examples()
        self.heading("Conclusion and recommendations", 1)
        self.recommendations()
        self.indicators()
        self.tables()
        self.documents()
        self.marks()
        update_on_opening(self.document)

    def title_page(self) -> None:
        report = self.report
        self.document.add_paragraph(clean(report.title), style="Title")
        self.document.add_paragraph(clean(f"{report.round_name} round"), style="Subtitle")
        self.text(report.coverage)
        self.text(report.made_on)
        for mark in report.marks:
            self.document.add_paragraph(clean(mark), style=MARK)

    def contents(self) -> None:
        """A contents field with its entries in it: Word numbers the pages when it is updated."""
        self.heading("Contents", 1, new_page=True, listed=False)
        lines = self.report.headings()
        for place, words in enumerate(lines):
            line = self.document.add_paragraph(style=CONTENTS)
            if place == 0:
                field_begin(line, 'TOC \\o "1-1" \\h \\z \\u')
            contents_line(line, clean(words), f"_Toc{1000 + place}")
            if place == len(lines) - 1:
                field_end(line)

    def front(self) -> None:
        report = self.report
        self.heading("Glossary", 1, new_page=True)
        self.table(["Term", "Meaning"], report.glossary, (4, 12))
        self.heading("Introduction", 1, new_page=True)
        for words in report.introduction:
            self.text(words)
        self.heading("Method", 1)
        for words in report.method:
            self.text(words)
        self.table(["The round", "Number"], report.facts, (6, 10))
        self.heading("What the figures cannot say", 2)
        for words in report.limits:
            self.text(words)

    def key_findings(self) -> None:
        self.heading("Key findings", 1, new_page=True)
        for found in self.report.key_findings():
            paragraph = self.document.add_paragraph(style=BULLET)
            paragraph.add_run(f"{found.number} ").bold = True
            paragraph.add_run(clean(found.heading))

    def finding(self, finding: Finding) -> None:
        self.heading(finding.title, 2)
        charts = [f for f in self.report.charts(finding) if f.id in self.charts]
        for words in finding.paragraphs:
            self.text(words).paragraph_format.keep_with_next = bool(charts)
        for words in finding.quotes:
            quote = self.document.add_paragraph(clean(words), style=QUOTE)
            quote.paragraph_format.keep_with_next = bool(charts)
        for figure in charts:
            self.chart(figure)

    def chart(self, figure: Figure | Movement) -> None:
        self.caption(figure)
        picture = self.document.add_paragraph()
        picture.paragraph_format.line_spacing = 1  # an exact one of a template would cut it off
        run = picture.add_run()
        run.add_picture(BytesIO(self.charts[figure.id]), width=min(self.room, Cm(16)))
        properties = run._r.find(f".//{qn('wp:docPr')}")
        properties.set("descr", clean(self.report.alternative(figure)))
        properties.set("title", f"Figure {self.report.numbers[figure.id]}")

    def caption(self, figure: Figure | Movement) -> None:
        """A caption whose number is a field, so that a list of figures can be made from it."""
        number = str(self.report.numbers[figure.id])
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = True  # with its picture
        paragraph.add_run("Figure ")
        field(paragraph, "SEQ Figure \\* ARABIC", number)
        paragraph.add_run(clean(self.report.caption(figure).removeprefix(f"Figure {number}")))

    def examples(self) -> None:
        if not self.report.examples:
            self.text(self.report.good_practice)
        for heading, whose, paragraphs in self.report.examples:
            self.heading(heading, 2)
            if whose:
                self.text("").add_run(clean(whose)).bold = True
            for words in paragraphs:
                self.text(words)

    def recommendations(self) -> None:
        if not self.report.lists:
            self.text(self.report.recommendations)
        for audience, several in self.report.lists:
            self.heading(audience, 2)
            for number, (paragraphs, bears_on) in enumerate(several, 1):
                for place, words in enumerate(paragraphs):
                    # Numbered by hand: a list of Word goes on counting in the next one.
                    self.text(words if place else f"{number}.\u2002{words}")
                if bears_on:
                    run = self.text("").add_run(clean(bears_on))
                    run.font.size, run.font.color.rgb = TABLE_TEXT, GREY

    def indicators(self) -> None:
        self.heading("Annex A: indicators", 1, new_page=True)
        for chapter in self.report.chapters:
            self.heading(chapter.criterion.title, 2)
            for indicator in self.report.indicators(chapter.criterion):
                self.document.add_paragraph(clean(indicator), style=BULLET)

    def tables(self) -> None:
        self.heading("Annex B: tables", 1, new_page=True)
        for chapter in self.report.chapters:
            if chapter.figures:
                self.heading(chapter.criterion.title, 2)
            for figure in chapter.figures:
                self.heading(self.report.table_heading(figure), 3)
                notes = self.text(self.report.notes(figure))
                notes.paragraph_format.keep_with_next = True
                head = ["Answer", "Systems", "Share of the base"]
                self.table(head, self.report.rows(figure), (10, 2.5, 3.5), together=True)

    def documents(self) -> None:
        self.heading("Annex C: documents read", 1, new_page=True)
        rows = self.report.document_rows()
        if not rows:
            self.text("No documents are attached to this round.")
            return
        self.text("No answer in this report is tied to a system or to one of these documents.")
        head = ["System", "Document", "Address", "Published", "Retrieved"]
        self.table(head, rows, (3.5, 3, 5, 2.25, 2.25))

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        together: bool = False,
    ) -> None:
        """A table with a header row that is marked as one and repeated on every page; `widths` are
        parts of the room there is. `together` keeps a short one on one page, with what stands
        before it."""
        table = self.document.add_table(rows=1, cols=len(head), style=GRID)
        table.autofit = False
        for cell, words in zip(table.rows[0].cells, head, strict=True):
            cell.paragraphs[0].add_run(words).bold = True
        mark_row(table.rows[0], "tblHeader")
        for row in rows:
            added = table.add_row()
            mark_row(added, "cantSplit")
            for cell, words in zip(added.cells, row, strict=True):
                cell.text = clean(words)
        for column, part in zip(table.columns, widths, strict=True):
            # LibreOffice goes by the column, Word by the cells.
            width = column.width = Emu(int(self.room * part / sum(widths)))
            for place, cell in enumerate(column.cells):
                cell.width = width
                paragraph = cell.paragraphs[0]
                space = paragraph.paragraph_format
                space.space_after = space.space_before = Pt(2)
                space.line_spacing = 1
                space.keep_with_next = together and place < len(rows)
                for run in paragraph.runs:
                    run.font.size = TABLE_TEXT
        after = self.document.add_paragraph()  # Word joins two tables that touch
        after.paragraph_format.space_after = Pt(0)

    def heading(
        self, words: str, level: int, *, new_page: bool = False, listed: bool = True
    ) -> None:
        paragraph = self.document.add_paragraph(clean(words), style=f"Heading {level}")
        paragraph.paragraph_format.keep_with_next = True
        if new_page:
            paragraph.paragraph_format.page_break_before = True
        if not listed:  # the contents do not list themselves
            outline = OxmlElement("w:outlineLvl")
            outline.set(qn("w:val"), "9")
            paragraph._p.get_or_add_pPr().append(outline)
        elif level == 1:
            bookmark(paragraph, f"_Toc{1000 + self.bookmarks}", self.bookmarks)
            self.bookmarks += 1

    def text(self, words: str) -> Paragraph:
        return self.document.add_paragraph(clean(words))

    def marks(self) -> None:
        """The marks and the page number at the foot of every page, beneath what a template has
        there: of its first page, its left and its right ones."""
        section = self.document.sections[-1]
        footers = [section.footer]
        if section.different_first_page_header_footer:
            footers.append(section.first_page_footer)
        if self.document.settings.odd_and_even_pages_header_footer:
            footers.append(section.even_page_footer)
        for footer in footers:
            footer.is_linked_to_previous = False
            empty = len(footer.paragraphs) == 1 and not footer.paragraphs[0].text.strip()
            paragraph = footer.paragraphs[0] if empty else footer.add_paragraph()
            paragraph.style = None  # that of footers has tab stops of its own
            space = paragraph.paragraph_format
            space.tab_stops.add_tab_stop(self.room, WD_TAB_ALIGNMENT.RIGHT)
            paragraph.add_run(" · ".join(map(clean, self.report.marks))).bold = True
            paragraph.add_run("\tPage ")
            field(paragraph, "PAGE", "1")
            for run in paragraph.runs:
                run.font.size, run.font.color.rgb = Pt(9), GREY

    def properties(self) -> None:
        properties = self.document.core_properties
        properties.title, properties.language = clean(self.report.title), "en-GB"
        properties.subject = clean(f"{self.report.round_name} round")
        properties.author = properties.comments = properties.last_modified_by = ""
