"""What in a text could tell whom it is about: systems, places in their names, people. Pure.

It finds too much rather than too little: what it finds needs a person's yes, what it overlooks
would leave the policy area (rule of counting 7). Names are compared as words, whatever their
capitals, spaces, hyphens, accents, and whether `and` is written out. Words that are ordinary
English as well (`Bath`, `the Levels`) and initials of three letters count with capitals alone.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from reviewer.reviews.checks import DIRECTIONS, given_names, people_in

SYSTEM, PERSON, ADDRESS = "system or place", "person", "address"

_SHORT_NAMES = Path(__file__).with_name("short_names.toml")
_LEFT_OUT = frozenset({"and", "the", "of", "on"})
# Words of names that say nothing of where they are.
_COMMON_WORDS = """
    black borough central centre coast country county docks east edge estuary fords gate great
    greater health hills isle isles little long lower mid middle milton north south three together
    upper vale valley west better lives joined care
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ORDINARY = frozenset({"bath", "reading", "sandwell", "poole", "hull", "wight", "oxon"})
_WEB = re.compile(r"(?:https?://|www\.)\S+|\b[\w.-]+\.(?:nhs|gov|org|co)\.uk\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_BROKEN = re.compile(r"(?<=\w)[-\u2010]\s*\n\s*(?=\w)")
_WORD = re.compile(r"[^\W_]+")
_SQUEEZED = 6  # letters: a name that long is found inside a longer word too, as in an address

Words = tuple[str, ...]


class Found(NamedTuple):
    """Something that needs a look: what kind of name, and the words as they stand in the text."""

    kind: str
    words: str


class Named(NamedTuple):
    """What the screen has to know of one system."""

    code: str
    ods_code: str
    name: str


@dataclass
class Screen:
    """All names to look for. `loose` are found whatever their capitals, `capital` where every word
    has one, `initials` where they are all capitals."""

    loose: dict[Words, str] = field(default_factory=dict)
    capital: dict[Words, str] = field(default_factory=dict)
    initials: dict[Words, str] = field(default_factory=dict)

    def found_in(self, text: str) -> list[Found]:
        """What the text names, each once, in the order of kinds."""
        plain = _plain(text)
        found = [Found(ADDRESS, match[0]) for match in _WEB.finditer(plain)]
        found += [Found(PERSON, words) for words in people_in(plain)]
        joined = _BROKEN.sub("", plain)
        for version in dict.fromkeys((plain, joined)):
            found += self._names(version)
        return list(dict.fromkeys(found))

    def _names(self, text: str) -> Iterator[Found]:
        written = [word for word in _words(text) if word.casefold() not in _LEFT_OUT]
        folded = [word.casefold() for word in written]
        for start in range(len(written)):
            for end in range(start + 1, min(start + self._longest, len(written)) + 1):
                words, as_written = tuple(folded[start:end]), written[start:end]
                kind = self.loose.get(words)
                if kind is None and all(word[0].isupper() for word in as_written):
                    kind = self.capital.get(words)
                if kind is None and all(word.isupper() for word in as_written):
                    kind = self.initials.get(words)
                if kind:
                    yield Found(kind, " ".join(as_written))
            if self._inside and self._inside.search(folded[start]):
                yield Found(SYSTEM, written[start])

    def __post_init__(self) -> None:
        every = (*self.loose, *self.capital, *self.initials)
        self._longest = max(map(len, every), default=0)
        squeezed = {"".join(words) for words, kind in self.loose.items() if kind == SYSTEM}
        long = sorted(name for name in squeezed if len(name) >= _SQUEEZED)
        self._inside = re.compile("|".join(map(re.escape, long))) if long else None


def screen(systems: Iterable[Named], people: Iterable[str], but: str = "") -> Screen:
    """The screen for these systems and people. `but` is the code of a system that agreed to be
    named: what names it alone is let through."""
    loose: dict[Words, str] = {}
    capital: dict[Words, str] = {}
    initials: dict[Words, str] = {}
    agreed = _NamesOf()
    for system in systems:
        names = names_of(system)
        if system.code == but:
            agreed = names
            continue
        loose.update(dict.fromkeys(names.loose, SYSTEM))
        capital.update(dict.fromkeys(names.capital, SYSTEM))
        initials.update(dict.fromkeys(names.initials, SYSTEM))
    for words in agreed.loose | agreed.capital | agreed.initials:
        for known in (loose, capital, initials):
            known.pop(words, None)
    for person in people:
        words = _key(person)
        if len(words) > 1:
            loose.setdefault(words, PERSON)
            words = words[-1:]
        if words and len(words[0]) > 2 and words[0].isalpha():
            capital.setdefault(words, PERSON)
    for name in given_names():
        capital.setdefault(_key(name), PERSON)
    return Screen(loose, capital, initials)


@dataclass(frozen=True)
class _NamesOf:
    loose: frozenset[Words] = frozenset()
    capital: frozenset[Words] = frozenset()
    initials: frozenset[Words] = frozenset()


@cache
def names_of(system: Named) -> _NamesOf:
    """What one system is called: name, places, their words, initials and short forms."""
    loose, capital, short = {_key(system.name)}, set[Words](), set[str]()
    places = [part.strip() for part in re.split(r",| and ", system.name) if part.strip()]
    for place in places:
        bare = place.removeprefix("the ")
        undirected = " ".join(word for word in bare.split() if word not in DIRECTIONS)
        for name in filter(None, (bare, undirected)):
            key = _key(name)
            if all(word.capitalize() in DIRECTIONS for word in key):
                continue  # a direction alone is no place
            if len(key) == 1 and key[0] in _COMMON:
                continue
            ordinary = bare != place or key[0] in _ORDINARY
            (capital if ordinary else loose).add(key)
        capital |= {
            (word,) for word in _key(bare) if len(word) > 3 and word not in _COMMON | _LEFT_OUT
        }
    words = [word for part in places for word in _words(part) if word not in _LEFT_OUT]
    first = "".join(word[0] for word in words)
    if len(places) == 2:
        short.add(places[0][0] + places[1].removeprefix("the ")[:3])  # as in BSol
    if len(first) > 2:  # two initials alone are too many other things
        short.add(first)
    written = _short_names().get(system.code, ())
    short |= {system.ods_code, system.code, *written} - {""}
    short |= {name + body for name in (first, *written) for body in ("ICS", "ICB", "ICP")}
    initials = set[Words]()
    for name in short:
        key = _key(name)
        letters = sum(map(len, key))
        if name.isupper() and letters < 4:
            initials.add(key)
        elif key[0] in _ORDINARY or (len(key) > 1 and letters < 6):
            capital.add(key)
        else:
            loose.add(key)
    return _NamesOf(frozenset(loose), frozenset(capital), frozenset(initials))


@cache
def _short_names() -> dict[str, list[str]]:
    return tomllib.loads(_SHORT_NAMES.read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    """The text without accents and invisible characters, with & as a word and B.O.B. as BOB."""
    apart = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in apart if not unicodedata.category(c).startswith(("Mn", "Cf")))
    return _DOTTED.sub(lambda found: found[0].replace(".", ""), kept).replace("&", " and ")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _key(name: str) -> Words:
    words = (word.casefold() for word in _words(_plain(name)))
    return tuple(word for word in words if word not in _LEFT_OUT)
