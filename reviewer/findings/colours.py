"""The colours of charts, and how well text on them can be read. Pure."""

from __future__ import annotations

from collections.abc import Sequence

INK, GREY, TRACK, PAPER = "#1B1F23", "#4C555C", "#ECEFF1", "#FFFFFF"
# Fullest to least, dark to light in equal steps of contrast: the order survives a photocopier, and
# neighbours differ in lightness for every kind of colour vision.
SHADES = ("#173268", "#00608D", "#32949F", "#92BE9A", "#F8EFC9")
CHOSEN, REST = SHADES[1], "#66727B"  # bars of ranked options, and of `other`
MOST_STEPS = 7  # shades that can be told apart


def shades(
    steps: int, colours: Sequence[str] = SHADES, ink: str = INK, paper: str = PAPER
) -> list[tuple[str, str]]:
    """So many colours from dark (the fullest value) to light (the least), each with the colour of
    text on it; up to seven can be told apart."""
    found = []
    for step in range(steps):
        place = step / max(steps - 1, 1)
        near, share = divmod(place * (len(colours) - 1), 1)
        one, other = colours[int(near)], colours[min(int(near) + 1, len(colours) - 1)]
        channels = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
        mixed = "".join(f"{round(a + (b - a) * share):02X}" for a, b in channels)
        found.append((f"#{mixed}", paper if place < 0.42 else ink))
    return found


def contrast(one: str, other: str) -> float:
    """How well one colour can be read on the other, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """From 0, black, to 1, white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
