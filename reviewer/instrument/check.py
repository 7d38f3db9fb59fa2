"""Reads an instrument file and names every mistake in it with its place. Pure.

The keys of an entry are the fields of its class in model.py: their types say what a value must be,
and a field with a default may be left out. The tables here say what words may be, `RULES` what must
hold between entries. How such a file is written stands in criteria/README.md.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import cache
from itertools import combinations
from typing import Any, get_args, get_origin, get_type_hints

from reviewer.instrument import model
from reviewer.instrument.model import (
    CHOICE,
    CHOICES,
    SCALE,
    TEXT,
    Instrument,
    Option,
    Question,
    Scale,
)

TYPES = {
    str: "text in quotation marks",
    bool: "true or false, without quotation marks",
    list: "a list in square brackets",
    dict: "a table of keys and values",
}
EMPTY: dict[type, Any] = {str: "", list: (), dict: {}}
ALLOWED = {"kind": model.KINDS, "wording": model.WORDINGS}
PATTERNS = {  # 60, 300: the columns of the database
    "id": (
        "(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*",
        "may have only lower-case letters and digits, with hyphens between them, 60 at most",
    ),
    "version": (r"[0-9]{1,5}(\.[0-9]{1,5}){2}", "is not a version like 1.0.0"),
    "title": ("(?s).{1,300}", "is longer than 300 characters"),
    "label": (r"[^;\n]+", "has a semicolon or a line break: in an import these stand between"),
}
# What a question of each kind must have, and may not have.
MUST_HAVE = {SCALE: {"scale"}, CHOICE: {"options"}, CHOICES: {"options"}}
MAY_NOT_HAVE = {SCALE: {"options"}, CHOICE: {"scale"}, CHOICES: {"scale"}}
MAY_NOT_HAVE[TEXT] = {"scale", "options", "statement"}
SYNTAX = {  # what the TOML reader says, and what has usually happened
    "Illegal character '\\n'": "the quotation mark at the end of this line is missing",
    "Invalid value": 'text stands in straight quotation marks ("), a list in square brackets',
    "Cannot overwrite": "a key is given twice in one entry",
    "Unterminated": 'text opened with """ is not closed',
}

Path = tuple[str | int, ...]
Place = tuple[str, int]  # in words; the line where the entry starts, 0 if unknown
Found = Iterator[tuple[Any, str, str]]  # the entry, the key, what is wrong


@dataclass(frozen=True)
class Mistake:
    """What is wrong and where, in plain words; `line` is where the entry starts, 0 if unknown."""

    place: str
    message: str
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def read(text: str) -> tuple[Instrument | None, list[Mistake]]:
    """The instrument that a file holds, or else every mistake in it, in the order of the file.

    Of a file that is not TOML only the first mistake can be found.
    """
    text = text.removeprefix("\ufeff")  # Windows editors put one at the start
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return None, [_not_toml(str(error))]
    reading = Reading(text)
    file = reading.entry(Instrument, raw, ("the file", 0), ())
    for rule in (ids, options, references, conditions, statements):
        for entry, key, message in rule(file):
            reading.wrong(reading.places[id(entry)], key, message)
    if reading.mistakes:
        return None, sorted(reading.mistakes, key=lambda mistake: mistake.line)
    questions = tuple(replace(q, options=options_of(file, q)) for q in file.questions)
    return replace(file, questions=questions), []


def _not_toml(error: str) -> Mistake:
    said, _, at = error.rstrip(")").partition(" (at ")
    hint = next((f": {words}" for start, words in SYNTAX.items() if said.startswith(start)), "")
    line = re.match(r"line (\d+)", at)
    message = f"cannot be read as TOML from here{hint} (the TOML reader says: {said})"
    return Mistake(at or "the file", message, int(line[1]) if line else 0)


@dataclass(frozen=True)
class Key:
    """The TOML type of a value, what a list or table holds, and whether it must be there."""

    type: Any
    holds: Any = str
    required: bool = True


@cache
def keys(entry: type) -> dict[str, Key]:
    """The keys of one kind of entry, from the fields of its class."""
    found = {}
    for name, hint in get_type_hints(entry).items():
        holds = next(iter(get_args(hint)), hint)  # of tuple[Option, ...], Condition | None, bool
        toml = {tuple: list, dict: dict}.get(
            get_origin(hint), dict if is_dataclass(holds) else holds
        )
        found[name] = Key(toml, holds)
    return {
        # A framework without a question of kind scale has no scales.
        each.name: replace(
            found[each.name],
            required=each.default is each.default_factory is MISSING and each.name != "scales",
        )
        for each in fields(entry)
    }


def complaints(name: str, key: Key, value: Any) -> Iterator[str]:
    """What is wrong with one value, in words that go on from its place."""
    if type(value) is not key.type:
        yield f"must be {TYPES[key.type]}, but is {TYPES.get(type(value), 'a number or date')}"
    elif value in ("", [], {}) or (isinstance(value, str) and value.isspace()):
        yield "is empty"
    elif key.type is list and key.holds is str:
        for number, item in enumerate(value, 1):
            yield from (f"number {number} {words}" for words in complaints("", Key(str), item))
        texts = [item for item in value if isinstance(item, str)]
        yield from (f'has "{item}" twice' for item in sorted(set(texts)) if texts.count(item) > 1)
    elif key.type is dict and key.holds is str:
        for each, item in value.items():
            yield from (f"{each} {words}{astray(each)}" for words in complaints("", Key(str), item))
    elif name in ALLOWED and value not in ALLOWED[name]:
        yield f'"{value}" is not known{instead(value, ALLOWED[name])}'
    elif name in PATTERNS and not re.fullmatch(PATTERNS[name][0], value):
        yield f'"{value}" {PATTERNS[name][1]}'


def instead(word: str, known: Collection[str]) -> str:
    """The end of a message about an unknown word: the one nearest to it, or all if they are few."""
    if near := get_close_matches(word, known, 1):
        return f'; did you mean "{near[0]}"?'
    return f"; use {' or '.join(known)}" if 0 < len(known) < 6 else ""


def astray(key: str) -> str:
    """A hint: TOML takes all lines below [questions.statement] for a part of it."""
    return "; move it above the statement of the question" if key in keys(Question) else ""


def header_lines(text: str) -> dict[Path, list[int]]:
    """Where the entries of each list start: ("questions",), ("scales", 0, "options").

    tomllib gives no lines, so this looks for lines like [[questions]]. Entries in braces have no
    such line, and one inside a text looks like any other: where there are not as many lines as
    entries, the caller goes without.
    """
    found: dict[Path, list[int]] = defaultdict(list)
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*\[\[\s*([\w-]+)\s*(?:\.\s*([\w-]+)\s*)?\]\]", line):
            outer, inner = header.groups()
            found[(outer, len(found[(outer,)]) - 1, inner) if inner else (outer,)].append(number)
    return found


class Reading:
    """A walk through a file. A value that is missing or wrong is noted, and left empty."""

    def __init__(self, text: str) -> None:
        self.headers = header_lines(text)
        self.mistakes: list[Mistake] = []
        self.places: dict[int, Place] = {}  # by id(): entries that say the same are equal

    def wrong(self, place: Place, key: str, message: str) -> None:
        words = f"{place[0]}, {key}" if key else place[0]
        self.mistakes.append(Mistake(" ".join(words.split()), " ".join(message.split()), place[1]))

    def entry(self, kind: Any, raw: Any, place: Place, path: Path) -> Any:
        """An object of the class `kind`; with `path` begin the paths of its lists in `headers`."""
        known = keys(kind)
        values = {name: EMPTY[key.type] for name, key in known.items() if key.required}
        if not isinstance(raw, dict):
            self.wrong(place, "", "must be a table of keys and values")
            known, raw = {}, {}
        question_kind = str(raw.get("kind")) if kind is Question else ""
        for name in (name for name in raw if name not in known):
            at = "".join(f" (line {line})" for line in self.headers.get((*path, name), [])[:1])
            self.wrong(place, name + at, f"unknown key{instead(name, known)}")
        for name, key in known.items():
            if name not in raw:
                if key.required or name in MUST_HAVE.get(question_kind, ()):
                    self.wrong(place, "", f'"{name}" is missing')
            elif name in MAY_NOT_HAVE.get(question_kind, ()):
                self.wrong(place, name, f"does not belong to a question of kind {question_kind}")
            elif found := list(complaints(name, key, raw[name])):
                for message in found:
                    self.wrong(place, name, message)
            else:
                values[name] = self.value(key, raw[name], name, place, path)
        made = kind(**values)
        self.places[id(made)] = place
        return made

    def value(self, key: Key, raw: Any, name: str, place: Place, path: Path) -> Any:
        if isinstance(raw, str):
            return raw.strip()
        if key.holds is str:
            if isinstance(raw, dict):
                return {option: words.strip() for option, words in raw.items()}
            return tuple(item.strip() for item in raw)
        if isinstance(raw, list):
            return tuple(self.entries(key.holds, raw, place, (*path, name)))
        if isinstance(raw, dict):
            return self.entry(key.holds, raw, (f"{place[0]}, {name}", place[1]), ("unknown",))
        return raw

    def entries(self, kind: type, raw: list[Any], owner: Place, path: Path) -> Iterator[Any]:
        lines = self.headers.get(path, [])
        noun = "document kind" if kind is model.DocumentKind else kind.__name__.lower()
        for index, item in enumerate(raw):
            name = item.get("id") if isinstance(item, dict) else None
            is_id = isinstance(name, str) and re.fullmatch(PATTERNS["id"][0], name)
            words = f"{noun} {name}" if is_id else f"{noun} number {index + 1}"
            words = words if len(path) == 1 else f"{owner[0]}, {words}"
            if len(lines) == len(raw):
                place = (f"{words} (line {lines[index]})", lines[index])
                yield self.entry(kind, item, place, (*path, index))
            else:
                yield self.entry(kind, item, (words, owner[1]), ("unknown",))


def options_of(file: Instrument, question: Question) -> tuple[Option, ...]:
    """The options of a question, which may be those of a scale."""
    scales = {scale.id: scale.options for scale in file.scales}
    return scales.get(question.scale or "", ()) if question.kind == SCALE else question.options


def folded(name: str) -> str:
    """A label or id as an import compares it: capitals, spacing and curly apostrophes aside."""
    return " ".join(name.replace("’", "'").casefold().split())


def ids(file: Instrument) -> Found:
    scales, questions = file.scales, file.questions
    for entries in (
        *(file.document_kinds, scales, file.criteria, questions),
        *(scale.options for scale in scales),
        *(question.options for question in questions),
    ):
        for (first, one), (second, other) in combinations(enumerate(entries, 1), 2):
            if one.id and one.id == other.id:
                yield other, "id", f'number {first} and number {second} both have the id "{one.id}"'


def options(file: Instrument) -> Found:
    owners: tuple[Scale | Question, ...] = (*file.scales, *file.questions)
    for owner in owners:
        if len(owner.options) == 1:
            yield owner, "options", "there is one only; give at least two"
        for option in owner.options:
            if folded(option.label) == "n/a":
                yield option, "label", f'"{option.label}" is kept for what is not applicable'
        for one, other in combinations(owner.options, 2):
            taken = {folded(one.id), folded(one.label)} - {""}
            for key, name in (("id", other.id), ("label", other.label)):
                if folded(name) in taken and one.id != other.id:
                    message = f'"{name}" is the id or label of option {one.id} too'
                    yield other, key, f"{message}, capitals aside: an import could mean either"


def references(file: Instrument) -> Found:
    criteria = [criterion.id for criterion in file.criteria]
    scales = [scale.id for scale in file.scales]
    counted = [kind.id for kind in file.document_kinds if kind.counted]
    for question in file.questions:
        named = [("criterion", question.criterion, criteria), ("scale", question.scale, scales)]
        documents = [("documents", document, counted) for document in question.documents]
        for key, name, known in (*named, *documents):
            if name and name not in known:
                what = "counted document kind" if key == "documents" else key
                yield question, key, f'there is no {what} "{name}"{instead(name, known)}'
    asked = {question.criterion for question in file.questions}
    for criterion in file.criteria:
        if criterion.id and criterion.id not in asked:
            yield criterion, "", "no question belongs to this criterion"
    if file.document_kinds and not counted:
        yield file, "document_kinds", "none is counted; leave counted = false out of at least one"


def conditions(file: Instrument) -> Found:
    earlier: dict[str, Question] = {}
    for question in file.questions:
        if question.asked_where and (name := question.asked_where.question):
            if other := earlier.get(name):
                found = list(_hanging(file, question, other, question.asked_where.answers))
            else:
                later = any(each.id == name for each in file.questions)
                what = (
                    f'"{name}" does not come before it'
                    if later
                    else f'there is no question "{name}"'
                )
                found = [f"{what}; use the id of a question that comes earlier in the file"]
            yield from ((question, "asked_where", message) for message in found)
        earlier.setdefault(question.id, question)


def _hanging(
    file: Instrument, question: Question, other: Question, answers: tuple[str, ...]
) -> Iterator[str]:
    if other.kind == TEXT:
        yield f"{other.id} is a question of kind text, which has no answers to choose from"
    known = [option.id for option in options_of(file, other)]
    for answer in answers:
        if known and answer not in known:
            yield f'{other.id} has no answer "{answer}"{instead(answer, known)}'
    for document in question.documents:
        if document not in other.documents and len(other.documents) > 1:
            several = " and of ".join(other.documents)
            yield f"{other.id} is asked of {several} but not of {document}: which one decides?"


def statements(file: Instrument) -> Found:
    for question in file.questions:
        several = question.kind == CHOICES
        known = ["option"] if several else [option.id for option in options_of(file, question)]
        for key, words in question.statement.items():
            if known and key not in known:
                message = f'"{key}" is not one of its answers{astray(key) or instead(key, known)}'
                yield question, "statement", message
            if several and "{option}" not in words:
                yield question, "statement", f"{key} has no {{option}}, where the label goes"
            if re.search("[{}]", words.replace("{option}", "") if several else words):
                yield (
                    question,
                    "statement",
                    f"{key} has braces; only {{option}} of kind choices may",
                )
