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

from reviewer.findings.figures import FORMATS, Figure
from reviewer.findings.movement import Movement
from reviewer.rounds.models import Round


def draw(figure: Figure, round_: Round) -> dict[str, bytes]:
    """The chart of a figure as png, svg and pdf, marked as the round is."""
    charts = _charts()
    return _drawn(charts.chart(figure, invented=round_.invented, provisional=round_.is_open))


def draw_movement(movement: Movement, round_: Round) -> dict[str, bytes]:
    """The chart of a movement as png, svg and pdf, marked as the round is. A file of it is named by
    `movement.id`, which no figure has."""
    from reviewer.findings import movement_chart, stacks

    said = movement_chart.stacks_of(movement, invented=round_.invented, provisional=round_.is_open)
    return _drawn(stacks.chart(said))


def _drawn(chart: Any) -> dict[str, bytes]:
    charts, spec = _charts(), chart.to_dict(validate=False)
    name = hashlib.sha256(json.dumps([spec, *_made_by()], sort_keys=True).encode()).hexdigest()
    folder = Path(current_app.config["EXPORTS_DIR"]) / "charts"
    files = {kind: folder / f"{name}.{kind}" for kind in FORMATS}
    if all(path.is_file() for path in files.values()):
        return {kind: path.read_bytes() for kind, path in files.items()}
    # All three at once: they come from one run of Vega, which takes nearly all the time.
    drawn: dict[str, bytes] = charts.render(spec, FORMATS)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in drawn.items():
        # Under another name first: two requests may draw the same chart at once.
        unfinished = folder / f".{name}.{kind}.{os.getpid()}.{threading.get_ident()}"
        unfinished.write_bytes(content)
        unfinished.rename(files[kind])
    return drawn


def for_web(figure: Figure) -> dict[str, Any]:
    """The chart of a figure as Vega-Lite for a web page."""
    return _charts().web_spec(figure)


def movement_for_web(movement: Movement) -> dict[str, Any]:
    """The chart of a movement as Vega-Lite for a web page."""
    from reviewer.findings import movement_chart, stacks

    return stacks.web_spec(movement_chart.stacks_of(movement))


def _charts() -> ModuleType:
    # Altair takes a second to import, which every start and every command would pay.
    from reviewer.findings import charts

    return charts


@cache
def _made_by() -> list[str]:
    """Part of a kept file's name: another renderer or `charts.py` may draw the chart otherwise."""
    source = Path(__file__).with_name("charts.py").read_text(encoding="utf-8")
    return [version("vl-convert-python"), version("pypdfium2"), source]
