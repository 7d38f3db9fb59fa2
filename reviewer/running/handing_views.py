"""When a reader cannot read: conflicts of interest, what was declined, and handing over."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import SelectChoice

from reviewer.db import session
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.loading import load_review_of
from reviewer.reviews.models import Refused
from reviewer.reviews.offers import Conflict, Declined, declare, untouched
from reviewer.rounds.models import RoundSystem
from reviewer.rounds.views import load_round
from reviewer.running.assignment import hand_over
from reviewer.running.forms import HandOverForm, PersonConflictForm
from reviewer.running.situation import situation_of

pages = Blueprint("handing", __name__, url_prefix="/rounds")


@pages.route("/<int:round_id>/reviews/<int:review_id>/hand-over", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def hand_review_over(round_id: int, review_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    review = load_review_of(round_, review_id, to_change=request.method == "POST")
    situation = situation_of(round_)
    form = HandOverForm()
    form.person.choices = [
        SelectChoice("", "Choose a reader"),
        *(
            SelectChoice(
                choice.value, choice.words, {} if choice.possible else {"disabled": "disabled"}
            )
            for choice in situation.choices(review.system_id)
            if choice.value != str(review.reviewer_id)
        ),
    ]
    if form.validate_on_submit():
        former, to = review.reader, situation.people[int(form.person.data)]
        try:
            hand_over(review, to, by=current_user)
        except Refused as refused:
            form.person.errors = [str(refused)]
        else:
            flash(f"{to.name} goes on with {review.system.name}; {former} does not.", "success")
            return redirect(
                url_for("running.overview", round_id=round_.id, _anchor=review.system.code)
            )
    said = session.get(Declined, (round_.id, review.system_id, review.reviewer_id or 0))
    return render_template(
        "running/hand_over.html",
        round=round_,
        review=review,
        form=form,
        said=said,
        possible=review.can_change and not untouched(review),
    )


@pages.route("/<int:round_id>/conflicts", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def conflicts(round_id: int) -> ResponseReturnValue:
    """Conflicts of interest with the systems of a round, and what readers declined."""
    round_ = load_round(round_id)
    situation = situation_of(round_)
    form = PersonConflictForm()
    asked = situation.asked()
    form.person.choices = [SelectChoice("", "Choose a person")] + [
        SelectChoice(str(r.id), ", ".join(filter(None, (r.name, r.organisation)))) for r in asked
    ]
    form.system.choices = [SelectChoice("", "Choose a system")] + [
        SelectChoice(str(system.id), system.name) for system in situation.systems.values()
    ]
    if form.validate_on_submit():
        person = situation.people[int(form.person.data)]
        system = situation.systems[int(form.system.data)]
        declare(person, system, form.reason.data, by=current_user)
        flash(f"{person.name} is not asked to read {system.name}.", "success")
        return redirect(url_for("handing.conflicts", round_id=round_.id))
    declared = session.scalars(
        select(Conflict)
        .join(RoundSystem, RoundSystem.system_id == Conflict.system_id)
        .where(RoundSystem.round_id == round_.id, Conflict.person_id.in_(list(situation.people)))
        .options(joinedload(Conflict.by))
    ).all()
    said = session.scalars(select(Declined).filter_by(round_id=round_.id)).all()
    return render_template(
        "running/conflicts.html",
        round=round_,
        form=form,
        situation=situation,
        declared=sorted(declared, key=lambda c: (situation.people[c.person_id].name, c.system_id)),
        known=[
            (reader.name, situation.systems[system].name, reason)
            for reader in asked
            for system, reason in situation.known[reader.id].items()
            if system in situation.systems
        ],
        said=sorted(said, key=lambda d: d.declined_at),
    )


@pages.post("/<int:round_id>/conflicts/<int:person_id>/<int:system_id>/remove")
@guard(Permission.RUN_ROUNDS)
def remove_conflict(round_id: int, person_id: int, system_id: int) -> ResponseReturnValue:
    """Take out a conflict that was noted by mistake."""
    round_ = load_round(round_id)
    if session.get(RoundSystem, (round_.id, system_id)) is None:
        abort(404)
    conflict = session.get(Conflict, (person_id, system_id))
    if conflict:
        session.delete(conflict)
    flash("The conflict was taken out.", "success")
    return redirect(url_for("handing.conflicts", round_id=round_.id))
