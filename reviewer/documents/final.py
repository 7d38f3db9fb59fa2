"""The final text of a PDF's pages: pdfplumber's words, out of letters that pdfminer reads.

Used in the child program alone (`extract.py`): a PDF may be hostile.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from math import hypot
from pathlib import Path
from typing import Any, BinaryIO

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from reviewer.documents.lines import LONGEST_TEXT, Letter, in_lines
from reviewer.documents.reasons import MOST_PAGES

PAGES_TO_FORGET = 8  # pdfminer keeps whatever it has parsed; after so many pages it is dropped
BLOCK = 2**20
MOST_CHECKED = 20_000  # places of objects, of each table


class Final:
    """Text of the pages of `file` in the order of the text flow.

    It is what pdfplumber's `extract_text(use_text_flow=True)` gives, in half the time and in level
    memory: lines and pictures are passed by, and nothing is kept of the pages before.
    """

    def __init__(self, file: Path) -> None:
        self._document = _opened(file)
        self._walk = PDFPage.create_pages(self._document)
        self._pages: list[tuple[Any, dict[str, Any]]] = []  # not as PDFPage: that keeps the content
        self._read = 0
        self._interpreter, self._letters = _interpreter()

    def count(self, most: int) -> int:
        """How many pages the file holds, whatever it says; no more than `most` are counted."""
        return sum(1 for _ in islice(PDFPage.create_pages(self._document), most))

    def text(self, number: int) -> str:
        while len(self._pages) < number:
            page = next(self._walk)
            self._pages.append((page.pageid, page.attrs))
            self._forget()
        self._letters.clear()
        page = PDFPage(self._document, *self._pages[number - 1], None)
        with suppress(_Enough):
            self._interpreter.process_page(page)
        text = in_lines(self._letters)
        self._forget()
        return text

    def _forget(self) -> None:
        self._read += 1
        if self._read % PAGES_TO_FORGET == 0:
            self._document._cached_objs.clear()
            self._document._parsed_objs.clear()
            self._interpreter, self._letters = _interpreter()
            gc.collect()


class _Enough(Exception):
    """A page has more letters than are kept of one."""


def _interpreter() -> tuple[Any, list[Letter]]:
    """An interpreter of pages, and the list into which it puts their letters."""
    letters: list[Letter] = []

    class Letters(PDFTextDevice):
        def render_char(
            self,
            matrix: tuple[float, ...],
            font: Any,
            fontsize: float,
            scaling: float,
            rise: float,
            cid: int,
            *colours: Any,
        ) -> float:
            try:
                text = font.to_unichr(cid)
            except PDFUnicodeNotDefined:
                text = "\ufffd"
            advance: float = font.char_width(cid) * fontsize * scaling
            a, b, c, d, e, f = matrix
            if font.is_vertical():  # lines run down: the axes of the page, a quarter turned
                a, b, c, d = -c, -d, a, b
            stretch = hypot(a, b) or 1.0
            along, up = a / stretch, b / stretch  # the direction of writing, so any turn is right
            x0, baseline = e * along + f * up, e * up - f * along
            size = abs(fontsize) * hypot(c, d)
            letter = {
                "text": text,
                "x0": x0,
                "x1": x0 + abs(advance) * stretch,
                "top": baseline,  # not the top: a line stays one in whatever sizes it is set
                "bottom": baseline + size,
                "doctop": baseline,
                "size": size,
                "upright": (round(along, 1), round(up, 1)),
            }
            if text:
                letters.append(letter)
                if len(letters) > LONGEST_TEXT:
                    raise _Enough
            return advance

    manager = PDFResourceManager()
    return PDFPageInterpreter(manager, Letters(manager)), letters


def _opened(file: Path) -> PDFDocument:
    """The PDF by its tables of objects; where they are wrong, searched for its objects, if more of
    its pages are found in that way."""
    by_tables = None
    with suppress(Exception):
        stream = file.open("rb")
        by_tables = PDFDocument(_Parser(stream))
        if _tells_the_truth(by_tables, stream):
            return by_tables
    try:
        searched = PDFDocument(_Parser(file.open("rb"), trusting=False))
    except Exception:
        if by_tables:
            return by_tables
        raise
    return by_tables if by_tables and _pages(by_tables) > _pages(searched) else searched


def _pages(document: PDFDocument) -> int:
    count = 0
    with suppress(Exception):
        for _ in islice(PDFPage.create_pages(document), MOST_PAGES):
            count += 1
    return count


class _Parser(PDFParser):
    """A parser that finds the table of objects at once, whatever stands after the PDF's end.

    pdfminer goes backwards line by line, and needs minutes for some megabytes of other things.
    """

    def __init__(self, stream: BinaryIO, *, trusting: bool = True) -> None:
        super().__init__(stream)
        self._trusting = trusting

    def revreadlines(self) -> Iterator[bytes]:
        """The lines that pdfminer looks for: where the table is, and before it `startxref`."""
        place = _last_place(self.fp, b"startxref") if self._trusting else -1
        if place >= 0:
            self.fp.seek(place)
            yield self.fp.read(64).split()[1]
            yield b"startxref"


def _last_place(stream: Any, words: bytes) -> int:
    end = stream.seek(0, 2)
    after = b""
    while end > 0:
        start = max(0, end - BLOCK)
        stream.seek(start)
        block = stream.read(end - start) + after
        if (place := block.rfind(words)) >= 0:
            return start + place
        after, end = block[: len(words)], start
    return -1


def _tells_the_truth(document: PDFDocument, stream: Any) -> bool:
    """Whether most objects stand where the tables of the file say that they do.

    A few that do not are common, and are of no use to any page.
    """
    checked = wrong = 0
    for table in document.xrefs:
        for number in islice(table.get_objids(), MOST_CHECKED):
            within, place, _ = table.get_pos(number)
            if within is None:
                stream.seek(place)
                checked += 1
                wrong += not re.match(rb"\s*%d\s+\d+\s+obj" % number, stream.read(40))
    return wrong <= checked / 10
