"""Counts that were published before, read from `criteria/`: what is not in print stays unknown."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from reviewer.config import ROOT
from reviewer.findings.over_time import Known, Number

Published = dict[tuple[str, str], dict[str, Number]]


@cache
def published_of(instrument: str) -> Published | None:
    """What was published of an instrument: by question and document kind, a number for every
    option by id. None if there is no such file."""
    path = ROOT / "criteria" / f"{instrument}-published.csv"
    return read_published(path) if path.is_file() else None


def read_published(path: Path) -> Published:
    """ValueError names a line that cannot be read."""
    found: Published = {}
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                told = Number(
                    count=int(row["count"]) if row["count"] else None,
                    base=int(row["base"]) if row["base"] else None,
                    known=Known(row["known"]) if row["known"] else None,
                )
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: {error}.") from error
            found.setdefault((row["question"], row["document"]), {})[row["option"]] = told
    return found
