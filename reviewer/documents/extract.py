"""The child program that opens one PDF: `python -m reviewer.documents.extract FILE`.

A PDF comes from outside and may be broken or hostile, so it is parsed only here: in a process with
little memory and low priority that knows no secrets, and that its parent (`reading.py`) may end at
any moment. Commands come in on stdin, answers go out on stdout, one JSON object a line:

    {"open": true}     {"pages": 120}, or {"error": "encrypted"} and the like
    {"quick": [1, 8]}  {"page": 1, "text": "..."} for each page: pdfium, hundreds of pages a second
    {"final": [1, 8]}  the same: pdfplumber's words in the order of the text flow, ten a second
                       {"page": 1, "error": "damaged"} for a page that cannot be read

A page is answered before the next is begun, so the parent knows where a child died or hung. The
errors are the values of `reading.Reason`.
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
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Any

LONGEST_TEXT = 100_000  # characters kept of a page; a full page of small print has about 10,000

# pdfium writes U+0002 or U+FFFE for a hyphen where a line ends, and leaves the line end out.
_LINE_END_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?|\u00ad\r?\n")
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACE_AT_LINE_END = re.compile(r"[^\S\n]+$", re.MULTILINE)
_PLAIN = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    | dict.fromkeys("\t\u00a0\u2002\u2003\u2009\u202f", " ")
)


class Refused(Exception):
    """The PDF cannot be opened; the message is the name of the error."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads one PDF for reviewer.documents.reading.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--memory", type=int, default=600, help="MB that this process may take")
    parser.add_argument("--seconds", type=float, default=20, help="time for one page")
    options = parser.parse_args()
    _limit(options.memory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends this process
    logging.disable()
    alarm = ceil(options.seconds) + 5  # the parent is quicker, if it is still alive
    for line in sys.stdin:
        signal.alarm(alarm)
        [(name, span)] = json.loads(line).items()
        if name == "open":
            _say(_opened(options.file))
            continue
        read = _reader(name, options.file)
        for page in range(span[0], span[1] + 1):
            signal.alarm(alarm)
            answer = _page(read, page)
            signal.alarm(0)  # a parent that is slow to listen is not the page's fault
            _say(answer)
            if answer.get("error") == "too_large":
                return  # what is left of this process after that is not to be trusted
        signal.alarm(0)


def clean(text: str) -> str:
    """`text` with plain spaces, line ends and letters, and nothing that a database would refuse."""
    text = _LINE_END_HYPHEN.sub("-\n", text[:LONGEST_TEXT]).translate(_PLAIN)
    return _SPACE_AT_LINE_END.sub("", _UNWANTED.sub("", text)).strip()


def pages_of(file: Path) -> int:
    """The number of pages, as pdfium counts them; raises `Refused`."""
    with file.open("rb") as stream:
        start = stream.read(1024)
    if not start:
        raise Refused("no_pages")
    if b"%PDF-" not in start:  # the header may come late: PDF 1.7, appendix H, note 13
        raise Refused("not_a_pdf")

    import pypdfium2
    from pypdfium2 import raw

    try:
        with pypdfium2.PdfDocument(file) as document:
            return len(document)
    except pypdfium2.PdfiumError as error:
        names = {
            raw.FPDF_ERR_SUCCESS: "no_pages",
            raw.FPDF_ERR_PASSWORD: "encrypted",
            raw.FPDF_ERR_SECURITY: "encrypted",
        }
        raise Refused(names.get(error.err_code, "damaged")) from error


def _opened(file: Path) -> dict[str, Any]:
    try:
        return {"pages": pages_of(file)}
    except Refused as refused:
        return {"error": str(refused)}
    except MemoryError:
        return {"error": "too_large"}
