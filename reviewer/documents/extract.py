"""The child program that opens one PDF: `python -m reviewer.documents.extract FILE`.

A PDF comes from outside and may be broken or hostile, so it is parsed only here: in a process with
little memory that knows no secrets and that its parent (`reading.py`) may end at any moment.
Commands come in on stdin, answers go out on stdout, one JSON object a line:

    {"open": [0, 0]}   {"page": 0, "pages": 120}, or {"page": 0, "error": "encrypted"} and the like
    {"quick": [1, 8]}  {"page": 1, "text": "..."} for each page: pdfium, hundreds of pages a second
    {"final": [1, 8]}  the same: pdfplumber's words in the order of the text flow, ten a second
                       {"page": 1, "error": "damaged"} for a page that cannot be read

A page is answered before the next is begun, so the parent knows which one a child died of: of the
alarm clock, because it took too long, or of anything else, usually lack of memory. The errors are
values of `reading.Reason`. Libraries are imported where they are used: for a short document, most
of the time to searchable text is the start of this program.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import re
import resource
import signal
import sys
from contextlib import suppress
from importlib import import_module
from math import hypot
from pathlib import Path
from typing import Any

Answer = dict[str, Any]

LONGEST_TEXT = 100_000  # characters kept of a page; a full page of small print has about 10,000
PAGES_TO_FORGET = 8  # pdfminer keeps whatever it has parsed; after so many pages it is dropped

# pdfium writes U+0002 or U+FFFE for a hyphen where a line ends, and leaves the line end out.
_LINE_END_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?|\u00ad\r?\n")
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACE_AT_LINE_END = re.compile(r"[^\S\n]+$", re.MULTILINE)
_PLAIN = str.maketrans(
    {"\r": "\n", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    | dict.fromkeys("\t\u00a0\u2002\u2003\u2009\u202f", " ")
)


class Refused(Exception):
    """The PDF cannot be opened; the message is the name of the error."""


class Quick:
    """Provisional text of the pages of `file`, by pdfium; raises `Refused`."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            start = stream.read(1024)
        if not start:
            raise Refused("no_pages")
        if b"%PDF-" not in start:  # the header may come late: PDF 1.7, appendix H, note 13
            raise Refused("not_a_pdf")

        import pypdfium2
        from pypdfium2 import raw

        try:
            self._document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            reasons = {
                raw.FPDF_ERR_SUCCESS: "no_pages",
                raw.FPDF_ERR_PASSWORD: "encrypted",
                raw.FPDF_ERR_SECURITY: "encrypted",
            }
            raise Refused(reasons.get(error.err_code, "damaged")) from error

    def __len__(self) -> int:
        return len(self._document)

    def text(self, number: int) -> str:
        page = self._document[number - 1]
        letters = page.get_textpage()
        text: str = letters.get_text_bounded()
        letters.close()
        page.close()
        return text


class Final:
    """Text of the pages of `file` in the order of the text flow, by pdfminer and pdfplumber.

    It is what pdfplumber's `extract_text(use_text_flow=True)` gives, in half the time and in level
    memory: lines and pictures are passed by, and nothing is kept of the pages before.
    """

    def __init__(self, file: Path) -> None:
        from pdfminer.pdfdocument import PDFDocument
        from pdfminer.pdfpage import PDFPage
        from pdfminer.pdfparser import PDFParser

        self._document = PDFDocument(PDFParser(file.open("rb")))
        self._walk = PDFPage.create_pages(self._document)
        self._pages: list[tuple[Any, dict[str, Any]]] = []  # not as PDFPage: that keeps the content
        self._read = 0
        self._interpreter, self._letters = _interpreter()

    def text(self, number: int) -> str:
        from pdfminer.pdfpage import PDFPage

        while len(self._pages) < number:
            page = next(self._walk)
            self._pages.append((page.pageid, page.attrs))
            self._forget()
        self._letters.clear()
        page = PDFPage(self._document, *self._pages[number - 1], None)
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


def _interpreter() -> tuple[Any, list[dict[str, Any]]]:
    """An interpreter of pages, and the list into which it puts their letters."""
    from pdfminer.pdfdevice import PDFTextDevice
    from pdfminer.pdffont import PDFUnicodeNotDefined
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager

    letters: list[dict[str, Any]] = []

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
            return advance

    manager = PDFResourceManager()
    return PDFPageInterpreter(manager, Letters(manager)), letters


def in_lines(letters: list[dict[str, Any]]) -> str:
    """The words that pdfplumber makes of `letters`, in their order, a line for each line.

    Where the PDF has its own spaces, a gap has to be a third of the type size to count as one, so
    that spaced-out headings stay whole; where it has none (TeX), a sixth.
    """
    from pdfplumber.utils import extract_words

    spaces = sum(letter["text"].isspace() for letter in letters)
    words = extract_words(
        letters,
        use_text_flow=True,
        x_tolerance_ratio=0.33 if spaces > len(letters) / 20 else 0.16,
        y_tolerance_ratio=0.25,
    )
    parts: list[str] = []
    before: dict[str, Any] | None = None
    for word in words:
        if before is not None:
            lower = abs(word["top"] - before["top"]) > max(word["height"], before["height"]) / 2
            back = word["x0"] < before["x0"]
            turned = word["upright"] != before["upright"]
            parts.append("\n" if lower or back or turned else " ")
        parts.append(word["text"])
        before = word
    return "".join(parts)


def clean(text: str) -> str:
    """`text` with plain spaces, line ends and letters, and nothing that a database would refuse."""
    text = _LINE_END_HYPHEN.sub("-\n", text[:LONGEST_TEXT]).replace("\r\n", "\n").translate(_PLAIN)
    return _SPACE_AT_LINE_END.sub("", _UNWANTED.sub("", text)).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads one PDF for reviewer.documents.reading.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--memory", type=int, default=600, help="MB that this process may take")
    parser.add_argument("--seconds", type=float, default=20, help="time for one page")
    options = parser.parse_args()
    _restrict(options.memory)
    logging.disable()
    readers: dict[str, Quick | Final] = {}
    for line in sys.stdin:
        [(name, span)] = json.loads(line).items()
        import_module("pdfplumber" if name == "final" else "pypdfium2")  # before the clock runs
        for number in range(span[0], span[1] + 1):
            signal.setitimer(signal.ITIMER_REAL, options.seconds)  # at its end, the child's end
            answer = _answer(name, number, options.file, readers)
            signal.setitimer(signal.ITIMER_REAL, 0)  # a slow listener is not the page's fault
            print(json.dumps(answer), flush=True)


def _answer(name: str, number: int, file: Path, readers: dict[str, Quick | Final]) -> Answer:
    try:
        if name == "open":
            readers["quick"] = quick = Quick(file)
            return {"page": number, "pages": len(quick)}
        if name not in readers:
            readers[name] = Quick(file) if name == "quick" else _final(file)
        return {"page": number, "text": clean(readers[name].text(number))}
    except Refused as refused:
        error = str(refused)
    except MemoryError:
        sys.exit(1)  # the parent starts another; this one is not to be trusted
    except Exception:  # a broken PDF can raise anything
        error = "damaged"
    return {"page": number, "error": error}


def _final(file: Path) -> Final:
    """A reader for work that nobody waits for; it collects garbage only between its pages."""
    with suppress(OSError):
        os.nice(10)
    final = Final(file)
    gc.freeze()
    gc.disable()  # or a good part of the time would go into looking at letters still in use
    return final


def _restrict(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends this process
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: memory * 2**20}
    for limit, value in limits.items():
        with suppress(ValueError, OSError):  # macOS knows the second but does not keep it
            resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main()
