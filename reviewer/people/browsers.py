"""A browser in plain words, from what it says of itself. Pure.

It is for a person who asks "was that me?", so the kind of browser and of machine are enough; a
browser can say anything, and nothing else depends on it.
"""

from __future__ import annotations

# The first that is found counts: most browsers name others as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "an Android device"),
    ("CrOS", "a Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def browser_of(says: str) -> str:
    """Such as "Firefox on Windows", of a User-Agent header."""
    browser = _first(_BROWSERS, says)
    machine = _first(_MACHINES, says)
    if not machine:
        return browser or "A browser that does not say which"
    return f"{browser or 'A browser'} on {machine}"


def _first(known: tuple[tuple[str, str], ...], says: str) -> str:
    return next((words for mark, words in known if mark in says), "")
