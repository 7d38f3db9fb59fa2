"""Setting a round up: its settings, its systems, and corrections of its wording."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from wtforms import Field

from reviewer.db import session
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, by_criteria, released
from reviewer.instrument.patch import Change
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.correcting import check_patch, correct, correct_to, corrections, patches_of
from reviewer.rounds.drafting import (
    FROZEN,
    choose_questions,
    choose_systems,
    earlier_rounds,
    rename,
    set_terms,
    today,
)
from reviewer.rounds.forms import DraftForm, PatchForm, SystemsForm, TermsForm
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.systems.models import System
from reviewer.systems.register import systems_at
from reviewer.wording import count_text

pages = Blueprint("setting_up", __name__, url_prefix="/rounds/<int:round_id>")

LARGEST = 1_000_000  # bytes of an instrument file; ours have about 60,000


@pages.route("/settings", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def settings(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id, to_change=request.method == "POST")
    form = _settings_form(round_)
    if form.validate_on_submit():
        try:
            with session.begin_nested():
                _set(round_, form)
        except ValueError as error:
            _at_fault(form, str(error)).errors = [str(error)]
        else:
            flash("The settings are saved.", "success")
            return redirect(url_for("running.overview", round_id=round_.id))
    return render_template("rounds/settings.html", round=round_, form=form)


@pages.route("/systems", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def systems(round_id: int) -> ResponseReturnValue:
    """Choose the systems of a draft from a register; those chosen already stay on the page."""
    round_ = load_round(round_id, to_change=request.method == "POST")
    if not round_.is_draft:
        flash(FROZEN, "error")
        return redirect(url_for(".settings", round_id=round_.id))
    on, problem = _day(request.args.getlist("on"))
    chosen = round_.systems()
    offered = {s.id: s for s in (*chosen, *_register(round_, on))}
    form = SystemsForm(systems=[system.id for system in chosen])
    form.systems.choices = [(system.id, system.name) for system in offered.values()]
    if form.validate_on_submit():
        try:
            choose_systems(round_, [offered[each] for each in form.systems.data or ()])
        except ValueError as error:
            form.systems.errors = [str(error)]
        else:
            flash(f"The round has {count_text(len(round_.scope), 'system')}.", "success")
            return redirect(url_for("running.overview", round_id=round_.id))
    in_order = sorted(offered.values(), key=lambda system: (system.region, system.name))
    return render_template(
        "rounds/systems.html",
        round=round_,
        form=form,
        regions=[(name, list(of)) for name, of in groupby(in_order, lambda s: s.region)],
        chosen=set(form.systems.data or ()),
        on=on,
        typed=request.args.getlist("on"),
        problem=problem,
    )


@pages.route("/wording", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def wording(round_id: int) -> ResponseReturnValue:
    """Check a patch of the questions, with every text that it changes, or put it in place."""
    round_ = load_round(round_id, to_change=request.method == "POST")
    form = PatchForm()
    checked: tuple[str, int | None, Instrument, list[Change]] | None = None
    action = request.form.get("action")
    try:
        if action == "check" and form.validate():
            text = _text_of(form.file)
            checked = (text, None, *check_patch(round_, text))
        elif action == "check-released" and (version := _released_patch(round_)):
            checked = ("", version.id, *check_patch(round_, version.definition))
        elif action == "correct":
            # A browser sends line breaks in its own way; a released file keeps its own.
            definition = request.form.get("definition", "").replace("\r\n", "\n")
            version = _released_patch(round_)
            made = (
                correct_to(round_, version, current_user)
                if version
                else correct(round_, definition, current_user)
            )
            now = released(made.to_version_id).instrument.version
            flash(f"The round now has the wording of version {now}.", "success")
            return redirect(url_for(".wording", round_id=round_.id))
    except ValueError as error:
        form.file.errors = [str(error)]
    return render_template(
        "rounds/wording.html",
        round=round_,
        form=form,
        checked=checked,
        patches=patches_of(round_) if not round_.is_closed else [],
        made=list(reversed(corrections(round_))),
    )


def _settings_form(round_: Round) -> TermsForm:
    kept = {
        "closes_on": round_.closes_on,
        "cap": round_.cap,
        "second_readings": round_.second_readings,
        "earlier": round_.earlier_id or 0,
    }
    if round_.is_draft:
        kinds = [kind.id for kind in round_.kinds]
        form: TermsForm = DraftForm(
            data=kept
            | {
                "name": round_.name,
                "instrument": round_.instrument_version_id,
                "kinds": kinds,
                "opens_on": round_.opens_on,
            }
        )
        assert isinstance(form, DraftForm)
        versions = session.scalars(by_criteria())
        form.instrument.choices = [(v.id, f"{v.title} ({v.code} {v.version})") for v in versions]
        form.kinds.choices = [
            (kind.id, kind.name)
            for kind in released(round_.instrument_version_id).instrument.document_kinds
            if kind.counted
        ]
    else:
        form = TermsForm(data=kept)
    form.earlier.choices = [(0, "Nothing")] + [
        (each.id, f"After answering: what {each.name} settled about the system")
        for each in earlier_rounds(round_)
    ]
    return form


def _set(round_: Round, form: TermsForm) -> None:
    """Do what the form says, all of it or, where a ValueError says why, nothing."""
    earlier = session.get(Round, form.earlier.data) if form.earlier.data else None
    opens_on = None
    if isinstance(form, DraftForm):
        opens_on = form.opens_on.data
        rename(round_, form.name.data or "")
        version = session.get_one(InstrumentVersion, form.instrument.data)
        # The kinds on the page are those of the instrument that was chosen before.
        same = version.id == round_.instrument_version_id
        choose_questions(round_, version, form.kinds.data or () if same else None)
    set_terms(
        round_,
        opens_on=opens_on,
        closes_on=form.closes_on.data,
        cap=form.cap.data or 0,
        second_readings=form.second_readings.data or 0,
        earlier=earlier,
    )


def _at_fault(form: TermsForm, said: str) -> Field:
    """The field that a refusal is about."""
    for words, name in (
        ("opening day has", "opens_on"),
        ("last day", "closes_on"),
        ("called", "name"),
        ("kind of document", "kinds"),
        ("same questions", "earlier"),
    ):
        if words in said and name in form:
            return form[name]
    return form.closes_on


def _day(typed: list[str]) -> tuple[date, str]:
    """The day of the register that the address asks for, and what is wrong with it."""
    if not any(typed):
        return today(), ""
    try:
        day, month, year = (int(part) for part in typed)
        return date(year, month, day), ""
    except ValueError:
        return today(), "Enter a real date, such as 1 7 2023."


def _register(round_: Round, on: date) -> list[System]:
    """What an invented round can choose from are invented systems; they are in no register."""
    if round_.invented:
        query = select(System).filter_by(invented=True).order_by(System.name)
        return list(session.scalars(query))
    return systems_at(on)


def _text_of(file: Field) -> str:
    try:
        content = file.data.stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError("The file is too large to be a file of criteria.")
        return str(content.decode("utf-8")).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError("The file is not text in UTF-8. Choose a TOML file.") from None


def _released_patch(round_: Round) -> InstrumentVersion | None:
    """The patch, released before, that the form names. ValueError if the round cannot take it."""
    typed = request.form.get("version", "")[:18]
    if not typed:
        return None
    for version in patches_of(round_):
        if str(version.id) == typed:
            return version
    raise ValueError("Choose a version that corrects the one of this round.")
