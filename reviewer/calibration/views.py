"""Five questions to begin with: the exercise, how it came out, and the policy team's totals."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.calibration.exercise import Exercise, Reference, exercise_for
from reviewer.calibration.models import FEWEST, answers_of, first_answers, keep
from reviewer.instrument.model import Question
from reviewer.instrument.models import latest, released
from reviewer.people.permissions import Permission, guard

pages = Blueprint("calibration", __name__, url_prefix="/calibration")


def load_exercise(instrument_id: str) -> tuple[Exercise, list[tuple[Question, Reference]]]:
    """The exercise of an address, and its questions as they are worded now."""
    exercise, version = exercise_for(instrument_id), latest(instrument_id)
    if exercise is None or version is None:
        abort(404)
    return exercise, exercise.asked(released(version.id).instrument)


@pages.route("/<instrument_id>", methods=["GET", "POST"])
@guard(Permission.REVIEW)
def do(instrument_id: str) -> ResponseReturnValue:
    exercise, asked = load_exercise(instrument_id)
    error = ""
    if request.method == "POST":
        given = {
            question.id: option
            for question, _ in asked
            if (option := request.form.get(question.id, "")) in {o.id for o in question.options}
        }
        if given:
            keep(current_user, instrument_id, given)
            return redirect(url_for("calibration.outcome", instrument_id=instrument_id))
        error = "Answer at least one question to see how a careful reader answers it."
    return render_template(
        "calibration/exercise.html",
        exercise=exercise,
        asked=asked,
        done=bool(answers_of(current_user, instrument_id)),
        error=error,
    )


@pages.get("/<instrument_id>/outcome")
@guard(Permission.REVIEW)
def outcome(instrument_id: str) -> ResponseReturnValue:
    """What the person said, what a careful reader says and why, and how others answered."""
    exercise, asked = load_exercise(instrument_id)
    mine = answers_of(current_user, instrument_id)
    if not mine:
        flash("Answer the questions first; then you see how they are meant.", "info")
        return redirect(url_for("calibration.do", instrument_id=instrument_id))
    others = first_answers(instrument_id, but=current_user)
    return render_template(
        "calibration/outcome.html",
        exercise=exercise,
        rows=[
            (question, reference, mine.get(question.id), _told(question, others[question.id]))
            for question, reference in asked
        ],
    )


@pages.get("/<instrument_id>/totals")
@guard(Permission.SEE_ANSWERS)
def totals(instrument_id: str) -> ResponseReturnValue:
    """Where first answers differ from the reference: by question, never by person."""
    exercise, asked = load_exercise(instrument_id)
    firsts = first_answers(instrument_id)
    return render_template(
        "calibration/totals.html",
        exercise=exercise,
        fewest=FEWEST,
        rows=[(question, reference, firsts[question.id]) for question, reference in asked],
    )


def _told(question: Question, counts: dict[str, int]) -> str:
    """How others answered, in a sentence; of too few, that it is not shown."""
    people = sum(counts.values())
    if people < FEWEST:
        return "Too few others have answered to show it yet."
    told = ", ".join(f"{counts.get(o.id, 0)} {o.title}" for o in question.options)
    return f"Of {people} others: {told}."
