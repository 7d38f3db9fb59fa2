"""The report of a round: what is in it, having it made, and taking it home."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.findings.counting import systems_reviewed
from reviewer.findings.releases import too_close
from reviewer.findings.views import answer_file, file_name
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.report.forms import TemplateForm
from reviewer.report.making import FORMATS
from reviewer.report.models import (
    WordTemplate,
    add_template,
    ask_for,
    reports_of,
    templates,
)
from reviewer.report.template import LARGEST, checked
from reviewer.reviews.answers import version_of
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.writing.printing import named_in

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
    return _page(load_round(round_id), TemplateForm())


def _page(round_: Round, form: TemplateForm) -> str:
    named = named_in(round_)
    return render_template(
        "report/index.html",
        round=round_,
        close=too_close(round_),
        named=named,
        stamp=version_of(repr(named)),
        templates=templates(),
        form=form,
        reviewed=systems_reviewed(round_),
        reports=reports_of(round_),
        formats=FORMATS,
        names=NAMES,
        hints=HINTS,
        may_make=current_user.may(Permission.RUN_ROUNDS),
    )


@pages.post("/<any(docx, pdf, html):ending>")
@guard(Permission.RUN_ROUNDS)
@limited(Cost.MAKE)
def make(round_id: int, ending: str) -> ResponseReturnValue:
    """Have it made; where what is written seems to name somebody, only with a yes to that."""
    round_ = load_round(round_id)
    named = named_in(round_)
    if not systems_reviewed(round_):
        flash("No review was submitted yet, so there is nothing to report.", "error")
    elif named and request.form.get("named") != version_of(repr(named)):
        flash(
            "Nothing was made: what is written may name a system or a person. Look at the words "
            "below, and tick that they may stand.",
            "error",
        )
    else:
        chosen = request.form.get("template", "")
        known = {template.name for template in templates()} | {""}
        ask_for(round_, ending, current_user, chosen if chosen in known else "")
    return redirect(url_for("report.index", round_id=round_.id))


@pages.post("/templates")
@guard(Permission.RUN_ROUNDS)
@limited(Cost.UPLOAD)
def bring(round_id: int) -> ResponseReturnValue:
    """Take in a Word file for its styles, or say why not."""
    round_ = load_round(round_id)
    form = TemplateForm()
    if form.validate_on_submit():
        given = form.file.data
        name = form.name.data or Path(given.filename or "").stem
        try:
            content = checked(given.read(LARGEST + 1))
        except ValueError as error:
            form.file.errors = [str(error)]
        else:
            add_template(" ".join(name.split())[:100] or "Template", content, current_user)
            flash("The Word file is kept. Choose it when you make the report.", "success")
            return redirect(url_for("report.index", round_id=round_.id))
    return _page(round_, form)


@pages.post("/templates/<int:template_id>/remove")
@guard(Permission.RUN_ROUNDS)
def remove(round_id: int, template_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    template = session.get(WordTemplate, template_id) or abort(404)
    session.delete(template)
    flash(f"{template.name} is removed. Reports that were made with it stay.", "success")
    return redirect(url_for("report.index", round_id=round_.id))


@pages.get("/status")
@guard(Permission.SEE_FINDINGS)
def status(round_id: int) -> ResponseReturnValue:
    """How far each report is, for a page that keeps itself up to date."""
    reports = reports_of(load_round(round_id))
    return {"files": [report.progress(ending) for ending, report in reports.items()]}


@pages.get("/<any(docx, pdf, html):ending>")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def take(round_id: int, ending: str) -> ResponseReturnValue:
    """The report as it was made last."""
    round_ = load_round(round_id)
    report = reports_of(round_).get(ending)
    content = report.content() if report else None
    if content is None:
        abort(404)
    return answer_file(content, file_name(round_, "report", ending), ending)
