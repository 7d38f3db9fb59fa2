"""Moving an open round to another version: review the mapping, see what it does, do it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.instrument.mapping import Fate, Move, VersionMap
from reviewer.instrument.mapping_sheet import (
    COLUMNS,
    mapping_of,
    options_of,
    options_text,
    rows_of,
)
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.kept import kept_of
from reviewer.rounds.models import Round
from reviewer.rounds.upgrades import Upgrade, propose_upgrade, upgrades_of, versions_for
from reviewer.rounds.views import load_round
from reviewer.running.forms import MappingForm, MoveForm
from reviewer.running.upgrading import apply, by_question, dry_run, refusal
from reviewer.sheets import Sheet, read_rows, to_csv, to_xlsx
from reviewer.wording import count_text
from reviewer.writing.unsettled import unsettled

pages = Blueprint("upgrading", __name__, url_prefix="/rounds/<int:round_id>/upgrade")

MOST = 2000  # rows of a mapping
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def load_upgrade(round_id: int, upgrade_id: int, *, to_change: bool = False) -> Upgrade:
    """The upgrade of an address, of that round; to change it the round is held."""
    round_ = load_round(round_id, to_change=to_change)
    found = session.get(Upgrade, upgrade_id)
    if found is None or found.round_id != round_.id:
        abort(404)
    return found


@pages.route("", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def index(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id, to_change=request.method == "POST")
    versions = versions_for(round_)
    if request.method == "POST":
        typed = request.form.get("version", "")
        chosen = next((v for v in versions if str(v.id) == typed), None)
        try:
            if chosen is None:
                raise ValueError("Choose a version.")
            made = propose_upgrade(round_, chosen, current_user)
        except ValueError as error:
            flash(str(error), "error")
        else:
            return redirect(url_for(".show", round_id=round_.id, upgrade_id=made.id))
    return render_template(
        "running/upgrade_index.html",
        round=round_,
        versions=versions if round_.is_open else [],
        upgrades=upgrades_of(round_),
    )


@pages.route("/<int:upgrade_id>", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def show(round_id: int, upgrade_id: int) -> ResponseReturnValue:
    """What becomes of every question and every answer; or do it."""
    upgrade = load_upgrade(round_id, upgrade_id, to_change=request.method == "POST")
    if request.method == "POST":
        try:
            if request.form.get("seen") != str(upgrade.edit):
                raise ValueError("Somebody changed the mapping since. Look at what it does now.")
            done = apply(upgrade, current_user)
        except ValueError as error:
            flash(str(error), "error")
        else:
            went = count_text(done.carried, "answer")
            flash(f"The round has version {upgrade.new.version} now; {went} went along.", "success")
        return redirect(url_for(".show", round_id=round_id, upgrade_id=upgrade_id))
    return _page(upgrade, MappingForm())


def _page(upgrade: Upgrade, form: MappingForm) -> str:
    old, new = upgrade.old, upgrade.new
    going = {
        f"{move.old}-{document}"
        for move in upgrade.map.moves
        if move.new != (move.old,)
        for document in next((q.documents for q in old.questions if q.id == move.old), ())
    }
    taken = {id_ for move in upgrade.map.moves for id_ in move.new}
    return render_template(
        "running/upgrade.html",
        round=upgrade.round,
        upgrade=upgrade,
        form=form,
        old=old,
        new=new,
        moves=upgrade.map.moves,
        unsettled=unsettled(upgrade.round, lambda id_: id_ not in going),
        added=[question for question in new.questions if question.id not in taken],
        mistakes=upgrade.mistakes if not upgrade.applied_at else [],
        refusal=refusal(upgrade),
        total=upgrade if upgrade.applied_at else None if upgrade.mistakes else dry_run(upgrade),
        counts={} if upgrade.applied_at or upgrade.mistakes else by_question(upgrade),
    )


@pages.route("/<int:upgrade_id>/question/<question_id>", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def question(round_id: int, upgrade_id: int, question_id: str) -> ResponseReturnValue:
    """Say what becomes of one question and of its answers."""
    upgrade = load_upgrade(round_id, upgrade_id, to_change=request.method == "POST")
    try:
        asked, move = upgrade.old.question(question_id), upgrade.map.of(question_id)
    except KeyError:
        abort(404)
    form = MoveForm(
        data={
            "seen": upgrade.edit,
            "fate": move.fate.value,
            "new": list(move.new),
            "options": options_text(move).replace("; ", "\n"),
        }
    )
    form.new.choices = [(q.id, f"{q.id}: {q.text}") for q in upgrade.new.questions]
    if form.validate_on_submit():
        try:
            fate = Fate(form.fate.data)
            lines = (form.options.data or "").replace("\r", "").replace("\n", ";")
            made = Move(question_id, fate, tuple(form.new.data or ()), options_of(lines, fate))
            moves = tuple(made if m.old == question_id else m for m in upgrade.map.moves)
            upgrade.change(VersionMap(moves), form.seen.data or 0)
        except ValueError as error:
            form.form_errors.append(str(error))
            form.seen.data, form.seen.raw_data = upgrade.edit, None
        else:
            flash("Saved. Nothing was moved yet.", "success")
            return redirect(url_for(".show", round_id=round_id, upgrade_id=upgrade_id))
    return render_template(
        "running/upgrade_question.html",
        round=upgrade.round, upgrade=upgrade, question=asked, move=move, form=form,
    )  # fmt: skip


@pages.get("/<int:upgrade_id>/mapping.<any(csv, xlsx):ending>")
@guard(Permission.RUN_ROUNDS)
def mapping(round_id: int, upgrade_id: int, ending: str) -> ResponseReturnValue:
    """The mapping as a table, to review in a spreadsheet."""
    upgrade = load_upgrade(round_id, upgrade_id)
    rows = rows_of(upgrade.map, upgrade.old)
    sheet = Sheet("Mapping", COLUMNS, rows)
    content = to_csv(COLUMNS, rows) if ending == "csv" else to_xlsx([sheet])
    response = Response(content, content_type=TYPES[ending])
    name = f"mapping-{upgrade.old.id}-{upgrade.old.version}-{upgrade.new.version}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post("/<int:upgrade_id>/mapping")
@guard(Permission.RUN_ROUNDS)
@limited(Cost.UPLOAD)
def take_in(round_id: int, upgrade_id: int) -> ResponseReturnValue:
    """Take a reviewed table back in. Nothing is moved by it."""
    upgrade = load_upgrade(round_id, upgrade_id, to_change=True)
    form = MappingForm()
    if form.validate_on_submit():
        try:
            name = form.file.data.filename or ""
            table = read_rows(form.file.data.stream, name, MOST)
            upgrade.change(mapping_of(table), upgrade.edit)
        except ValueError as error:
            form.file.errors = [str(error)]
        else:
            flash("The mapping is that of the file now. Nothing was moved yet.", "success")
            return redirect(url_for(".show", round_id=round_id, upgrade_id=upgrade_id))
    return _page(upgrade, form)


@pages.get("/kept")
@guard(Permission.SEE_ANSWERS)
def kept(round_id: int) -> ResponseReturnValue:
    """Every answer that did not go along, those that wait for a person first."""
    round_: Round = load_round(round_id)
    found = sorted(kept_of(round_), key=lambda each: not each.is_waiting)
    return render_template("running/upgrade_kept.html", round=round_, kept=found)
