"""Drafts of criteria: what the policy team works on until it is released as a version.

A draft is a row that every save writes anew. `edit` counts the saves, so that nobody overwrites
what somebody else did after they opened the page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from reviewer.db import Base, now, session
from reviewer.instrument.check import read, stripped
from reviewer.instrument.editing import checked
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, QuestionRow, latest, release, released
from reviewer.instrument.numbering import Difference, difference, next_version
from reviewer.instrument.sheet_reading import from_sheets
from reviewer.instrument.written import Raw, raw_of, to_toml


class InstrumentDraft(Base):
    """Criteria that are being worked on; `based_on` is the version that they were copied from."""

    __tablename__ = "instrument_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey(InstrumentVersion.id))
    edit: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def based_on(self) -> Instrument | None:
        return released(self.based_on_id).instrument if self.based_on_id else None

    @property
    def taken(self) -> set[str]:
        """The question ids that some released version has or had."""
        return set(session.scalars(select(QuestionRow.code).filter_by(instrument=self.code)))

    def change(self, content: Raw, by: int, seen: int) -> None:
        """Save what the draft is now. ValueError if somebody saved it after `seen` was read."""
        if seen != self.edit:
            raise ValueError(
                "Somebody changed this draft after you opened the page. What you wrote is still "
                "here: look at it again and save once more."
            )
        self.content, self.edit = content, self.edit + 1
        self.title = str(content.get("title", ""))[:300]
        self.changed_by_id, self.changed_at = by, now()


def all_drafts() -> list[InstrumentDraft]:
    """Every draft, the newest first."""
    return list(session.scalars(select(InstrumentDraft).order_by(InstrumentDraft.id.desc())))


def copy(version: InstrumentVersion, by: int) -> InstrumentDraft:
    """A draft of what a version says."""
    return _add(raw_of(released(version.id).instrument), by)


def take_in(content: bytes, name: str, by: int) -> InstrumentDraft:
    """A draft of a TOML file or a workbook. ValueError names its mistakes."""
    if name.lower().endswith(".xlsx"):
        instrument, mistakes = from_sheets(content)
    else:
        try:
            instrument, mistakes = read(content.decode("utf-8"))
        except UnicodeDecodeError:
            raise ValueError(
                "The file is neither a workbook (.xlsx) nor text in UTF-8 (.toml)."
            ) from None
    if instrument is None:
        more = f" And {len(mistakes) - 10} more." if len(mistakes) > 10 else ""
        raise ValueError("; ".join(str(mistake) for mistake in mistakes[:10]) + "." + more)
    return _add(raw_of(instrument), by)


def _add(raw: Raw, by: int) -> InstrumentDraft:
    known = session.scalar(
        select(InstrumentVersion).filter_by(code=raw["id"], version=raw["version"])
    ) or latest(raw["id"])
    draft = InstrumentDraft(
        code=raw["id"],
        title=raw["title"],
        content=raw,
        based_on_id=known.id if known else None,
        made_by_id=by,
        changed_by_id=by,
    )
    session.add(draft)
    session.flush()
    return draft


def what_changes(draft: InstrumentDraft) -> tuple[Difference | None, str]:
    """What releasing a draft without mistakes would change, and under which version; None where
    nothing was released before."""
    instrument, _ = checked(draft.content)
    assert instrument
    if draft.based_on is None:
        return None, instrument.version
    versions = session.scalars(select(InstrumentVersion.version).filter_by(code=draft.code)).all()
    found = difference(draft.based_on, instrument)
    return found, next_version(draft.based_on.version, found.place, versions)


def release_draft(draft: InstrumentDraft) -> InstrumentVersion:
    """Release a draft as the next version and put it away. ValueError if it has mistakes, or says
    the same as the version that it was copied from."""
    instrument, mistakes = checked(draft.content)
    if instrument is None:
        raise ValueError("Mend the mistakes first: " + "; ".join(map(str, mistakes[:3])) + ".")
    found, version = what_changes(draft)
    if found and found.is_same:
        raise ValueError("The draft says the same as the version that it was copied from.")
    made = release(to_toml(stripped(draft.content) | {"version": version}))
    session.delete(draft)
    session.flush()
    return made
