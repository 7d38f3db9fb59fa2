"""The chart of a movement: a bar for every answer before, divided by the answers after. Pure."""

from __future__ import annotations

from reviewer.findings.colours import shades
from reviewer.findings.figures import percent_of
from reviewer.findings.movement import Movement, describe, heading, notes
from reviewer.findings.sentences import INVENTED, PROVISIONAL
from reviewer.findings.stacks import Bar, Part, Stacks
from reviewer.instrument.model import Option


def stacks_of(movement: Movement, *, invented: bool = False, provisional: bool = False) -> Stacks:
    """What the chart of a movement says; of choices a bar for every option, divided by where it was
    named."""
    if movement.is_choices:
        colours = _where(movement)
        bars = tuple(_named(movement, option) for option in movement.shared)
    else:
        options = movement.second.question.options
        colours = dict(zip((o.title for o in options), shades(len(options)), strict=True))
        before = movement.first.question.options
        bars = tuple(_went(movement, option) for option in before if movement.before[option.id])
    marks = (INVENTED,) * invented + (PROVISIONAL,) * provisional
    return Stacks(
        heading=movement.first.question.text,
        subtitle=heading(movement),
        notes=(*notes(movement), *marks),
        description=describe(movement),
        bars=bars if movement.base else (),
        colours=colours,
        full=max(movement.base, 1),
    )


def _went(movement: Movement, option: Option) -> Bar:
    had = movement.before[option.id]
    parts = []
    for other in movement.second.question.options:
        if count := movement.moves.get((option.id, other.id), 0):
            share = f"{count} ({percent_of(count, had)}%)"
            told = f"{option.title}, then {other.title}: {count} of {had}"
            parts.append(Part(other.title, count, (share, str(count)), told))
    return Bar(f"{option.title} {movement.first.words}: {had}", tuple(parts))


def _where(movement: Movement) -> dict[str, tuple[str, str]]:
    first, second = (f"Only {end.words}" for end in (movement.first, movement.second))
    return dict(zip((first, "In both", second), reversed(shades(3)), strict=True))


def _named(movement: Movement, option: Option) -> Bar:
    before, after = movement.before[option.id], movement.after[option.id]
    both = movement.stayed(option.id)
    counts = zip(_where(movement), (before - both, both, after - both), strict=True)
    parts = tuple(
        Part(key, count, (str(count),), f"{option.title}, {key[:1].lower() + key[1:]}: {count}")
        for key, count in counts
        if count
    )
    return Bar(option.title, parts, after=f"{before} to {after}")
