"""A round that goes on to another version of its questions while answers exist.

What becomes of each question is a mapping that a person reviews (`instrument/mapping.py`). Answers
that go along stay in the round. The others move, as they are and with all that hangs on them, to
a closed round of kind *kept* that has the old version: readable, counted nowhere, never deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.instrument.mapping import VersionMap, check
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.instrument.patch import is_patch, number
from reviewer.instrument.proposing import propose
from reviewer.people.models import Person
from reviewer.rounds.models import Round


class Upgrade(Base):
    """The way of one round to another version: proposed and reviewed, and once applied for good.

    `edit` counts the changes of the mapping. The four numbers say what was done with the answers.
    """

    __tablename__ = "upgrade"
    logged = ("to_version_id", "applied_by_id", "answers", "carried", "person", "readable")
    __table_args__ = (UniqueConstraint("round_id", "from_version_id", "to_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id), index=True)
    from_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    to_version_id: Mapped[int] = mapped_column(ForeignKey(InstrumentVersion.id))
    mapping: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    edit: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(default=now)
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    applied_at: Mapped[datetime | None]
    kept_round_id: Mapped[int | None] = mapped_column(ForeignKey(Round.id), index=True)
    # The review of the round by the id of its counterpart in the kept one, as JSON has it.
    reviews: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    answers: Mapped[int] = mapped_column(default=0)
    carried: Mapped[int] = mapped_column(default=0)
    person: Mapped[int] = mapped_column(default=0)
    readable: Mapped[int] = mapped_column(default=0)

    round: Mapped[Round] = relationship(foreign_keys=round_id)

    @property
    def old(self) -> Instrument:
        return released(self.from_version_id).instrument

    @property
    def new(self) -> Instrument:
        return released(self.to_version_id).instrument

    @property
    def map(self) -> VersionMap:
        return VersionMap.from_json(self.mapping)

    def change(self, mapping: VersionMap, seen: int) -> None:
        """Keep a reviewed mapping. ValueError if it was applied, or changed since `seen`."""
        if self.applied_at:
            raise ValueError("This upgrade was made, so its mapping stays as it is.")
        if seen != self.edit:
            raise ValueError("Somebody changed the mapping since. Look at it again, then save.")
        self.mapping, self.edit = mapping.as_json(), self.edit + 1

    @property
    def mistakes(self) -> list[str]:
        return check(self.map, self.old, self.new)


def versions_for(round_: Round) -> Sequence[InstrumentVersion]:
    """The later versions that a round can be moved to, the newest first; a patch of its own is a
    correction and needs no mapping."""
    now_ = session.get_one(InstrumentVersion, round_.instrument_version_id)
    found = session.scalars(
        select(InstrumentVersion)
        .where(InstrumentVersion.code == now_.code, InstrumentVersion.id != now_.id)
        .order_by(InstrumentVersion.id.desc())
    )
    return [
        version
        for version in found
        if number(version.version) > number(now_.version)
        and not is_patch(now_.version, version.version)
    ]


def propose_upgrade(round_: Round, version: InstrumentVersion, by: Person) -> Upgrade:
    """The upgrade of a round to that version, begun with the proposed mapping; the one that is
    being reviewed already, if there is one. ValueError where the round cannot be moved there."""
    if not round_.is_open:
        raise ValueError("Only an open round can be moved. A draft can simply choose a version.")
    if version.id not in {each.id for each in versions_for(round_)}:
        raise ValueError("Choose a version of the criteria of this round.")
    place = {
        "round_id": round_.id,
        "from_version_id": round_.instrument_version_id,
        "to_version_id": version.id,
    }
    known = session.scalar(select(Upgrade).filter_by(**place))
    if known:
        if known.applied_at:
            raise ValueError("This round was moved from this version to that one before.")
        return known
    mapping = propose(
        released(round_.instrument_version_id).instrument, released(version.id).instrument
    )
    made = Upgrade(**place, mapping=mapping.as_json(), made_by_id=by.id)
    session.add(made)
    session.flush()
    return made


def upgrades_of(round_: Round) -> Sequence[Upgrade]:
    """Every upgrade of a round, those under review too, the first made first."""
    return session.scalars(select(Upgrade).filter_by(round_id=round_.id).order_by(Upgrade.id)).all()
