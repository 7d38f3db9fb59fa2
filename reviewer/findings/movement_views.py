"""The two documents together: how the same systems answer of one and of the other. Totals only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.findings.drawing import draw, movement_for_web
from reviewer.findings.figures import FORMATS
from reviewer.findings.movement import Movement, describe, heading, notes, sentence, sentences
from reviewer.findings.movers import is_asked, movers
from reviewer.findings.settled import movements, values
from reviewer.findings.tables import movement_file
from reviewer.findings.views import answer_file, file_name
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.forms import prefix
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round

pages = Blueprint("together", __name__, url_prefix="/rounds/<int:round_id>/together")


def load_movement(round_: Round, movement_id: str) -> Movement:
    return next((m for m in movements(round_) if m.id == movement_id), None) or abort(404)


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index(round_id: int) -> ResponseReturnValue:
    """Every movement by criterion, with chart, sentences and table."""
    round_ = load_round(round_id)
    found = movements(round_)
    return render_template(
        "findings/together.html",
        round=round_,
        sections=[
            (criterion, [_shown(m) for m in found if m.second.question.criterion == criterion.id])
            for criterion in round_.released.instrument.criteria
        ],
        asked=bool(found),
        any_value=any(movement.base for movement in found),
        formats=FORMATS,
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
    )


@pages.get("/table.<any(csv, xlsx):ending>")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def table(round_id: int, ending: str) -> ResponseReturnValue:
    round_ = load_round(round_id)
    content = movement_file(movements(round_), ending, round_.notice)
    return answer_file(content, file_name(round_, "two-documents", ending), ending)


@pages.get("/chart/<movement_id>.<any(png, svg, pdf):ending>")
@guard(Permission.SEE_FINDINGS)
def chart(round_id: int, movement_id: str, ending: str) -> ResponseReturnValue:
    """One chart as a file."""
    round_ = load_round(round_id)
    movement = load_movement(round_, movement_id)
    name = file_name(round_, movement.id, ending)
    return answer_file(draw(movement, round_)[ending], name, ending)


@pages.get("/answers/<movement_id>")
@guard(Permission.SEE_ANSWERS)
def answers(round_id: int, movement_id: str) -> ResponseReturnValue:
    """The systems behind one number of a movement: every number leads here."""
    round_ = load_round(round_id)
    movement = load_movement(round_, movement_id)
    one, other = request.args.get("before", ""), request.args.get("after", "")
    if not is_asked(movement, one, other):
        abort(404)
    first, second = movement.first, movement.second
    known = values(round_, {first.question.id, second.question.id})
    found = movers(known.get(first.place, {}), known.get(second.place, {}), one, other)
    return render_template(
        "findings/movers.html",
        round=round_,
        movement=movement,
        movers=found,
        anchor=prefix(second.question, second.document.id),
        back=url_for("together.index", round_id=round_.id, _anchor=movement.id),
        where=("The documents together", url_for("together.index", round_id=round_.id)),
    )


def _shown(movement: Movement) -> dict[str, Any]:
    return {
        "movement": movement,
        "spec": movement_for_web(movement),
        "words": describe(movement),
        "heading": heading(movement),
        "notes": notes(movement),
        "sentence": sentence(movement),
        "sentences": sentences(movement),
    }
