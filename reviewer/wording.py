"""How dates, times and counts read, on pages and in messages. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def date_text(value: date | datetime | None) -> str:
    """22 November 2026, in London; nothing for no date."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON)
    return f"{value.day} {value:%B %Y}"


def time_text(value: datetime) -> str:
    """21:04, in London."""
    return f"{value.astimezone(LONDON):%H:%M}"


def count_text(number: int, one: str, many: str = "") -> str:
    """1 system, 2 systems."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
