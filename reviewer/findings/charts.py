"""A figure as a chart: stacked bars for scales, ranked bars for choices; never a system's name.

Whatever depends on the length of a text is laid out here, in Python: Vega shortens labels by trial
and error, which is slow and loses words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from reviewer.findings.colours import CHOSEN, GREY, INK, PAPER, REST, TRACK, shades
from reviewer.findings.figures import OTHER, Figure
from reviewer.findings.sentences import NO_VALUE, describe, notes
from reviewer.instrument.model import SCALE, Option, sentence_case

FONT = "Atkinson Hyperlegible Next"
WIDTH = 640  # pixels of the bars in a report
PHONE = 300  # pixels: the narrowest column that the web chart has to fit
EM = 0.52  # width of the font's characters in running text, in ems: measured, on the wide side
TITLE, BODY, SMALL = 18, 14, 13  # pixels of type
LINE = {TITLE: 23, BODY: 18, SMALL: 17}  # pixels from line to line; whole, so that bars are sharp
WORDS = {"align": "left", "baseline": "top", "fontSize": BODY, "lineHeight": LINE[BODY]}
NUMBER = {"fontSize": BODY, "fontWeight": "bold"}
STACKED, RANKED, GAP = 48, 20, 12  # pixels: a stacked bar, a ranked bar, the space after it

TOLD = alt.Tooltip("told:N")


def chart(
    figure: Figure, *, width: int = WIDTH, invented: bool = False, provisional: bool = False
) -> alt.LayerChart:
    """The figure as a chart `width` pixels wide, with its question, document kind and base."""
    beneath = notes(figure, invented=invented, provisional=provisional)
    foot = [line for note in beneath for line in wrapped(note, width, SMALL)]
    heading = wrapped(figure.question.text, width, TITLE)
    with debug_mode(False):  # the tests check the schema; here it would cost more than the drawing
        layers, height = _bars(figure, width)
        layers.append(lines_at(foot, y=height + GAP, size=SMALL))
        title = alt.TitleParams(heading, subtitle=sentence_case(figure.document.plural))
        return layered(layers, describe(figure), width=width, height=height, title=title)


def web_spec(figure: Figure) -> dict[str, Any]:
    """The chart for a web page, as Vega-Lite: as wide as its container, 300 pixels or more.

    It has no title and no base. The page prints the question as a heading and `notes` as a
    caption, which wrap, zoom and are read aloud as a picture's text is not.
    """
    with debug_mode(False):
        layers, height = _bars(figure, PHONE)
        fit = alt.AutoSizeParams(type="fit-x", contains="padding")
        page = layered(layers, describe(figure), width="container", height=height, autosize=fit)
        return page.to_dict(validate=False)


def layered(layers: Sequence[alt.Chart], description: str, **properties: Any) -> alt.LayerChart:
    title = alt.TitleConfig(
        anchor="start",
        frame="group",
        fontSize=TITLE,
        fontWeight="bold",
        lineHeight=LINE[TITLE],
        color=INK,
        subtitleFontSize=BODY,
        subtitleColor=GREY,
        subtitlePadding=4,
        offset=GAP,
    )
    return alt.LayerChart(
        layer=list(layers),
        description=description,
        background=PAPER,
        padding=8,
        # No aria of single marks: the description says it all, in order.
        config=alt.Config(
            font=f"{FONT}, Arial, sans-serif",
            aria=False,
            title=title,
            view=alt.ViewConfig(stroke=None),
        ),
        **properties,
    )


def _bars(figure: Figure, width: int) -> tuple[list[alt.Chart], int]:
    """The layers of the chart without its words around, and their height in pixels."""
    if not figure.base:
        lines = wrapped(NO_VALUE, width, BODY)
        return [lines_at(lines, y=0, size=BODY)], len(lines) * LINE[BODY]
    if figure.question.kind == SCALE:
        return _stacked(figure, width), STACKED
    return _ranked(figure, width)


def _stacked(figure: Figure, width: int) -> list[alt.Chart]:
    """One bar of the whole base, a segment for every option that any system has."""
    segments, keys, end = [], [], 0
    colours = shades(len(figure.shown))
    for option, (_, ink) in zip(figure.shown, colours, strict=True):
        count = figure.counts[option.id]
        label = _label(figure, option.id, width * count / figure.base)
        # What the bar has no room for stands in the legend: a narrow segment's number, or none.
        keys.append(option.title if label else f"{option.title} ({count or 'none'})")
        before, end = end, end + count
        if count:
            segments.append(
                {
                    "option": keys[-1],
                    "start": before,
                    "end": end,
                    "centre": (before + end) / 2,
                    "label": label,
                    "ink": ink,
                    "told": _told(figure, option),
                }
            )
    scale = alt.Scale(domain=keys, range=[colour for colour, _ in colours])
    colour = alt.Color("option:N", scale=scale, legend=legend_of(keys, width))
    start, centre, middle = _x("start", figure), _x("centre", figure), alt.YValue(STACKED / 2)
    bar = {"height": STACKED, "stroke": INK, "strokeWidth": 1}
    fill = alt.Fill("ink:N", scale=None)
    return [
        marks("bar", segments, start, alt.X2("end:Q"), middle, colour, TOLD, **bar),
        marks("text", segments, centre, middle, alt.Text("label:N"), fill, **NUMBER),
    ]


def legend_of(keys: list[str], width: int) -> alt.Legend:
    """The keys of the colours, in as many columns as fit the width."""
    lengths = [length(key, BODY) + 2.5 * BODY for key in keys]
    columns = len(keys)
    while columns > 1 and sum(max(lengths[n::columns]) for n in range(columns)) > width:
        columns -= 1
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=columns,
        columnPadding=BODY,
        labelFontSize=BODY,
        labelColor=INK,
        labelLimit=0,
        symbolType="square",
        symbolSize=BODY**2,
        symbolStrokeWidth=1,
        symbolStrokeColor=INK,
        offset=8,
    )


def _ranked(figure: Figure, width: int) -> tuple[list[alt.Chart], int]:
    """A bar for each option under its label, on a track as long as the base."""
    rows: list[dict[str, Any]] = []
    top = 0
    for option in figure.shown:
        count = figure.counts[option.id]
        lines = wrapped(option.title, width, BODY)
        bar = top + len(lines) * LINE[BODY]
        rows.append(
            {
                "lines": lines,
                "top": top,
                "middle": bar + RANKED / 2,
                "start": 0,
                "count": count,
                "base": figure.base,
                "colour": REST if option.id == OTHER else CHOSEN,
                "label": _label(figure, option.id, width),
                "told": _told(figure, option),
            }
        )
        top = bar + RANKED + GAP
    start, end, middle = _x("start", figure), _x("count", figure), y_of("middle")
    colour, label = alt.Color("colour:N", scale=None), alt.Text("label:N")
    # The number follows its bar; it is inside where the bar leaves no room after it.
    inside = [row for row in rows if row["count"] > 0.75 * figure.base]
    after = [row for row in rows if row not in inside]
    some = [row for row in rows if row["count"]]
    layers = [
        marks("text", rows, alt.XValue(0), y_of("top"), alt.Text("lines:N"), color=INK, **WORDS),
        marks("bar", rows, start, alt.X2("base:Q"), middle, TOLD, height=RANKED, color=TRACK),
        marks("bar", some, start, alt.X2("count:Q"), middle, colour, TOLD, height=RANKED),
        marks("text", after, end, middle, label, align="left", dx=8, color=INK, **NUMBER),
        marks("text", inside, end, middle, label, align="right", dx=-8, color=PAPER, **NUMBER),
    ]
    return layers, top - GAP


def marks(kind: Any, rows: list[dict[str, Any]], *channels: Any, **style: Any) -> alt.Chart:
    """One layer: a mark of that kind and style for every row."""
    mark = alt.MarkDef(type=kind, **style)
    return alt.Chart(alt.InlineData(values=rows), mark=mark).encode(*channels)


def y_of(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", scale=None, axis=None)  # pixels from the top


def _x(field: str, figure: Figure) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, figure.base], nice=False))


def _told(figure: Figure, option: Option) -> str:
    """What a bar says when it is pointed at on a web page."""
    count, share = figure.counts[option.id], figure.percent(option.id)
    return f"{option.title}: {count} of {figure.base} ({share}%)"


def _label(figure: Figure, option_id: str, room: float) -> str:
    """Count and share if there is room for both, else the count, else nothing."""
    count = str(figure.counts[option_id])
    both = f"{count} ({figure.percent(option_id)}%)"
    return next((label for label in (both, count) if length(label, BODY) + 2 <= room), "")


def lines_at(lines: list[str], y: int, size: int) -> alt.Chart:
    style = WORDS | {"fontSize": size, "lineHeight": LINE[size], "color": GREY}
    return marks("text", [{}], alt.XValue(0), alt.YValue(y), text=lines, **style)


def wrapped(text: str, width: int, size: float) -> list[str]:
    """The text in lines that fit the width, as few as can be and about equally long."""
    lines = closer = textwrap.wrap(text, max(12, int(width / (EM * size))))
    shortest = max(map(len, text.split()), default=0)  # a shorter line would break a word
    while len(closer) == len(lines) > 1:
        lines, shorter = closer, max(map(len, closer)) - 1
        closer = textwrap.wrap(text, shorter) if shorter >= shortest else []
    return lines


def length(text: str, size: float) -> float:
    """About how many pixels the text takes."""
    return len(text) * size * EM
