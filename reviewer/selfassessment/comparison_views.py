"""A system's own answers beside a round's, and its progress as a chart."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.people.permissions import Permission, guard
from reviewer.selfassessment.comparing import compared, rounds_beside
from reviewer.selfassessment.loading import load_assessment, load_compared, reads_all
from reviewer.selfassessment.progress_chart import chart_svg, profiles_of

pages = Blueprint("draft_comparison", __name__, url_prefix="/drafts")


@pages.get("/<int:assessment_id>/comparison")
@guard(Permission.SIGNED_IN)
def comparison(assessment_id: int) -> ResponseReturnValue:
    """The two beside each other: for who works on it, and who it was shared with."""
    opened = load_compared(assessment_id)
    rounds = rounds_beside(opened)
    wanted = request.args.get("round", "")
    chosen = next((r for r in rounds if str(r.id) == wanted), rounds[0] if rounds else None)
    return render_template(
        "selfassessment/comparison.html",
        opened=opened,
        whole=opened.works_on_it or reads_all(current_user, assessment_id),
        rounds=rounds,
        round=chosen,
        beside=compared(opened, chosen) if chosen else [],
    )


@pages.get("/<int:assessment_id>/progress.svg")
@guard(Permission.SIGNED_IN)
def progress(assessment_id: int) -> ResponseReturnValue:
    """The chart of the drafts, drawn anew each time: it is kept nowhere."""
    opened = load_assessment(assessment_id)
    return Response(chart_svg(profiles_of(opened)), mimetype="image/svg+xml")
