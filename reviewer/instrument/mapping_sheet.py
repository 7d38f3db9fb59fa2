"""A mapping between versions as a table to review in a spreadsheet, and back. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.instrument.mapping import ONE_TO_ONE, Fate, Move, VersionMap
from reviewer.instrument.model import Instrument
from reviewer.sheets import Row

COLUMNS = ("question", "text", "fate", "becomes", "answers")


def rows_of(mapping: VersionMap, old: Instrument) -> list[Row]:
    """A row for each question of the old version: what becomes of it, and of each answer."""
    return [
        {
            "question": move.old,
            "text": old.question(move.old).text,
            "fate": move.fate.value,
            "becomes": "; ".join(move.new),
            "answers": options_text(move),
        }
        for move in mapping.moves
    ]


def options_text(move: Move) -> str:
    """yes=yes; some=partly; no= (the last has no answer in the new version)."""
    return "; ".join(f"{before}={after}" for before, after in move.options.items())


def mapping_of(table: Sequence[Sequence[str]]) -> VersionMap:
    """The mapping of a table. ValueError names every row that cannot be read."""
    header = [cell.strip().lower() for cell in table[0]] if table else []
    missing = [name for name in COLUMNS if name not in header and name != "text"]
    if missing:
        raise ValueError(f"The first row has no column {', '.join(missing)}.")
    moves, wrong = [], []
    for number, cells in enumerate(table[1:], 2):
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if not any(row.values()):
            continue
        try:
            moves.append(_move(row))
        except ValueError as error:
            wrong.append(f"Row {number}: {error}")
    if wrong:
        raise ValueError(" ".join(wrong))
    return VersionMap(tuple(moves))


def _move(row: dict[str, str]) -> Move:
    if not row.get("question"):
        raise ValueError("the column question is empty.")
    try:
        fate = Fate(row.get("fate", "").lower())
    except ValueError:
        known = ", ".join(each.value for each in Fate)
        raise ValueError(f"“{row.get('fate', '')}” is no fate; use one of: {known}.") from None
    new = tuple(part.strip() for part in row.get("becomes", "").split(";") if part.strip())
    return Move(row["question"], fate, new, options_of(row.get("answers", ""), fate))


def options_of(text: str, fate: Fate) -> dict[str, str]:
    """The answers of one row. ValueError for a part that is not like yes=yes."""
    if fate not in ONE_TO_ONE:
        return {}
    found = {}
    for part in (part.strip() for part in text.split(";") if part.strip()):
        before, sign, after = part.partition("=")
        if not sign or not before.strip():
            raise ValueError(f"“{part}” is not like yes=yes; write the old id, = and the new one.")
        found[before.strip()] = after.strip()
    return found
