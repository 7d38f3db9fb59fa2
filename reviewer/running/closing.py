"""Closing a round, which freezes its figures, and opening it again, which says why."""

from __future__ import annotations

from reviewer.db import now, session
from reviewer.findings.manifest import manifest_of
from reviewer.findings.snapshots import Snapshot, snapshots_of, take
from reviewer.people.models import Person
from reviewer.reviews.models import Refused
from reviewer.rounds.models import Round
from reviewer.running.nudging import tell_outcomes, thank_readers


def close(round_: Round, by: Person | None) -> Snapshot | None:
    """Close an open round, keep its figures, thank its readers and tell systems what
    came of their points; None if it was not open."""
    if not round_.is_open:
        return None
    round_.close()
    session.flush()
    thank_readers(round_)
    tell_outcomes(round_)
    snapshot = take(round_, by)
    snapshot.manifest = manifest_of(round_)
    return snapshot


def reopen(round_: Round, because: str, by: Person | None) -> None:
    """Open a closed round again. Refused without a reason, which its last snapshot keeps."""
    if round_.closed_at is None:
        return
    because = " ".join(because.split())
    if not because:
        raise Refused("Say why the round is opened again. The reason stays with its figures.")
    for snapshot in snapshots_of(round_)[-1:]:
        snapshot.reopened_at, snapshot.reopened_by = now(), by
        snapshot.reopened_because = because
    round_.reopen()
    session.flush()
