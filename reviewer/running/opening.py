"""From a draft to an open round: what is still to do, and deleting a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from reviewer.db import session
from reviewer.reviews.models import Review
from reviewer.rounds.models import NotPublished, Round
from reviewer.running.overview import Standing
from reviewer.wording import count_text, date_text


@dataclass(frozen=True)
class Step:
    """One thing to have done before a round opens. `missing` says what of it is still to do."""

    id: str
    title: str
    done: str
    missing: str = ""


def steps(round_: Round, standings: Sequence[Standing], readers: int, today: date) -> list[Step]:
    """What to look at before opening. Nothing of it has to be done: all can follow later, but what
    is asked and of which systems. `readers` is how many people can be assigned."""
    kinds = " and ".join(kind.name.lower() for kind in round_.kinds)
    to_read = [s for s in standings if not s.nothing_to_read]
    no_documents = [s for s in to_read if not s.documents]
    no_reader = [s for s in to_read if not s.readers]
    late = round_.closes_on is not None and round_.closes_on < today
    closes = f"answers until {date_text(round_.closes_on)}" if round_.closes_on else "no last day"
    return [
        Step(
            "settings",
            "Settings",
            f"Asked about: {kinds}; {closes}",
            f"The last day for answers, {date_text(round_.closes_on)}, has passed." * late,
        ),
        Step("systems", "Systems", count_text(len(standings), "system")),
        Step(
            "documents",
            "Documents",
            f"All {len(to_read)} have one",
            f"{_systems(no_documents)} without a document." * bool(no_documents),
        ),
        Step(
            "people",
            "Reviewers",
            count_text(readers, "person", "people") + " can be assigned",
            "There is nobody to assign yet." * (not readers),
        ),
        Step(
            "assign",
            "Readers",
            f"All {len(to_read)} have one",
            f"{_systems(no_reader)} without a reader." * bool(no_reader),
        ),
    ]


def delete_draft(round_: Round) -> None:
    """Delete a draft with its assignments; nothing can have been answered. ValueError if it is no
    draft, or documents were attached for it alone."""
    if not round_.is_draft:
        raise ValueError("Only a draft can be deleted. Close a round that is done with.")
    try:
        # A savepoint, so that the request goes on after the database has refused it.
        with session.begin_nested():
            session.execute(delete(Review).filter_by(round_id=round_.id))
            session.execute(delete(NotPublished).filter_by(round_id=round_.id))
            session.delete(round_)
    except IntegrityError:
        raise ValueError(
            "This draft is in use: something was attached or recorded for it. Change it instead."
        ) from None


def _systems(found: Sequence[Standing]) -> str:
    return f"{count_text(len(found), 'system')}"
