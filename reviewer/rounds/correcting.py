"""A correction of wording in a round that is under way: its instrument goes on to a patch.

Questions and options have rows that all versions of an instrument share, and a patch keeps every
id, so answers, decisions and evidence stay exactly where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.check import read
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, release, released
from reviewer.instrument.patch import Change, differences, is_patch, number
from reviewer.people.models import Person
from reviewer.rounds.models import Correction, Round


@dataclass(frozen=True)
class Corrected:
    """A correction that was made, with what it changed."""

    correction: Correction
    old: Instrument
    new: Instrument

    @cached_property
    def changes(self) -> list[Change]:
        return differences(self.old, self.new)

    @cached_property
    def questions(self) -> frozenset[str]:
        """The questions whose words a reviewer answers by have changed."""
        return frozenset(change.question for change in self.changes if change.is_shown)

    def of(self, question_id: str) -> list[Change]:
        return [c for c in self.changes if c.is_shown and c.question == question_id]


def check_patch(round_: Round, text: str) -> tuple[Instrument, list[Change]]:
    """What a file would change in the wording of a round; writes nothing.

    ValueError if the file has mistakes, is no later patch of the round's instrument, or changes
    more than wording or nothing at all.
    """
    instrument, mistakes = read(text)
    if instrument is None:
        raise ValueError("The file has mistakes: " + "; ".join(str(m) for m in mistakes[:10]) + ".")
    return instrument, _changes(round_, instrument)


def correct(round_: Round, text: str, by: Person) -> Correction:
    """Put a patch in the place of the round's instrument. ValueError as `check_patch` says."""
    check_patch(round_, text)
    return _go_on_to(round_, release(text), by)


def correct_to(round_: Round, version: InstrumentVersion, by: Person) -> Correction:
    """The same with a patch that was released before."""
    _changes(round_, released(version.id).instrument)
    return _go_on_to(round_, version, by)


def patches_of(round_: Round) -> list[InstrumentVersion]:
    """The released patches that the round could go on to, the newest first."""
    now = session.get_one(InstrumentVersion, round_.instrument_version_id)
    versions = session.scalars(select(InstrumentVersion).filter_by(code=now.code))
    later = [v for v in versions if _is_later(now.version, v.version)]
    return sorted(later, key=lambda v: number(v.version), reverse=True)


def corrections(round_: Round) -> list[Corrected]:
    """Every correction of a round, in the order in which they were made."""
    return [
        Corrected(
            each, released(each.from_version_id).instrument, released(each.to_version_id).instrument
        )
        for each in round_.corrections
    ]


def _changes(round_: Round, new: Instrument) -> list[Change]:
    if round_.is_closed:
        raise ValueError("The round is closed, so its wording stays as it was answered.")
    # Of the whole instrument: what this round leaves out has to stay as it was too.
    old = released(round_.instrument_version_id).instrument
    if old.id != new.id or not _is_later(old.version, new.version):
        raise ValueError(
            f"This round uses {old.id} {old.version}. A correction of it has the id {old.id} and a "
            f"version after it with the same two first numbers; this is {new.id} {new.version}."
        )
    changes = differences(old, new)
    if not changes:
        raise ValueError(f"{new.id} {new.version} says the same as {old.version}.")
    return changes


def _is_later(old: str, new: str) -> bool:
    return is_patch(old, new) and number(new) > number(old)


def _go_on_to(round_: Round, version: InstrumentVersion, by: Person) -> Correction:
    made = Correction(
        round_id=round_.id,
        from_version_id=round_.instrument_version_id,
        to_version_id=version.id,
        made_by=by,
    )
    session.add(made)
    round_.instrument_version_id = version.id
    session.flush()
    session.expire(round_, ["corrections"])
    return made
