"""Changes of a draft of criteria, as what its file would say. Pure.

A draft may have mistakes while it is worked on, so it is kept as keys and values (`Raw`) and not as
an instrument. Every function gives a new draft and leaves the old one as it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from copy import deepcopy
from typing import Any

from reviewer.instrument.check import Mistake, Reading, examine, stripped
from reviewer.instrument.model import CHOICE, CHOICES, SCALE, TEXT, Instrument
from reviewer.instrument.written import Raw

LISTS = {
    "question": "questions",
    "criterion": "criteria",
    "scale": "scales",
    "kind": "document_kinds",
}
ONLY_OF = {"scale": (SCALE,), "options": (CHOICE, CHOICES), "statement": (SCALE, CHOICE, CHOICES)}


def checked(raw: Raw) -> tuple[Instrument | None, list[Mistake]]:
    """The instrument that a draft is, or all its mistakes."""
    return examine(stripped(raw), Reading())


def entry_of(raw: Raw, noun: str, id_: str) -> Raw:
    """The question, criterion, scale or kind of document of that id; KeyError if there is none."""
    return next(iter(_matching(raw, noun, id_)), None) or _missing(id_)


def entries(raw: Raw, noun: str) -> list[Raw]:
    return list(raw.get(LISTS[noun], ()))


def with_values(raw: Raw, noun: str, id_: str, values: Raw) -> Raw:
    """The entry with these values; an empty one is left out, as in a file."""
    made = deepcopy(raw)
    entry = entry_of(made, noun, id_)
    for key, value in values.items():
        if value in ("", [], {}, None):
            entry.pop(key, None)
        else:
            entry[key] = value
    if noun == "question":
        for key, kinds in ONLY_OF.items():
            if entry.get("kind") not in kinds:
                entry.pop(key, None)
        if entry.get("kind") == TEXT:
            entry.pop("same_as", None)
    return made


def with_question(raw: Raw, criterion: str, taken: Collection[str] = ()) -> tuple[Raw, str]:
    """One more question at the end of a criterion, and its id: one that was never used before."""
    made = deepcopy(raw)
    id_ = _unused(criterion, {*taken, *_ids(raw, "question")})
    scales = raw.get("scales", ())
    question: Raw = {"id": id_, "criterion": criterion, "kind": SCALE if scales else CHOICE}
    if scales:
        question["scale"] = scales[0]["id"]
    counted = [k["id"] for k in raw.get("document_kinds", ()) if k.get("counted", True)]
    question |= {"text": "", "documents": counted, "wording": "derived"}
    question["source"] = f"added after version {raw.get('version', '')}"
    made.setdefault("questions", []).append(question)
    return made, id_


def with_criterion(raw: Raw, taken: Collection[str] = ()) -> tuple[Raw, str]:
    """One more criterion, the last, and its id."""
    made = deepcopy(raw)
    id_ = _unused("criterion", {*taken, *_ids(raw, "criterion")})
    made.setdefault("criteria", []).append({"id": id_, "title": ""})
    return made, id_


def with_named(raw: Raw, noun: str, name: str) -> tuple[Raw, str]:
    """One more scale or kind of document, the last, and its id, which is made from its name: it
    stands in every table that is taken home. ValueError without a name."""
    name = " ".join(name.split())
    if not name:
        raise ValueError("Give it a name first.")
    made = deepcopy(raw)
    id_ = option_id(name, _ids(raw, noun))
    rest: Raw = {"options": []} if noun == "scale" else {"plural": ""}
    made.setdefault(LISTS[noun], []).append({"id": id_, "name": name} | rest)
    return made, id_


def users_of(raw: Raw, noun: str, id_: str) -> list[str]:
    """The questions, by id, that use a scale or are asked about a kind of document."""
    return [
        question.get("id", "")
        for question in entries(raw, "question")
        if (
            question.get("scale") == id_
            if noun == "scale"
            else id_ in question.get("documents", ())
        )
    ]


def without(raw: Raw, noun: str, id_: str) -> Raw:
    """Without an entry, and with a criterion without its questions."""
    made = deepcopy(raw)
    made[LISTS[noun]].remove(entry_of(made, noun, id_))
    if noun == "criterion":
        made["questions"] = [q for q in made["questions"] if q.get("criterion") != id_]
    return made


def put_back(raw: Raw, before: Raw, id_: str) -> Raw:
    """A question that was taken out, where it stood: after the one before it that is there."""
    made, old = deepcopy(raw), before["questions"]
    place = next(n for n, q in enumerate(old) if q["id"] == id_)
    if id_ in _ids(raw, "question"):
        return made
    if old[place]["criterion"] not in _ids(raw, "criterion"):
        known = next(c for c in before["criteria"] if c["id"] == old[place]["criterion"])
        made["criteria"].append(deepcopy(known))
    now = _ids(raw, "question")
    after = next((now.index(q["id"]) for q in reversed(old[:place]) if q["id"] in now), -1)
    made["questions"].insert(after + 1, deepcopy(old[place]))
    return made


def moved(raw: Raw, noun: str, id_: str, by: int) -> Raw:
    """An entry one place up (-1) or down (1); a question among those of its criterion."""
    made = deepcopy(raw)
    listed = made[LISTS[noun]]
    entry = entry_of(made, noun, id_)
    same = [
        n
        for n, each in enumerate(listed)
        if noun != "question" or each.get("criterion") == entry.get("criterion")
    ]
    here = next(n for n, place in enumerate(same) if listed[place] is entry)
    there = here + by
    if 0 <= there < len(same):
        one, other = same[here], same[there]
        listed[one], listed[other] = listed[other], listed[one]
    return made


def option_id(label: str, taken: Collection[str]) -> str:
    """An id for a new answer, from its words."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "answer"
    return slug if slug not in taken else _unused(slug, taken)


def _unused(stem: str, taken: Collection[str]) -> str:
    number = 1
    while f"{stem[:50]}-{number}" in taken:
        number += 1
    return f"{stem[:50]}-{number}"


def _ids(raw: Raw, noun: str) -> list[str]:
    return [entry.get("id", "") for entry in raw.get(LISTS[noun], ())]


def _matching(raw: Raw, noun: str, id_: str) -> Iterator[Raw]:
    return (entry for entry in raw.get(LISTS[noun], ()) if entry.get("id") == id_)


def _missing(id_: str) -> Any:
    raise KeyError(id_)
