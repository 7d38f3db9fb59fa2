"""An instrument as the file that says it: the other way round than check.py. Pure."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import tomli_w

from reviewer.instrument.model import SCALE, Instrument, Question

Raw = dict[str, Any]


def raw_of(entry: Any) -> Raw:
    """The keys and values of an entry, without what may be left out and is; options that a question
    has from its scale stand with the scale alone."""
    found: Raw = {}
    for each in fields(entry):
        value = getattr(entry, each.name)
        if value == each.default or (each.default is MISSING and value in ((), {})):
            continue
        if isinstance(entry, Question) and entry.kind == SCALE and each.name == "options":
            continue
        found[each.name] = _plain(value)
    return found


def to_toml(raw: Raw) -> str:
    """The text of a file; `check.read` gives the same back."""
    return tomli_w.dumps(raw)


def written(instrument: Instrument) -> str:
    """The file of an instrument."""
    return to_toml(raw_of(instrument))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return raw_of(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
