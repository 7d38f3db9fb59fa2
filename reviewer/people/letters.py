"""The emails that Plan Review can write: our wording, and the policy team's in its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.people.models import LinkKind, Person

_PLACE = re.compile(r"\{([^{}\n]*)\}")

# Made up, for the preview of every letter.
EXAMPLES = {
    "name": "Robin Reader",
    "link": "https://plan-review.example/…",
    "until": "31 March 2027",
    "system": "Ashenford and Wold",
    "systems": "Ashenford and Wold and Marrowby and Skerne Vale",
    "former": "Ada Earlier",
    "round": "Spring 2027",
    "days_left": "12 days",
    "reason": "You answered Yes to question 4. On which page did you find it?",
}


class Kind(StrEnum):
    INVITATION = "invitation"
    LINK = "link"
    FORGOTTEN = "forgotten"
    NUDGE = "nudge"
    REMINDER = "reminder"
    RETURNED = "returned"
    RIGHT_OF_REPLY = "right-of-reply"
    OUTCOMES = "outcomes"
    THANKS = "thanks"
    ASSIGNMENT = "assignment"
    HAND_OVER = "hand-over"


@dataclass(frozen=True)
class Letter:
    """One kind of email: when it is sent, the words it can fill in, and our wording of it."""

    kind: Kind
    title: str
    sent: str
    words: tuple[str, ...]
    needs: tuple[str, ...]
    subject: str
    text: str
    one_time: LinkKind | None = None


class LetterWording(Base):
    """The policy team's wording of one kind of letter, in the place of ours."""

    __tablename__ = "letter_wording"
    logged = ("kind", "subject", "text")

    kind: Mapped[Kind] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    changed_at: Mapped[datetime] = mapped_column(default=now)

    changed_by: Mapped[Person] = relationship()


@cache
def letters() -> dict[Kind, Letter]:
    """Every kind of letter in our own wording."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {Kind(name): _letter(Kind(name), entry) for name, entry in tomllib.loads(text).items()}


def wording(kind: Kind) -> tuple[str, str]:
    """The subject and the text that are sent now."""
    own = session.get(LetterWording, kind.value)
    letter = letters()[kind]
    return (own.subject, own.text) if own else (letter.subject, letter.text)


def change_wording(kind: Kind, subject: str, text: str, *, by: Person) -> None:
    """Send this from now on. The caller has asked `mistakes`."""
    own = session.get(LetterWording, kind.value) or LetterWording(kind=kind.value)
    own.subject, own.text, own.changed_by, own.changed_at = subject, text, by, now()
    session.add(own)


def forget_wording(kind: Kind) -> None:
    """Go back to our own wording."""
    own = session.get(LetterWording, kind.value)
    if own:
        session.delete(own)


def mistakes(letter: Letter, subject: str, text: str) -> tuple[str, str]:
    """What is wrong with a subject and with a text, in a sentence each; "" if nothing is."""
    in_subject = [word for word in letter.words if word != "link"]
    wrong_subject, wrong_text = _unknown(in_subject, subject), _unknown(letter.words, text)
    missing = [word for word in letter.needs if f"{{{word}}}" not in text]
    if missing and not wrong_text:
        wrong_text = f"Put {_listed(missing)} into the text: the email is no use without it."
    return wrong_subject, wrong_text


def fill(text: str, words: Mapping[str, object]) -> str:
    """The text with its words filled in; what is no known word stays as it is."""
    return _PLACE.sub(lambda m: str(words[m[1]]) if m[1] in words else m[0], text)


def _unknown(words: Collection[str], text: str) -> str:
    for word in _PLACE.findall(text):
        if word not in words:
            return f"Nothing can be filled in for {{{word}}} here. Use {_listed(words)}."
    return ""


def _listed(words: Collection[str]) -> str:
    return ", ".join(f"{{{word}}}" for word in words)


def _letter(kind: Kind, entry: dict[str, Any]) -> Letter:
    return Letter(
        kind=kind,
        title=entry["title"],
        sent=entry["sent"],
        words=tuple(entry["words"]),
        needs=tuple(entry["needs"]),
        subject=entry["subject"],
        text=entry["text"].strip(),
        one_time=LinkKind(entry["one_time"]) if "one_time" in entry else None,
    )
