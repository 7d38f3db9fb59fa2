"""Deals the counts of a round out to systems, so that counting the answers gives the counts again.

The report of January 2024 prints totals and no system's answers. The demonstration needs answers,
so it invents them: here, from the counts and a seed alone. Nothing reads a file or a clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Conditions = Mapping[str, tuple[str, Collection[str]]]
Answers = dict[str, dict[str, dict[str, str]]]  # question, document, system: the value

SCALE = ("Yes", "To some extent", "No")
NOT_APPLICABLE = "n/a"
SHARE_WITH_COMMENT = 1 / 6

# What no condition demands but a reader would expect: a strategy without any engagement names no
# group that was engaged. Where the other answer is No, this one is among the least full, or n/a.
FOLLOWS = {
    "coproduction-2": "coproduction-1",
    "coproduction-3": "coproduction-1",
    "coproduction-4": "coproduction-1",
    "inequalities-4": "inequalities-3",
    "inequalities-5": "inequalities-2",
    "workforce-6": "workforce-5",
}


@dataclass(frozen=True)
class Asked:
    """One question of one document: how many chose each option, in order, and the base."""

    question: str
    document: str
    options: dict[str, int]
    base: int


def deal(
    counts: Sequence[Mapping[str, Any]],
    systems: Sequence[str],
    conditions: Conditions,
    seed: int,
    words: Mapping[str, Any] | None = None,
) -> list[dict[str, str]]:
    """Answers of `systems`, in the columns of `rounds import`, that add up to `counts` exactly.

    `counts` are the rows of `counts.csv`, in asking order; `conditions` maps a question to the one
    it hangs on and the labels that let it be asked; `words` is `comments.toml`, without which there
    are no comments and no answers in words. The same arguments give the same rows. ValueError names
    a question whose counts cannot be dealt.
    """
    words = words or {}
    rng = Random(seed)
    strength = {system: rng.gauss(0, 1) for system in systems}
    answers: Answers = {}
    for asked in _questions(counts):
        able = list(systems)
        if asked.question in conditions:
            other, labels = conditions[asked.question]
            able = [s for s in systems if _earlier(answers, other, asked.document).get(s) in labels]
        followed = _earlier(answers, FOLLOWS.get(asked.question, ""), asked.document)
        score = {s: strength[s] + rng.gauss(0, 1) for s in able}
        ranked = sorted(able, key=lambda s: (followed.get(s) == "No", -score[s]))
        dealt = deal_question(asked, ranked, rng)
        for system in ranked:
            if system not in dealt and followed.get(system) == "No" and rng.random() < 0.5:
                dealt[system] = [NOT_APPLICABLE]
        values = {system: ";".join(chosen) for system, chosen in dealt.items()}
        answers.setdefault(asked.question, {})[asked.document] = values
    comments = _comments(answers, words.get("comments", {}), Random(f"{seed} comments"))
    for question, documents in words.get("texts", {}).items():
        for document, texts in documents.items():
            some = zip(rng.sample(list(systems), len(systems)), texts, strict=False)
            answers.setdefault(question, {})[document] = dict(some)
    readers = _readers(systems, rng)
    return [
        {
            "system": system,
            "question": question,
            "document": document,
            "value": values[system],
            "comment": comments.get((question, document, system), ""),
            "reviewer": readers[system],
        }
        for system in systems
        for question, documents in answers.items()
        for document, values in documents.items()
        if system in values
    ]


def deal_question(asked: Asked, ranked: Sequence[str], rng: Random) -> dict[str, list[str]]:
    """Each option to as many systems as chose it, and at least one to every system of the base.

    `ranked` are the systems that can be asked, those with the fullest answers first. Every system
    of the base is dealt one choice; choices left over go mostly to the first in the ranking.
    """
    cards = [option for option, count in asked.options.items() for _ in range(count)]
    if not max(asked.options.values()) <= asked.base <= min(len(cards), len(ranked)):
        raise ValueError(
            f"{asked.question} ({asked.document}): {dict(asked.options)} cannot be dealt to a base "
            f"of {asked.base} among {len(ranked)} systems."
        )
    if set(asked.options) <= set(SCALE):
        # Silence says nothing of the document here: any system may be outside the base.
        outside = set(rng.sample(ranked, len(ranked) - asked.base))
        base = [system for system in ranked if system not in outside]
        cards.sort(key=SCALE.index)
    else:
        # Here it does: a reader who finds none of the options leaves them all.
        base = list(ranked[: asked.base])
        rng.shuffle(cards)
    hands = {system: {card} for system, card in zip(base, cards, strict=False)}
    for option, left in Counter(cards[asked.base :]).items():
        turn = {system: place + rng.gauss(0, len(base) / 4) for place, system in enumerate(base)}
        without = [system for system in base if option not in hands[system]]
        for system in sorted(without, key=turn.__getitem__)[:left]:
            hands[system].add(option)
    return {s: [option for option in asked.options if option in hands[s]] for s in base}


def _questions(counts: Sequence[Mapping[str, Any]]) -> list[Asked]:
    found: dict[tuple[str, str], Asked] = {}
    for row in counts:
        key = row["question"], row["document"]
        asked = found.setdefault(key, Asked(*key, {}, int(row["base"])))
        asked.options[row["option"]] = int(row["count"])
    return list(found.values())


def _earlier(answers: Answers, question: str, document: str) -> dict[str, str]:
    """The answers to a question on this document, or on the only one that it is asked of."""
    documents = answers.get(question, {})
    return documents.get(document) or next(iter(documents.values()), {})


def _comments(
    answers: Answers, comments: Mapping[str, Mapping[str, list[str]]], rng: Random
) -> dict[tuple[str, str, str], str]:
    """A comment that fits for about one answer in six, never the same twice on one question."""
    chosen = {}
    for question, documents in answers.items():
        groups = [comments.get(key, {}) for key in (question, question.rpartition("-")[0])]
        for document, values in documents.items():
            several = any(";" in value for value in values.values())
            unused: dict[str, list[str]] = {}
            for system, value in values.items():
                label = "named" if several and value != NOT_APPLICABLE else value
                fitting = next((group[label] for group in groups if label in group), [])
                pool = unused.setdefault(label, rng.sample(fitting, len(fitting)))
                if pool and rng.random() < SHARE_WITH_COMMENT:
                    chosen[question, document, system] = pool.pop()
    return chosen


def _readers(systems: Sequence[str], rng: Random) -> dict[str, str]:
    """Labels such as "Reader 07": half of the readers have two systems, as many as one may."""
    readers = max(1, round(len(systems) * 2 / 3))
    shuffled = rng.sample(list(systems), len(systems))
    return {system: f"Reader {n % readers + 1:02d}" for n, system in enumerate(shuffled)}
