"""Who works on an assessment, and who may read it for a time."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.selfassessment.assessing import (
    add_colleague,
    colleagues,
    members,
    share,
    shares,
    take_off,
    unshare,
)
from reviewer.selfassessment.forms import SHARED_WORDS, ColleagueForm, ShareForm
from reviewer.selfassessment.loading import Opened, load_assessment
from reviewer.selfassessment.models import Shared
from reviewer.wording import date_text

pages = Blueprint("draft_people", __name__, url_prefix="/drafts")
AT = "/<int:assessment_id>/people"


@pages.get(AT)
@guard(Permission.ASSESS)
def people(assessment_id: int) -> ResponseReturnValue:
    """Who works on it and who may read it."""
    opened = load_assessment(assessment_id, to_change=True)
    return _page(opened, _colleague_form(opened), ShareForm(formdata=None))


@pages.post(f"{AT}/colleagues")
@guard(Permission.ASSESS)
def add_to_it(assessment_id: int) -> ResponseReturnValue:
    """Let a colleague of the same system work on it."""
    opened = load_assessment(assessment_id, to_change=True)
    form = _colleague_form(opened)
    if not form.validate_on_submit():
        return _page(opened, form, ShareForm(formdata=None))
    try:
        person = add_colleague(opened, form.person.data)
    except ValueError as error:
        flash(str(error), "error")
    else:
        flash(f"{person.name} works on it too from now on.", "success")
    return redirect(url_for(".people", assessment_id=assessment_id))


@pages.post(f"{AT}/colleagues/<int:person_id>/remove")
@guard(Permission.ASSESS)
def take_off_it(assessment_id: int, person_id: int) -> ResponseReturnValue:
    """Somebody works on it no more."""
    opened = load_assessment(assessment_id, to_change=True)
    try:
        take_off(opened, person_id)
    except ValueError as error:
        flash(str(error), "error")
    else:
        flash("They can no longer open it.", "success")
    if person_id == current_user.id:
        return redirect(url_for("selfassessment.index"))
    return redirect(url_for(".people", assessment_id=assessment_id))


@pages.post(f"{AT}/readers")
@guard(Permission.ASSESS)
@limited(Cost.SHARE)
def share_it(assessment_id: int) -> ResponseReturnValue:
    """Let somebody else read it, up to a day."""
    opened, form = load_assessment(assessment_id, to_change=True), ShareForm()
    if form.validate_on_submit() and form.until.data:
        try:
            made = share(opened, form.email.data or "", Shared(form.what.data), form.until.data)
        except ValueError as error:
            wrong = form.until if "day" in str(error) else form.email
            wrong.errors = [str(error)]
        else:
            flash(
                f"{made.person.name} may read it until {date_text(made.until)}. No email is sent: "
                "send them the address below yourself.",
                "success",
            )
            return redirect(url_for(".people", assessment_id=assessment_id))
    return _page(opened, _colleague_form(opened), form)


@pages.post(f"{AT}/readers/<int:person_id>/remove")
@guard(Permission.ASSESS)
def unshare_it(assessment_id: int, person_id: int) -> ResponseReturnValue:
    """Somebody may read it no more, from their next request on."""
    unshare(load_assessment(assessment_id, to_change=True), person_id)
    flash("They can no longer read it.", "success")
    return redirect(url_for(".people", assessment_id=assessment_id))


def _colleague_form(opened: Opened) -> ColleagueForm:
    form = ColleagueForm()
    form.person.choices = [(person.id, person.name) for person in colleagues(opened)]
    return form


def _page(opened: Opened, colleague: ColleagueForm, sharing: ShareForm) -> ResponseReturnValue:
    return render_template(
        "selfassessment/people.html",
        opened=opened,
        members=members(opened),
        shares=shares(opened),
        colleague=colleague,
        sharing=sharing,
        words=SHARED_WORDS,
        address=url_for("selfassessment.show", assessment_id=opened.round.id, _external=True),
    )
