"""How fast documents are read and searched, beside the targets (`make bench`).

Both sides of a ratio are measured in one run, on a document of about 100 pages designed in Typst,
with pictures.
The plain side is what most people would write: one process, `extract_text()` page by page. Other
work on the machine tells on the seconds of the clock, so those of the processor are printed too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeGuard

from reviewer.documents.reading import Limits, Opened, PageText, read
from reviewer.documents.search import find
from tests.documents.pdfs import PEAK, designed, photographs, plan_paragraphs, squashed, typeset

PARAGRAPHS = 1400  # about 100 pages
PROCESSES = 2
PLAIN = """
import sys, pdfplumber
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        page.extract_text()
        page.close()
print(peak())
"""
READER = """
import sys
from pathlib import Path
from reviewer.documents.final import Final
final = Final(Path(sys.argv[1]))
for number in range(1, int(sys.argv[2]) + 1):
    final.text(number)
print(peak())
"""


def seconds() -> tuple[float, float]:
    """Of the clock, and of the processor in the child processes that have ended."""
    times = os.times()
    return time.perf_counter(), times.children_user + times.children_system


def megabytes(program: str, *arguments: object) -> float:
    """The most memory that `program` holds in a process of its own."""
    command = [sys.executable, "-c", PEAK + program, *map(str, arguments)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout) / 2**20


def quotes_found(provisional: dict[int, str], final: dict[int, str]) -> float:
    """The share of 8-word quotes, as a viewer gives them, that the final text of the page has."""
    found = []
    for number, text in provisional.items():
        words, page = text.split(), squashed(final.get(number, ""))
        quotes = (" ".join(words[place : place + 8]) for place in range(0, len(words) - 8, 8))
        found += [squashed(quote) in page for quote in quotes]
    return sum(found) / len(found)


def main() -> None:
    """Prints each measure beside its target."""
    paragraphs = list(islice(cycle(plan_paragraphs()), PARAGRAPHS))
    with TemporaryDirectory() as folder:
        plan, long = Path(folder) / "plan.pdf", Path(folder) / "long.pdf"
        plan.write_bytes(designed(paragraphs, photographs(PARAGRAPHS // 20)))
        long.write_bytes(typeset("#for n in range(600) { pagebreak(weak: true); lorem(120) }"))

        started, used = seconds()
        events = read(plan, Limits(processes=PROCESSES))
        opened = next(events)
        assert isinstance(opened, Opened)
        provisional = {e.number: e.text for e in islice(events, opened.pages) if is_text(e)}
        searchable = time.perf_counter()
        final = {e.number: e.text for e in events if is_text(e)}
        ended, used_by_us = seconds()
        plain_memory = megabytes(PLAIN, plan)
        plain_ended, used_by_plain = seconds()
        memory = megabytes(READER, plan, opened.pages)
        short, longer = megabytes(READER, long, 30), megabytes(READER, long, 600)

    plain, quick, slow = plain_ended - ended, searchable - started, ended - searchable
    print(f"{opened.pages} designed pages. Plain pdfplumber, one process: {plain:.1f} s.")
    print(f"Upload to searchable {quick:.2f} s: {plain / quick:.0f}x faster (target 30x)")
    print(
        f"Final text in {PROCESSES} processes {slow:.1f} s: {plain / slow:.1f}x faster (target "
        f"2x); by processor time, {(used_by_plain - used_by_us) / (used_by_us - used):.1f}x each"
    )
    print(
        f"Each process {memory:.0f} MB, plain {plain_memory:.0f} MB: {memory / plain_memory:.2f} "
        f"(target 0.6); {short:.0f} MB at 30 pages, {longer:.0f} MB at 600 (target level)"
    )
    print(f"8-word quotes found on their page: {quotes_found(provisional, final):.1%} (target 98%)")

    text = " ".join(final.values())
    system = [(n, text[start : start + 3000]) for n, start in enumerate(range(0, 720_000, 3000))]
    start = time.process_time()
    hits = find(system, "safeguarding lead")
    took = (time.process_time() - start) * 1000
    print(f"Two words in 240 pages of 3 KB, {len(hits)} found: {took:.0f} ms (target 30 ms)")


def is_text(event: object) -> TypeGuard[PageText]:
    return isinstance(event, PageText)


if __name__ == "__main__":
    main()
