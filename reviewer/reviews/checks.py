"""What is worth a second look before a review is handed in. It never holds one back.

Pure: words and patterns, which can be wrong in both ways. A remark says what was seen, not that
it is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reviewer.instrument.model import SCALE, Criterion, Question

# What a comment on a full answer hardly says, and what one on the least answer hardly says.
_ABSENT = re.compile(
    r"\b(no (mention|reference|evidence|detail|sign)|not (mentioned|addressed|covered|considered|"
    r"included|found|named)|(does|do|did) not|doesn['’]t|didn['’]t|nothing (on|about|in|is|was)|"
    r"absent|missing|could(n['’]t| not) find|fails? to|lacks?)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(clearly (sets?|states?|names?|says?|identif\w+|describes?)|fully|in detail|strong(ly)?|"
    r"well (covered|described|developed|set out)|excellent|comprehensive(ly)?|thorough(ly)?)\b",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:Dr|Mrs?|Ms|Miss|Mx|Prof(?:essor)?|Cllr|Councillor|Dame|Sir|Lord|Lady|Baroness|Revd?)\b\.?"
    r"\s+[A-Z][\w'’-]+"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w[\w.-]+")
_TWO_NAMES = re.compile(r"\b([A-Z][a-z]+)(?=\s+([A-Z][a-z'’-]+))")
DIRECTIONS = frozenset(
    ("North", "South", "East", "West", "Central", "Mid", "Greater", "Lower", "Upper")
)
_BODY = re.compile(r"\b(?:integrated care (?:system|board|partnership)|ICS|ICB|ICP|NHS)\b", re.I)
_GIVEN_NAMES = Path(__file__).with_name("given_names.txt")


@dataclass(frozen=True)
class Remark:
    """Something to look at: where (question and document, or criterion), and what was seen."""

    criterion: str
    question: str
    document: str
    words: str


@dataclass(frozen=True)
class Checked:
    """One answer, as far as the checks need it. `shown` is whether a page or a quote stands."""

    question: Question
    document: str
    options: frozenset[str]
    comment: str
    shown: bool


def remarks(
    answers: Iterable[Checked],
    notes: Mapping[str, str],
    criteria: Sequence[Criterion],
    own: str,
    others: Sequence[str],
) -> list[Remark]:
    """What to look at, in asking order.

    `notes` are the comments by criterion id; `own` is the system's name and `others` the names of
    all other systems.
    """
    answers = list(answers)
    foreign = _foreign(own, tuple(others))
    found = []
    for criterion in criteria:
        here = [a for a in answers if a.question.criterion == criterion.id]
        for answer in here:
            for words in (*_of_answer(answer), *_names(answer.comment, foreign)):
                found.append(Remark(criterion.id, answer.question.id, answer.document, words))
        note = notes.get(criterion.id, "")
        found += [Remark(criterion.id, "", "", words) for words in _names(note, foreign)]
        if not note.strip() and any(a.options for a in here):
            found.append(Remark(criterion.id, "", "", "There is no comment on this criterion."))
    return found


def _of_answer(answer: Checked) -> list[str]:
    question = answer.question
    if question.kind != SCALE or len(answer.options) != 1:
        return []
    ids = [option.id for option in question.options]
    [chosen] = answer.options
    label = question.option(chosen).label
    said = []
    if chosen == ids[0] and not answer.shown:
        said.append(f"{label}, and no page or quote shows it.")
    against = {ids[0]: _ABSENT, ids[-1]: _PRESENT}.get(chosen)
    if other := _begins_with_another(answer.comment, question, chosen):
        said.append(f"The answer is {label}, and the comment begins with “{other}”.")
    elif against and (seen := against.search(answer.comment)):
        said.append(f"The answer is {label}, and the comment says “{seen[0]}”.")
    return said


def _begins_with_another(comment: str, question: Question, chosen: str) -> str:
    start = comment.strip().lower()
    for option in question.options:
        label = re.escape(option.label.lower())
        if option.id != chosen and re.match(rf"{label}\b(?! (?:one|doubt|other))", start):
            return option.label
    return ""


def _names(text: str, foreign: re.Pattern[str] | None) -> list[str]:
    said = []
    if people := people_in(text):
        said.append(f"The comment seems to name a person: “{people[0]}”.")
    if foreign and (system := foreign.search(text)):
        said.append(f"The comment names another system: “{system[0]}”.")
    return said


def people_in(text: str) -> list[str]:
    """What seems to name a person: email addresses, names behind a title, names of two words of
    which the first is a given name."""
    plain = [found[0] for pattern in (_ADDRESS, _TITLED) for found in pattern.finditer(text)]
    return plain + [
        f"{found[1]} {found[2]}" for found in _TWO_NAMES.finditer(text) if found[1] in given_names()
    ]


@cache
def _foreign(own: str, others: tuple[str, ...]) -> re.Pattern[str] | None:
    """The names of the other systems, whole and in their parts, as written: Bath, not bath."""
    mine = set(_parts(own))
    names = {part for other in others for part in _parts(other)} - mine
    names = {name for name in names if not any(name in known for known in mine)}
    if not names:
        return None
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


def _parts(name: str) -> list[str]:
    """A system's name and the places it is made of; a direction alone is no place."""
    name = " ".join(_BODY.sub(" ", name).split())
    places = [part.strip().removeprefix("the ") for part in re.split(r",| and ", name)]
    return [
        part
        for part in (name, *places)
        if len(part) > 3 and not all(word in DIRECTIONS for word in part.split())
    ]


@cache
def given_names() -> frozenset[str]:
    """Given names that are common in England."""
    return frozenset(_GIVEN_NAMES.read_text(encoding="utf-8").split())
