"""How much faster our charts are than a naive export of the same figures (`make bench`)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import altair as alt
import pandas as pd
import vl_convert

from reviewer.findings.charts import FONT, chart
from reviewer.findings.figures import FORMATS, Figure
from reviewer.findings.rendering import FONTS, render
from reviewer.findings.sentences import notes
from reviewer.instrument.model import SCALE, TEXT, Option
from tests.findings.makers import figure, groups

TARGET = 5
CRITERIA = Path(__file__).parents[1] / "criteria" / "hpig-2024.toml"


def figures_of_the_report() -> list[Figure]:
    """The 23 figures of the report of January 2024 and two more, with made-up counts."""
    read = tomllib.loads(CRITERIA.read_text("utf-8"))
    asked = [q for q in read["questions"] if q["kind"] != TEXT]
    asked.sort(key=lambda q: not q["source"].startswith("Figure"))
    figures = []
    for q in asked[:25]:
        if q["kind"] == SCALE:
            figures.append(figure(14, 12, 5, text=q["text"]))
        else:
            options = [Option(o["id"], o["label"]) for o in q["options"]]
            counts = [20 - 2 * place for place in range(len(options))]
            figures.append(groups(*counts, base=26, options=options, text=q["text"]))
    return figures


def naive(figure: Figure, folder: Path, typeface: str | None = None) -> None:
    """The chart as Altair's documentation would have it, saved once for each format; in a typeface,
    or in that which the renderer has in memory."""
    options = figure.question.options
    table = pd.DataFrame(
        {
            "option": [option.label for option in options],
            "systems": [figure.counts[option.id] for option in options],
        }
    )
    words = alt.TitleParams(figure.question.text, subtitle=notes(figure))
    base = alt.Chart(table, title=words)
    if figure.question.kind == SCALE:
        bars = base.mark_bar().encode(x="systems", color=alt.Color("option", sort=None))
        numbers = base.mark_text().encode(x=alt.X("systems", stack="zero"), text="systems")
    else:
        bars = base.mark_bar().encode(x="systems", y=alt.Y("option", sort="-x"))
        numbers = bars.mark_text(align="left", dx=4).encode(text="systems")
    drawn = (bars + numbers).properties(width=640)
    if typeface:
        drawn = drawn.configure(font=typeface)
    for kind in FORMATS:
        drawn.save(folder / f"naive.{kind}", scale_factor=2 if kind == "png" else 1)


def naive_in_our_typeface(figure: Figure, folder: Path) -> None:
    naive(figure, folder, FONT)


def ours(figure: Figure, folder: Path) -> None:
    for kind, content in render(chart(figure), FORMATS).items():
        (folder / f"ours.{kind}").write_bytes(content)


def main() -> None:
    """Prints what both sides take in one run, and the ratio beside the target. CPU time, as other
    work on the machine would tell on one side or the other.

    The same chart has the same typeface. In another one, which the renderer need not open a file
    for, the naive side is faster; that is printed as well.
    """
    vl_convert.register_font_directory(str(FONTS[0]))
    figures = figures_of_the_report()
    seconds = {}
    with TemporaryDirectory() as folder:
        for side in (naive_in_our_typeface, naive, ours):
            side(figures[0], Path(folder))  # the renderer starts on its first chart
            start = process_time()
            for drawn in figures:
                side(drawn, Path(folder))
            seconds[side] = process_time() - start
    same, other, mine = seconds[naive_in_our_typeface], seconds[naive], seconds[ours]
    print(
        f"{len(figures)} charts as {', '.join(FORMATS)}: naive Altair export in our typeface "
        f"{same:.1f} s of CPU time, ours {mine:.1f} s, {same / mine:.1f}x faster (target {TARGET}x)"
        f"\nnaive Altair export in the renderer's own typeface {other:.1f} s, {other / mine:.1f}x"
    )


if __name__ == "__main__":
    main()
