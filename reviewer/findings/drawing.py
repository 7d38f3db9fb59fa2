"""Charts as files, each drawn once: unchanged data renders nothing again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path

from flask import current_app

from reviewer.findings.charts import chart, render
from reviewer.findings.figures import Figure
from reviewer.rounds.models import Round

# Part of the name of a kept file: another renderer may draw the same chart another way.
RENDERER = version("vl-convert-python")


def draw(figure: Figure, round_: Round, formats: Collection[str]) -> dict[str, bytes]:
    """The chart of a figure in each of these formats (png, svg, pdf), marked as the round is."""
    spec = chart(figure, invented=round_.invented, provisional=round_.is_open).to_dict(
        validate=False
    )
    text = json.dumps(spec, sort_keys=True) + RENDERER
    name = hashlib.sha256(text.encode()).hexdigest()
    folder = Path(current_app.config["EXPORTS_DIR"]) / "charts"
    found = {
        kind: path.read_bytes() for kind in formats if (path := folder / f"{name}.{kind}").is_file()
    }
    missing = [kind for kind in formats if kind not in found]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, content in render(spec, missing).items():
            # Under another name first: two requests may draw the same chart at once.
            unfinished = folder / f".{name}.{kind}.{os.getpid()}"
            unfinished.write_bytes(content)
            unfinished.rename(folder / f"{name}.{kind}")
            found[kind] = content
    return found
