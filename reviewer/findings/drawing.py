"""Charts as files, each drawn once: unchanged data renders nothing again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from importlib.metadata import version
from pathlib import Path

from flask import current_app

from reviewer.findings import charts
from reviewer.findings.figures import Figure
from reviewer.rounds.models import Round

# Part of a kept file's name: another renderer or `charts.py` may draw the same chart otherwise.
MADE_BY = [version("vl-convert-python"), version("pypdfium2"), Path(charts.__file__).read_text()]


def draw(figure: Figure, round_: Round) -> dict[str, bytes]:
    """The chart of a figure as png, svg and pdf, marked as the round is."""
    spec = charts.chart(figure, invented=round_.invented, provisional=round_.is_open).to_dict(
        validate=False
    )
    name = hashlib.sha256(json.dumps([spec, MADE_BY], sort_keys=True).encode()).hexdigest()
    folder = Path(current_app.config["EXPORTS_DIR"]) / "charts"
    files = {kind: folder / f"{name}.{kind}" for kind in charts.FORMATS}
    if all(path.is_file() for path in files.values()):
        return {kind: path.read_bytes() for kind, path in files.items()}
    # All three at once: they come from one run of Vega, which takes nearly all the time.
    drawn = charts.render(spec, charts.FORMATS)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in drawn.items():
        # Under another name first: two requests may draw the same chart at once.
        unfinished = folder / f".{name}.{kind}.{os.getpid()}.{threading.get_ident()}"
        unfinished.write_bytes(content)
        unfinished.rename(files[kind])
    return drawn
