"""Instruments for tests of rounds: the patches of a released one, as their text."""

from __future__ import annotations

from reviewer.config import ROOT

TEXT = (ROOT / "criteria" / "hpig-2024.toml").read_text(encoding="utf-8")
QUESTION = "coproduction-3"  # of the strategy alone
OLD = "Has the strategy highlighted how the voice of babies, children, young people and families"
NEW = "Has the strategy shown how the voice of babies, children, young people and families"


def patch(version: str = "1.0.3", old: str = OLD, new: str = NEW) -> str:
    """The criteria under another version, with some words changed."""
    assert TEXT.count(old) == 1
    return TEXT.replace('version = "1.0.2"', f'version = "{version}"').replace(old, new)
