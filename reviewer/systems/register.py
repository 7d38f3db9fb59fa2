"""The register of systems: read from a file, asked at a date."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

from sqlalchemy import or_, select

from reviewer.config import ROOT
from reviewer.db import session
from reviewer.systems.mergers import ended_by_merger
from reviewer.systems.models import System

_BODY = re.compile(r"\b(nhs|ics|icb|integrated care (system|board|partnership))\b")

REGISTER = ROOT / "criteria" / "systems.csv"


def load_register(path: Path = REGISTER, *, invented: bool = False) -> list[System]:
    """Bring the systems of a register file into the database, or up to date there.

    Known codes are updated and none is removed: reviews rest on them. A merger that was recorded
    here stands until the file tells of it too. ValueError names a successor that the file does not
    hold.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    known = {system.code: system for system in session.scalars(select(System))}
    ended = ended_by_merger()
    for row in rows:
        system = known.setdefault(row["ons_code"], System(code=row["ons_code"]))
        system.ods_code = row["ods_code"]
        system.name = row["name"]
        system.region = row["region"]
        system.valid_from = date.fromisoformat(row["valid_from"])
        if row["valid_to"] or system.id not in ended:
            system.valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        system.invented = invented
        session.add(system)
    for row in rows:
        codes = [code for code in row["successors"].split(";") if code]
        for code in codes:
            if code not in known:
                raise ValueError(f"{row['ons_code']} names a successor that is not there: {code}.")
        if codes or known[row["ons_code"]].id not in ended:
            known[row["ons_code"]].successors = [known[code] for code in codes]
    session.flush()
    return [known[row["ons_code"]] for row in rows]


def systems_at(day: date) -> list[System]:
    """The real systems of the register on that day, by name."""
    return list(
        session.scalars(
            select(System)
            .where(
                System.invented.is_(False),
                System.valid_from <= day,
                or_(System.valid_to.is_(None), System.valid_to >= day),
            )
            .order_by(System.name)
        )
    )


def systems_by_code(codes: list[str]) -> list[System]:
    """The systems of these codes, in that order. ValueError names every code that is not there."""
    known = {s.code: s for s in session.scalars(select(System).where(System.code.in_(codes)))}
    missing = [code for code in codes if code not in known]
    if missing:
        raise ValueError(f"No system in the register has the code {', '.join(missing)}.")
    return [known[code] for code in dict.fromkeys(codes)]


def systems_by_words() -> dict[str, System]:
    """Every system by its ONS code and by its name, both `folded`. Of two of one name, the real
    one and the one that is still there."""
    query = select(System).order_by(System.invented, System.valid_to.is_not(None), System.code)
    found: dict[str, System] = {}
    for system in session.scalars(query):
        for words in (system.code, system.name):
            found.setdefault(folded(words), system)
    return found


def folded(words: str) -> str:
    """A system's name as people write it: capitals, "and", punctuation and what kind of body it is
    aside."""
    plain = _BODY.sub(" ", words.casefold().replace("&", " and "))
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())
