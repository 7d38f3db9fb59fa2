"""How well the finder finds the pages that a careful reader would cite, beside a plain search.

Labels say which pages these are: rows of document, question and page. The figures are means over
the pairs of a question and a document that have labels:

* hit rate at k: the share of pairs with a labelled page among the first k;
* recall at k: the share of the labelled pages of a pair that are among the first k;
* reciprocal rank: 1 where the first page is a labelled one, a half where it is the second, and 0
  where none was found.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import mean
from typing import NamedTuple

from reviewer.documents.finder import LITTLE, Index
from reviewer.instrument.model import Instrument, Question

FIRST = (1, 3, 5, 10)  # the values of k
SMALL = max(FIRST)  # pages: of a document no longer than this, all are among the first
COLUMNS = ("document", "question", "page")

Pair = tuple[str, str]  # document and question
Pages = Sequence[tuple[int, str]]

_WORD = re.compile(r"[^\W_]+")


class Label(NamedTuple):
    document: str
    question: str
    page: int


@dataclass(frozen=True)
class Measured:
    """`hit_rate` and `recall` by k, each from 0 to 1."""

    pairs: int
    hit_rate: dict[int, float]
    recall: dict[int, float]
    reciprocal_rank: float


def read_labels(lines: Iterable[str]) -> list[Label]:
    """The labels of a CSV file. ValueError names the column that is missing or the wrong rows."""
    reader = csv.DictReader(lines)
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise ValueError(f"The file needs a column {missing[0]}; it has to have {COLUMNS}.")
    labels = []
    wrong = []
    for row in reader:
        page = (row["page"] or "").strip()
        if row["document"] and row["question"] and page.isdecimal() and int(page):
            labels.append(Label(row["document"].strip(), row["question"].strip(), int(page)))
        else:
            wrong.append(reader.line_num)
    if wrong:
        rows = ", ".join(map(str, wrong[:10]))
        raise ValueError(
            f"Each row needs a document, a question and a page from 1: see row {rows}."
        )
    return labels


def measure(
    rankings: Mapping[Pair, Sequence[int]], labels: Iterable[tuple[str, str, int]]
) -> Measured:
    """What `rankings`, the pages in order for each pair, are worth. A pair without one found none.

    ValueError if there is no label.
    """
    by_pair = _by_pair(labels)
    ranks = {
        pair: [rank for rank, page in enumerate(rankings.get(pair, ()), 1) if page in pages]
        for pair, pages in by_pair.items()
    }
    found = {k: {pair: sum(r <= k for r in ranks[pair]) for pair in by_pair} for k in FIRST}
    return Measured(
        pairs=len(by_pair),
        hit_rate={k: mean(n > 0 for n in found[k].values()) for k in FIRST},
        recall={k: mean(n / len(by_pair[pair]) for pair, n in found[k].items()) for k in FIRST},
        reciprocal_rank=mean(1 / ranks[pair][0] if ranks[pair] else 0 for pair in by_pair),
    )


def plain_ranking(question: Question, pages: Pages) -> list[int]:
    """The pages by a plain text search (BM25) with the question's own words, best first.

    The words count as they are written, but for capitals; little words are left out.
    """
    wanted = set(_words(question.text)) - LITTLE
    words = {number: Counter(_words(text)) for number, text in pages}
    average = mean(times.total() for times in words.values()) if words else 0
    scores: dict[int, float] = defaultdict(float)
    for word in sorted(wanted):
        having = sum(word in times for times in words.values())
        rarity = log(1 + (len(words) - having + 0.5) / (having + 0.5))
        for number, times in words.items():
            if often := times[word]:
                length = 0.25 + 0.75 * times.total() / average
                scores[number] += rarity * often * 2.2 / (often + 1.2 * length)
    return sorted(scores, key=lambda number: (-scores[number], number))


def table(
    labels: Sequence[tuple[str, str, int]],
    documents: Mapping[str, Pages],
    instrument: Instrument,
    groups: Mapping[str, Collection[str]] | None = None,
) -> str:
    """The figures of the finder beside those of the plain search: for all documents, for each of
    `groups` (a title and names of documents) and for each document.

    `documents` has the pages of each document that a label names. Documents of ten pages or fewer
    stand apart, because all of their pages are among the first ten. ValueError if there is no
    label, or one names a document or a question that is not there.
    """
    sides = _rankings(labels, documents, instrument)
    names = list(dict.fromkeys(document for document, _, _ in labels))
    large = [name for name in names if len(documents[name]) > SMALL]
    small = [name for name in names if len(documents[name]) <= SMALL]
    blocks: dict[str, Collection[str]] = {"all documents": large, **(groups or {})}
    blocks |= {name: [name] for name in large}
    width = max(map(len, [*blocks, *names])) + 2

    def rows(title: str, of: Collection[str]) -> Iterator[str]:
        chosen = [label for label in labels if label[0] in of]
        for side, rankings in sides.items() if chosen else ():
            yield f"{title:{width}}{side:14}{_figures(measure(rankings, chosen))}"
            title = ""

    margin = " " * (width + 14)
    ks = "".join(f"{k:5}" for k in FIRST)
    lines = [
        f"{margin}pairs  {'hit rate at':20}  {'recall at':20}  1/rank",
        f"{margin}       {ks}  {ks}",
    ]
    for title, of in blocks.items():
        lines += rows(title, [name for name in of if name in large])
    if small:
        lines.append(f"Not in the figures above: documents of {SMALL} pages or fewer")
    for name in small:
        lines += rows(name, [name])
    return "\n".join(lines)


def _figures(measured: Measured) -> str:
    shares = [
        "".join(f"{share[k]:5.0%}" for k in FIRST) for share in (measured.hit_rate, measured.recall)
    ]
    return f"{measured.pairs:5}  {shares[0]}  {shares[1]}{measured.reciprocal_rank:8.2f}"


def _rankings(
    labels: Iterable[tuple[str, str, int]], documents: Mapping[str, Pages], instrument: Instrument
) -> dict[str, dict[Pair, list[int]]]:
    """What each side finds for the pairs that have labels."""
    asked = {question.id: question for question in instrument.questions}
    indexes: dict[str, Index] = {}
    finder: dict[Pair, list[int]] = {}
    plain: dict[Pair, list[int]] = {}
    for document, name in _by_pair(labels):
        if document not in documents:
            raise ValueError(f"There is no document {document!r}.")
        if name not in asked:
            raise ValueError(f"There is no question {name!r} in {instrument.id}.")
        if document not in indexes:
            indexes[document] = Index(documents[document])
        suggestions = indexes[document].suggest(asked[name], most=None)
        finder[document, name] = [suggestion.page for suggestion in suggestions]
        plain[document, name] = plain_ranking(asked[name], documents[document])
    return {"finder": finder, "plain search": plain}


def _by_pair(labels: Iterable[tuple[str, str, int]]) -> dict[Pair, set[int]]:
    by_pair: dict[Pair, set[int]] = {}
    for document, question, page in labels:
        by_pair.setdefault((document, question), set()).add(page)
    if not by_pair:
        raise ValueError("There is no label to measure by.")
    return by_pair


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
