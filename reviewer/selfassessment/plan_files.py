"""The action plan to take home: as Word, PDF and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from reviewer.report.contents import clean
from reviewer.report.pdf import set_pdf
from reviewer.selfassessment.planning import Planned
from reviewer.sheets import Row, Sheet, to_xlsx
from reviewer.wording import date_text

COLUMNS = (
    "number",
    "criterion",
    "question",
    "document",
    "answer",
    "what the fullest answer asks for",
    "recommended",
    "action",
    "who",
    "by when",
    "status",
)
LAYOUT = Path(__file__).with_name("plan.typ")
HEAD = ("", "Question and answer", "What will be done", "Who", "By when", "Status")
WIDTHS = (1.0, 9.0, 7.5, 3.0, 2.6, 2.2)  # centimetres, on a sheet on its side


def plan_file(
    title: str, subtitle: str, plan: Sequence[Planned], ending: str, notice: str | None
) -> bytes:
    """The plan as docx, pdf or xlsx; ValueError for another ending."""
    match ending:
        case "xlsx":
            return to_xlsx([Sheet("Action plan", COLUMNS, [_row(p) for p in plan])], notice)
        case "docx":
            return _word(title, subtitle, plan, notice)
        case "pdf":
            data = {"title": title, "subtitle": subtitle, "notice": notice or "", "head": HEAD}
            return set_pdf(LAYOUT, {**data, "rows": [_cells(p) for p in plan]}, {})
        case _:
            raise ValueError(f"a plan is made as docx, pdf or xlsx, not as {ending}")


def _row(planned: Planned) -> Row:
    standing, action = planned.standing, planned.action
    asks = standing.fullest.guidance if standing.fullest else ()
    values = (
        planned.number,
        planned.criterion.title,
        standing.question.text,
        standing.kind.name,
        standing.words,
        "\n".join(asks),
        "\n".join(planned.recommended),
        action.what,
        action.who,
        action.due,
        action.status,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _cells(planned: Planned) -> list[str]:
    standing, action = planned.standing, planned.action
    about = f"{standing.question.text} ({standing.kind.name}): {standing.words}"
    due = date_text(action.due)
    return [str(planned.number), about, action.what, action.who, due, action.status]


def _word(title: str, subtitle: str, plan: Sequence[Planned], notice: str | None) -> bytes:
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2)
    document.styles["Normal"].font.size = Pt(10)
    document.core_properties.title = clean(title)
    document.core_properties.language = "en-GB"
    document.add_paragraph(clean(title), style="Title")
    document.add_paragraph(clean(subtitle), style="Subtitle")
    if notice:
        document.add_paragraph(clean(notice), style="Intense Quote")
    table = document.add_table(rows=1, cols=len(HEAD), style="Table Grid")
    head = table.rows[0]
    marked: Any = OxmlElement("w:tblHeader")  # repeated on every page, and read out as a header
    marked.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(marked)
    for cell, text in zip(head.cells, HEAD, strict=True):
        cell.paragraphs[0].add_run(text or "No.").bold = True
    for planned in plan:
        row = table.add_row()
        for cell, text in zip(row.cells, _cells(planned), strict=True):
            cell.text = clean(text)
    for column, width in zip(table.columns, WIDTHS, strict=True):
        for cell in column.cells:
            cell.width = Cm(width)
    file = BytesIO()
    document.save(file)
    return file.getvalue()
