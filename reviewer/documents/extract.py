"""The child program that opens one PDF: `python -m reviewer.documents.extract FILE MB SECONDS`.

A PDF comes from outside and may be broken or hostile, so it is parsed only here: in a process with
little memory that knows no secrets, has no network and can write no file (`confined.py`), and that
its parent (`children.py`) may end at any moment.
Commands come in on stdin, answers go out on stdout, one JSON object a line:

    {"open": [0, 0]}     {"page": 0, "pages": 120}, or {"page": 0, "error": "encrypted"}
    {"quick": [1, 8]}    {"page": 1, "text": "..."} for each page: pdfium, hundreds a second
    {"final": [1, 8]}    the same: pdfplumber's words in the order of the text flow, ten a second
    {"count": [0, 0]}    {"page": 0, "pages": 121}: how many pages were found, whatever it says
    {"picture": [1, 8]}  {"page": 1, "picture": "..."} for each page: a JPEG in base 64
                         {"page": 1, "error": "damaged"} for a page that cannot be read

A page is answered before the next is begun, so the parent knows which one a child died of: of the
alarm clock, because it took too long, or of anything else, usually lack of memory. The errors are
values of `Reason`. What reads is imported where it is used: for a short document, most of the time
to searchable text is the start of this program.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
from base64 import b64encode
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from reviewer.documents.confined import confine
from reviewer.documents.lines import clean
from reviewer.documents.quick import Quick, Refused
from reviewer.documents.reasons import Reason

MOST_COUNTED = 100_000  # pages, of a file that says nothing true of them

LIBRARIES = {
    "open": "pypdfium2",
    "quick": "pypdfium2",
    "final": "pdfplumber",
    "count": "pdfplumber",
    "picture": "pypdfium2",
}
AWAITED = ("open", "quick")  # by people; other work takes second place

Answer = dict[str, Any]


def main() -> None:
    file, memory, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends this process
    confine(memory)
    logging.disable()
    readers: dict[str, Any] = {}
    for line in sys.stdin:
        [(name, (first, last))] = json.loads(line).items()
        import_module(LIBRARIES[name])  # before the clock runs
        if name not in AWAITED:
            with suppress(OSError):
                os.nice(10 - os.nice(0))
        for number in range(first, last + 1):
            signal.setitimer(signal.ITIMER_REAL, seconds)  # at its end, the child's end
            answer = _answer(name, number, file, readers)
            signal.setitimer(signal.ITIMER_REAL, 0)  # a slow listener is not the page's fault
            print(json.dumps(answer), flush=True)


def _answer(name: str, number: int, file: Path, readers: dict[str, Any]) -> Answer:
    library = LIBRARIES[name]
    try:
        if library not in readers:
            readers[library] = Quick(file) if library == "pypdfium2" else _final(file)
        reader = readers[library]
        match name:
            case "open":
                return {"page": number, "pages": len(reader)}
            case "count":
                return {"page": number, "pages": reader.count(MOST_COUNTED)}
            case "picture":
                return {"page": number, "picture": b64encode(reader.picture(number)).decode()}
            case _:
                return {"page": number, "text": clean(reader.text(number))}
    except Refused as refused:
        reason = refused.reason
    except MemoryError:
        sys.exit(1)  # the parent starts another; this one is not to be trusted
    except Exception:  # a broken PDF can raise anything
        reason = Reason.DAMAGED
    return {"page": number, "error": reason}


def _final(file: Path) -> Any:
    """A reader that collects garbage only between its pages."""
    from reviewer.documents.final import Final

    final = Final(file)
    gc.freeze()
    gc.disable()  # or a good part of the time would go into looking at letters still in use
    return final


if __name__ == "__main__":
    main()
