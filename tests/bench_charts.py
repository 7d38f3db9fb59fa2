"""How much faster our charts are than a naive export of the same figures (`make bench`)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import altair as alt
import pandas as pd

from reviewer.findings.charts import FORMATS, chart, render
from reviewer.findings.figures import Figure
from reviewer.instrument.model import SCALE, Option
from tests.findings.makers import GROUPS, figure, groups

TARGET = 5
LONG = (
    "Does the plan propose approaches to tackle health inequalities as a barrier to accessing "
    "health services? For example, disability, digital divide, linguistic or cultural barriers "
    "could hinder a young person's access to their local services."
)
NINE = (
    *GROUPS,
    Option("carers", "young carers and children who look after a parent or a sibling"),
    Option("justice", "children and young people in contact with the youth justice system"),
    Option("refugees", "unaccompanied asylum-seekers, refugees and migrants"),
    Option("absent", "children who are persistently absent from school"),
    Option("conditions", "children with life-threatening conditions or in palliative care"),
)


def round_of_25() -> list[Figure]:
    """As in a round: scales for the most part, some with long questions, and choices."""
    scales = [figure(n, 20 - n, 11, text=LONG if n % 3 else LONG[:110]) for n in range(1, 18)]
    few = [groups(9, 14, 13, n, base=26, text=LONG[:110]) for n in range(4)]
    many = [groups(9, 14, 13, 5, 4, 3, 2, 1, n, base=26, options=NINE) for n in range(4)]
    return scales + few + many


def naive(figure: Figure, folder: Path) -> None:
    """The chart as Altair's documentation would have it, saved once for each format."""
    options = figure.question.options
    table = pd.DataFrame(
        {
            "option": [option.label for option in options],
            "systems": [figure.counts[option.id] for option in options],
        }
    )
    base = alt.Chart(table, title=figure.question.text)
    if figure.question.kind == SCALE:
        bars = base.mark_bar().encode(x="systems", color=alt.Color("option", sort=None))
        numbers = base.mark_text().encode(x=alt.X("systems", stack="zero"), text="systems")
    else:
        bars = base.mark_bar().encode(x="systems", y=alt.Y("option", sort="-x"))
        numbers = bars.mark_text(align="left", dx=4).encode(text="systems")
    for kind in FORMATS:
        (bars + numbers).properties(width=640).save(folder / f"naive.{kind}", scale_factor=2)


def ours(figure: Figure, folder: Path) -> None:
    for kind, content in render(chart(figure), FORMATS).items():
        (folder / f"ours.{kind}").write_bytes(content)


def main() -> None:
    """Prints the seconds of both sides, taken in one run, and their ratio beside the target."""
    figures = round_of_25()
    seconds = {}
    with TemporaryDirectory() as folder:
        for side in (naive, ours):
            side(figures[0], Path(folder))  # the renderer starts on its first chart
            start = perf_counter()
            for drawn in figures:
                side(drawn, Path(folder))
            seconds[side] = perf_counter() - start
    print(
        f"{len(figures)} charts as {', '.join(FORMATS)}: "
        f"naive Altair export {seconds[naive]:.1f} s, ours {seconds[ours]:.1f} s, "
        f"{seconds[naive] / seconds[ours]:.1f}x faster (target {TARGET}x)"
    )


if __name__ == "__main__":
    main()
