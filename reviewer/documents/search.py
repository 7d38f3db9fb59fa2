"""Finding words in the pages of a system's documents, and marking them in a text.

How words are matched:

* Case, the kind of apostrophe and ligatures make no difference.
* A word is found where a word starts: `safeguard` finds safeguarding. A word of one or two letters
  has to be whole: `co` finds co-production, not council.
* Little words (the, and, of) count only in quotes, or where there are no others.
* Hyphens and line ends are loose, because a PDF breaks words where a line ends: co-production,
  coproduction and co production find one another. A word written apart has to be whole:
  `healthcare` finds health care, but `inform` does not find in formal.
* Words in double quotes have to follow one another; punctuation and line ends between them are
  passed over.
* A page has to hold every word. If no page does, the pages that hold the most of them are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

SNIPPET_LENGTH = 160  # characters: two lines in a list of results
QUERY_LENGTH = 32  # words: the rest of a pasted paragraph is left out

Pieces = list[tuple[str, bool]]
Match = tuple[int, int, int]  # start and end in the text, and which term of the query it is
Pattern = tuple[re.Pattern[str], tuple[int, ...]]  # over folded text, and the terms it stands for

_TOKEN = re.compile(r"[^\W_]+(?:['-]+[^\W_]+)*")
_QUOTED_OR_NOT = re.compile(r'"([^"]*)"|([^"]+)')
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LIGATURE = re.compile("[ﬀ-ﬆ]")
_LITTLE = {
    *("a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or"),
    *("that", "the", "to", "with"),
}
_LINE_END_HYPHEN = re.compile(r"-\s*\n\s*")
_SPACES = re.compile(r"\s+")

# What may stand between two letters of a word, between its parts, and between quoted words.
_BROKEN = r"(?:-\s*)?"  # co-\nproduction, and any other place where a line can end
_APART = r"-?\s*"  # the same, and co production
_HYPHENED = r"[-\s]*"  # where the query itself has the hyphen
_FOLLOWING = r"[\W_]*"


@dataclass(frozen=True)
class Hit:
    """One page that was found. `snippet` is about 160 characters of it, as (text, marked) pieces.

    `score` is how many of the words are there, plus how near they stand (0 to 1), plus how often
    they come (0 to 1).
    """

    number: int
    snippet: tuple[tuple[str, bool], ...]
    score: float


def find(pages: Iterable[tuple[int, str]], words: str) -> list[Hit]:
    """The pages, given as (number, text), that hold `words`, best first; none if no words are."""
    patterns = _patterns(words)
    if not patterns:
        return []
    found: list[tuple[float, int, str, list[Match]]] = []
    most = 1
    for number, text in pages:
        matches = _matches(patterns, text)
        distinct = len({term for _, _, term in matches})
        if distinct < most:
            continue
        if distinct > most:
            most = distinct
            found.clear()
        score = distinct + _nearness(matches, distinct) + len(matches) / (len(matches) + 10)
        found.append((score, number, text, matches))
    found.sort(key=lambda page: (-page[0], page[1]))
    return [Hit(number, _snippet(text, here), score) for score, number, text, here in found]


def mark(text: str, words: str) -> Pieces:
    """All of `text` as (piece, marked), the marked pieces being those that match `words`."""
    return _pieces(text, _matches(_patterns(words), text), 0, len(text))


def _patterns(words: str) -> list[Pattern]:
    query = _fold(words)[0]
    for curly in "“”„«»":
        query = query.replace(curly, '"')
    terms: dict[str, str] = {}  # the term as it was written (a phrase keeps its quotes), its regex
    for quoted, plain in _QUOTED_OR_NOT.findall(query):
        if phrase := re.findall(r"[^\W_]+(?:'[^\W_]+)*", quoted)[:QUERY_LENGTH]:
            terms[f'"{" ".join(phrase)}"'] = _phrase(phrase)
        for word in _TOKEN.findall(plain):
            terms[word] = _word(word)
    written = ([word for word in terms if word not in _LITTLE] or list(terms))[:QUERY_LENGTH]
    patterns: list[Pattern] = [(re.compile(terms[term]), (i,)) for i, term in enumerate(written)]
    for i, pair in enumerate(pairwise(written)):
        if all(_TOKEN.fullmatch(word) for word in pair):  # two words that the text may join
            joined = "".join(pair)
            started = rf"(?<![^\W_].{{{len(joined)}}})"  # after the word: re is faster that way
            patterns.append((re.compile(rf"{joined}{started}\w*", re.DOTALL), (i, i + 1)))
    return patterns


def _word(word: str) -> str:
    first, rest = word[0], word[1:].replace("-", "")
    parts = _HYPHENED.join(
        _BROKEN.join(part) if i == 0 else part[0] + "".join(_BROKEN + c for c in part[1:])
        for i, part in enumerate(filter(None, word.split("-")))
    )
    if len(word) <= 2:
        return rf"{_start(first)}{parts[1:]}s?(?!\w)"
    apart = "".join(_APART + c for c in rest)
    return rf"{_start(first)}(?:{parts[1:]}\w*|{apart}(?!\w))"


def _phrase(phrase: list[str]) -> str:
    following = _FOLLOWING.join(_APART.join(word) for word in phrase)
    return rf"{_start(following[0])}{following[1:]}\w*"


def _start(letter: str) -> str:
    """A letter that starts a word. The check comes second, so that `re` can skip to the letter."""
    return rf"{letter}(?<![^\W_]{letter})"


def _fold(text: str) -> tuple[str, list[int] | None]:
    """`text` in lower case with plain apostrophes and hyphens, of the same length.

    Only ligatures change the length: then the second value has the place of each character.
    """
    folded = text.replace("İ", "I").lower()  # the one letter that lower() makes longer
    if folded.isascii():
        return folded, None
    for apostrophe in "’‘ʼ′´":
        folded = folded.replace(apostrophe, "'")
    for hyphen in "‐‑‒–\u00ad\ufffe":
        folded = folded.replace(hyphen, "-")
    if not _LIGATURE.search(folded):
        return folded, None
    letters = [_LIGATURES.get(c, c) for c in folded]
    return "".join(letters), [i for i, c in enumerate(letters) for _ in c]


def _matches(patterns: list[Pattern], text: str) -> list[Match]:
    folded, places = _fold(text)
    matches = [
        (*found.span(), term)
        for pattern, terms in patterns
        for found in pattern.finditer(folded)
        for term in terms
    ]
    if places is not None:
        matches = [(places[start], places[end - 1] + 1, term) for start, end, term in matches]
    return sorted(matches)


def _nearness(matches: list[Match], distinct: int) -> float:
    """1 where all the words found stand side by side, a half at a snippet's length between them."""
    if distinct == 1:
        return 1.0
    nearest, left, missing = matches[-1][1], 0, distinct
    seen = [0] * (1 + max(term for _, _, term in matches))
    for start, _, term in matches:
        missing -= not seen[term]
        seen[term] += 1
        while seen[matches[left][2]] > 1:  # the stretch may begin later
            seen[matches[left][2]] -= 1
            left += 1
        if not missing:
            nearest = min(nearest, start - matches[left][1])
    return SNIPPET_LENGTH / (SNIPPET_LENGTH + max(0, nearest))


def _snippet(text: str, matches: list[Match]) -> tuple[tuple[str, bool], ...]:
    """The stretch of `text` where the most of the words stand, cut at spaces, in one line."""
    start, end = _densest(matches)
    room = max(0, SNIPPET_LENGTH - (end - start))
    before = min(start, max(room // 2, room - (len(text) - end)))
    left, right = start - before, min(len(text), end + room - before)
    if left > 0:
        space = re.search(r"\s", text[left - 1 : start])
        left = left + space.start() if space else start
    if right < len(text):
        space = re.search(r"\s\S*\Z", text[end : right + 1])
        right = end + space.start() if space else end
    pieces = [(_one_line(piece), marked) for piece, marked in _pieces(text, matches, left, right)]
    if left > 0:
        pieces.insert(0, ("… ", False))
    if right < len(text):
        pieces.append((" …", False))
    return tuple(pieces)


def _densest(matches: list[Match]) -> tuple[int, int]:
    """Start and end of the first stretch of a snippet's length with the most terms and matches."""
    best, span, right, distinct = (0, 0), (0, 1), 0, 0
    seen = [0] * (1 + max(term for _, _, term in matches))
    for left, (start, end, term) in enumerate(matches):
        limit = max(end, start + SNIPPET_LENGTH)
        while right < len(matches) and matches[right][1] <= limit:
            distinct += not seen[matches[right][2]]
            seen[matches[right][2]] += 1
            right += 1
        if (distinct, right - left) > best:
            best = (distinct, right - left)
            span = (left, right)
        seen[term] -= 1
        distinct -= not seen[term]
    densest = matches[slice(*span)]
    return densest[0][0], max(end for _, end, _ in densest)


def _pieces(text: str, matches: list[Match], left: int, right: int) -> Pieces:
    """`text[left:right]` in pieces, overlapping matches marked as one."""
    pieces: Pieces = []
    at = left
    for start, end, _ in matches:
        start, end = max(start, at), min(end, right)
        if start >= end:
            continue
        if start > at:
            pieces.append((text[at:start], False))
        elif pieces and pieces[-1][1]:
            start = at - len(pieces.pop()[0])
        pieces.append((text[start:end], True))
        at = end
    return [*pieces, (text[at:right], False)] if at < right else pieces


def _one_line(piece: str) -> str:
    return _SPACES.sub(" ", _LINE_END_HYPHEN.sub("-", piece))
