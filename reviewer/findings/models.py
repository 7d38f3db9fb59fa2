"""What is kept for use elsewhere: looks of charts, charts in a ZIP, tokens that read figures."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.findings.making import MadeFile
from reviewer.findings.snapshots import Snapshot
from reviewer.people.models import Person

USE_IS_KEPT = timedelta(minutes=1)  # how exactly the last use of a token is known


class ChartTheme(Base):
    """A look of charts that the team brought, as the file was (`theme.py`)."""

    __tablename__ = "chart_theme"
    logged = ("name",)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    definition: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))


class ChartArchive(MadeFile, Base):
    """The newest ZIP of every chart of a round in one look. `theme` is one of ours by name, or the
    number of one of the team's."""

    __tablename__ = "chart_archive"
    logged = ("theme", "state", "asked_by_id")
    __table_args__ = (UniqueConstraint("round_id", "theme"),)

    theme: Mapped[str] = mapped_column(String(40))

    @property
    def name(self) -> str:
        return f"archives/{self.round_id}-{self.theme}.zip"


class ReadingToken(Base):
    """What lets a program read the figures of one snapshot, until it is revoked. Only its hash is
    kept. It opens totals, and no answer of a system."""

    __tablename__ = "reading_token"
    logged = ("purpose", "revoked_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey(Snapshot.id), index=True)
    purpose: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    snapshot: Mapped[Snapshot] = relationship()
    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)

    def logged_place(self) -> tuple[int | None, int | None]:
        return self.snapshot.round_id, None

    def opens_with(self, token: str) -> bool:
        """Whether this is the token, in the same time whichever letter differs."""
        right = hmac.compare_digest(self.token_hash, _digest(token))
        return right and self.revoked_at is None

    def revoke(self, by: Person) -> None:
        """It opens nothing any more; a second time changes nothing."""
        if self.revoked_at is None:
            self.revoked_at, self.revoked_by_id = now(), by.id

    @property
    def use_is_stale(self) -> bool:
        return self.last_used_at is None or self.last_used_at < now() - USE_IS_KEPT


def make_token(snapshot: Snapshot, purpose: str, by: Person) -> str:
    """A new token, which is shown once. ValueError where one for the same purpose works still."""
    purpose = " ".join(purpose.split())
    if any(t.purpose == purpose and not t.revoked_at for t in tokens_of(snapshot)):
        raise ValueError(
            "There is a token for this already. Revoke it first, or say what this one is for."
        )
    token = secrets.token_urlsafe(32)
    session.add(
        ReadingToken(snapshot=snapshot, purpose=purpose, token_hash=_digest(token), made_by=by)
    )
    session.flush()
    return token


def tokens_of(snapshot: Snapshot) -> list[ReadingToken]:
    """Every token of a snapshot, the newest first."""
    query = select(ReadingToken).filter_by(snapshot_id=snapshot.id)
    return list(session.scalars(query.order_by(ReadingToken.id.desc())))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
