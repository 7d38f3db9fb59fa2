"""How much faster our charts are than a naive export of the same figures (`make bench`)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import altair as alt
import pandas as pd

from reviewer.findings.charts import FORMATS, chart, render
from reviewer.findings.figures import Figure
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


def naive(figure: Figure, folder: Path) -> None:
    """The chart as Altair's documentation would have it, saved once for each format."""
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
    for kind in FORMATS:
        scale = 2 if kind == "png" else 1
        (bars + numbers).properties(width=640).save(folder / f"naive.{kind}", scale_factor=scale)


def ours(figure: Figure, folder: Path) -> None:
    for kind, content in render(chart(figure), FORMATS).items():
        (folder / f"ours.{kind}").write_bytes(content)


def main() -> None:
    """Prints what both sides take in one run, and the ratio beside the target. CPU time, as other
    work on the machine would tell on one side or the other."""
    figures = figures_of_the_report()
    seconds = {}
    with TemporaryDirectory() as folder:
        for side in (naive, ours):
            side(figures[0], Path(folder))  # the renderer starts on its first chart
            start = process_time()
            for drawn in figures:
                side(drawn, Path(folder))
            seconds[side] = process_time() - start
    print(
        f"{len(figures)} charts as {', '.join(FORMATS)}: "
        f"naive Altair export {seconds[naive]:.1f} s of CPU time, ours {seconds[ours]:.1f} s, "
        f"{seconds[naive] / seconds[ours]:.1f}x faster (target {TARGET}x)"
    )


if __name__ == "__main__":
    main()
