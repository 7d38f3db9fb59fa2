"""The few pages of a document that are worth reading first for a question. It never answers one.

How pages are ranked:

* What is looked for: the question's search terms as they are written (weight 1), and one by one the
  words of these terms and of the question (weight a half).
* A term counts in any of its forms: singular and plural, with and without hyphens, and those that
  variants.toml puts in a group with it.
* A page is read in passages of about 80 words. A passage counts each term by how rare it is among
  the passages of the document and, up to a limit, how often it comes there (BM25); in a heading it
  counts twice. A page has the score of its best passage, half that of the second and a quarter of
  that of the third.
* A contents page counts less than a third, and a line that stands on half of the pages nowhere.
* Pages are also ranked by how near they are in meaning to the question and its search terms
  (`meaning.py`). Both ranks count, by 1 / (20 + rank), that of meaning half as much. A page with no
  word of the question is not suggested.
* A question without search terms is looked for by the words of its guidance too (weight 0.15).

`recall.py` measures how well this does, and tests/bench_recall.py prints it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import log
from pathlib import Path

from reviewer.documents.meaning import Nearness
from reviewer.documents.passages import Sentence, is_contents, running_lines, sentences
from reviewer.instrument.model import Question

MOST = 5  # suggestions for a question
MOST_REASONS = 4
LEAST_REASON = 0.2  # of what the first reason adds to the score of a passage
PASSAGE_LENGTH = 60  # words, and the rest of the sentence with which these are reached
OF_WORD = 0.5  # the weight of a word beside that of a search term
OF_CONTENTS = 0.3  # what is left of the score of a contents page
OF_GUIDANCE = 0.15  # the weight of a word of the guidance, where there are no search terms
OF_MEANING = 0.5  # the weight of the rank by meaning beside that by words
FIRST_RANKS = 20  # the more, the less the first ranks count beside those that follow
SATURATION = 1.2  # the k1 of BM25: how soon it makes no difference how often a term comes
_VARIANTS = Path(__file__).with_name("variants.toml")

Words = tuple[str, ...]  # as they are indexed: in small letters, in the singular
Term = tuple[str, float, "_Found"]  # as it is written, its weight, where it stands

# A word that is broken where a line ends is one word; what follows an apostrophe is left out.
_WORD = re.compile(r"([^\W_]+(?:-\n *[^\W_]+)*)(?:['’][^\W\d_]+)?")
_WITH_HYPHENS = re.compile(r"([^\W_]+(?:[-‐‑–][^\W_]+)*)(?:['’][^\W\d_]+)?")
_HYPHEN = re.compile(r"[-‐‑–]")
_BROKEN = re.compile(r"-\n *")
_SOFTLY_BROKEN = re.compile(r"-\n *(?=[a-z])")

# Little words of English, which tell no page from another.
LITTLE = frozenset(
    re.findall(
        r"\w+",
        """a about across all also an and any are as at be been both by can could did do does each
        for from had has have how if in into is it its may might more most no not of on one or other
        our out over own set should so some such than that the their them then there these they this
        those through to under up was we were what when where whether which who whose why will with
        would""",
    )
)


@dataclass(frozen=True)
class Suggestion:
    """A page worth reading, its best sentence as (text, marked) pieces, and the terms found there.

    Terms are as the question has them: the sentence may have another form. Scores compare the pages
    of one document for one question, and nothing else.
    """

    page: int
    sentence: tuple[tuple[str, bool], ...]
    why: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class _Passage:
    page: int  # from 0
    sentences: list[int]


@dataclass(frozen=True)
class _Found:
    """By sentence, the places of the words of a term; by passage, what the term adds to a score."""

    places: dict[int, list[int]] = field(default_factory=dict)
    gains: dict[int, float] = field(default_factory=dict)


def suggest(
    question: Question, pages: Sequence[tuple[int, str]], *, most: int | None = MOST
) -> list[Suggestion]:
    """The pages of one document, given as (number, text), to read first for `question`."""
    return Index(pages).suggest(question, most=most)


class Index:
    """The words of one document's pages, given as (number, text), ready for many questions.

    For 120 pages it takes about 0.2 seconds to make, 3 ms a question, and 11 MB to keep.
    """

    def __init__(self, pages: Iterable[tuple[int, str]]) -> None:
        self._pages = tuple(pages)
        self._contents = [is_contents(text) for _, text in self._pages]
        self._places: defaultdict[str, set[int]] = defaultdict(set)
        self._sentences: list[Sentence] = []
        self._starts: list[int] = []  # of each sentence: the place of its first word
        self._sentence_of: list[int] = []  # of each place
        self._passage_of: list[int] = []  # of each sentence
        self._passages: list[_Passage] = []
        self._found: dict[str, _Found] = {}
        running = running_lines([text for _, text in self._pages])
        for page, (_, text) in enumerate(self._pages):
            room = 0
            for sentence in sentences(text, running):
                if room <= 0:
                    self._passages.append(_Passage(page, []))
                    room = PASSAGE_LENGTH
                self._passages[-1].sentences.append(len(self._sentences))
                self._passage_of.append(len(self._passages) - 1)
                words = _WORD.findall(text, sentence.start, sentence.end)
                self._starts.append(len(self._sentence_of))
                for place, word in enumerate(words, self._starts[-1]):
                    self._places[_indexed(word)].add(place)
                self._sentence_of += [len(self._sentences)] * len(words)
                self._sentences.append(sentence)
                room -= len(words)
        texts = [self._text_of(passage) for passage in self._passages]
        self._near = Nearness(texts, [passage.page for passage in self._passages])

    def suggest(self, question: Question, *, most: int | None = MOST) -> list[Suggestion]:
        """The pages to read first for `question`, best first; None for all that hold anything."""
        terms = [(term, weight, self._find(term)) for term, weight in _terms(question).items()]
        scores = [0.0] * len(self._passages)
        for _, weight, found in terms:
            for passage, gain in found.gains.items():
                scores[passage] += weight * gain
        best: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for passage, score in enumerate(scores):
            if score:
                best[self._passages[passage].page].append((-score, passage))
        by_words = {}
        for page, passages in best.items():
            passages.sort()
            score = sum(-score / 2**i for i, (score, _) in enumerate(passages[:3]))
            by_words[page] = score * (OF_CONTENTS if self._contents[page] else 1)
        fused = _by_rank(by_words, 1)
        asked = f"{question.text} {', '.join(question.search)}"
        for page, worth in _by_rank(self._near.of(asked, best), OF_MEANING).items():
            fused[page] += worth
        ranked = sorted((-score, page, best[page][0][1]) for page, score in fused.items())
        return [self._suggestion(-score, passage, terms) for score, _, passage in ranked[:most]]

    def _text_of(self, passage: _Passage) -> str:
        _, text = self._pages[passage.page]
        first, last = (self._sentences[passage.sentences[i]] for i in (0, -1))
        return text[first.start : last.end]

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
            sentence = self._sentence_of[place]
            found.places.setdefault(sentence, []).extend(range(place, place + length))
            times[self._passage_of[sentence]] += 2 if self._sentences[sentence].heading else 1
        rarity = log(1 + (len(self._passages) - len(times) + 0.5) / (len(times) + 0.5))
        for passage, often in times.items():
            found.gains[passage] = rarity * often * (SATURATION + 1) / (often + SATURATION)
        return found

    def _places_of(self, form: Words) -> list[int]:
        """Where the words of `form` begin to follow one another."""
        there = [self._places.get(word, set()) for word in form]
        rarest = min(range(len(form)), key=lambda i: len(there[i]))
        starts = [place - rarest for place in there[rarest]]
        for i, places in enumerate(there):
            if i != rarest:
                starts = [start for start in starts if start + i in places]
        return starts

    def _suggestion(self, score: float, passage: int, terms: Sequence[Term]) -> Suggestion:
        """What is said of a page: the sentence of its best passage where the most of it stands."""
        worth = sorted(
            (
                (weight * found.gains[passage], term, found.places)
                for term, weight, found in terms
                if passage in found.gains
            ),
            key=lambda each: -each[0],
        )
        why: list[str] = []
        marked: set[int] = set()
        values: defaultdict[int, float] = defaultdict(float)
        for value, term, by_sentence in worth:
            numbers = self._passages[passage].sentences
            here = {i: by_sentence[i] for i in numbers if i in by_sentence}
            words = {place for places in here.values() for place in places}
            enough = len(why) == MOST_REASONS or value < worth[0][0] * LEAST_REASON
            if not enough and not words <= marked:
                why.append(term)
                marked |= words
                for i in here:
                    values[i] += value / 2 if self._sentences[i].heading else value
        sentence = max(values, key=lambda i: (values[i], -i))
        number, text = self._pages[self._passages[passage].page]
        return Suggestion(number, self._pieces(text, sentence, marked), tuple(why), score)

    def _pieces(self, text: str, number: int, marked: set[int]) -> tuple[tuple[str, bool], ...]:
        """A sentence on one line, the words that stand at `marked` places marked."""
        sentence, start = self._sentences[number], self._starts[number]
        spans: list[tuple[int, int]] = []
        for place, word in enumerate(_WORD.finditer(text, sentence.start, sentence.end), start):
            if place in marked and place - 1 in marked and spans:
                spans[-1] = (spans[-1][0], word.end())
            elif place in marked:
                spans.append(word.span())
        pieces = []
        at = sentence.start
        for begin, end in spans:
            pieces += [(text[at:begin], False), (text[begin:end], True)]
            at = end
        pieces.append((text[at : sentence.end], False))
        return tuple((_one_line(piece), is_marked) for piece, is_marked in pieces if piece)


def _by_rank(scores: Mapping[int, float], weight: float) -> dict[int, float]:
    """What each page is worth by its rank alone, as scores of two kinds cannot be added. Pages with
    the same score share a rank."""
    first: dict[float, int] = {}
    for rank, score in enumerate(sorted(scores.values(), reverse=True), 1):
        first.setdefault(score, rank)
    return {page: weight / (FIRST_RANKS + first[score]) for page, score in scores.items()}


def _terms(question: Question) -> dict[str, float]:
    """What to look for, and what it weighs."""
    terms = dict.fromkeys(question.search, 1.0)
    known = {_words(term) for term in terms}
    weighed = [(text, OF_WORD) for text in (question.text, *question.search)]
    if not terms:
        weighed.append((question.guidance, OF_GUIDANCE))
    for text, weight in weighed:
        for word in _WITH_HYPHENS.findall(text):
            if word.lower() not in LITTLE and _words(word) not in known:
                known.add(_words(word))
                terms[word] = weight
    return terms


@lru_cache(maxsize=4096)
def _forms(term: str) -> frozenset[Words]:
    """The words of `term`, and the same with any part of it in another form."""
    forms = _hyphened(term)
    for form in tuple(forms):
        for start, word in enumerate(form):
            for variant, group in _variants().get(word, ()):
                end = start + len(variant)
                if form[start:end] == variant:
                    forms |= {form[:start] + other + form[end:] for other in group}
    return frozenset(forms)


def _hyphened(term: str) -> set[Words]:
    """The words of `term` with its hyphens read as spaces, and as nothing."""
    return {_words(term), _words(_HYPHEN.sub("", term))} - {()}


@cache
def _variants() -> dict[str, list[tuple[Words, frozenset[Words]]]]:
    """Each form in variants.toml with all of its group, by the first word of the form."""
    by_word = defaultdict(list)
    for group in tomllib.loads(_VARIANTS.read_text(encoding="utf-8"))["groups"]:
        forms = frozenset(form for term in group for form in _hyphened(term))
        for form in forms:
            by_word[form[0]].append((form, forms))
    return dict(by_word)


def _words(text: str) -> Words:
    return tuple(_indexed(word) for word in _WORD.findall(text))


@lru_cache(maxsize=50_000)
def _indexed(word: str) -> str:
    """`word` in small letters, whole, and in the singular as far as its ending shows it."""
    word = _BROKEN.sub("", word).lower()
    if len(word) < 3 or not word.isalpha() or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word.removesuffix("s")


def _one_line(piece: str) -> str:
    return " ".join(re.split(r"\s+", _SOFTLY_BROKEN.sub("", piece)))
