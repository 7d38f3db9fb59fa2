"""Assessments of one's own drafts: the list, beginning one, where it stands, and deleting it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.store import on_shelf
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.people.permissions import Permission, guard
from reviewer.private import open_round
from reviewer.reviews.answers import answered_of, chosen_of
from reviewer.reviews.asking import progress
from reviewer.reviews.page import to_check
from reviewer.reviews.resuming import resume
from reviewer.selfassessment.assessing import (
    answered_by_round,
    begin,
    drafts_of,
    members,
    shares,
)
from reviewer.selfassessment.deleting import delete_assessment
from reviewer.selfassessment.forms import SHARED_WORDS, BeginForm, DeleteForm
from reviewer.selfassessment.loading import (
    load_assessment,
    own_assessments,
    shared_with,
)
from reviewer.selfassessment.log import log_of
from reviewer.selfassessment.results import results_of
from reviewer.selfassessment.telling import privacy

pages = Blueprint("selfassessment", __name__, url_prefix="/drafts")


@pages.get("")
@guard(Permission.ASSESS)
def index() -> ResponseReturnValue:
    """The assessments that the signed-in person works on, and those shared with them."""
    own = own_assessments(current_user)
    for assessment in own:
        open_round(session, assessment.round_id)
    answered = answered_by_round([assessment.round_id for assessment in own])
    return render_template(
        "selfassessment/index.html",
        system=current_user.system,
        assessments=[(assessment, answered.get(assessment.round_id, 0)) for assessment in own],
        shared=shared_with(current_user),
    )


@pages.get("/shared")
@guard(Permission.SIGNED_IN)
def shared() -> ResponseReturnValue:
    """What others have shared with the signed-in person."""
    return render_template(
        "selfassessment/shared.html", shared=shared_with(current_user), words=SHARED_WORDS
    )


@pages.route("/new", methods=["GET", "POST"])
@guard(Permission.ASSESS)
def new() -> ResponseReturnValue:
    """Begin an assessment."""
    form, offered = BeginForm(), _offered()
    form.instrument.choices = [(version.id, version.title) for version in offered]
    kinds = {
        kind.id: kind.name
        for version in offered
        for kind in released(version.id).instrument.document_kinds
        if kind.counted
    }
    form.kinds.choices = list(kinds.items())
    if form.validate_on_submit():
        version = session.get_one(InstrumentVersion, form.instrument.data)
        try:
            made = begin(current_user, form.title.data or "", version, form.kinds.data or ())
        except ValueError as error:
            form.kinds.errors = [str(error)]
        else:
            return redirect(url_for("draft_documents.documents", assessment_id=made.id))
    return render_template("selfassessment/new.html", form=form, **privacy())


@pages.get("/<int:assessment_id>")
@guard(Permission.SIGNED_IN)
def show(assessment_id: int) -> ResponseReturnValue:
    """Where it stands and what can be done next."""
    opened = load_assessment(assessment_id)
    if not opened.works_on_it:
        return redirect(url_for(".results", assessment_id=assessment_id))
    review, answers = opened.review, opened.review.load_answers()
    instrument = review.released.instrument
    chosen, answered = chosen_of(answers, review.released.option_codes), answered_of(answers)
    return render_template(
        "selfassessment/show.html",
        opened=opened,
        documents=on_shelf(opened.system, opened.round),
        kinds=[kind for kind in instrument.document_kinds if kind.counted],
        drafts=drafts_of(opened),
        criteria=[
            (criterion, progress(instrument, chosen, answered, criterion.id))
            for criterion in instrument.criteria
        ],
        total=progress(instrument, chosen, answered),
        to_check=to_check(opened.round.released.instrument, answers),
        resume=resume(review, answers),
        members=members(opened),
        shares=shares(opened),
    )


@pages.get("/<int:assessment_id>/results")
@guard(Permission.SIGNED_IN)
def results(assessment_id: int) -> ResponseReturnValue:
    """A profile by criterion, and each question with what its fullest answer asks for."""
    opened = load_assessment(assessment_id)
    return render_template(
        "selfassessment/results.html",
        opened=opened,
        draft=drafts_of(opened)[-1],
        **results_of(opened),
    )


@pages.get("/<int:assessment_id>/log")
@guard(Permission.ASSESS)
def log(assessment_id: int) -> ResponseReturnValue:
    """What was changed in it, by whom and when: its own log, which nobody else reads."""
    opened = load_assessment(assessment_id, to_change=True)
    return render_template("selfassessment/log.html", opened=opened, changes=log_of(opened))


@pages.route("/<int:assessment_id>/delete", methods=["GET", "POST"])
@guard(Permission.ASSESS)
def delete(assessment_id: int) -> ResponseReturnValue:
    """Delete all of it, after asking once."""
    opened, form = load_assessment(assessment_id, to_change=True), DeleteForm()
    if form.validate_on_submit():
        delete_assessment(opened.round.id)
        flash("The assessment is deleted. Nothing of it is left in Plan Review.", "success")
        return redirect(url_for(".index"))
    return render_template("selfassessment/delete.html", opened=opened, form=form, **privacy())


def _offered() -> list[InstrumentVersion]:
    """The newest version of every instrument that was released."""
    versions = session.scalars(select(InstrumentVersion).order_by(InstrumentVersion.id))
    return list({version.code: version for version in versions}.values())
