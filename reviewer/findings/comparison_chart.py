"""The chart of a figure beside what it was: shares, since bases differ. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.findings.charts import CHOSEN, INK, PAPER, REST, TRACK, shades
from reviewer.findings.figures import percent_of
from reviewer.findings.over_time import (
    NOT_KNOWN,
    UNKNOWN,
    Compared,
    Known,
    Number,
    describe,
    rests_on,
)
from reviewer.findings.sentences import INVENTED, PROVISIONAL
from reviewer.findings.stacks import Bar, Part, Stacks
from reviewer.instrument.model import SCALE, Option, sentence_case

NOW, THEN, REMAINDER = "Now", "Then", sentence_case(NOT_KNOWN)


def stacks_of(compared: Compared, *, invented: bool = False, provisional: bool = False) -> Stacks:
    """What the chart says: of a scale a bar for each time, of choices two for every option."""
    figure = compared.now
    now = {
        option.id: Number(figure.counts[option.id], figure.base, Known.COUNTED)
        for option in figure.shown
    }
    then = {option.id: compared.number(option.id) for option in figure.shown}
    if figure.question.kind == SCALE:
        colours = dict(zip((o.title for o in figure.shown), shades(len(figure.shown)), strict=True))
        if compared.was and any(number.count is None for number in then.values()):
            colours[REMAINDER] = (TRACK, INK)
        words = sentence_case(compared.time.words)
        bars = [_whole(f"{words}: {_base(compared.base_then)}", figure.shown, then)]
        bars.append(_whole(f"Now: {_base(figure.base)}", figure.shown, now))
    else:
        colours = {THEN: (REST, PAPER), NOW: (CHOSEN, PAPER)}
        bars = [
            bar for option in figure.shown for bar in _pair(option, then[option.id], now[option.id])
        ]
    marks = (INVENTED,) * invented + (PROVISIONAL,) * provisional
    return Stacks(
        heading=figure.question.text,
        subtitle=f"{sentence_case(figure.document.plural)}: {compared.time.words}, and now",
        notes=(*rests_on(compared), *marks),
        description=describe(compared),
        bars=tuple(bars),
        colours=colours,
        full=100,
    )


def _base(base: int | None) -> str:
    return "base not known" if base is None else f"base {base}"


def _whole(label: str, options: tuple[Option, ...], numbers: Mapping[str, Number]) -> Bar:
    """A bar of all systems with a value; what is not known is the grey rest of it."""
    base = next((n.base for n in numbers.values() if n.base), None)
    if base is None:
        return Bar(label, (), after=NOT_KNOWN if numbers else "")
    known = [(o, numbers[o.id].count) for o in options if numbers[o.id].count is not None]
    parts = []
    for option, count in known:
        if count:
            share = f"{count} ({percent_of(count, base)}%)"
            told = f"{option.title}: {count} of {base}"
            parts.append(Part(option.title, 100 * count / base, (share, str(count)), told))
    rest = base - sum(count or 0 for _, count in known)
    if len(known) < len(options) and rest > 0:
        told = f"{REMAINDER}: {rest} of {base}"
        parts.append(Part(REMAINDER, 100 * rest / base, (f"{rest} {NOT_KNOWN}", str(rest)), told))
    return Bar(label, tuple(parts))


def _pair(option: Option, then: Number, now: Number) -> list[Bar]:
    after = f"{_said(then)}, now {_said(now)}"
    first = _share(option, THEN, then)
    return [
        Bar(option.title, first, after=after, close=True),
        Bar("", _share(option, NOW, now)),
    ]


def _said(number: Number) -> str:
    if number == UNKNOWN or number.count is None:
        return NOT_KNOWN
    return str(number.count) if number.percent is None else f"{number.count} ({number.percent}%)"


def _share(option: Option, key: str, number: Number) -> tuple[Part, ...]:
    if not number.count or not number.base:
        return ()
    told = f"{option.title}, {key.lower()}: {number.count} of {number.base}"
    return (Part(key, 100 * number.count / number.base, (), told),)
