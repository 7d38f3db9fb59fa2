"""What a correction of wording changes between two versions of an instrument. Pure.

Ids, kinds of question, options and their order, conditions and documents are what answers and
counts rest on: where any of them differs it is no correction, and `NotWording` says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.instrument.model import Instrument, Question

# What a reviewer reads beside a question. The rest is read by the policy team and by the search.
SHOWN = ("text", "notes", "guidance", "option")


class NotWording(ValueError):
    """Two versions differ in more than wording; says where first."""


@dataclass(frozen=True)
class Change:
    """One text that differs. `question` is an id, "" for what belongs to no question."""

    place: str
    field: str
    old: str
    new: str
    question: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether a reviewer answers by it: other changes need no second look."""
        return bool(self.question) and self.field.split(" ")[0] in SHOWN


def is_patch(old: str, new: str) -> bool:
    """Whether a version is of the same release, but for its last number: 1.0.1 and 1.0.0."""
    return old.rpartition(".")[0] == new.rpartition(".")[0]


def number(version: str) -> tuple[int, ...]:
    """A version to compare by: 1.0.10 comes after 1.0.9."""
    return tuple(int(part) for part in version.split("."))


def differences(old: Instrument, new: Instrument) -> list[Change]:
    """Every text that `new` changes, in asking order. NotWording where anything else differs."""
    for what, one, other in _structure(old, new):
        if one != other:
            raise NotWording(
                f"{new.id} {new.version} differs from {old.version} in more than wording: "
                f"{what} {_said(one)} before and {_said(other)} now."
            )
    found = list(_texts(old, new, "the instrument", ("title", "source", "about")))
    for kind, kind_new in zip(old.document_kinds, new.document_kinds, strict=True):
        found += _texts(kind, kind_new, f"document kind {kind.id}", ("name", "plural"))
    for scale, scale_new in zip(old.scales, new.scales, strict=True):
        found += _texts(scale, scale_new, f"scale {scale.id}", ("name",))
    for criterion, corrected in zip(old.criteria, new.criteria, strict=True):
        fields = ("title", "about", "comment_prompt", "good_practice_prompt")
        found += _texts(criterion, corrected, f"criterion {criterion.id}", fields)
    for question, corrected_question in zip(old.questions, new.questions, strict=True):
        found += _of_question(question, corrected_question)
    return found


def _structure(old: Instrument, new: Instrument) -> Iterator[tuple[str, Any, Any]]:
    """What must be the same, with its place in words."""
    yield "its id was", old.id, new.id
    for what in ("document_kinds", "scales", "criteria", "questions"):
        words = what.replace("_", " ")
        one, other = ([entry.id for entry in getattr(v, what)] for v in (old, new))
        yield f"the {words}, in their order, were", one, other
    for kind, other_kind in zip(old.document_kinds, new.document_kinds, strict=True):
        yield f"whether {kind.id} is counted was", kind.counted, other_kind.counted
    for scale, other_scale in zip(old.scales, new.scales, strict=True):
        yield f"the options of scale {scale.id} were", _ids(scale), _ids(other_scale)
    for question, now in zip(old.questions, new.questions, strict=True):
        for what in ("criterion", "kind", "scale", "documents", "asked_where"):
            yield f"{question.id}, {what} was", getattr(question, what), getattr(now, what)
        yield f"{question.id}, the options were", _ids(question), _ids(now)


def _of_question(old: Question, new: Question) -> Iterator[Change]:
    place = f"question {old.id}"
    fields = ("text", "notes", "guidance", "search", "wording", "source", "same_as")
    yield from _texts(old, new, place, fields, old.id)
    for option, corrected in zip(old.options, new.options, strict=True):
        words = f"option {option.id}"
        if option.label != corrected.label:
            yield Change(place, words, option.label, corrected.label, old.id)
        if option.guidance != corrected.guidance:
            yield Change(
                place,
                f"{words}, guidance",
                _joined(option.guidance),
                _joined(corrected.guidance),
                old.id,
            )
    for key in dict.fromkeys([*old.statement, *new.statement]):
        before, after = old.statement.get(key, ""), new.statement.get(key, "")
        if before != after:
            yield Change(place, f"statement {key}", before, after, old.id)


def _texts(
    old: Any, new: Any, place: str, fields: Sequence[str], question: str = ""
) -> Iterator[Change]:
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            name = field.replace("_", " ")
            yield Change(place, name, _joined(before), _joined(after), question)


def _joined(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else "; ".join(value)


def _ids(owner: Any) -> list[str]:
    return [option.id for option in owner.options]


def _said(value: Any) -> str:
    """A value of the structure in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(value) or "none"
    return f"{value.question} = {' or '.join(value.answers)}"
