"""The list of rounds, making one, closing it and opening it again."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, by_criteria
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.forms import RoundForm
from reviewer.rounds.models import Kind, Round, all_rounds, create_round, sizes_by_round
from reviewer.systems.models import System
from reviewer.systems.register import systems_at, systems_by_code

pages = Blueprint("rounds", __name__, url_prefix="/rounds")


def load_round(round_id: int, *, to_change: bool = False) -> Round:
    """The round of an address; one to change is held. A self-assessment is no round here."""
    found = session.get(Round, round_id, with_for_update=to_change or None)
    if found is None or found.kind != Kind.SECTOR:
        abort(404)
    return found


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index() -> ResponseReturnValue:
    sizes = sizes_by_round()
    rounds = [(round_, sizes.get(round_.id, 0)) for round_ in all_rounds()]
    may_run = current_user.may(Permission.RUN_ROUNDS)
    return render_template("rounds/index.html", rounds=rounds, may_run=may_run)


@pages.route("/new", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def new() -> ResponseReturnValue:
    form = RoundForm()
    versions = session.scalars(by_criteria())
    form.instrument.choices = [(v.id, f"{v.title} ({v.code} {v.version})") for v in versions]
    if form.validate_on_submit():
        try:
            made = create_round(
                form.name.data or "",
                instrument=session.get_one(InstrumentVersion, form.instrument.data),
                systems=_scope(form),
                closes_on=form.closes_on.data,
                draft=True,
            )
        except ValueError as error:
            form.scope.errors = [str(error)]
        else:
            flash(f"The round {made.name} is made, as a draft.", "success")
            return redirect(url_for("running.overview", round_id=made.id))
    return render_template("rounds/new.html", form=form)


def _scope(form: RoundForm) -> list[System]:
    match form.scope.data:
        case "chosen":
            return systems_by_code((form.codes.data or "").replace(",", " ").split())
        case "on":
            return systems_at(form.on.data or date.today())
        case _:
            return systems_at(date.today())
