"""Reads an instrument file and names every mistake in it with its place. Pure.

The keys of an entry are the fields of its class in model.py: their types say what a value must be,
and a field with a default may be left out. The tables here say more of some values; the rules at
the end say what must hold between entries. How to write such a file: criteria/README.md.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import cache
from itertools import combinations
from typing import Any, get_args, get_origin, get_type_hints

from reviewer.instrument import model
from reviewer.instrument.model import CHOICE, CHOICES, SCALE, TEXT, Instrument, Question

TYPES = {
    str: "text in quotation marks",
    bool: "true or false, without quotation marks",
    list: "a list in square brackets",
    dict: "a table of keys and values",
}
ALLOWED = {"kind": model.KINDS, "wording": model.WORDINGS}
ID = "(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*"  # 60, and 300 below: the columns of the database
PATTERNS = {
    "id": (ID, "may have only lower-case letters, digits and hyphens between them, 60 at most"),
    "version": (r"[0-9]{1,5}(\.[0-9]{1,5}){2}", "is not a version like 1.0.0"),
    "title": ("(?s).{1,300}", "is longer than 300 characters"),
    "label": (r"(?i)(?!n/a$)[^;\n]+", "may not be n/a, nor have a semicolon or a line break"),
}
# The keys that only some kinds of question have.
OF_KINDS = {
    "scale": (SCALE,),
    "options": (CHOICE, CHOICES),
    "statement": (SCALE, CHOICE, CHOICES),
    "same_as": (SCALE, CHOICE, CHOICES),
}
SYNTAX = {  # what the TOML reader says, and what has usually happened
    "Illegal character '\\n'": "the quotation mark at the end of this line is missing",
    "Invalid value": 'text stands in straight quotation marks ("), a list in square brackets',
    "Cannot overwrite": "a key is given twice in one entry",
}
ABOVE = "; if it belongs to the question, move it above [questions.statement]"
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
    """The instrument of a file, or else all its mistakes in order (only the first if not TOML)."""
    try:
        raw = stripped(tomllib.loads(text.removeprefix("\ufeff")))  # Windows puts one first
    except (ValueError, RecursionError) as error:
        return None, [_not_toml(str(error))]
    return examine(raw, Reading(text))


def examine(raw: Any, reading: Reading) -> tuple[Instrument | None, list[Mistake]]:
    """The same of what such a file holds, wherever it was written."""
    file = reading.entry(Instrument, raw, ("the file", 0), ())
    for rule in (options, references, conditions, sameness, statements):
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
    return Mistake(at or "the file", f"not TOML{hint} ({said})", int(line[1]) if line else 0)


def stripped(value: Any) -> Any:
    """The same without space around any text."""
    if isinstance(value, list):
        return [stripped(item) for item in value]
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items()}
    return value.strip() if isinstance(value, str) else value


@dataclass(frozen=True)
class Key:
    """The TOML type of a value, what a list or table holds, and whether it must be there."""

    type: Any
    holds: Any = str
    required: bool = True


@cache
def keys(entry: type) -> dict[str, Key]:
    """The keys of one kind of entry, from the fields of its class."""
    found, hints = {}, get_type_hints(entry)
    for each in fields(entry):
        hint = hints[each.name]
        holds = next(iter(get_args(hint)), hint)  # of tuple[Option, ...], Condition | None, bool
        outer = list if get_origin(hint) is tuple else get_origin(hint)
        toml = outer if outer in TYPES else dict if is_dataclass(holds) else holds
        found[each.name] = Key(toml, holds, each.default is each.default_factory is MISSING)
    return found


def complaints(name: str, key: Key, value: Any) -> Iterator[str]:
    """What is wrong with one value, in words that go on from its place."""
    if type(value) is not key.type:
        yield f"must be {TYPES[key.type]}, but is {TYPES.get(type(value), 'a number or date')}"
    elif value in ("", [], {}):
        yield "is empty"
    elif name in ALLOWED and value not in ALLOWED[name]:
        yield f'"{value}" is not known{instead(value, ALLOWED[name])}'
    elif name in PATTERNS and not re.fullmatch(PATTERNS[name][0], value):
        yield f'"{value}" {PATTERNS[name][1]}'
    elif key.holds is str and key.type is not str:
        items = value if key.type is dict else {f"number {n}": v for n, v in enumerate(value, 1)}
        for each, item in items.items():
            hint = ABOVE if each in keys(Question) else ""
            yield from (f"{each} {words}{hint}" for words in complaints("", Key(str), item))
        if key.type is list:
            yield from (f'has "{t}" twice' for n, t in enumerate(value) if t and t in value[:n])


def instead(word: str, known: Collection[str]) -> str:
    """The end of a message about an unknown word: the one nearest to it, or all if they are few."""
    if near := get_close_matches(word, known, 1):
        return f'; did you mean "{near[0]}"?'
    return f"; use {' or '.join(known)}" if 0 < len(known) < 6 else ""


def header_lines(text: str) -> dict[Path, list[int]]:
    """Where the entries of each list start: ("questions",), ("scales", 0, "options"). Entries in
    braces have no such line, and a text may hold one: where the numbers differ, use no line."""
    found: dict[Path, list[int]] = defaultdict(list)
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"[\s\ufeff]*\[\[\s*([\w-]+)\s*(?:\.\s*([\w-]+)\s*)?\]\]", line):
            outer, inner = header.groups()
            found[(outer, len(found[(outer,)]) - 1, inner) if inner else (outer,)].append(number)
    return found


class Reading:
    """A walk through a file. A value that is missing or wrong is noted, and left empty."""

    def __init__(self, text: str = "") -> None:
        self.headers: Mapping[Path, list[int]] = header_lines(text)
        self.mistakes: list[Mistake] = []
        self.places: dict[int, Place] = {}  # by id(): entries that say the same are equal

    def wrong(self, place: Place, key: str, message: str) -> None:
        words = f"{place[0]}, {key}" if key else place[0]
        self.mistakes.append(Mistake(" ".join(words.split()), " ".join(message.split()), place[1]))

    def entry(self, kind: Any, raw: Any, place: Place, path: Path = ("unknown",)) -> Any:
        """An object of the class `kind`; with `path` begin the paths of its lists in `headers`."""
        known = keys(kind)
        values = {n: () if k.type is list else k.type() for n, k in known.items() if k.required}
        if not isinstance(raw, dict):
            self.wrong(place, "", "must be a table of keys and values")
            known, raw = {}, {}
        for name in (name for name in raw if name not in known):
            at = "".join(f" (line {line})" for line in self.headers.get((*path, name), [])[:1])
            self.wrong(place, name + at, f"unknown key{instead(name, known)}")
        of = raw.get("kind") if kind is Question and raw.get("kind") in model.KINDS else None
        for name, key in known.items():
            kinds = OF_KINDS.get(name, ())
            if name not in raw:
                # Scales may be left out: there may be no question of kind scale.
                needed = of in kinds and name not in ("statement", "same_as")
                if (key.required and name != "scales") or needed:
                    self.wrong(place, "", f'"{name}" is missing')
            elif of and kinds and of not in kinds:
                self.wrong(place, name, f"belongs only to questions of kind {' or '.join(kinds)}")
            elif found := list(complaints(name, key, raw[name])):
                for message in found:
                    self.wrong(place, name, message)
                if type(raw[name]) is key.type is str:  # what refers to it is right
                    values[name] = raw[name]
            elif not is_dataclass(key.holds):
                values[name] = tuple(raw[name]) if key.type is list else raw[name]
            elif key.type is list:
                values[name] = tuple(self.entries(key.holds, raw[name], place, (*path, name)))
            else:
                values[name] = self.entry(key.holds, raw[name], (f"{place[0]}, {name}", place[1]))
        made = kind(**values)
        self.places[id(made)] = place
        return made

    def entries(self, kind: Any, raw: list[Any], owner: Place, path: Path) -> Iterator[Any]:
        lines, first = self.headers.get(path, []), dict[str, int]()
        noun = "document kind" if kind is model.DocumentKind else kind.__name__.lower()
        for number, item in enumerate(raw, 1):
            name = item.get("id") if isinstance(item, dict) else None
            is_id = isinstance(name, str) and re.fullmatch(ID, name)
            words = f"{noun} {name}" if is_id else f"{noun} number {number}"
            words = words if len(path) == 1 else f"{owner[0]}, {words}"
            line = lines[number - 1] if len(lines) == len(raw) else 0
            place = (f"{words} (line {line})", line) if line else (words, owner[1])
            if name and is_id and first.setdefault(name, number) != number:
                self.wrong(place, "id", f"numbers {first[name]} and {number} have the same id")
            yield self.entry(kind, item, place, (*path, number - 1) if line else ("unknown",))


def options_of(file: Instrument, question: Question) -> tuple[model.Option, ...]:
    """The options of a question, which may be those of a scale."""
    if question.kind != SCALE:
        return question.options
    return next((scale.options for scale in file.scales if scale.id == question.scale), ())


def ids(entries: Iterable[Any]) -> list[str]:
    """The ids of entries; none where one cannot be read, so that it does not pass for missing."""
    found = [entry.id for entry in entries]
    return [] if "" in found else found


def folded(name: str) -> str:
    """A label or id as an import compares it: capitals, spacing and curly apostrophes aside."""
    return " ".join(name.replace("’", "'").casefold().split())


def options(file: Instrument) -> Found:
    owners: list[Any] = [*file.scales, *file.questions]
    for owner in owners:
        if len(owner.options) == 1:
            yield owner, "options", "there is one only; give at least two"
        for one, other in combinations(owner.options, 2):
            taken = {folded(one.id), folded(one.label)} - {""}
            for key, name in (("id", other.id), ("label", other.label)):
                if folded(name) in taken and one.id != other.id:
                    yield other, key, f'"{name}" names option {one.id} too (capitals do not count)'


def references(file: Instrument) -> Found:
    criteria, scales = ids(file.criteria), ids(file.scales)
    counted = ids(kind for kind in file.document_kinds if kind.counted)
    for question in file.questions:
        named = [("criterion", question.criterion, criteria), ("scale", question.scale, scales)]
        documents = [("documents", document, counted) for document in question.documents]
        for key, name, known in (*named, *documents):
            # No list at all is a mistake of its own, except that scales may be left out.
            if name and name not in known and (known or (key == "scale" and not file.scales)):
                what = "counted document kind" if key == "documents" else key
                yield question, key, f'there is no {what} "{name}"{instead(name, known)}'
    for criterion in file.criteria:
        if criterion.id and criterion.id not in {q.criterion for q in file.questions}:
            yield criterion, "", "no question belongs to this criterion"
    for kind in file.document_kinds:
        if len(kind.id) > 40:
            yield kind, "id", "is longer than 40 characters, the most for a document kind"
    if file.document_kinds and not counted:
        yield file, "document_kinds", "none is counted; leave counted = false out of at least one"


def conditions(file: Instrument) -> Found:
    for number, question in enumerate(file.questions):
        if not (question.asked_where and question.asked_where.question):
            continue
        name, at = question.asked_where.question, (question, "asked_where")
        other = next((each for each in file.questions[:number] if each.id == name), None)
        if other is None:
            later = any(each.id == name for each in file.questions)
            what = f'"{name}" is not an earlier one' if later else f'there is no question "{name}"'
            yield *at, f"{what}; use the id of a question that comes earlier in the file"
            continue
        if other.kind == TEXT:
            yield *at, f"{name} is a question of kind text, which has no answers to choose from"
        known = ids(options_of(file, other))
        for answer in question.asked_where.answers:
            if known and answer not in known:
                yield *at, f'{name} has no answer "{answer}"{instead(answer, known)}'
        for document in question.documents:
            if document not in other.documents and len(other.documents) > 1:
                yield *at, f"{name} is asked of several documents, but not of {document}"


def sameness(file: Instrument) -> Found:
    """What two questions that ask the same of two documents must share to be set side by side."""
    for number, question in enumerate(file.questions):
        if not question.same_as:
            continue
        name, at = question.same_as, (question, "same_as")
        other = next((each for each in file.questions[:number] if each.id == name), None)
        if other is None:
            later = any(each.id == name for each in file.questions)
            what = f'"{name}" is not an earlier one' if later else f'there is no question "{name}"'
            yield *at, f"{what}; use the id of a question that comes earlier in the file"
        elif (other.kind, other.scale) != (question.kind, question.scale):
            yield *at, f"{name} has other answers; both must be of one kind, and of one scale"
        elif both := [document for document in question.documents if document in other.documents]:
            yield *at, f"{name} is asked of {' and '.join(both)} too"
        elif not set(ids(options_of(file, question))) & set(ids(options_of(file, other))):
            yield *at, f"{name} has no answer with an id that is here too"


def statements(file: Instrument) -> Found:
    for question in file.questions:
        at, several = (question, "statement"), question.kind == CHOICES
        known = ids(options_of(file, question)) + ["option"] * several
        for key, words in question.statement.items():
            if known and key not in known:
                what = ABOVE if key in keys(Question) else instead(key, known)
                yield *at, f'"{key}" is not one of its answers{what}'
            label = several and key == "option"
            if label and "{option}" not in words:
                yield *at, f"{key} has no {{option}}, where the label goes"
            if re.search("[{}]", words.replace("{option}", "") if label else words):
                yield *at, f"{key} has braces; only {{option}} of kind choices may"
        if several and question.statement and "option" not in question.statement:
            yield *at, 'has no key "option", for the answers that have no sentence of their own'
