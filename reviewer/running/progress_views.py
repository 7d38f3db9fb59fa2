"""The page that shows how far a round is, and the nudge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import now, session
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.models import Refused, Stage
from reviewer.reviews.pace import about_text, moments_of, pace_of
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.running.forms import RemindersForm
from reviewer.running.nudging import days_left, nudge, nudged_in
from reviewer.running.progress import (
    Group,
    Reading,
    percent,
    readings_of,
    rows_of,
    step,
    together,
)
from reviewer.running.reminding import dates_of, read_days
from reviewer.wording import LONDON, count_text

pages = Blueprint("progress", __name__, url_prefix="/rounds/<int:round_id>/progress")


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    return _page(load_round(round_id))


@pages.post("/reminders")
@guard(Permission.RUN_ROUNDS)
def reminders(round_id: int) -> ResponseReturnValue:
    """On which days before the last day reminders go out."""
    round_, form = load_round(round_id), RemindersForm()
    if not form.validate_on_submit():
        return _page(round_, form)
    round_.reminder_days = ", ".join(map(str, read_days(form.days.data or "")))
    flash("The reminders are changed.", "success")
    return redirect(url_for("progress.index", round_id=round_.id, _anchor="reminders"))


@pages.post("/nudge/<int:person_id>")
@guard(Permission.RUN_ROUNDS)
def nudge_person(round_id: int, person_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    if session.get(Person, person_id) is None:
        abort(404)
    return _nudge(round_, [person_id])


@pages.post("/nudge-all/<group>")
@guard(Permission.RUN_ROUNDS)
def nudge_group(round_id: int, group: str) -> ResponseReturnValue:
    """Everybody who is in the group now, whoever was when the page was opened."""
    round_ = load_round(round_id)
    if group not in list(Group):
        abort(404)
    people = _people_in(Group(group), round_, readings_of(round_, moments_of(round_)), now())
    return _nudge(round_, [of[0].person_id for of in people if of[0].person_id], group)


def _page(round_: Round, form: RemindersForm | None = None) -> str:
    at = now()
    moments = moments_of(round_)
    readings = readings_of(round_, moments)
    rows = rows_of(round_, readings)
    return render_template(
        "running/progress.html",
        round=round_,
        criteria=round_.released.instrument.criteria,
        rows=rows,
        names={row.system.id: row.system.name for row in rows},
        columns=[
            together(cell for row in rows if (cell := row.cells[n]))
            for n in range(len(round_.released.instrument.criteria))
        ],
        readings=readings,
        submitted=sum(reading.stage == Stage.SUBMITTED for reading in readings),
        groups={group: _people_in(group, round_, readings, at) for group in Group},
        nudged=nudged_in(round_),
        pace=pace_of(moments),
        at=at,
        days_left=days_left(round_.closes_on, at),
        form=form or RemindersForm(days=round_.reminder_days),
        reminders=[day for day in dates_of(round_) if day >= at.astimezone(LONDON).date()],
        may_run=current_user.may(Permission.RUN_ROUNDS),
        percent=percent,
        step=step,
        about_text=about_text,
        days_since=lambda moment: _days(moment, at),
    )


def _nudge(round_: Round, people: list[int], anchor: str = "") -> ResponseReturnValue:
    try:
        written, spared = nudge(round_, people, now())
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(url_for("progress.index", round_id=round_.id))
    if written:
        said = f"Nudged {_names(written)}."
        if not current_app.config["SMTP_URL"] or round_.invented:
            said += " The emails are in the outbox: pass them on from there."
        flash(said, "success")
    if spared:
        flash(f"Not nudged, because an email went out within 24 hours: {_names(spared)}.")
    if not written and not spared:
        flash("Nobody was nudged: there is nothing left to hand in, or access was removed.")
    return redirect(url_for("progress.index", round_id=round_.id, _anchor=anchor or "people"))


def _people_in(
    group: Group, round_: Round, readings: Iterable[Reading], at: datetime
) -> list[list[Reading]]:
    """The readings in a group, those of one person together, by name. Nobody in a closed round."""
    if not round_.is_open:
        return []
    found = [reading for reading in readings if group in reading.groups(round_.closes_on, at)]
    found.sort(key=lambda reading: (reading.name.casefold(), reading.person_id or 0))
    return [list(of) for _, of in groupby(found, key=lambda reading: reading.person_id)]


def _days(moment: datetime, at: datetime) -> str:
    days = (at.astimezone(LONDON).date() - moment.astimezone(LONDON).date()).days
    return f"{count_text(days, 'day')} ago" if days else "today"


def _names(people: list[Person]) -> str:
    if len(people) > 5:
        return count_text(len(people), "person", "people")
    return ", ".join(person.name for person in people)
