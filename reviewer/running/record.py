"""The record: every change of an answer, an assignment, a decision, a role, a document, a setting.

It reads the logbook and the history of answers side by side, the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, QuestionRow
from reviewer.logbook import Entry
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerChange, AnswerState
from reviewer.reviews.models import Review
from reviewer.rounds.models import Kind, Round
from reviewer.running.nouns import ANSWER, NOUNS, WORDS
from reviewer.sheets import Row
from reviewer.systems.models import System
from reviewer.wording import LONDON
from reviewer.writing.models import Tag

COLUMNS = ("at", "who", "what", "about", "round", "system", "before", "after")
_ABOUT = ("question", "question_id", "criterion", "document")  # which one, not what it is

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What the record is narrowed to; days are whole days in London, both included."""

    noun: str = ""
    round_id: int | None = None
    system_id: int | None = None
    person_id: int | None = None
    first: date | None = None
    last: date | None = None
    without: frozenset[str] = frozenset()  # nouns that are not for who asks


@dataclass(frozen=True)
class Change:
    """One change in words. Without `before` something was made, without `after` removed."""

    at: datetime
    who: str
    what: str
    about: str
    round: str
    system: str
    before: str
    after: str


def changes(asked: Asked, *, start: int = 0, most: int | None = None) -> list[Change]:
    """The changes asked for, the newest first, `most` of them from number `start`, in at most seven
    queries."""
    end = None if most is None else start + most
    found = [
        *(_entries(asked, end) if asked.noun != ANSWER else ()),
        *(_answers(asked, end) if asked.noun in ("", ANSWER) else ()),
    ]
    rows = islice(merge(*found, key=lambda row: row.at, reverse=True), start, end)
    return _in_words(list(rows))


def count(asked: Asked) -> int:
    """How many changes there are."""
    total = 0
    if asked.noun != ANSWER:
        total += session.scalar(_narrowed_entries(asked, select(func.count(Entry.id)))) or 0
    if asked.noun in ("", ANSWER):
        total += session.scalar(_narrowed_answers(asked, select(func.count()))) or 0
    return total


def rows_of(found: Iterable[Change]) -> list[Row]:
    """The same as a table to take home."""
    return [
        {name: getattr(change, name) for name in COLUMNS}
        | {"at": f"{change.at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}"}
        for change in found
    ]


@dataclass(frozen=True)
class _Row:
    """A change as it is stored, whichever table it is from."""

    at: datetime
    noun: str
    person_id: int | None
    outside: str
    round_id: int | None
    system_id: int | None
    before: Values | None
    after: Values | None


def _entries(asked: Asked, most: int | None) -> list[list[_Row]]:
    query = _narrowed_entries(asked, select(Entry)).order_by(Entry.at.desc(), Entry.id.desc())
    return [
        [
            _Row(e.at, e.noun, e.person_id, e.outside, e.round_id, e.system_id, e.before, e.after)
            for e in session.scalars(query.limit(most))
        ]
    ]


def _narrowed_entries(asked: Asked, query: Select[Any]) -> Select[Any]:
    if asked.noun:
        query = query.where(Entry.noun == asked.noun)
    return query.where(
        Entry.noun.not_in(asked.without),
        or_(Entry.round_id.is_(None), Entry.round_id.in_(_sector())),
        *_same(
            (Entry.round_id, asked.round_id),
            (Entry.system_id, asked.system_id),
            (Entry.person_id, asked.person_id),
        ),
        *_days(Entry.at, asked),
    )


def _answers(asked: Asked, most: int | None) -> list[list[_Row]]:
    """Each version of an answer beside the one before it."""
    earlier = AnswerChange.__table__.alias("earlier")
    query = (
        _narrowed_answers(
            asked,
            select(
                AnswerChange,
                QuestionRow.code,
                Answer.document,
                Review.round_id,
                Review.system_id,
                *(earlier.c[name].label(f"was_{name}") for name in _ANSWER_COLUMNS),
            ),
        )
        .outerjoin(
            earlier,
            (earlier.c.answer_id == AnswerChange.answer_id)
            & (earlier.c.version == AnswerChange.version - 1),
        )
        .order_by(AnswerChange.changed_at.desc(), AnswerChange.answer_id, AnswerChange.version)
        .limit(most)
    )
    rows = []
    for row in session.execute(query):
        change: AnswerChange = row.AnswerChange
        place = {"question": row.code, "document": row.document}
        now = {name: getattr(change, name) for name in _ANSWER_COLUMNS}
        was = {name: getattr(row, f"was_{name}") for name in _ANSWER_COLUMNS}
        differs = {name for name in _ANSWER_COLUMNS if now[name] != was[name]}
        rows.append(
            _Row(
                change.changed_at,
                ANSWER,
                change.author_id,
                "" if change.author_id else "import",
                row.round_id,
                row.system_id,
                None if change.version == 1 else place | _only(was, differs),
                place | _only(now, differs),
            )
        )
    return [rows]


_ANSWER_COLUMNS = ("state", "options", "text", "comment", "pages")


def _only(values: Values, names: set[str]) -> dict[str, Any]:
    """Those that differ, as a person reads them: given goes without saying."""
    said = {name: value for name, value in values.items() if name in names and value}
    if said.get("state") == AnswerState.GIVEN:
        del said["state"]
    for name in ("options", "pages"):
        if name in said:
            parts = (part.partition("-") for part in said[name].split(";"))
            said[name] = ", ".join(
                first if name == "pages" and first == last else f"{first}{dash}{last}"
                for first, dash, last in parts
            )
    return said


def _narrowed_answers(asked: Asked, query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(AnswerChange)
        .join(Answer, Answer.id == AnswerChange.answer_id)
        .join(Review, Review.id == Answer.review_id)
        .join(QuestionRow, QuestionRow.id == Answer.question_id)
        .where(
            # Answers that an upgrade left with the old version are of the same sector.
            Review.round_id.in_(select(Round.id).where(Round.kind != Kind.SELF)),
            *_same(
                (Review.round_id, asked.round_id),
                (Review.system_id, asked.system_id),
                (AnswerChange.author_id, asked.person_id),
            ),
            *_days(AnswerChange.changed_at, asked),
        )
    )


def _sector() -> Select[Any]:
    """A system's own assessment is in no record but its own."""
    return select(Round.id).where(Round.kind == Kind.SECTOR)


def _same(*pairs: tuple[Any, int | None]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in pairs if value is not None]


def _days(column: Any, asked: Asked) -> list[ColumnElement[bool]]:
    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=LONDON)

    within = []
    if asked.first:
        within.append(column >= midnight(asked.first))
    if asked.last:
        within.append(column < midnight(asked.last + timedelta(days=1)))
    return within


def _in_words(rows: list[_Row]) -> list[Change]:
    names = _Names(rows)
    said = []
    for row in rows:
        before, after = row.before, row.after
        about = {**(before or {}), **(after or {})}
        fixed = [names.of(name, about[name]) for name in _ABOUT if name in about]
        said.append(
            Change(
                at=row.at,
                who=names.of("person_id", row.person_id) or row.outside.capitalize(),
                what=NOUNS.get(row.noun, row.noun.replace("_", " ").capitalize()),
                about=", ".join(fixed),
                round=names.of("round_id", row.round_id),
                system=names.of("system_id", row.system_id),
                before=names.text(before),
                after=names.text(after),
            )
        )
    return said


class _Names:
    """The words for the ids in some rows, in a query for each kind of id that comes in them."""

    def __init__(self, rows: list[_Row]) -> None:
        wanted: dict[str, set[int]] = {}
        for row in rows:
            own = {
                "person_id": row.person_id,
                "round_id": row.round_id,
                "system_id": row.system_id,
            }
            for values in (own, row.before or {}, row.after or {}):
                for column, value in values.items():
                    kind = _KINDS.get(column)
                    if kind and value is not None:
                        wanted.setdefault(kind, set()).add(value)
        self._names = {kind: _look_up(kind, ids) for kind, ids in wanted.items()}

    def of(self, column: str, value: Any) -> str:
        if value is None:
            return ""
        kind = _KINDS.get(column)
        return self._names.get(kind, {}).get(value, str(value)) if kind else str(value)

    def text(self, values: Values | None) -> str:
        if not values:
            return ""
        return "; ".join(
            f"{WORDS.get(column, column.removesuffix('_id').replace('_', ' '))}: "
            f"{self.of(column, value) or 'nothing'}"
            for column, value in values.items()
            if column not in _ABOUT
        )


_KINDS = {
    "person_id": "person",
    "reviewer_id": "person",
    "applied_by_id": "person",
    "to_version_id": "version",
    "contact_id": "person",
    "allowed_by_id": "person",
    "tag_id": "tag",
    "round_id": "round",
    "system_id": "system",
    "home_system_id": "system",
    "instrument_version_id": "version",
    "question_id": "question",
}
# The id and the name of each kind.
_NAMED: dict[str, tuple[Any, Any]] = {
    "person": (Person.id, Person.name),
    "round": (Round.id, Round.name),
    "system": (System.id, System.name),
    "tag": (Tag.id, Tag.name),
    "version": (InstrumentVersion.id, InstrumentVersion.version),
    "question": (QuestionRow.id, QuestionRow.code),
}


def _look_up(kind: str, ids: set[int]) -> dict[int, str]:
    number, name = _NAMED[kind]
    return {row[0]: row[1] for row in session.execute(select(number, name).where(number.in_(ids)))}
