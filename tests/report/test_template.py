"""The team's own Word file: its styles are taken, its text is not; a dangerous one is refused."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from PIL import Image

from reviewer.report.styles import USED
from reviewer.report.template import (
    NO_WORD_FILE,
    OUTSIDE,
    PROGRAMS,
    TOO_LARGE,
    checked,
)
from reviewer.report.word import word
from tests.report.test_files import drawn, small


def saved(document) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The file with some of its parts replaced or added; `__` in a name stands for a slash."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        given = {name.replace("__", "/"): part for name, part in parts.items()}
        for name in old.namelist():
            new.writestr(name, given.pop(name, None) or old.read(name))
        for name, part in given.items():
            new.writestr(name, part)
    return file.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as file:
        return file.read(name)


def filled(template: bytes):
    report = small()
    return Document(BytesIO(word(report, dict.fromkeys(report.numbers, drawn()["png"]), template)))


def paragraphs(document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


@pytest.fixture
def theirs():
    """A file as people have it: text with a picture and a comment, header, footer, own styles."""
    document = Document()
    run = document.add_paragraph("Text of the template").runs[0]
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    document.add_picture(picture)
    document.add_comment(run, text="Between us", author="Somebody")
    document.styles["Heading 1"].font.name = "Georgia"
    section = document.sections[0]
    section.header.paragraphs[0].text = "Our charity"
    section.footer.paragraphs[0].text = "12 Some Street"
    return document


def test_its_styles_header_and_footer_are_taken_and_its_text_is_not(theirs):
    content = word(small(), {}, checked(saved(theirs)))
    document = Document(BytesIO(content))
    assert document.styles["Heading 1"].font.name == "Georgia"
    assert "Glossary" in paragraphs(document)
    assert "Text of the template" not in paragraphs(document)
    section = document.sections[0]
    assert section.header.paragraphs[0].text == "Our charity"
    assert [p.text for p in section.footer.paragraphs][:1] == ["12 Some Street"]
    assert "Provisional" in section.footer.paragraphs[-1].text
    with zipfile.ZipFile(BytesIO(content)) as file:
        everything = b"".join(map(file.read, file.namelist()))
        assert b"Between us" not in everything
        assert not [name for name in file.namelist() if "media" in name or "comment" in name]


def test_a_mark_stands_on_first_and_left_pages_too(theirs):
    theirs.sections[0].different_first_page_header_footer = True
    theirs.settings.odd_and_even_pages_header_footer = True
    section = filled(checked(saved(theirs))).sections[0]
    for footer in (section.footer, section.first_page_footer, section.even_page_footer):
        assert "Provisional" in footer.paragraphs[-1].text


def test_what_it_has_no_style_for_gets_ours(theirs):
    for name in USED:
        if name in theirs.styles:
            theirs.styles[name].delete()
    for rel in [r for r, rel in theirs.part.rels.items() if rel.reltype.endswith("/numbering")]:
        del theirs.part.rels[rel]
    document = filled(checked(saved(theirs)))
    for name in USED:
        assert name in document.styles, name
    bullet = document.styles["List Bullet"].element.find(f".//{qn('w:numId')}")
    numbers = [number.numId for number in document.part.numbering_part.element.num_lst]
    assert int(bullet.get(qn("w:val"))) in numbers


def test_a_bulleted_list_is_added_beside_their_own(theirs):
    theirs.styles["List Bullet"].delete()
    before = {number.numId for number in theirs.part.numbering_part.element.num_lst}
    document = filled(checked(saved(theirs)))
    bullet = document.styles["List Bullet"].element.find(f".//{qn('w:numId')}")
    after = {number.numId for number in document.part.numbering_part.element.num_lst}
    assert {int(bullet.get(qn("w:val")))} == after - before


def test_charts_and_tables_fit_its_page(theirs):
    section = theirs.sections[0]
    section.page_width, section.left_margin, section.right_margin = Cm(15), Cm(2), Cm(2)
    document = filled(checked(saved(theirs)))
    room = Cm(11)
    extent = document.element.body.find(f".//{qn('wp:extent')}")
    assert int(extent.get("cx")) <= room
    for table in document.tables:
        assert sum(column.width for column in table.columns) <= room


def test_a_template_of_word_is_taken_as_a_document(theirs):
    content = saved(theirs)
    types = part_of(content, "[Content_Types].xml")
    dotx = repacked(
        content, **{"[Content_Types].xml": types.replace(b"document.main", b"template.main")}
    )
    assert dotx != content
    assert "Glossary" in paragraphs(filled(checked(dotx)))


def test_what_is_no_word_file_is_refused_in_one_sentence(theirs):
    sheet = BytesIO()
    with zipfile.ZipFile(sheet, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    damaged = repacked(saved(theirs), word__document=b"", **{"word__styles.xml": b"<w:oops"})
    for content in (b"", b"%PDF-1.7", b"PK\x03\x04", sheet.getvalue(), damaged):
        with pytest.raises(ValueError, match="no Word file") as refused:
            checked(content)
        assert str(refused.value) == NO_WORD_FILE


def test_macros_and_other_programs_are_refused(theirs):
    content = saved(theirs)
    types = part_of(content, "[Content_Types].xml")
    macros = types.replace(
        b"openxmlformats-officedocument.wordprocessingml.document.main",
        b"ms-word.document.macroEnabled.main",
    )
    for bad in (
        repacked(content, **{"word__vbaProject.bin": b"x"}),
        repacked(content, **{"word__embeddings__oleObject1.bin": b"x"}),
        repacked(content, **{"[Content_Types].xml": macros}),
    ):
        with pytest.raises(ValueError) as refused:
            checked(bad)
        assert str(refused.value) == PROGRAMS


def test_what_fetches_from_elsewhere_is_refused_or_cut(theirs):
    content = saved(theirs)
    name = "word/_rels/settings.xml.rels"
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/{}" Target="http://elsewhere.example/x" TargetMode="External"/>'
        "</Relationships>"
    )
    cut = word(
        small(), {}, checked(repacked(content, **{name: rels.format("attachedTemplate").encode()}))
    )
    with zipfile.ZipFile(BytesIO(cut)) as file:
        assert not [n for n in file.namelist() if b"elsewhere.example" in file.read(n)]
    theirs.sections[0].footer.paragraphs[0].add_run()._r.append(_code(" DDEAUTO cmd "))
    for bad in (repacked(content, **{name: rels.format("image").encode()}), saved(theirs)):
        with pytest.raises(ValueError) as refused:
            checked(bad)
        assert str(refused.value) == OUTSIDE


def _code(text: str):
    from docx.oxml import OxmlElement

    code = OxmlElement("w:instrText")
    code.text = text
    return code


def test_a_file_that_unpacks_to_too_much_is_refused(theirs):
    bomb = BytesIO(saved(theirs))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/big.xml", b"0" * (101 * 1024 * 1024))
    with pytest.raises(ValueError) as refused:
        checked(bomb.getvalue())
    assert str(refused.value) == TOO_LARGE


def test_entities_are_neither_multiplied_nor_fetched(theirs, tmp_path):
    """What a header declares of itself: a file of this machine, or the same word many times."""
    (tmp_path / "secret").write_text("of the machine")
    content = saved(theirs)
    with zipfile.ZipFile(BytesIO(content)) as file:
        header = next(
            n for n in file.namelist() if "header" in n and b"Our charity" in file.read(n)
        )
        head, _, body = file.read(header).partition(b"?>")
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(9)
    )
    outside = b'<!ENTITY l8 SYSTEM "file://%s">' % str(tmp_path / "secret").encode()
    for entities in (laughs, outside):
        declared = head + b"?><!DOCTYPE w:hdr [" + entities + b"]>"
        part = declared + body.replace(b"Our charity", b"&l8;")
        given = repacked(content, **{header.replace("/", "__"): part})
        try:
            made = word(small(), {}, checked(given))
        except ValueError:
            continue  # refused is as well
        assert len(made) < 200_000
        with zipfile.ZipFile(BytesIO(made)) as file:
            everything = b"".join(map(file.read, file.namelist()))
        assert b"of the machine" not in everything and b"haha" * 100 not in everything
