"""A round's report as a file: its charts are drawn, or taken as they were drawn before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reviewer.findings.drawing import draw
from reviewer.findings.theme import ours
from reviewer.report.assembling import report_of
from reviewer.rounds.models import Round

FORMATS = ("docx", "pdf", "html")


def make(
    round_: Round,
    kind: str,
    told: Callable[[int, int], None] = lambda done, of: None,
    template: bytes | None = None,
) -> bytes:
    """The report of a round as docx, pdf or html; ValueError for another kind, or for a template
    that is no Word file. `told` hears how many charts are drawn, and of how many."""
    if kind not in FORMATS:
        raise ValueError(f"a report is made as {', '.join(FORMATS)}, not as {kind}")
    report = report_of(round_)
    form = "png" if kind == "docx" else "svg"
    look = replace(ours("page"), titled=False)  # the caption says what is asked
    charts = {}
    for done, figure in enumerate(report.shown, 1):
        charts[figure.id] = draw(figure, round_, look)[form]
        told(done, len(report.shown))
    match kind:
        case "docx":
            # Imported here: a second that every start and every other command would pay.
            from reviewer.report.word import word

            return word(report, charts, template)
        case "pdf":
            from reviewer.report.pdf import pdf

            return pdf(report, charts)
        case _:
            from reviewer.report.page import page

            return page(report, charts)
