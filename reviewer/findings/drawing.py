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
from reviewer.rounds.models import Round


def draw(figure: Figure, round_: Round) -> dict[str, bytes]:
    """The chart of a figure as png, svg and pdf, marked as the round is."""
    charts = _charts()
    spec = charts.chart(figure, invented=round_.invented, provisional=round_.is_open).to_dict(
        validate=False
    )
    name = hashlib.sha256(json.dumps([spec, *_made_by()], sort_keys=True).encode()).hexdigest()
    folder = Path(current_app.config["EXPORTS_DIR"]) / "charts"
    files = {kind: folder / f"{name}.{kind}" for kind in FORMATS}
    if all(path.is_file() for path in files.values()):
        return {kind: path.read_bytes() for kind, path in files.items()}
    # All three at once: they come from one run of Vega, which takes nearly all the time.
    drawn = charts.render(spec, FORMATS)
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


def _charts() -> ModuleType:
    # Altair takes a second to import, which every start and every command would pay.
    from reviewer.findings import charts

    return charts


@cache
def _made_by() -> list[str]:
    """Part of a kept file's name: another renderer or `charts.py` may draw the chart otherwise."""
    source = Path(__file__).with_name("charts.py").read_text(encoding="utf-8")
    return [version("vl-convert-python"), version("pypdfium2"), source]
