"""docs/security.md answers every requirement of ASVS 5.0.0, level 2, and names what exists."""

from __future__ import annotations

import re
from collections import Counter

from reviewer.config import ROOT, SETTINGS

# How many requirements of level 1 and 2 each section has; those of level 3 alone are left out.
SECTIONS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 "
    "4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 "
    "6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 "
    "10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 "
    "12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 "
    "15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2 "
)
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d[\d., -]*) \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)


def wanted() -> set[str]:
    found = set()
    for section in SECTIONS.split():
        name, _, count = section.partition(":")
        found |= {f"{name}.{number}" for number in range(1, int(count) + 1)}
    return found


def answered() -> Counter[str]:
    found: Counter[str] = Counter()
    for which, _, _ in ROWS:
        for part in which.split(", "):
            first, _, last = part.partition("-")
            section, _, number = first.rpartition(".")
            assert not last or last.startswith(f"{section}."), part
            end = last.rpartition(".")[2] or number
            found.update(f"{section}.{n}" for n in range(int(number), int(end) + 1))
    return found


def test_the_standard_has_253_requirements_of_these_levels():
    assert len(wanted()) == 253


def test_every_requirement_is_answered_once():
    found = answered()
    assert set(found) == wanted()
    assert not [which for which, times in found.items() if times > 1]


def test_every_answer_is_one_of_three_and_has_a_reason():
    assert {answer for _, answer, _ in ROWS} == {"met", "n/a", "not met"}
    assert all(reason.strip() for _, _, reason in ROWS)


def test_every_file_and_setting_that_is_named_exists():
    for name in re.findall(r"`([\w/.-]+\.(?:py|html|md|txt))`", PAGE):
        assert (ROOT / name).is_file(), name
    settings = {setting.name for setting in SETTINGS}
    for name in re.findall(r"`([A-Z][A-Z_]{4,})(?:=\d)?`", PAGE):
        assert name in settings, name
