"""What an earlier round settled about the same system, or about those that became it, for a
reviewer who has answered.

Before an answer is given nothing of it is on the page: it would be an anchor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from reviewer.systems.models import System

Place = tuple[str, str]  # question id and document kind
Settled = Mapping[Place, Given]

# Who knows what a round settled about a system: `findings`, which stands above this package.
settled_in: list[Callable[[Round, System], Settled]] = []


def last_time(review: Review) -> dict[Place, str]:
    """What to say of each question that was settled, "Last time (spring 2024): Yes"; nothing if
    the round does not show an earlier one."""
    earlier = review.round.earlier
    if earlier is None:
        return {}
    said = _said(earlier, review.system, earlier.name)
    if said or not review.system.predecessors:
        return said
    # What a system became has no last time of its own: what was settled of those before it.
    found: dict[Place, list[str]] = {}
    for system in review.system.predecessors:
        for place, words in _said(earlier, system, f"{earlier.name}, {system.name}").items():
            found.setdefault(place, []).append(words)
    return {place: ". ".join(words) for place, words in found.items()}


def _said(earlier: Round, system: System, where: str) -> dict[Place, str]:
    instrument = earlier.released.instrument
    said = {}
    for settled in settled_in:
        for (question_id, document), given in settled(earlier, system).items():
            options = instrument.question(question_id).options
            chosen = "; ".join(o.title for o in options if o.id in given.options)
            words = "Not applicable" if given.not_applicable else chosen
            said[question_id, document] = f"Last time ({where}): {words}"
    return said
