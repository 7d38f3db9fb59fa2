"""The report of a round: what is in it, having it made, and taking it home."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.findings.counting import systems_reviewed
from reviewer.findings.views import answer_file, file_name
from reviewer.people.permissions import Permission, guard
from reviewer.report.making import FORMATS
from reviewer.report.models import ask_for, reports_of
from reviewer.rounds.views import load_round

pages = Blueprint("report", __name__, url_prefix="/rounds/<int:round_id>/report")

NAMES = {"docx": "Word", "pdf": "PDF", "html": "Web page"}
HINTS = {
    "docx": "To write on in: headings, captions and tables are styles of Word.",
    "pdf": "To send and to print. It is tagged for screen readers (PDF/UA-1).",
    "html": "One file with all charts in it, to put on a website or to read on a phone.",
}


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    return render_template(
        "report/index.html",
        round=round_,
        reviewed=systems_reviewed(round_),
        reports=reports_of(round_),
        formats=FORMATS,
        names=NAMES,
        hints=HINTS,
        may_make=current_user.may(Permission.RUN_ROUNDS),
    )


@pages.post("/<any(docx, pdf, html):ending>")
@guard(Permission.RUN_ROUNDS)
def make(round_id: int, ending: str) -> ResponseReturnValue:
    round_ = load_round(round_id)
    if not systems_reviewed(round_):
        flash("No review was submitted yet, so there is nothing to report.", "error")
    else:
        ask_for(round_, ending, current_user)
    return redirect(url_for("report.index", round_id=round_.id))


@pages.get("/status")
@guard(Permission.SEE_FINDINGS)
def status(round_id: int) -> ResponseReturnValue:
    """How far each report is, for a page that keeps itself up to date."""
    reports = reports_of(load_round(round_id))
    return {
        "reports": [
            {"format": r.format, "state": r.state, "done": r.done, "of": r.of}
            for r in reports.values()
        ]
    }


@pages.get("/<any(docx, pdf, html):ending>")
@guard(Permission.SEE_FINDINGS)
def take(round_id: int, ending: str) -> ResponseReturnValue:
    """The report as it was made last."""
    round_ = load_round(round_id)
    report = reports_of(round_).get(ending)
    content = report.content() if report else None
    if content is None:
        abort(404)
    return answer_file(content, file_name(round_, "report", ending), ending)
