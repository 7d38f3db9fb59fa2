"""How well and how fast the finder finds pages, beside the targets (`make bench`).

Both halves of the labels are printed, as tests/recall/README.md asks. Who changes the finder looks
at one of them: `python -m tests.bench_recall development`.
"""

from __future__ import annotations

import sys
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from reviewer.config import ROOT
from reviewer.documents.finder import Index
from reviewer.documents.lines import clean
from reviewer.documents.quick import Quick
from reviewer.documents.recall import table
from reviewer.instrument.check import read
from tests.recall.test_labels import DOCUMENTS, HALVES, make_pdf, read_labels

PAGES = 120


def pages_of(name: str, folder: Path) -> list[tuple[int, str]]:
    """The text of a labelled document. FileNotFoundError if it is set from a text not here."""
    quick = Quick(make_pdf(name, folder))
    return [(number, clean(quick.text(number))) for number in range(1, len(quick) + 1)]


def main(halves: list[str]) -> None:
    """Prints the figures of each half, then the times."""
    instrument, _ = read((ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8"))
    assert instrument
    documents = {}
    with TemporaryDirectory() as folder:
        for name in DOCUMENTS:
            try:
                documents[name] = pages_of(name, Path(folder))
            except FileNotFoundError:
                print(f"{name} is left out: its text is not on this machine.")
    invented = {name for name in documents if DOCUMENTS[name].source}
    groups = {"the invented documents": invented, "the others": documents.keys() - invented}
    for half in halves:
        print(f"\nPages found, {half} half (targets: hit rate at 5 90%, recall at 10 70%)")
        labels = [label for label in read_labels(half) if label.document in documents]
        print(table(labels, documents, instrument, groups))

    texts = [text for pages in documents.values() for _, text in pages]
    system = list(enumerate(islice(cycle(texts), PAGES), 1))
    start = time.process_time()
    index = Index(system)
    built = time.process_time() - start
    start = time.process_time()
    for question in instrument.questions:
        index.suggest(question)
    asked = (time.process_time() - start) / len(instrument.questions)
    print(f"\nindex of {PAGES} pages: {built * 1000:.0f} ms (target 300 ms)")
    print(f"a question on them: {asked * 1000:.1f} ms (target 5 ms)")


if __name__ == "__main__":
    main(sys.argv[1:] or list(HALVES))
