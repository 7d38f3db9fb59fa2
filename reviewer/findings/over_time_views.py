"""A round beside an earlier one, or beside what was published: page, charts, table. Only totals
leave; which systems merged is told inside the policy area."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.findings.drawing import comparison_for_web, draw
from reviewer.findings.earlier import Choice, Comparison, choices_of, comparison_of, same_systems
from reviewer.findings.figures import FORMATS, percent_of
from reviewer.findings.movement import sentence as movement_sentence
from reviewer.findings.movers import is_asked, movers
from reviewer.findings.over_time import (
    Compared,
    Known,
    describe,
    known_ways,
    rests_on,
    sentence_of,
)
from reviewer.findings.tables import compared_file
from reviewer.findings.views import answer_file, file_name
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.forms import prefix
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round

pages = Blueprint("over_time", __name__, url_prefix="/rounds/<int:round_id>/over-time")


def load_choice(choices: list[Choice]) -> Choice | None:
    """What the address asks to compare with, or else the likeliest; None where there is nothing."""
    asked = request.args.get("with", "")
    if not asked:
        return choices[0] if choices else None
    return next((choice for choice in choices if choice.value == asked), None) or abort(404)


def load_comparison(round_: Round) -> Comparison:
    choice = load_choice(choices_of(round_)) or abort(404)
    return comparison_of(round_, choice)


def load_compared(comparison: Comparison, question_id: str, document: str) -> Compared:
    place = (question_id, document)
    found = (c for c in comparison.figures if (c.now.question.id, c.now.document.id) == place)
    return next(found, None) or abort(404)


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index(round_id: int) -> ResponseReturnValue:
    """What it is compared with, on how many systems, and the criteria."""
    round_ = load_round(round_id)
    choices = choices_of(round_)
    choice = load_choice(choices)
    comparison = comparison_of(round_, choice) if choice else None
    return render_template(
        "findings/over_time.html",
        round=round_,
        choices=choices,
        comparison=comparison,
        criteria=round_.released.instrument.criteria,
        source=round_.released.instrument.source,
        ways=known_ways(comparison.figures) if comparison else [],
        counted=Known.COUNTED,
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
        percent_of=percent_of,
    )


@pages.get("/criteria/<criterion_id>")
@guard(Permission.SEE_FINDINGS)
def criterion(round_id: int, criterion_id: str) -> ResponseReturnValue:
    """The questions of a criterion, each beside what it was."""
    round_ = load_round(round_id)
    criteria = round_.released.instrument.criteria
    found = next((c for c in criteria if c.id == criterion_id), None) or abort(404)
    comparison = load_comparison(round_)
    place = criteria.index(found)
    return render_template(
        "findings/over_time_criterion.html",
        round=round_,
        criterion=found,
        comparison=comparison,
        before=criteria[place - 1] if place else None,
        following=criteria[place + 1] if place + 1 < len(criteria) else None,
        shown=[_shown(c) for c in comparison.of_criterion.get(criterion_id, [])],
        ways=known_ways(comparison.of_criterion.get(criterion_id, [])),
        counted=Known.COUNTED,
        earlier=comparison.choice.earlier,
        formats=FORMATS,
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
    )


@pages.get("/table.<any(csv, xlsx):ending>")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def table(round_id: int, ending: str) -> ResponseReturnValue:
    round_ = load_round(round_id)
    content = compared_file(load_comparison(round_).figures, ending, round_.notice)
    return answer_file(content, file_name(round_, "over-time", ending), ending)


@pages.get("/chart/<question_id>/<document>.<any(png, svg, pdf):ending>")
@guard(Permission.SEE_FINDINGS)
def chart(round_id: int, question_id: str, document: str, ending: str) -> ResponseReturnValue:
    """One chart as a file."""
    round_ = load_round(round_id)
    compared = load_compared(load_comparison(round_), question_id, document)
    name = file_name(round_, compared.id, ending)
    return answer_file(draw(compared, round_)[ending], name, ending)


@pages.get("/answers/<question_id>/<document>")
@guard(Permission.SEE_ANSWERS)
def answers(round_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """The systems behind one number of the same systems."""
    round_ = load_round(round_id)
    comparison = load_comparison(round_)
    movement = load_compared(comparison, question_id, document).same
    one, other = request.args.get("before", ""), request.args.get("after", "")
    if movement is None or comparison.choice.earlier is None or not is_asked(movement, one, other):
        abort(404)
    then, now = same_systems(round_, comparison.choice.earlier, question_id, document)
    address: dict[str, Any] = {"round_id": round_.id, "with": comparison.choice.value}
    criterion = movement.second.question.criterion
    place = f"{movement.second.id}_over-time"
    return render_template(
        "findings/movers.html",
        round=round_,
        movement=movement,
        movers=movers(then, now, one, other),
        anchor=prefix(movement.second.question, document),
        back=url_for("over_time.criterion", criterion_id=criterion, _anchor=place, **address),
        where=("Over time", url_for("over_time.index", **address)),
    )


def _shown(compared: Compared) -> dict[str, Any]:
    return {
        "compared": compared,
        "spec": comparison_for_web(compared) if compared.is_known else None,
        "words": describe(compared),
        "sentence": sentence_of(compared),
        "same": movement_sentence(compared.same) if compared.same else "",
        "rests_on": rests_on(compared),
    }
