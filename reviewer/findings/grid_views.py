"""The table of a round's scale questions, by question and kind of document."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reviewer.findings.counting import figures, systems_reviewed
from reviewer.findings.grid import grid, words
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import size
from reviewer.rounds.views import load_round

pages = Blueprint("grid", __name__, url_prefix="/rounds/<int:round_id>/findings/grid")


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    """Totals over many systems; of a round of one system its values, which stay here."""
    round_ = load_round(round_id)
    found, total = grid(round_.released.instrument, figures(round_)), size(round_)
    return render_template(
        "findings/grid.html",
        round=round_,
        grid=found,
        of_one=round_.systems()[0] if total == 1 else None,
        reviewed=systems_reviewed(round_),
        total=total,
        words=words,
    )
