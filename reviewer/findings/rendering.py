"""The specification of a chart as files: svg, pdf and png. Pure."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import quoteattr

import altair as alt
import typst
import vl_convert

from reviewer.findings.figures import FORMATS
from reviewer.findings.theme import TYPEFACES, framed

FOLDER = Path(__file__).resolve().parents[2] / "static" / "vendor"
FONTS = [FOLDER / "fonts", FOLDER / "liberation-2.1.5"]
# Vega measures every word, letter by letter, and opens a font's file for each: that was half of a
# chart's time. This typeface its renderer holds in memory. It is 2% narrower than ours at most,
# and what depends on widths is laid out by us anyway, but for the gaps between a legend's keys.
MEASURED = "Liberation Sans"
DOTS = 144  # an inch of a picture: twice the size that it has in pixels on a page
ONE_TYPESETTER = Lock()
# The size of the picture in pixels is the size of the page in points.
PAGE = b"""
#set document(title: sys.inputs.description, date: none)
#set text(lang: "en", region: "GB")
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt,
  alt: sys.inputs.description)
"""


def render(
    spec: alt.LayerChart | dict[str, Any],
    formats: Collection[str],
    canvas: tuple[int, int] | None = None,
) -> dict[str, bytes]:
    """The chart as files, by format: `png` at twice its size, `svg`, `pdf`; ValueError for others.
    It is as large as it needs, or in the middle of a `canvas` of so many pixels.

    Nothing is fetched from anywhere. Vega draws once, as SVG; PDF and PNG are set from that.
    """
    if unknown := set(formats) - set(FORMATS):
        raise ValueError(f"charts are made as {', '.join(FORMATS)}, not as {sorted(unknown)}")
    vega_lite = spec if isinstance(spec, dict) else spec.to_dict(validate=False)
    svg = _drawn(vega_lite)
    if canvas:
        svg = framed(svg, canvas, vega_lite["background"])
    description = vega_lite["description"]
    files: dict[str, bytes] = {}
    for kind in formats:
        if kind == "svg":
            label = quoteattr(description)
            files[kind] = svg.replace("<svg ", f'<svg role="img" aria-label={label} ', 1).encode()
        else:
            files[kind] = _set(svg, description, kind)
    return files


def _drawn(vega_lite: dict[str, Any]) -> str:
    config = vega_lite["config"]
    measured = vega_lite | {"config": config | {"font": MEASURED}}
    svg: str = vl_convert.vegalite_to_svg(measured, allowed_base_urls=[])
    return svg.replace(f'font-family="{MEASURED}"', f'font-family="{config["font"]}"')


def _set(svg: str, description: str, kind: str) -> bytes:
    width = re.search(r'\bwidth="([\d.]+)"', svg)
    if width is None:
        raise ValueError("the drawing does not begin as an SVG with its size")
    inputs = {"svg": svg, "description": description, "width": width[1]}
    typesetter = _typesetter()
    with ONE_TYPESETTER:
        file = typesetter.compile(
            PAGE, format="png" if kind == "png" else "pdf", ppi=DOTS, sys_inputs=inputs
        )
    assert isinstance(file, bytes)  # one page is one file
    return _sized(file) if kind == "png" else file


@cache
def _typesetter() -> typst.Compiler:
    # With its font missing a chart comes out in another one, and gives no error.
    typesetter = typst.Compiler(font_paths=FONTS, ignore_system_fonts=True)
    if missing := set(TYPEFACES) - set(typst.Fonts(font_paths=FONTS).families()):
        raise FileNotFoundError(f"no {' and no '.join(sorted(missing))} in {FOLDER}")
    return typesetter


def _sized(png: bytes) -> bytes:
    """The picture with its size on paper, without which Word and PowerPoint show it too large."""
    after_head = 33  # the signature, and the chunk of 13 bytes that every file begins with
    dots = round(DOTS / 0.0254)  # a metre
    chunk = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    told = struct.pack(">I", 9) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:after_head] + told + png[after_head:]
