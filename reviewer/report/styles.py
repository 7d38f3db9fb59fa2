"""The styles of a report in Word: ours, or those of the team's own file with ours where it has
none. Word writes only the styles that a file uses, so a template lacks most of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.parts.numbering import NumberingPart
from docx.shared import Cm, Pt, RGBColor

INK, GREY = RGBColor(0x17, 0x32, 0x68), RGBColor(0x4C, 0x55, 0x5C)
FONT = "Calibri"
MARK, CONTENTS, BULLET, GRID = "Intense Quote", "toc 1", "List Bullet", "Table Grid"
QUOTE = "Quote"
HEADINGS = ("Heading 1", "Heading 2", "Heading 3")
USED = ("Title", "Subtitle", *HEADINGS, "Caption", MARK, QUOTE, CONTENTS, BULLET, GRID)

# Lines between rows alone, as in the PDF: a grid of boxes is harder to read.
_LINES = """<w:tblBorders {}>
  <w:top w:val="single" w:sz="8" w:space="0" w:color="173268"/>
  <w:bottom w:val="single" w:sz="8" w:space="0" w:color="173268"/>
  <w:insideH w:val="single" w:sz="4" w:space="0" w:color="B1B4B6"/>
</w:tblBorders>"""


def ours() -> DocumentType:
    """An empty file with our styles: one sans-serif face, sizes that can be read, A4, British
    spelling."""
    document = Document()
    styles = document.styles
    if CONTENTS not in styles:
        _contents(styles.add_style(CONTENTS, 1))
    for name, size in (
        ("Normal", 11),
        ("Title", 32),
        ("Subtitle", 18),
        ("Heading 1", 22),
        ("Heading 2", 13.5),
        ("Heading 3", 11),
        ("Caption", 10),
        (MARK, 11),
        (QUOTE, 11),
        (CONTENTS, 11),
    ):
        style = styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name not in ("Normal", CONTENTS):
            style.font.color.rgb = GREY if name == "Caption" else INK
    normal = styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing, normal.widow_control = Pt(8), 1.15, True
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    styles["Normal"].element.get_or_add_rPr().append(language)
    for name, before, after in (
        ("Heading 1", 24, 10),
        ("Heading 2", 20, 6),
        ("Heading 3", 12, 4),
        ("Caption", 4, 2),
        ("Subtitle", 6, 6),
    ):
        space = styles[name].paragraph_format
        space.space_before, space.space_after, space.keep_with_next = Pt(before), Pt(after), True
    _title(styles["Title"])
    styles["Subtitle"].font.italic = False
    styles["Caption"].font.bold = False
    borders = styles[GRID].element.find(f".//{qn('w:tblBorders')}")
    borders.getparent().replace(borders, parse_xml(_LINES.format(nsdecls("w"))))
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    return document


def lend(document: DocumentType) -> None:
    """Give the file those of our styles that it does not have."""
    own = ours()
    theirs = document.styles
    missing = [name for name in USED if name not in theirs]
    if not missing:
        return
    plain = theirs.default(1)
    known = {element.get(qn("w:styleId")) for element in theirs.element}
    for name in missing:
        element = deepcopy(own.styles[name].element)
        for tag in ("w:link", "w:next"):
            for child in element.findall(qn(tag)):
                element.remove(child)
        based = element.find(qn("w:basedOn"))
        if based is not None and based.get(qn("w:val")) not in known:
            if plain is None or name == GRID:
                element.remove(based)
            else:
                based.set(qn("w:val"), plain.style_id)
        if name == BULLET:
            _bullets(element, document, own)
        theirs.element.append(element)


def _title(style: Any) -> None:
    """The title stands a third down its page, without a line beneath."""
    space = style.paragraph_format
    space.space_before, space.space_after = Pt(150), Pt(6)
    for line in style.element.findall(f".//{qn('w:pBdr')}"):
        line.getparent().remove(line)


def _contents(style: Any) -> None:
    tabs = '<w:tabs {}><w:tab w:val="right" w:leader="dot" w:pos="9070"/></w:tabs>'
    style.element.get_or_add_pPr().append(parse_xml(tabs.format(nsdecls("w"))))
    style.paragraph_format.space_after = Pt(6)


def _bullets(style: Any, document: DocumentType, own: DocumentType) -> None:
    """Bring the list that a bulleted paragraph belongs to along with its style."""
    part = document.part
    lists = own.part.numbering_part
    number = style.find(f".//{qn('w:numId')}")
    if not any(r.reltype == RELATIONSHIP_TYPE.NUMBERING for r in part.rels.values()):
        added = NumberingPart.load(
            PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, lists.blob, part.package
        )
        part.relate_to(added, RELATIONSHIP_TYPE.NUMBERING)
        return
    numbering = part.numbering_part.element
    ours_ = next(n for n in lists.element.num_lst if n.numId == int(number.get(qn("w:val"))))
    abstract_id = ours_.abstractNumId.val
    for abstract in lists.element.findall(qn("w:abstractNum")):
        if int(abstract.get(qn("w:abstractNumId"))) == abstract_id:
            copied = deepcopy(abstract)
    taken = [int(a.get(qn("w:abstractNumId"))) for a in numbering.findall(qn("w:abstractNum"))]
    free = max(taken, default=0) + 1
    copied.set(qn("w:abstractNumId"), str(free))
    for own_id in copied.findall(qn("w:nsid")) + copied.findall(qn("w:tmpl")):
        copied.remove(own_id)
    numbering.insert(len(taken), copied)  # before every w:num
    number.set(qn("w:val"), str(numbering.add_num(free).numId))
