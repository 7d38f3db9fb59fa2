"""How charts look: typeface, colours and size, as a file that people can write. Pure.

A theme never changes what a chart says, or the order in which it says it. Charts know their own
colours (`colours.py`); those of a theme stand in their place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from reviewer.findings import colours
from reviewer.findings.colours import MOST_STEPS, contrast, luminance, shades

# What the renderer has with it: of another typeface it would draw no word, and give no error.
TYPEFACES = ("Atkinson Hyperlegible Next", "Liberation Sans")
TEXT, SHAPE = 4.5, 3.0  # contrast that WCAG 2.2 asks of words (1.4.3) and of shapes (1.4.11)
COLOURS = ("paper", "ink", "quiet", "bar", "other", "track")
OURS = ("page", "slide", "post")
_FOLDER = Path(__file__).with_name("themes")


@dataclass(frozen=True)
class Size:
    """How wide a chart is laid out, in pixels, and the picture it is put into, if any."""

    width: int
    canvas: tuple[int, int] | None


SIZES = {
    "page": Size(640, None),
    "slide": Size(600, (1280, 720)),
    "post": Size(460, (1080, 1080)),
}


@dataclass(frozen=True)
class Theme:
    """A typeface, colours by name, the shades of a scale, and a size. `titled` is off where the
    question stands above the chart already."""

    name: str
    typeface: str
    size: str
    colours: dict[str, str]
    scale: tuple[str, ...]
    titled: bool = True

    @property
    def width(self) -> int:
        return SIZES[self.size].width

    @property
    def canvas(self) -> tuple[int, int] | None:
        return SIZES[self.size].canvas

    def dress(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The chart in this look; as Vega-Lite, and laid out in our own typeface and colours."""
        swap, steps = self._swaps()
        dressed = {
            key: _dressed(value, swap, steps)
            for key, value in spec.items()
            if self.titled or key != "title"
        }
        dressed["config"]["font"] = f"{self.typeface}, Arial, sans-serif"
        return dressed

    def _swaps(self) -> tuple[dict[str, str], dict[str, str]]:
        """Their colour for each of ours, and for each shade of a scale."""
        theirs = self.colours
        swap = {
            colours.INK: theirs["ink"],
            colours.GREY: theirs["quiet"],
            colours.TRACK: theirs["track"],
            colours.PAPER: theirs["paper"],
            colours.CHOSEN: theirs["bar"],
            colours.REST: theirs["other"],
        }
        steps = {
            our: their
            for number in range(1, MOST_STEPS + 1)
            for (our, _), (their, _) in zip(shades(number), shades(number, self.scale), strict=True)
        }
        return swap, steps


def _dressed(value: Any, swap: dict[str, str], steps: dict[str, str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _dressed(item, swap, steps, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_dressed(item, swap, steps, key) for item in value]
    if isinstance(value, str):
        return (steps if key == "range" else swap).get(value, value)
    return value


def framed(svg: str, canvas: tuple[int, int], paper: str) -> str:
    """The picture in the middle of another of that size, as large as fits with a margin."""
    root = re.match(r'<svg [^>]*?\bwidth="([\d.]+)" height="([\d.]+)"[^>]*>', svg)
    if root is None:
        raise ValueError("the drawing does not begin as an SVG with its size")
    width, height = float(root[1]), float(root[2])
    margin = 0.04 * min(canvas)
    scale = min((canvas[0] - 2 * margin) / width, (canvas[1] - 2 * margin) / height)
    left, top = (canvas[0] - scale * width) / 2, (canvas[1] - scale * height) / 2
    inside = svg[root.end() :].rpartition("</svg>")[0]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{canvas[0]}" height="{canvas[1]}" viewBox="0 0 {canvas[0]} {canvas[1]}">'
        f'<rect width="{canvas[0]}" height="{canvas[1]}" fill="{paper}"/>'
        f'<g transform="translate({left:.2f},{top:.2f}) scale({scale:.4f})">{inside}</g></svg>'
    )


@cache
def ours(name: str) -> Theme:
    """One of the themes that come with the service: page, slide or post."""
    return read_theme(written(name))


@cache
def written(name: str) -> str:
    """Its file, to begin one's own with."""
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def read_theme(text: str) -> Theme:
    """The theme that a file says. ValueError has every mistake, a line each."""
    try:
        given = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"This is no TOML file: {error}.") from error
    palette = given.get("colours")
    palette = palette if isinstance(palette, dict) else {}
    found = [*_words(given), *_colours(palette)]
    found = found or [*_readable(palette)]
    if found:
        raise ValueError("\n".join(found))
    return Theme(
        name=" ".join(given["name"].split()),
        typeface=given["typeface"],
        size=given["size"],
        colours={name: palette[name].upper() for name in COLOURS},
        scale=tuple(colour.upper() for colour in palette["scale"]),
    )


def _words(given: dict[str, Any]) -> Iterator[str]:
    for unknown in sorted(given.keys() - {"name", "typeface", "size", "colours"}):
        yield f"{unknown} means nothing here: take it out."
    name = given.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 40:
        yield "name: give the theme a name of up to 40 letters."
    if given.get("typeface") not in TYPEFACES:
        yield f"typeface: choose one that charts can be drawn in: {' or '.join(TYPEFACES)}."
    if given.get("size") not in SIZES:
        yield f"size: choose {', '.join(list(SIZES)[:-1])} or {list(SIZES)[-1]}."
    if not isinstance(given.get("colours"), dict):
        yield "colours: the part [colours] is missing."


def _colours(palette: dict[str, Any]) -> Iterator[str]:
    if not palette:
        return
    for unknown in sorted(palette.keys() - {*COLOURS, "scale"}):
        yield f"colours: {unknown} means nothing here: take it out."
    for name in COLOURS:
        if not _is_colour(palette.get(name)):
            yield f"colours: write {name} as six digits, like #1B1F23."
    scale = palette.get("scale")
    if not isinstance(scale, list) or not 2 <= len(scale) <= MOST_STEPS:
        yield f"colours: give scale 2 to {MOST_STEPS} colours, the fullest answer's first."
    elif not all(map(_is_colour, scale)):
        yield "colours: write every colour of scale as six digits, like #1B1F23."


def _is_colour(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"#[0-9A-Fa-f]{6}", value) is not None


def _readable(palette: dict[str, Any]) -> Iterator[str]:
    pairs = [
        *(("ink", "paper", TEXT), ("quiet", "paper", TEXT), ("ink", "track", TEXT)),
        *(("paper", "bar", TEXT), ("paper", "other", TEXT)),
        *(("bar", "track", SHAPE), ("other", "track", SHAPE)),
    ]
    for one, other, least in pairs:
        if (has := contrast(palette[one], palette[other])) < least:
            yield f"colours: {one} on {other} has a contrast of {has:.1f}; it needs {least}."
    scale, ink, paper = palette["scale"], palette["ink"], palette["paper"]
    if any(luminance(one) >= luminance(other) for one, other in pairwise(scale)):
        yield "colours: order scale from dark to light, so that it survives a photocopier."
        return
    for steps in range(2, 6):
        for place, (colour, on) in enumerate(shades(steps, scale, ink, paper), 1):
            if (has := contrast(colour, on)) < TEXT:
                yield (
                    f"colours: step {place} of a scale of {steps} is {colour}; the number on it, "
                    f"{on}, has a contrast of {has:.1f}; it needs {TEXT}."
                )
