"""Measures reading and searching documents against the targets: `make bench` calls `main`.

The two sides of a ratio are measured in one run, on one designed document set by Typst. The plain
side is what most people write: one process, `pdfplumber.open`, `extract_text()` for each page.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reviewer.documents.reading import Limits, PageText, read
from reviewer.documents.search import find
from tests.documents.pdfs import designed, plan_paragraphs, squashed

PLAIN = """if True:
    import resource, sys, time
    start = time.perf_counter()
    import pdfplumber
    with pdfplumber.open(sys.argv[1]) as pdf:
        for page in pdf.pages[: int(sys.argv[2])]:
            page.extract_text()
            page.close()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(time.perf_counter() - start, used)
"""
CHILD = """if True:
    import resource, sys
    from pathlib import Path
    from reviewer.documents.extract import Final
    final = Final(Path(sys.argv[1]))
    for number in range(1, int(sys.argv[2]) + 1):
        final.text(number)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
