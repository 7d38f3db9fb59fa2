"""Several bars of one question beneath each other, each divided by answer, as a chart: how systems
move between two documents, and how two rounds compare. Pure: laid out as `charts.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from reviewer.findings.charts import (
    BODY,
    GAP,
    INK,
    LINE,
    NUMBER,
    PHONE,
    RANKED,
    SMALL,
    TITLE,
    TOLD,
    TRACK,
    WIDTH,
    WORDS,
    layered,
    legend_of,
    length,
    lines_at,
    marks,
    wrapped,
    y_of,
)

CLOSE = 3  # pixels between two bars of one option


@dataclass(frozen=True)
class Part:
    """A part of a bar: its key in the legend, its size, what it says if there is room (the longest
    that fits is taken), and what it says when it is pointed at."""

    key: str
    size: float
    labels: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class Bar:
    """A bar under its label, on a track as long as all of it; `after` stands at the right end of
    the label, and the next bar follows at once where it is `close`."""

    label: str
    parts: tuple[Part, ...]
    after: str = ""
    close: bool = False


@dataclass(frozen=True)
class Stacks:
    """What a chart of bars says. `full` is the length of every track; `colours` maps the keys of
    the parts, in the order of the legend, to a colour and that of the text on it."""

    heading: str
    subtitle: str
    notes: tuple[str, ...]
    description: str
    bars: tuple[Bar, ...]
    colours: Mapping[str, tuple[str, str]] = field(hash=False)
    full: float


def chart(stacks: Stacks, *, width: int = WIDTH) -> alt.LayerChart:
    """The chart `width` pixels wide, with its heading and notes."""
    foot = [line for note in stacks.notes for line in wrapped(note, width, SMALL)]
    with debug_mode(False):
        layers, height = _bars(stacks, width)
        layers.append(lines_at(foot, y=height + GAP, size=SMALL))
        title = alt.TitleParams(
            wrapped(stacks.heading, width, TITLE), subtitle=wrapped(stacks.subtitle, width, BODY)
        )
        return layered(layers, stacks.description, width=width, height=height, title=title)


@lru_cache(maxsize=256)
def web_spec(stacks: Stacks) -> dict[str, Any]:
    """The chart for a web page, as Vega-Lite, without heading and notes, which the page prints.
    Kept for who looks next: it is to be read alone."""
    with debug_mode(False):
        layers, height = _bars(stacks, PHONE)
        fit = alt.AutoSizeParams(type="fit-x", contains="padding")
        page = layered(layers, stacks.description, width="container", height=height, autosize=fit)
        return page.to_dict(validate=False)


def _bars(stacks: Stacks, width: int) -> tuple[list[alt.Chart], int]:
    rows: list[dict[str, Any]] = []
    segments: list[dict[str, Any]] = []
    top = 0
    for bar in stacks.bars:
        lines = wrapped(bar.label, width - int(length(bar.after, BODY)), BODY)
        below = top + len(lines) * LINE[BODY]
        middle = below + RANKED / 2
        rows.append({"lines": lines, "top": top, "middle": middle, "after": bar.after})
        end = 0.0
        for part in bar.parts:
            start, end = end, end + part.size
            room = width * part.size / stacks.full - 2
            fits = (label for label in part.labels if length(label, BODY) <= room)
            segments.append(
                {
                    "key": part.key,
                    "start": start,
                    "end": end,
                    "centre": (start + end) / 2,
                    "middle": middle,
                    "label": next(fits, ""),
                    "ink": stacks.colours[part.key][1],
                    "told": part.told,
                }
            )
        top = below + RANKED + (CLOSE if bar.close else GAP)
    left, centre, at = _x("start", stacks), _x("centre", stacks), y_of("middle")
    keys = list(stacks.colours)
    scale = alt.Scale(domain=keys, range=[colour for colour, _ in stacks.colours.values()])
    colour = alt.Color("key:N", scale=scale, legend=legend_of(keys, width))
    fill = alt.Fill("ink:N", scale=None)
    tracks = [row | {"start": 0, "end": stacks.full} for row in rows]
    outline = {"height": RANKED, "stroke": INK, "strokeWidth": 1}
    right = WORDS | {"align": "right"}
    layers = [
        marks("text", rows, alt.XValue(0), y_of("top"), alt.Text("lines:N"), color=INK, **WORDS),
        marks("bar", tracks, left, alt.X2("end:Q"), at, height=RANKED, color=TRACK),
        marks("bar", segments, left, alt.X2("end:Q"), at, colour, TOLD, **outline),
        marks("text", segments, centre, at, alt.Text("label:N"), fill, **NUMBER),
        marks("text", tracks, _x("end", stacks), y_of("top"), alt.Text("after:N"), color=INK,
              **(right | NUMBER)),
    ]  # fmt: skip
    return layers, max(top - GAP, 1)


def _x(field: str, stacks: Stacks) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, stacks.full], nice=False))
