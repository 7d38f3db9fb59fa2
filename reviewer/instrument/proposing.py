"""Proposes what becomes of each question in another version, for a person to review. Pure.

The same id is the same question. An id that is gone is looked for among the new ones by its words.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from reviewer.instrument.check import folded
from reviewer.instrument.mapping import Fate, Move, VersionMap
from reviewer.instrument.model import Instrument, Question

ALIKE = 0.6  # share of the words that two texts have in common, in their order
WITHIN = 0.8  # share of the long words of one text that stand in the other
LONG = 4  # letters

Links = dict[str, list[str]]


def propose(old: Instrument, new: Instrument) -> VersionMap:
    """The mapping that ids and likeness suggest."""
    before, after = ({q.id for q in i.questions} for i in (old, new))
    gone = [q for q in old.questions if q.id not in after]
    fresh = [q for q in new.questions if q.id not in before]
    become: Links = {q.id: [n.id for n in fresh if _related(q, n)] for q in gone}
    _untangle(become, old, new)
    came_from: Links = {}
    for old_id, new_ids in become.items():
        for new_id in new_ids:
            came_from.setdefault(new_id, []).append(old_id)
    moves = []
    for question in old.questions:
        if question.id in after:
            now = new.question(question.id)
            same = (question.text, _labels(question)) == (now.text, _labels(now))
            fate = Fate.KEPT if same and question.kind == now.kind else Fate.REWORDED
            moves.append(Move(question.id, fate, (now.id,), _options(question, now)))
            continue
        found = become[question.id]
        if not found:
            moves.append(Move(question.id, Fate.RETIRED))
        elif len(found) > 1:
            moves.append(Move(question.id, Fate.SPLIT, tuple(found)))
        elif len(came_from[found[0]]) > 1:
            moves.append(Move(question.id, Fate.MERGED, (found[0],)))
        else:
            now = new.question(found[0])
            moves.append(Move(question.id, Fate.REWORDED, (now.id,), _options(question, now)))
    return VersionMap(tuple(moves))


def likeness(one: str, other: str) -> float:
    """From 0 to 1: how much of the words of two texts is the same, in their order."""
    return SequenceMatcher(None, _words(one), _words(other), autojunk=False).ratio()


def _related(old: Question, new: Question) -> bool:
    if likeness(old.text, new.text) >= ALIKE:
        return True
    one, other = ({w for w in _words(q.text) if len(w) >= LONG} for q in (old, new))
    least = min(len(one), len(other))
    return least >= 3 and len(one & other) / least >= WITHIN


def _untangle(become: Links, old: Instrument, new: Instrument) -> None:
    """A question that is split into one that others merge into is no help to anybody: of such
    links the likeliest stays alone."""
    for old_id, new_ids in become.items():
        shared = [n for n in new_ids if sum(n in each for each in become.values()) > 1]
        if len(new_ids) > 1 and shared:
            text = old.question(old_id).text
            best = max(new_ids, key=lambda n: likeness(text, new.question(n).text))
            become[old_id] = [best]


def _options(old: Question, new: Question) -> dict[str, str]:
    """The new option of each old one: that of the same id, else that of the same label."""
    labels = {folded(option.label): option.id for option in new.options}
    known = {option.id for option in new.options}
    return {
        option.id: option.id if option.id in known else labels.get(folded(option.label), "")
        for option in old.options
    }


def _labels(question: Question) -> list[tuple[str, str]]:
    return [(option.id, option.label) for option in question.options]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
