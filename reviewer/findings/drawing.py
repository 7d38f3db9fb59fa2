"""Charts as files, each drawn once: unchanged data renders nothing again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import current_app

from reviewer.db import has_no_room
from reviewer.findings.figures import FORMATS, Figure
from reviewer.findings.movement import Movement
from reviewer.findings.over_time import Compared
from reviewer.findings.theme import Theme, ours
from reviewer.rounds.models import Round

Shown = Figure | Movement | Compared  # what there are charts of


def draw(what: Shown, round_: Round, theme: Theme | None = None) -> dict[str, bytes]:
    """The chart of a figure, a movement or a comparison as png, svg and pdf, marked as the round
    is; in our own look, the size of a page, without a theme. Its id, by which its files are named
    elsewhere, is never that of another."""
    theme = theme or ours("page")
    files, spec = _files(what, round_, theme)
    if all(path.is_file() for path in files.values()):
        return {kind: path.read_bytes() for kind, path in files.items()}
    # All three at once: they come from one run of Vega, which takes nearly all the time.
    drawn: dict[str, bytes] = _render(spec, theme)
    for kind, content in drawn.items():
        _keep(files[kind], content)
    return drawn


def _keep(path: Path, content: bytes) -> None:
    """Keep it for the next time; where the disk is full it is drawn again then."""
    # Under another name first: two requests may draw the same chart at once.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.rename(path)
    except OSError as error:
        if not has_no_room(error):
            raise
    finally:
        unfinished.unlink(missing_ok=True)


def kept(what: Shown, round_: Round, theme: Theme | None = None) -> dict[str, Path] | None:
    """Where the chart is, if `draw` would draw nothing."""
    files, _ = _files(what, round_, theme or ours("page"))
    return files if all(path.is_file() for path in files.values()) else None


def _files(what: Shown, round_: Round, theme: Theme) -> tuple[dict[str, Path], dict[str, Any]]:
    """Where the chart is kept in each format, by a hash of all that it is drawn from; and that."""
    marks = {"invented": round_.invented, "provisional": round_.is_open}
    if isinstance(what, Movement):
        from reviewer.findings import movement_chart, stacks

        chart = stacks.chart(movement_chart.stacks_of(what, **marks), width=theme.width)
    elif isinstance(what, Compared):
        from reviewer.findings import comparison_chart, stacks

        chart = stacks.chart(comparison_chart.stacks_of(what, **marks), width=theme.width)
    else:
        chart = _charts().chart(what, width=theme.width, **marks)
    spec = theme.dress(chart.to_dict(validate=False))
    source = json.dumps([spec, theme.canvas, *_made_by()], sort_keys=True)
    name = hashlib.sha256(source.encode()).hexdigest()
    folder = Path(current_app.config["EXPORTS_DIR"]) / "charts"
    return {kind: folder / f"{name}.{kind}" for kind in FORMATS}, spec


def for_web(figure: Figure) -> dict[str, Any]:
    """The chart of a figure as Vega-Lite for a web page."""
    return _charts().web_spec(figure)


def movement_for_web(movement: Movement) -> dict[str, Any]:
    """The chart of a movement as Vega-Lite for a web page."""
    from reviewer.findings import movement_chart, stacks

    return stacks.web_spec(movement_chart.stacks_of(movement))


def comparison_for_web(compared: Compared) -> dict[str, Any]:
    """The chart of a figure beside what it was, as Vega-Lite for a web page."""
    from reviewer.findings import comparison_chart, stacks

    return stacks.web_spec(comparison_chart.stacks_of(compared))


def _render(spec: dict[str, Any], theme: Theme) -> dict[str, bytes]:
    from reviewer.findings import rendering

    return rendering.render(spec, FORMATS, theme.canvas)


def _charts() -> ModuleType:
    # Altair takes a second to import, which every start and every command would pay.
    from reviewer.findings import charts

    return charts


@cache
def _made_by() -> list[str]:
    """Part of a kept file's name: another renderer or other code may draw the chart otherwise."""
    sources = (Path(__file__).with_name(name) for name in ("rendering.py", "theme.py"))
    texts = (source.read_text(encoding="utf-8") for source in sources)
    return [version("vl-convert-python"), version("typst"), *texts]
