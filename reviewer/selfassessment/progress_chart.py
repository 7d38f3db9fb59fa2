"""Progress from draft to draft, as a chart: how many answers of each kind a draft had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reviewer.selfassessment.answered import standings_of
from reviewer.selfassessment.assessing import drafts_of
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.standing import (
    NOT_APPLICABLE,
    UNANSWERED,
    Place,
    Profile,
    Value,
    Values,
    profile,
    standings,
)

QUIET = {NOT_APPLICABLE: ("#D5D9DC", "#1B1F23"), UNANSWERED: ("#FFFFFF", "#1B1F23")}


def profiles_of(opened: Opened) -> list[tuple[int, Profile]]:
    """The profile of every draft by its number, on the questions that are asked now."""
    instrument = opened.review.released.instrument
    now = standings_of(opened.review, opened.review.load_answers())
    asked = {standing.place for standing in now}
    found = []
    for draft in drafts_of(opened):
        if draft.answers is None:
            found.append((draft.number, profile(instrument, now)))
        else:
            then = standings(instrument, _values(draft.answers), asked)
            found.append((draft.number, profile(instrument, then)))
    return found


def _values(kept: Mapping[str, Any]) -> Values:
    values: dict[Place, Value] = {}
    for key, given in kept.items():
        question, _, on = key.rpartition(".")
        values[question, on] = Value(
            frozenset(given["options"]), given["not_applicable"], given["text"]
        )
    return values


def chart_svg(profiles: Sequence[tuple[int, Profile]]) -> bytes:
    """The profiles as bars beneath each other; it is kept nowhere."""
    # Altair takes a second to import, which every start would pay.
    from reviewer.findings.charts import shades
    from reviewer.findings.rendering import render
    from reviewer.findings.stacks import Bar, Part, Stacks, chart

    titles = profiles[-1][1].titles
    scale = [title for title in titles if title not in QUIET]
    bars = tuple(
        Bar(
            f"Draft {number}",
            tuple(
                Part(title, count, (str(count),), f"{title}: {count}")
                for title, count in found.totals.items()
                if count
            ),
        )
        for number, found in profiles
    )
    full = max((sum(found.totals.values()) for _, found in profiles), default=0)
    return render(
        chart(
            Stacks(
                heading="Answers from draft to draft",
                subtitle="Questions with a scale",
                notes=(f"{full} questions are asked. It is no score.",),
                description=described(profiles),
                bars=bars,
                colours=dict(zip(scale, shades(len(scale)), strict=True)) | QUIET,
                full=max(full, 1),
            )
        ),
        ["svg"],
    )["svg"]


def described(profiles: Sequence[tuple[int, Profile]]) -> str:
    """The chart in words."""
    return " ".join(
        f"Draft {number}: "
        + ", ".join(f"{title} {count}" for title, count in found.totals.items() if count)
        + "."
        for number, found in profiles
    )
