"""Systems: the bodies of the register, with their dates and successors."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base

successors = Table(
    "system_successor",
    Base.metadata,
    Column("system_id", ForeignKey("system.id"), primary_key=True),
    Column("successor_id", ForeignKey("system.id"), primary_key=True),
)


class System(Base):
    """An integrated care system, known by its ONS code; invented in the demonstration alone."""

    __tablename__ = "system"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    ods_code: Mapped[str] = mapped_column(String(10), default="")
    name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(100))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    invented: Mapped[bool] = mapped_column(default=False)

    predecessors: Mapped[list[System]] = relationship(
        secondary=successors,
        primaryjoin=id == successors.c.successor_id,
        secondaryjoin=id == successors.c.system_id,
        order_by=lambda: System.code,
        back_populates="successors",
    )
    successors: Mapped[list[System]] = relationship(
        secondary=successors,
        primaryjoin=id == successors.c.system_id,
        secondaryjoin=id == successors.c.successor_id,
        order_by=lambda: System.code,
        back_populates="predecessors",
    )
