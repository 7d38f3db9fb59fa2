"""What a reader says to an offer: yes, no, or that there is a conflict of interest."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import SelectChoice

from reviewer.db import now, session
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.forms import CONFLICT, ConflictForm, DeclineForm
from reviewer.reviews.loading import load_review
from reviewer.reviews.models import Refused
from reviewer.reviews.offers import Conflict, accept, declare, decline, untouched
from reviewer.systems.models import System
from reviewer.systems.register import systems_at

pages = Blueprint("offers", __name__, url_prefix="/reviews")


@pages.post("/<int:review_id>/accept")
@guard(Permission.REVIEW)
def accept_offer(review_id: int) -> ResponseReturnValue:
    review = load_review(review_id, to_change=True)
    try:
        accept(review)
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(f"You read {review.system.name}. Thank you.", "success")
    return redirect(url_for("reviews.assigned"))


@pages.route("/<int:review_id>/decline", methods=["GET", "POST"])
@guard(Permission.REVIEW)
def decline_offer(review_id: int) -> ResponseReturnValue:
    review = load_review(review_id, to_change=request.method == "POST")
    form = DeclineForm(because=request.args.get("because"))
    system, kept = review.system, not untouched(review)
    if form.validate_on_submit():
        try:
            if form.because.data == CONFLICT:
                declare(current_user, system, form.reason.data, by=current_user)
            else:
                decline(review, form.reason.data)
        except Refused as refused:
            flash(str(refused), "error")
        else:
            flash(
                f"The policy team knows, and hands your review of {system.name} over. "
                "What you wrote is kept."
                if kept
                else f"You do not read {system.name}. Thank you for telling us.",
                "success",
            )
        return redirect(url_for("reviews.assigned"))
    return render_template("reviews/decline.html", review=review, form=form, kept=kept)


@pages.route("/conflicts", methods=["GET", "POST"])
@guard(Permission.REVIEW)
def conflicts() -> ResponseReturnValue:
    """The conflicts of interest that the signed-in person has declared, and a form for one more."""
    declared = session.scalars(
        select(Conflict)
        .filter_by(person_id=current_user.id)
        .options(joinedload(Conflict.system), joinedload(Conflict.by))
        .order_by(Conflict.declared_at)
    ).all()
    form = ConflictForm()
    systems = {str(system.id): system for system in systems_at(now().date())}
    if current_user.demonstration:
        invented = select(System).filter_by(invented=True).order_by(System.name)
        systems = {str(system.id): system for system in session.scalars(invented)}
    form.system.choices = [SelectChoice("", "Choose a system")] + [
        SelectChoice(key, system.name) for key, system in systems.items()
    ]
    if form.validate_on_submit():
        system = systems[form.system.data]
        declare(current_user, system, form.reason.data, by=current_user)
        flash(f"You are not asked to read {system.name}.", "success")
        return redirect(url_for("offers.conflicts"))
    return render_template("reviews/conflicts.html", declared=declared, form=form)
