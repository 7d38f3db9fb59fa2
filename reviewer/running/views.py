"""The policy team's work on a round: where it stands, who reads what, answers in and out."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.findings.figures import percent_of
from reviewer.findings.views import TYPES, file_name
from reviewer.instrument.model import Question
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.asking import slots
from reviewer.reviews.exports import ANSWER_COLUMNS, answers_file
from reviewer.reviews.imports import BadTable, Outcome, import_answers
from reviewer.reviews.loading import load_review_of
from reviewer.reviews.models import Refused
from reviewer.rounds.drafting import today
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.running.assignment import give, take_back
from reviewer.running.closing import close, reopen
from reviewer.running.forms import AssignForm, ImportForm
from reviewer.running.opening import steps
from reviewer.running.overview import NARROWED, standings
from reviewer.running.situation import situation_of
from reviewer.sheets import to_csv
from reviewer.wording import count_text

pages = Blueprint("running", __name__, url_prefix="/rounds")

IMPORT_COLUMNS = ANSWER_COLUMNS[:6]
# What the template says besides, to fill it in without the criteria at hand; an import skips it.
TEMPLATE_COLUMNS = (*IMPORT_COLUMNS, "question_text", "possible_values")


@pages.get("/<int:round_id>")
@guard(Permission.SEE_FINDINGS)
def overview(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    everything = standings(round_)
    counts = {name: sum(map(keeps, everything)) for name, (_, keeps) in NARROWED.items()}
    shown = request.args.get("show", "all")
    if shown not in NARROWED:
        abort(404)
    readers = [reader for standing in everything for reader in standing.readers]
    may_run = current_user.may(Permission.RUN_ROUNDS)
    return render_template(
        "running/overview.html",
        round=round_,
        standings=[standing for standing in everything if NARROWED[shown][1](standing)],
        shown=shown,
        narrowed=[(name, words, counts[name]) for name, (words, _) in NARROWED.items()],
        counts=counts,
        percent=percent_of(counts["reviewed"], counts["all"]),
        readers=len(readers),
        submitted=sum(reader.stage == "submitted" for reader in readers),
        late=round_.is_open and round_.closes_on and round_.closes_on < today(),
        may_run=may_run,
        steps=steps(round_, everything, len(situation_of(round_).asked()), today())
        if round_.is_draft and may_run
        else [],
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
    )


@pages.post("/<int:round_id>/state")
@guard(Permission.RUN_ROUNDS)
def change_state(round_id: int) -> ResponseReturnValue:
    """Close an open round, open a closed one: a second click does not undo the first by chance,
    since the button says which."""
    round_ = load_round(round_id)
    wanted = request.form.get("state")
    if wanted == "closed" and close(round_, current_user):
        flash("The round is closed: nothing can be answered and its figures are kept.", "success")
    elif wanted == "open":
        try:
            reopen(round_, request.form.get("because", ""), current_user)
        except Refused as refused:
            flash(str(refused), "error")
        else:
            flash("The round is open again, and its figures are provisional.", "success")
    return redirect(url_for("running.overview", round_id=round_.id))


@pages.route("/<int:round_id>/assign", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def assign(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    situation = situation_of(round_)
    readers = situation.asked()
    form = AssignForm(system=request.args.get("system"))
    form.system.choices = [("", "Choose a system")] + [
        (str(s.id), f"{s.name} ({count_text(s.readings, 'reader')})")
        for s in situation.task.systems
    ]
    form.person.choices = [("", "Choose a reader")] + [
        (str(r.id), ", ".join(filter(None, (r.name, r.organisation, count_text(r.load, "system")))))
        for r in readers
    ]
    if form.validate_on_submit():
        system = situation.systems[int(form.system.data)]
        person = situation.people[int(form.person.data)]
        try:
            give(round_, system, person)
        except Refused as refused:
            form.person.errors = [str(refused)]
        else:
            flash(f"{person.name} is asked to read {system.name}.", "success")
            return redirect(url_for("running.assign", round_id=round_.id))
    return render_template("running/assign.html", round=round_, form=form, people=readers)


@pages.route("/<int:round_id>/reviews/<int:review_id>/take-back", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def take_assignment_back(round_id: int, review_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    review = load_review_of(round_, review_id, to_change=request.method == "POST")
    if request.method == "GET":
        return render_template("running/take_back.html", round=round_, review=review)
    reader, system = review.reader, review.system
    try:
        take_back(review)
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(f"{reader} no longer has {system.name}.", "success")
    return redirect(url_for("running.overview", round_id=round_.id, _anchor=system.code))


@pages.route("/<int:round_id>/import", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
@limited(Cost.UPLOAD)
def import_table(round_id: int) -> ResponseReturnValue:
    """Check a table of answers, or check it and take it in: one button each."""
    round_ = load_round(round_id)
    form = ImportForm()
    outcome: Outcome | None = None
    mistakes: list[str] = []
    if form.validate_on_submit():
        only_check = request.form.get("action") != "import"
        file = form.file.data
        try:
            outcome = import_answers(
                round_,
                file.stream,
                file.filename,
                replace=form.replace.data,
                dry_run=only_check,
            )
        except BadTable as bad:
            mistakes = bad.lines
            form.file.errors = [
                f"Nothing was imported: {count_text(len(mistakes), 'thing')} to put right."
            ]
        else:
            if not only_check:
                flash(f"Imported {_said(outcome)}", "success")
                return redirect(url_for("running.overview", round_id=round_.id))
    return render_template(
        "running/import.html",
        round=round_,
        form=form,
        checked=_said(outcome) if outcome else "",
        mistakes=mistakes,
        kinds=[k for k in round_.released.instrument.document_kinds if k.counted],
        example=round_.released.instrument.questions[0],
    )


@pages.get("/<int:round_id>/import/template.csv")
@guard(Permission.RUN_ROUNDS)
def import_template(round_id: int) -> ResponseReturnValue:
    """An import file to fill in: the header, and a row per question and document kind."""
    round_ = load_round(round_id)
    rows = [
        dict.fromkeys(IMPORT_COLUMNS, "")
        | {
            "question": question.id,
            "document": document,
            "question_text": question.text,
            "possible_values": _possible_values(question),
        }
        for question, document in slots(round_.released.instrument)
    ]
    return _download(to_csv(TEMPLATE_COLUMNS, rows), round_, "import-template", "csv")


@pages.get("/<int:round_id>/answers.<any(csv, xlsx):ending>")
@guard(Permission.SEE_ANSWERS)
@limited(Cost.DOWNLOAD)
def answers(round_id: int, ending: str) -> ResponseReturnValue:
    """Every answer, one row each; the XLSX has the comments on criteria and a code book besides."""
    round_ = load_round(round_id)
    content, _ = answers_file(round_, ending)
    return _download(content, round_, "answers", ending)


def _said(outcome: Outcome) -> str:
    """What an import did, or would do, in a sentence or two."""
    said = f"{count_text(outcome.answers, 'answer')} in {count_text(outcome.reviews, 'review')}"
    if outcome.replaced:
        said += f", {outcome.replaced} in the place of earlier ones"
    strange = [column for column in outcome.unused_columns if column not in TEMPLATE_COLUMNS]
    return f"{said}." + (f" Columns not used: {', '.join(strange)}." if strange else "")


def _possible_values(question: Question) -> str:
    return "; ".join(option.label for option in question.options) or "text"


def _download(content: bytes, round_: Round, what: str, ending: str) -> Response:
    name = file_name(round_, what, ending)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type=TYPES[ending])
