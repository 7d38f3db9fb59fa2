"""The few pages of a document that are worth reading first for a question. It never answers one.

How pages are ranked:

* What is looked for: the question's search terms as they are written (weight 1), and one by one the
  words of these terms and of the question (weight a half).
* A term counts in any of its forms: other endings, hyphens or none, the forms in variants.toml.
* A page is read in passages of about 80 words. A passage counts each term by how rare it is among
  the passages of the document and, up to a limit, how often it comes there (BM25); in a heading it
  counts twice. A page has the score of its best passage, half that of the second and a quarter of
  that of the third.
* Contents pages come last, and lines that stand on most pages count nowhere.

`recall.py` measures how well this does, and tests/bench_recall.py prints it.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from math import log
from pathlib import Path

from reviewer.instrument.model import Question

MOST = 5  # suggestions for a question
MOST_REASONS = 4
PASSAGE_LENGTH = 80  # words
LONGEST_SENTENCE = 60  # words; what is longer is usually a table, and is cut at line ends
OF_WORD = 0.5  # the weight of a word beside that of a search term
OF_CONTENTS = 0.3  # what is left of the score of a contents page
SATURATION = 1.2  # the k1 of BM25: how soon it makes no difference how often a term comes

Words = tuple[str, ...]  # as they are indexed: in small letters and without their endings

# A word that is broken where a line ends is one word; what follows an apostrophe is left out.
_WORD = re.compile(r"([^\W_]+(?:-\n\s*[^\W_]+)*)(?:['’][^\W\d_]+)?")
_WITH_HYPHENS = re.compile(r"([^\W_]+(?:[-‐‑–][^\W_]+)*)(?:['’][^\W\d_]+)?")
_HYPHEN = re.compile(r"[-‐‑–]")
_BROKEN = re.compile(r"-\n\s*")
_SOFTLY_BROKEN = re.compile(r"-\n\s*(?=[a-z])")
_NEXT_SENTENCE = re.compile(
    r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])|\s*\n(?=\s*[•▪‣●◦*–-]\s)"
)
_NUMBER = re.compile(r"\d+")
_NUMBER_AT_END = re.compile(r"[^\W\d_].*?(\d{1,3})$")
_LITTLE = frozenset(
    """a about across all also an and any are as at be been both by can could did do does each for
    from had has have how if in into is it its may might more most no not of on one or other our out
    over own set should so some such than that the their them then there these they this those
    through to under up was we were what when where whether which who whose why will with would
    document plan strategy identify identified mention mentioned""".split()
)


@dataclass(frozen=True)
class Suggestion:
    """A page worth reading, with its best sentence as (text, marked) pieces and the terms found.

    Scores compare the pages of one document for one question, and nothing else.
    """

    page: int
    sentence: tuple[tuple[str, bool], ...]
    why: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class _Sentence:
    page: int  # the number of pages before its own
    passage: int
    start: int  # in the text of the page
    end: int
    place: int  # of its first word in the document
    heading: bool


@dataclass(frozen=True)
class _Found:
    """The places of the words of a term by sentence, and what it adds to the score of passages."""

    places: dict[int, set[int]] = field(default_factory=dict)
    gains: dict[int, float] = field(default_factory=dict)


class Index:
    """The words of one document's pages, given as (number, text), ready for many questions."""

    def __init__(self, pages: Iterable[tuple[int, str]]) -> None:
        self._pages = tuple(pages)
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._sentences: list[_Sentence] = []
        self._passages: list[int] = []  # the first sentence of each
        self._found: dict[str, _Found] = {}
        running = _running_lines([text for _, text in self._pages])
        length = 0
        for page, (_, text) in enumerate(self._pages):
            room = 0
            for start, end, heading in _sentences(text, running):
                if room <= 0:
                    self._passages.append(len(self._sentences))
                    room = PASSAGE_LENGTH
                passage = len(self._passages) - 1
                self._sentences.append(_Sentence(page, passage, start, end, length, heading))
                words = _WORD.findall(text, start, end)
                for place, word in enumerate(words, length):
                    self._places[_indexed(word)].append(place)
                length += len(words)
                room -= len(words)
        self._starts = [sentence.place for sentence in self._sentences]
        self._contents = [_is_contents(text) for _, text in self._pages]

    def suggest(self, question: Question, *, most: int | None = MOST) -> list[Suggestion]:
        """The pages to read first for `question`, best first; None for all that hold anything."""
        terms = [(term, weight, self._find(term)) for term, weight in _terms(question).items()]
        scores: Counter[int] = Counter()
        for _, weight, found in terms:
            for passage, gain in found.gains.items():
                scores[passage] += weight * gain
        pages: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
        for passage, score in scores.items():
            page = self._sentences[self._passages[passage]].page
            pages[page].append((-score, passage))
        ranked = []
        for page, passages in pages.items():
            passages.sort()
            score = sum(-score / 2**i for i, (score, _) in enumerate(passages[:3]))
            ranked.append((score * (OF_CONTENTS if self._contents[page] else 1), page, passages[0][1]))
        ranked.sort(key=lambda page: (-page[0], page[1]))
        return [self._suggestion(score, passage, terms) for score, _, passage in ranked[:most]]

    def _find(self, term: str) -> _Found:
        if term not in self._found:
            self._found[term] = self._look_for(_forms(term))
        return self._found[term]

    def _look_for(self, forms: Iterable[Words]) -> _Found:
        lengths: dict[int, int] = {}  # of the longest form that starts at a place
        for form in forms:
            for place in self._places_of(form):
                lengths[place] = max(len(form), lengths.get(place, 0))
        found = _Found()
        times: Counter[int] = Counter()
        for place, length in lengths.items():
            number = bisect_right(self._starts, place) - 1
            sentence = self._sentences[number]
            found.places.setdefault(number, set()).update(range(place, place + length))
            times[sentence.passage] += 2 if sentence.heading else 1
        rarity = log(1 + (len(self._passages) - len(times) + 0.5) / (len(times) + 0.5))
        for passage, often in times.items():
            found.gains[passage] = rarity * often * (SATURATION + 1) / (often + SATURATION)
        return found

    def _places_of(self, form: Words) -> list[int]:
        """Where the words of `form` follow one another."""
        if any(word not in self._places for word in form):
            return []
        rarest = min(range(len(form)), key=lambda i: len(self._places[form[i]]))
        starts = [place - rarest for place in self._places[form[rarest]]]
        for i, word in enumerate(form):
            if i != rarest:
                there = self._set_of(word)
                starts = [place for place in starts if place + i in there]
        return starts
