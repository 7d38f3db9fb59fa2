"""Assigning many at once: by a proposal that can be changed before it is sent, or by file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewer.findings.views import TYPES, file_name
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.models import Review
from reviewer.rounds.views import load_round
from reviewer.running.assignment import NotGiven, give_all
from reviewer.running.assignment_file import COLUMNS, BadFile, assign_from, assignments
from reviewer.running.explaining import shortfall, ways_out, why
from reviewer.running.forms import AssignmentFileForm
from reviewer.running.matching import Pair, ToRead, propose
from reviewer.running.situation import Situation, situation_of
from reviewer.sheets import Sheet, to_csv, to_xlsx
from reviewer.wording import count_text

pages = Blueprint("assignment", __name__, url_prefix="/rounds")

MORE_ROWS = 3  # empty ones, to add a reading to what was proposed


@dataclass(frozen=True)
class Line:
    """One row of a proposal: ids as a form sends them, "" for nothing chosen. `system` is None in
    the rows beneath, where it can be chosen too."""

    system: ToRead | None
    system_id: str
    person_id: str
    why: str = ""


@pages.route("/<int:round_id>/assign/proposal", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def proposal(round_id: int) -> ResponseReturnValue:
    """What could be given to whom. It lives in the form until it is sent, and is checked anew."""
    round_ = load_round(round_id)
    situation = situation_of(round_)
    pairs = propose(situation.task)
    lines = _lines(situation, pairs)
    errors: dict[int, str] = {}
    if request.method == "POST":
        chosen, errors = _chosen(situation, lines)
        if not errors:
            try:
                given = give_all(round_, list(chosen.values()))
            except NotGiven as refused:
                errors = {list(chosen)[n]: line for n, line in refused.lines.items()}
            else:
                flash(_told(given), "success")
                return redirect(url_for("running.overview", round_id=round_.id))
    missing = shortfall(situation.task, pairs)
    return render_template(
        "running/proposal.html",
        round=round_,
        task=situation.task,
        proposed=[(place, line) for place, line in enumerate(lines) if line.system],
        more=[(place, line) for place, line in enumerate(lines) if not line.system],
        errors=dict(sorted(errors.items())),
        choices={s.id: situation.choices(s.id) for s in {x.system for x in lines if x.system}},
        everybody=situation.choices(None),
        systems=situation.systems.values(),
        missing=missing,
        ways=ways_out(situation.task) if missing else [],
    )


def _lines(situation: Situation, pairs: Sequence[Pair]) -> list[Line]:
    """The rows to show: those of the form that was sent, or the proposal and some empty ones."""
    reasons = {(str(p.system.id), str(p.reader.id)): why(p, pairs, situation.task) for p in pairs}
    if request.method != "POST":
        by_id = situation.to_read
        proposed = [Line(by_id[int(s)], s, p, said) for (s, p), said in reasons.items()]
        return proposed + [Line(None, "", "")] * MORE_ROWS
    systems = {str(number): system for number, system in situation.to_read.items()}

    def sent(kind: str) -> list[tuple[str, str]]:
        get = request.form.getlist
        return list(zip(get(f"{kind}system"), get(f"{kind}person"), strict=False))

    return [
        Line(systems[s], s, p, reasons.get((s, p), "Chosen by hand." if p else "Left out."))
        for s, p in sent("")
        if s in systems
    ] + [Line(None, s, p) for s, p in sent("more-")]


def _chosen(
    situation: Situation, lines: Sequence[Line]
) -> tuple[dict[int, tuple[int, int]], dict[int, str]]:
    """System and person by the place of their row, and what is missing in rows."""
    systems = {str(number) for number in situation.to_read}
    people = {str(reader.id) for reader in situation.asked()}
    chosen: dict[int, tuple[int, int]] = {}
    errors: dict[int, str] = {}
    for place, line in enumerate(lines):
        if line.system_id in systems and line.person_id in people:
            chosen[place] = (int(line.system_id), int(line.person_id))
        elif line.person_id:
            errors[place] = "Choose a system for this reader, or take the reader out again."
            if line.system:
                errors[place] = f"Choose another reader for {line.system.name}."
        elif line.system_id and not line.system:
            errors[place] = "Choose a reader for this system, or take the system out again."
    if not chosen and not errors:
        errors[0] = "Choose a reader for at least one system."
    return chosen, errors


def _told(given: Sequence[Review]) -> str:
    people = len({review.reviewer_id for review in given})
    systems = len({review.system_id for review in given})
    readings = f", {len(given)} readings in all" if len(given) > systems else ""
    return (
        f"{count_text(systems, 'system was', 'systems were')} given to "
        f"{count_text(people, 'reader')}{readings}. Each was sent an email."
    )


@pages.route("/<int:round_id>/assign/file", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
@limited(Cost.UPLOAD)
def by_file(round_id: int) -> ResponseReturnValue:
    """Check a file of assignments, or check it and assign: one button each."""
    round_ = load_round(round_id)
    form = AssignmentFileForm()
    checked = ""
    mistakes: list[str] = []
    if form.validate_on_submit():
        file, only_check = form.file.data, request.form.get("action") != "assign"
        try:
            number = assign_from(round_, file.stream, file.filename, dry_run=only_check)
        except BadFile as bad:
            mistakes = bad.lines
            count = count_text(len(mistakes), "thing")
            form.file.errors = [f"Nothing was assigned: {count} to put right."]
        else:
            checked = count_text(number, "new assignment")
            if not only_check:
                flash(f"{checked}. Every reader was sent one email.", "success")
                return redirect(url_for("running.overview", round_id=round_.id))
    return render_template(
        "running/assign_file.html", round=round_, form=form, checked=checked, mistakes=mistakes
    )


@pages.get("/<int:round_id>/assignments.<any(csv, xlsx):ending>")
@guard(Permission.RUN_ROUNDS)
@limited(Cost.DOWNLOAD)
def download(round_id: int, ending: str) -> ResponseReturnValue:
    """Who reads what now, in the shape that `by_file` takes."""
    round_ = load_round(round_id)
    rows = list(assignments(round_))
    content = (
        to_csv(COLUMNS, rows)
        if ending == "csv"
        else to_xlsx([Sheet("assignments", COLUMNS, rows)], round_.notice)
    )
    name = file_name(round_, "assignments", ending)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type=TYPES[ending])
