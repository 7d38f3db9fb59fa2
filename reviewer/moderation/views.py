"""Second readings: where they differ, side by side, and what the policy team decides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.calibration.exercise import exercise_for
from reviewer.db import session
from reviewer.documents.store import on_shelf
from reviewer.instrument.model import TEXT, Question
from reviewer.moderation.agreement import FEWEST
from reviewer.moderation.comparing import compare
from reviewer.moderation.decisions import LONGEST_REASON, decide, withdraw
from reviewer.moderation.exports import COLUMNS, number_text, range_text, table_rows
from reviewer.moderation.forms import DecisionForm, decision_form
from reviewer.moderation.readings import comparisons, is_alone
from reviewer.moderation.rewording import agreement_of
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.asking import slots
from reviewer.reviews.forms import prefix
from reviewer.reviews.loading import load_review_of
from reviewer.reviews.models import Refused, Review, Stage
from reviewer.reviews.page import load_notes, shown
from reviewer.reviews.returning import LONGEST_REASON as LONGEST_RETURN
from reviewer.reviews.returning import marks_of, return_review, tell_reader
from reviewer.rounds.models import Round, RoundSystem
from reviewer.rounds.views import load_round
from reviewer.sheets import to_csv
from reviewer.systems.models import System
from reviewer.wording import count_text

pages = Blueprint("moderation", __name__, url_prefix="/rounds/<int:round_id>")


def load_system(round_id: int, system_id: int) -> tuple[Round, System]:
    """The round and the system of an address, if the system is in its scope."""
    round_ = load_round(round_id)
    if session.get(RoundSystem, (round_id, system_id)) is None:
        abort(404)
    return round_, session.get_one(System, system_id)


def load_counted(round_: Round, question_id: str, document: str) -> Question:
    """The question of an address, if it is counted for that document kind."""
    try:
        question = round_.released.instrument.question(question_id)
    except KeyError:
        abort(404)
    if document not in question.documents or question.kind == TEXT:
        abort(404)
    return question


@pages.get("/moderation")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    """The systems that more than one person reads, and where their readings stand."""
    round_ = load_round(round_id)
    found = comparisons(round_)
    return render_template(
        "moderation/index.html",
        round=round_,
        comparable=[c for c in found if c.submitted > 1],
        waiting=[c for c in found if c.submitted < 2],
        may_run=current_user.may(Permission.RUN_ROUNDS),
    )


@pages.get("/moderation/<int:system_id>")
@guard(Permission.SEE_ANSWERS)
def system(round_id: int, system_id: int) -> ResponseReturnValue:
    """The readings of one system side by side."""
    round_, system = load_system(round_id, system_id)
    return _side_by_side(round_, system)


@pages.get("/moderation/<int:system_id>/<question_id>/<document>")
@guard(Permission.SEE_ANSWERS)
def place(round_id: int, system_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """A page that was reloaded after a mistake: back to the question in its place."""
    round_, system = load_system(round_id, system_id)
    question = load_counted(round_, question_id, document)
    return redirect(_address(round_, system, _anchor=prefix(question, document)))


@pages.post("/moderation/<int:system_id>/<question_id>/<document>")
@guard(Permission.MODERATE)
def settle(round_id: int, system_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """Decide, change a decision or withdraw it, and go on to the next difference."""
    round_, system = load_system(round_id, system_id)
    question = load_counted(round_, question_id, document)
    form = decision_form(question, document, request.form)
    where = (round_, system, question.id, document)
    reason, seen = form.reason.data or "", form.version
    try:
        if request.form.get("action") == "withdraw":
            withdraw(*where, reason, current_user, seen=seen)
        else:
            decide(*where, form.given(), reason, current_user, seen=seen)
    except (Refused, ValueError) as error:
        return _side_by_side(round_, system, form, prefix(question, document), str(error))
    following = compare(round_, system).next_after(prefix(question, document))
    if following is None:
        flash(f"Nothing is left to settle for {system.name}.", "success")
        return redirect(_address(round_, system))
    return redirect(
        _address(round_, system, after=prefix(question, document), _anchor=following.name)
    )


@pages.get("/reviews/<int:review_id>")
@guard(Permission.SEE_ANSWERS)
def review(round_id: int, review_id: int) -> ResponseReturnValue:
    """One review to read: what was changed since it was returned, and the form to return it."""
    round_ = load_round(round_id)
    return _review_page(round_, load_review_of(round_, review_id))


@pages.post("/reviews/<int:review_id>")
@guard(Permission.MODERATE)
def send_back(round_id: int, review_id: int) -> ResponseReturnValue:
    """Return a review for the answers that a reason was written for, or as a whole."""
    round_ = load_round(round_id)
    review = load_review_of(round_, review_id, to_change=True)
    reasons = {
        (question.id, document): reason
        for question, document in slots(round_.released.instrument)
        if (reason := request.form.get(f"{prefix(question, document)}return", "").strip())
    }
    try:
        made = return_review(review, reasons, current_user, reason=request.form.get("reason", ""))
    except (Refused, ValueError) as error:
        return _review_page(round_, review, str(error))
    tell_reader(review, made)
    what = count_text(len(reasons), "answer") if reasons else "no answer named"
    flash(f"The review of {review.system.name} is returned, with {what}.", "success")
    return redirect(url_for("moderation.review", round_id=round_.id, review_id=review.id))


@pages.get("/agreement")
@guard(Permission.SEE_ANSWERS)
def agreement(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    return render_template(
        "moderation/agreement.html",
        round=round_,
        found=agreement_of(round_),
        systems={system.id: system.name for system in round_.systems()},
        number_text=number_text,
        range_text=range_text,
        fewest=FEWEST,
        exercise=exercise_for(round_.released.instrument.id),
    )


@pages.get("/agreement.csv")
@guard(Permission.SEE_ANSWERS)
@limited(Cost.DOWNLOAD)
def agreement_table(round_id: int) -> ResponseReturnValue:
    """A row for each question and document, each criterion, and the round."""
    round_ = load_round(round_id)
    response = Response(to_csv(COLUMNS, table_rows(agreement_of(round_))))
    response.content_type = "text/csv; charset=utf-8"
    name = f"{'invented-' if round_.invented else ''}agreement-round-{round_.id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _review_page(round_: Round, review: Review, error: str = "") -> str:
    answers, documents = review.load_answers(), on_shelf(review.system, round_)
    marks = marks_of(review, answers)
    may_return = (
        current_user.may(Permission.MODERATE)
        and round_.is_open
        and review.stage == Stage.SUBMITTED
        and review.reviewer is not None
    )
    return render_template(
        "moderation/review.html",
        round=round_,
        review=review,
        sections=[
            (criterion, shown(review, criterion, answers, documents, marks))
            for criterion in round_.released.instrument.criteria
        ],
        notes=load_notes(review),
        may_return=may_return,
        alone=may_return and is_alone(review),
        error=error,
        longest=LONGEST_RETURN,
    )


def _side_by_side(
    round_: Round,
    system: System,
    form: DecisionForm | None = None,
    form_name: str = "",
    error: str = "",
) -> str:
    """The page, with the form that was not taken and what is wrong with it, if one was not."""
    comparison = compare(round_, system)
    after = request.args.get("after", "")
    if form:  # sent again, it is sent in sight of what is there now
        form.seen.data = next(r.form.seen.data for r in comparison.rows if r.name == form_name)
    return render_template(
        "moderation/system.html",
        round=round_,
        system=system,
        comparison=comparison,
        criteria=round_.released.instrument.criteria,
        after=next((row for row in comparison.rows if row.name == after and row.settled), None),
        following=comparison.next_after(after),
        sent={form_name: form} if form else {},
        errors={form_name: error} if form else {},
        may_decide=current_user.may(Permission.MODERATE) and round_.is_open,
        longest=LONGEST_REASON,
    )


def _address(round_: Round, system: System, **more: Any) -> str:
    return url_for("moderation.system", round_id=round_.id, system_id=system.id, **more)
