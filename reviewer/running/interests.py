"""Conflicts of interest that follow from what is known of a person. Pure.

Four things make one: the home system; the employer, where it is the system's own body or a public
body named after a place in the system; the domain of the email address, likewise; and an employer
or a domain shared with somebody who answers for the system. A charity that is named after a place
is none: what else stands in the way, the reader declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.systems.register import folded

# Of these many people have an address who have nothing else in common.
SHARED_DOMAINS = {
    "nhs.net",
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "hotmail.co.uk",
    "live.co.uk",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "me.com",
    "aol.com",
    "btinternet.com",
    "protonmail.com",
    "doctors.org.uk",
    "doctors.net.uk",
    "example.org",
    "example.com",
}
_PUBLIC_DOMAIN = re.compile(r"(^|\.)(nhs|gov)\.uk$")
_PUBLIC_BODY = re.compile(
    r"\b(nhs|icb|ics|integrated care|council|combined authority|hospitals?|infirmary)\b",
    re.IGNORECASE,
)
# A place that says only in which direction it lies is no name: "North East", "Mid".
_DIRECTIONS = {"north", "south", "east", "west", "mid", "central"}


@dataclass(frozen=True)
class Body:
    """A system as conflicts see it, with the employers and email addresses of those who answer
    for it."""

    id: int
    name: str
    organisations: frozenset[str] = field(default_factory=frozenset)
    emails: frozenset[str] = field(default_factory=frozenset)


def places(name: str) -> set[str]:
    """The places in a system's name, and the whole of it: "Kent and Medway" has three."""
    whole = folded(name)
    parts = {folded(part) for part in re.split(r",|&|\band\b", name)} | {whole}
    return {place for place in parts if place and not set(place.split()) <= _DIRECTIONS}


def interests(
    organisation: str, email: str, home_system: int | None, bodies: Sequence[Body]
) -> dict[int, str]:
    """Why a person should not read a system, by its id."""
    domain = _domain(email)
    found: dict[int, str] = {}
    for body in bodies:
        if domain not in SHARED_DOMAINS and domain in {_domain(e) for e in body.emails}:
            found[body.id] = f"has an email address at {domain}, as the system has"
        if folded(organisation) and folded(organisation) in map(folded, body.organisations):
            found[body.id] = f"works for {organisation}, as people of the system do"
    by_place = {body.id: places(body.name) for body in bodies}
    if _PUBLIC_DOMAIN.search(domain):
        squashed = re.sub(r"[^a-z]", "", _PUBLIC_DOMAIN.sub("", domain))
        without_spaces = {n: {p.replace(" ", "") for p in all_} for n, all_ in by_place.items()}
        for number in _named(without_spaces, lambda place: place in squashed):
            found[number] = f"has an email address at {domain}"
    words = f" {folded(organisation)} "
    if _PUBLIC_BODY.search(organisation) or _PUBLIC_DOMAIN.search(domain):
        for number in _named(by_place, lambda place: f" {place} " in words):
            found[number] = f"works for {organisation}"
    for body in bodies:
        if folded(organisation) == folded(body.name):
            found[body.id] = f"works for {organisation}"
    if home_system is not None:
        found[home_system] = "it is their home system"
    return found


def _named(
    by_place: Mapping[int, Iterable[str]], stands_in: Callable[[str], bool]
) -> Iterator[int]:
    """The bodies of which a place is named, and not only as a part of a longer place of another:
    Bath and North East Somerset is not Somerset."""
    named = {place for all_ in by_place.values() for place in all_ if stands_in(place)}
    longest = {p for p in named if not any(p != other and p in other for other in named)}
    for number, all_ in by_place.items():
        if longest.intersection(all_):
            yield number


def _domain(email: str) -> str:
    return email.rpartition("@")[2].casefold()
