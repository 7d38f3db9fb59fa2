"""Parts of a Word file that python-docx has no words for: fields, bookmarks, marks of rows.

Written as the elements of the format (ECMA-376, part 1): fields 17.16, bookmarks 17.13.6,
hyperlinks 17.16.22, tblHeader 17.4.49.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document as DocumentType
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

# The settings that follow `updateFields`: in another order Word takes a file for damaged.
_AFTER_UPDATE = (
    *("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "docVars", "rsids"),
    *("themeFontLang", "clrSchemeMapping", "shapeDefaults", "decimalSymbol", "listSeparator"),
)


def field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field, with what it shows until it is worked out."""
    field_begin(paragraph, instruction)
    if shown:
        paragraph.add_run(shown)
    field_end(paragraph)


def field_begin(paragraph: Any, instruction: str) -> None:
    _mark(paragraph, "begin")
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    paragraph.add_run()._r.append(code)
    _mark(paragraph, "separate")


def field_end(paragraph: Any) -> None:
    _mark(paragraph, "end")


def bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Name the whole paragraph, so that the contents can point to it."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def contents_line(paragraph: Paragraph, words: str, name: str) -> None:
    """A line of the contents that leads to a bookmark. Word puts its page beside it."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), name)
    link.set(qn("w:history"), "1")
    link.append(paragraph.add_run(words)._r)
    paragraph._p.append(link)


def update_on_opening(document: DocumentType) -> None:
    """Have Word number the contents when it opens the file: it asks first."""
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    settings = document.settings.element
    for old in settings.findall(qn("w:updateFields")):
        settings.remove(old)
    names = {qn(f"w:{name}") for name in _AFTER_UPDATE}
    math = "{http://schemas.openxmlformats.org/officeDocument/2006/math}mathPr"
    place = next(
        (n for n, child in enumerate(settings) if child.tag in names or child.tag == math),
        len(settings),
    )
    settings.insert(place, update)


def mark_row(row: Any, name: str) -> None:
    """`tblHeader` repeats a row on every page, `cantSplit` keeps it on one."""
    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def _mark(paragraph: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)
