"""The part of a page of docs/ that a command writes, between two marks."""

from __future__ import annotations

from pathlib import Path


def put(page: Path, command: str, text: str) -> None:
    """Put `text` between the marks of a command; the rest of the page is written by hand."""
    before, _, after = _parts(page, command)
    begins, ends = _marks(command)
    page.write_text(f"{before}{begins}\n\n{text.strip()}\n\n{ends}{after}", encoding="utf-8")


def kept_of(page: Path, command: str) -> list[str]:
    """The lines that stand between the marks now, but for empty ones."""
    return [line for line in _parts(page, command)[1].splitlines() if line.strip()]


def _parts(page: Path, command: str) -> tuple[str, str, str]:
    begins, ends = _marks(command)
    before, mark, rest = page.read_text(encoding="utf-8").partition(begins)
    between, end, after = rest.partition(ends)
    assert mark and end, f"{page} has no marks of {command}"
    return before, between, after


def _marks(command: str) -> tuple[str, str]:
    return f"<!-- Made by `{command}`. -->", f"<!-- End of what `{command}` makes. -->"
