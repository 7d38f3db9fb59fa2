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
from reviewer.findings.theme import Theme, ours
from reviewer.rounds.models import Round


def draw(figure: Figure, round_: Round, theme: Theme | None = None) -> dict[str, bytes]:
    """The chart of a figure as png, svg and pdf, marked as the round is; in our own look, the size
    of a page, without a theme."""
    theme = theme or ours("page")
    files, spec = _files(figure, round_, theme)
    if all(path.is_file() for path in files.values()):
        return {kind: path.read_bytes() for kind, path in files.items()}
    # All three at once: they come from one run of Vega, which takes nearly all the time.
    drawn: dict[str, bytes] = _charts().render(spec, FORMATS, theme.canvas)
    for kind, content in drawn.items():
        path = files[kind]
        path.parent.mkdir(parents=True, exist_ok=True)
        # Under another name first: two requests may draw the same chart at once.
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        unfinished.write_bytes(content)
        unfinished.rename(path)
    return drawn


def is_drawn(figure: Figure, round_: Round, theme: Theme | None = None) -> bool:
    """Whether `draw` has nothing to draw."""
    files, _ = _files(figure, round_, theme or ours("page"))
    return all(path.is_file() for path in files.values())


def _files(figure: Figure, round_: Round, theme: Theme) -> tuple[dict[str, Path], dict[str, Any]]:
    """Where the chart is kept in each format, by a hash of all that it is drawn from; and that."""
    marks = {"invented": round_.invented, "provisional": round_.is_open}
    spec = theme.dress(_charts().chart(figure, width=theme.width, **marks).to_dict(validate=False))
    source = json.dumps([spec, theme.canvas, *_made_by()], sort_keys=True)
    name = hashlib.sha256(source.encode()).hexdigest()
    folder = Path(current_app.config["EXPORTS_DIR"]) / "charts"
    return {kind: folder / f"{name}.{kind}" for kind in FORMATS}, spec


def for_web(figure: Figure) -> dict[str, Any]:
    """The chart of a figure as Vega-Lite for a web page."""
    return _charts().web_spec(figure)


def _charts() -> ModuleType:
    # Altair takes a second to import, which every start and every command would pay.
    from reviewer.findings import charts

    return charts


@cache
def _made_by() -> list[str]:
    """Part of a kept file's name: another renderer or other code may draw the chart otherwise."""
    sources = (Path(__file__).with_name(name) for name in ("charts.py", "theme.py"))
    texts = (source.read_text(encoding="utf-8") for source in sources)
    return [version("vl-convert-python"), version("pypdfium2"), *texts]
