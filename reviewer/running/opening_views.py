"""Opening a round, deleting a draft, and marking what was not published."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.people.permissions import Permission, guard
from reviewer.reviews.models import Refused
from reviewer.reviews.publishing import mark_not_published
from reviewer.rounds.drafting import today
from reviewer.rounds.views import load_round
from reviewer.running.opening import delete_draft, steps
from reviewer.running.overview import standings
from reviewer.running.situation import situation_of
from reviewer.wording import count_text

pages = Blueprint("opening", __name__, url_prefix="/rounds/<int:round_id>")


@pages.route("/open", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def open_draft(round_id: int) -> ResponseReturnValue:
    """What is missing, and the button. Opening a second time changes nothing."""
    round_ = load_round(round_id, to_change=request.method == "POST")
    if request.method == "POST" or not round_.is_draft:
        if round_.is_draft:
            round_.open(current_user)
            flash(f"The round {round_.name} is open: it can be answered.", "success")
        return redirect(url_for("running.overview", round_id=round_.id))
    return render_template(
        "running/open.html",
        round=round_,
        steps=steps(round_, standings(round_), len(situation_of(round_).asked()), today()),
    )


@pages.route("/delete", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def delete(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id, to_change=request.method == "POST")
    if request.method == "GET" and round_.is_draft:
        readers = sum(len(standing.readers) for standing in standings(round_))
        return render_template("running/delete.html", round=round_, readers=readers)
    name = round_.name
    try:
        delete_draft(round_)
    except ValueError as error:
        flash(str(error), "error")
        return redirect(url_for("running.overview", round_id=round_id))
    flash(f"The draft {name} is deleted.", "success")
    return redirect(url_for("rounds.index"))


@pages.route("/not-published", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def not_published(round_id: int) -> ResponseReturnValue:
    """Mark, for each system, the documents that it has not published; or take the mark off."""
    round_ = load_round(round_id, to_change=request.method == "POST")
    if request.method == "POST":
        sent = (value.partition(":") for value in request.form.getlist("mark"))
        marks = {(int(s), kind) for s, _, kind in sent if s.isdecimal() and len(s) < 18}
        try:
            changed = mark_not_published(round_, marks, current_user)
        except (Refused, ValueError) as error:
            flash(str(error), "error")
        else:
            said = count_text(changed, "mark was changed", "marks were changed")
            flash(f"Saved: {said}." if changed else "Nothing was changed.", "success")
        return redirect(url_for("running.overview", round_id=round_.id))
    systems = sorted(round_.systems(), key=lambda system: (system.region, system.name))
    return render_template(
        "running/not_published.html",
        round=round_,
        regions=[(name, list(of)) for name, of in groupby(systems, lambda s: s.region)],
        marks=round_.not_published(),
    )
