"""Which passwords are refused because anybody could guess them. Pure.

A password is refused if it is one of the 30,000 that leaked most often, or is made of such words,
names, dates and keys in a row; and if little is left of it without the words that belong to its
owner or to this service. zxcvbn has the lists and counts the guesses; nothing is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# What everybody knows of this service. With the owner's own words, these may not be a password.
OF_THE_SERVICE = (
    *("plan review", "plans", "plan", "reviewers", "reviewer", "reviews", "review", "strategies"),
    *("strategy", "integrated", "system", "board", "health", "policy", "england", "hpig"),
)
SHORTEST_WORD = 3  # letters; shorter ones stand in many others
SHORTEST_REST = 8  # characters that have to be left without such words
READ = 40  # characters that are looked at: the rest makes it no worse, and takes long
EASIEST = 10**8  # guesses; OWASP's tools call fewer "somewhat guessable"

TOO_EASY = (
    "This password is easy to guess: many people use it, or it is made of common words, names, "
    "dates or keys in a row. Use three or four words that have nothing to do with each other."
)
TOO_CLOSE = (
    "This password is easy to guess for who knows you: it is little more than your name, your "
    "address, where you work or what is done here. Use three or four words that have nothing to "
    "do with it."
)


def words_of(*known: str) -> list[str]:
    """The words of what is known of a person, the longest first: name, address, organisation."""
    found = {word for text in known for word in re.split(r"[\W\d_]+", text.casefold())}
    return sorted(
        (w for w in found if len(w) >= SHORTEST_WORD), key=lambda word: (-len(word), word)
    )


def weakness(password: str, own: Iterable[str]) -> str:
    """What to say of a password that is easy to guess; "" if it is not. `own` are words of its
    owner."""
    from zxcvbn import zxcvbn  # here, as its lists are large and passwords are seldom chosen

    def is_easy(text: str) -> bool:
        return not text or int(zxcvbn(text[:READ], max_length=READ)["guesses"]) < EASIEST

    if is_easy(password):
        return TOO_EASY
    whole = _spaced(password)
    rest = whole
    for word in sorted({*OF_THE_SERVICE, *own}, key=lambda word: -len(word)):
        rest = _spaced(rest.replace(word, " "))
    return TOO_CLOSE if rest != whole and (len(rest) < SHORTEST_REST or is_easy(rest)) else ""


def _spaced(text: str) -> str:
    """In small letters, with one space where there are spaces, hyphens and the like."""
    return " ".join(re.split(r"[\s._,;:/-]+", text.casefold())).strip()
