"""A round's figures as they were when it was closed, and what moved from one time to the next."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.findings.manifest import PARTS
from reviewer.findings.releases import too_close
from reviewer.findings.snapshots import Snapshot, moved, snapshots_of, why
from reviewer.findings.tables import table_file
from reviewer.findings.views import answer_file, file_name
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round

pages = Blueprint("snapshots", __name__, url_prefix="/rounds/<int:round_id>/snapshots")


def load_snapshot(round_: Round, number: int) -> Snapshot:
    return next((s for s in snapshots_of(round_) if s.number == number), None) or abort(404)


@pages.get("/<int:number>")
@guard(Permission.SEE_FINDINGS)
def show(round_id: int, number: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    snapshot = load_snapshot(round_, number)
    figures = snapshot.figures()
    earlier = [s for s in snapshots_of(round_) if s.number < number]
    before = earlier[-1] if earlier else None
    return render_template(
        "findings/snapshot.html",
        round=round_,
        before=before,
        after=snapshot,
        moved=moved(before.figures(), figures) if before else [],
        why=why(round_, before, snapshot) if before else None,
        snapshot=snapshot,
        parts=PARTS,
        sections=[
            (criterion, [f for f in figures if f.question.criterion == criterion.id])
            for criterion in snapshot.instrument.criteria
        ],
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
        may_give_tokens=current_user.may(Permission.RUN_ROUNDS),
        close=too_close(round_, snapshot.made_at),
        others=[s for s in snapshots_of(round_) if s.number != number],
    )


@pages.get("/<int:number>/table.<any(csv, xlsx, json):ending>")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def table(round_id: int, number: int, ending: str) -> ResponseReturnValue:
    round_ = load_round(round_id)
    snapshot = load_snapshot(round_, number)
    content = table_file(snapshot.figures(), ending, round_.notice, snapshot.instrument)
    return answer_file(content, file_name(round_, f"findings-{number}", ending), ending)


@pages.get("/<int:number>/changes")
@guard(Permission.SEE_ANSWERS)
def changes(round_id: int, number: int) -> ResponseReturnValue:
    """What moved since an earlier snapshot: the one before, or the one that is asked for."""
    round_ = load_round(round_id)
    after = load_snapshot(round_, number)
    before = load_snapshot(round_, request.args.get("since", number - 1, type=int))
    if before.number >= after.number:
        abort(404)
    between = [s for s in snapshots_of(round_) if before.number <= s.number < after.number]
    return render_template(
        "findings/changes.html",
        round=round_,
        before=before,
        after=after,
        earlier=[s for s in snapshots_of(round_) if s.number < after.number],
        between=between,
        moved=moved(before.figures(), after.figures()),
        why=why(round_, before, after),
    )
