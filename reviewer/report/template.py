"""The team's own Word file: whether its styles can be taken, and what of it is left out.

Pure: no database, no request. A file is opened without running anything in it; a macro, a program
or a link to elsewhere would go out with every report, so such files are refused.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from reviewer.report.styles import lend
from reviewer.sheets import swells

LARGEST = 10 * 1024 * 1024  # bytes, as it is sent
LARGEST_INSIDE = 100 * 1024 * 1024  # bytes, unpacked
_TYPES = "[Content_Types].xml"
_TEMPLATE = b"wordprocessingml.template.main+xml"
_DOCUMENT = b"wordprocessingml.document.main+xml"
_PROGRAMS = re.compile(r"vbaproject|vbadata|/activex|/embeddings/|/customui", re.I)
# Fields that fetch something or start a program when Word works them out.
_REACHING = re.compile(rb"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\s", re.I)
_ALLOWED_OUTSIDE = ("/hyperlink", "/attachedTemplate")

# What a report needs of a file; the rest (comments, pictures of its text, its own parts) goes.
_KEPT = {
    RELATIONSHIP_TYPE.STYLES,
    RELATIONSHIP_TYPE.SETTINGS,
    RELATIONSHIP_TYPE.FONT_TABLE,
    RELATIONSHIP_TYPE.THEME,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.HEADER,
    RELATIONSHIP_TYPE.FOOTER,
    RELATIONSHIP_TYPE.FOOTNOTES,
    RELATIONSHIP_TYPE.ENDNOTES,
}

NO_WORD_FILE = "This is no Word file. Choose one that ends in .docx or .dotx."
TOO_LARGE = "The file is too large. Take the text and pictures out of it and choose it again."
PROGRAMS = (
    "The file holds macros or other programs. Save it as a Word document without them (.docx)."
)
OUTSIDE = "The file fetches something from elsewhere. Put it into the file, or take it out."


def checked(content: bytes) -> bytes:
    """The file as .docx, also where it was a .dotx; ValueError says in one sentence why not."""
    if len(content) > LARGEST:
        raise ValueError(TOO_LARGE)
    try:
        if swells(BytesIO(content), LARGEST_INSIDE):
            raise ValueError(TOO_LARGE)
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ValueError(NO_WORD_FILE) from error
    types = parts.get(_TYPES, b"")
    if b"macroEnabled" in types or any(map(_PROGRAMS.search, parts)):
        raise ValueError(PROGRAMS)
    if _TEMPLATE not in types and _DOCUMENT not in types:
        raise ValueError(NO_WORD_FILE)
    if any(map(_reaches_outside, parts.items())):
        raise ValueError(OUTSIDE)
    parts[_TYPES] = types.replace(_TEMPLATE, _DOCUMENT)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    try:
        saved = BytesIO()
        emptied(file.getvalue()).save(saved)  # as it will be used
    except Exception as error:  # a damaged part raises many kinds
        raise ValueError(NO_WORD_FILE) from error
    return file.getvalue()


def emptied(content: bytes) -> DocumentType:
    """The file without its text: styles, header, footer and the set-up of its page stay, and styles
    that it does not have come from ours."""
    document = Document(BytesIO(content))
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    rels = document.part.rels
    for key in [key for key, rel in rels.items() if rel.reltype not in _KEPT]:
        del rels[key]
    settings = document.settings.element
    for attached in settings.findall(qn("w:attachedTemplate")):
        settings.remove(attached)
    outside = document.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS).rels
    for key in [key for key, rel in outside.items() if rel.is_external]:
        del outside[key]
    lend(document)
    return document


def _reaches_outside(part: tuple[str, bytes]) -> bool:
    name, content = part
    if name.endswith(".rels"):
        found = re.findall(rb"<Relationship\b[^>]*>", content)
        outside = [rel for rel in found if re.search(rb"TargetMode\s*=\s*[\"']External", rel)]
        return any(not any(a.encode() in rel for a in _ALLOWED_OUTSIDE) for rel in outside)
    if re.search(r"/(header|footer)[^/]*\.xml$", name):
        codes = re.findall(rb"<w:instrText[^>]*>([^<]*)", content)
        simple = re.findall(rb"w:instr\s*=\s*[\"']([^\"']*)", content)
        # A code can be spread over several runs.
        return bool(_REACHING.search(b" ".join([*codes, b"".join(codes), *simple]) + b" "))
    return False
