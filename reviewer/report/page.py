"""The report as one HTML page that needs no other file: charts and styles are in it, no script."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from reviewer.report.contents import Report, clean

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def page(report: Report, charts: Mapping[str, bytes]) -> bytes:
    """The report as .html in UTF-8; `charts` are SVG by figure id."""
    pictures = {
        figure_id: f"data:image/svg+xml;base64,{base64.b64encode(chart).decode()}"
        for figure_id, chart in charts.items()
    }
    return _template().render(report=report, pictures=pictures).encode()


@cache
def _template() -> Template:
    # An environment of its own: the page is a file, and knows no request and no address.
    loader = FileSystemLoader(TEMPLATES / "report")
    environment = Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    return environment.get_template("file.html")
