"""Finding the passage that somebody selected or typed in the comment it is from. Pure."""

from __future__ import annotations

import re

_SAME = {"'": "['’‘`]", "’": "['’‘`]", "‘": "['’‘`]", '"': '["“”]', "“": '["“”]', "”": '["“”]'}
_SAME |= dict.fromkeys("-‐‑–—", "[-‐‑–—]")


def find(words: str, comment: str) -> str | None:
    """The passage as it stands in the comment, or None where it does not.

    Spaces, line breaks, capitals, and the form of quotation marks and dashes may differ: a browser,
    a word processor and a telephone each have their own. A passage is whole words: none of it is
    cut out of the middle of one.
    """
    parts = words.split()
    if not parts:
        return None
    pattern = r"\s+".join("".join(_SAME.get(c, re.escape(c)) for c in part) for part in parts)
    before = r"(?<!\w)" if parts[0][0].isalnum() else ""
    after = r"(?!\w)" if parts[-1][-1].isalnum() else ""
    found = re.search(before + pattern + after, comment, re.IGNORECASE)
    return found[0] if found else None


def whole(comment: str) -> str:
    """The whole comment as a passage."""
    return comment.strip()
