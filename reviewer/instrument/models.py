"""Released instruments in the database.

A version is kept whole, as its TOML text, and never changes. Questions and options have a row of
their own, shared by all versions of an instrument, so that answers can point at them: a correction
of wording alone is a new version over the same rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from reviewer.db import Base, now, session
from reviewer.instrument.check import read
from reviewer.instrument.model import Instrument
from reviewer.instrument.patch import NotWording, differences, is_patch


class InstrumentVersion(Base):
    __tablename__ = "instrument_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    definition: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(default=now)


class QuestionRow(Base):
    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("instrument", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(60))


class QuestionDocument(Base):
    """A question is asked of this kind of document; no answer about another can be stored."""

    __tablename__ = "question_document"

    question_id: Mapped[int] = mapped_column(ForeignKey(QuestionRow.id), primary_key=True)
    document: Mapped[str] = mapped_column(String(40), primary_key=True)


class OptionRow(Base):
    __tablename__ = "option"
    # The second constraint lets an answer's option be tied to the answer's own question.
    __table_args__ = (
        UniqueConstraint("question_id", "code"),
        UniqueConstraint("id", "question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QuestionRow.id))
    code: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True)
class Released:
    """A released instrument with the row ids of its questions and options."""

    version_id: int
    instrument: Instrument
    question_ids: dict[str, int]
    option_ids: dict[tuple[str, str], int]

    @cached_property
    def question_codes(self) -> dict[int, str]:
        return {row_id: code for code, row_id in self.question_ids.items()}

    @cached_property
    def option_codes(self) -> dict[int, str]:
        return {row_id: option for (_, option), row_id in self.option_ids.items()}


def release(text: str) -> InstrumentVersion:
    """Keep a new version of an instrument. ValueError if the file has mistakes, or if this version
    was released before with other content."""
    instrument, mistakes = read(text)
    if instrument is None:
        raise ValueError("; ".join(str(mistake) for mistake in mistakes))
    known = session.scalar(
        select(InstrumentVersion).filter_by(code=instrument.id, version=instrument.version)
    )
    if known:
        if known.definition != text:
            raise ValueError(
                f"{instrument.id} {instrument.version} was released before and differs from this "
                "file: give the file a new version number."
            )
        return known
    _check_patch(instrument)
    version = InstrumentVersion(
        code=instrument.id, version=instrument.version, title=instrument.title, definition=text
    )
    session.add(version)
    _add_rows(instrument)
    session.flush()
    return version


def _check_patch(instrument: Instrument) -> None:
    """A patch release (1.0.1 after 1.0.0) corrects wording: all else has to be as it was."""
    before = session.scalars(
        select(InstrumentVersion)
        .where(InstrumentVersion.code == instrument.id)
        .order_by(InstrumentVersion.id.desc())
    )
    for earlier in before:
        before_it = released(earlier.id).instrument
        if is_patch(before_it.version, instrument.version):
            try:
                differences(before_it, instrument)
            except NotWording as error:
                raise ValueError(
                    f"{error} Give the file a new middle or first number: only wording may change "
                    "in a patch."
                ) from error
            return


def _add_rows(instrument: Instrument) -> None:
    known = {
        row.code: row
        for row in session.scalars(select(QuestionRow).filter_by(instrument=instrument.id))
    }
    for question in instrument.questions:
        row = known.get(question.id)
        if row is None:
            row = QuestionRow(instrument=instrument.id, code=question.id)
            session.add(row)
            session.flush()
        for document in question.documents:
            session.merge(QuestionDocument(question_id=row.id, document=document))
        options = set(session.scalars(select(OptionRow.code).filter_by(question_id=row.id)))
        session.add_all(
            OptionRow(question_id=row.id, code=option.id)
            for option in question.options
            if option.id not in options
        )


def latest(code: str) -> InstrumentVersion | None:
    """The version of this instrument that was released last, if any was."""
    return session.scalar(
        select(InstrumentVersion)
        .filter_by(code=code)
        .order_by(InstrumentVersion.id.desc())
        .limit(1)
    )


def by_criteria() -> Select[InstrumentVersion]:
    """SQL: every version, those of one instrument together, the newest of them first."""
    return select(InstrumentVersion).order_by(InstrumentVersion.code, InstrumentVersion.id.desc())


_released: dict[tuple[str, int, frozenset[str]], Released] = {}


def released(version_id: int, left_out: Collection[str] = ()) -> Released:
    """A released version, read once per process: it can never change. `left_out`: without what is
    asked of these document kinds; the row ids are of all of it."""
    key = (str(session.get_bind().engine.url), version_id, frozenset(left_out))
    if key not in _released:
        if left_out:
            whole = released(version_id)
            _released[key] = replace(whole, instrument=whole.instrument.without(left_out))
        else:
            _released[key] = _load(version_id)
    return _released[key]


def _load(version_id: int) -> Released:
    row = session.get_one(InstrumentVersion, version_id)
    instrument, mistakes = read(row.definition)
    assert instrument, mistakes
    question_ids = {
        q.code: q.id for q in session.scalars(select(QuestionRow).filter_by(instrument=row.code))
    }
    codes = {row_id: code for code, row_id in question_ids.items()}
    options = session.scalars(select(OptionRow).where(OptionRow.question_id.in_(codes)))
    option_ids = {(codes[o.question_id], o.code): o.id for o in options}
    return Released(version_id, instrument, question_ids, option_ids)
