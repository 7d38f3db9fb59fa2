"""Recommendations, in two lists: for government and arm's-length bodies, and for systems."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.writing.forms import RecommendationForm
from reviewer.writing.names import names_for
from reviewer.writing.printed import Audience
from reviewer.writing.printing import parts, recommendations_of
from reviewer.writing.references import Numbers, render
from reviewer.writing.texts import move, put_last
from reviewer.writing.written import Changed, Recommendation

pages = Blueprint(
    "recommendations", __name__, url_prefix="/rounds/<int:round_id>/writing/recommendations"
)


def load_recommendation(
    round_id: int, recommendation_id: int, *, to_change: bool = False
) -> tuple[Round, Recommendation]:
    """The round and the recommendation of an address; one to change is held."""
    round_ = load_round(round_id)
    row = session.get(Recommendation, recommendation_id, with_for_update=to_change or None)
    if row is None or row.round_id != round_.id:
        abort(404)
    return round_, row


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    numbers, rows = Numbers(figures(round_)), recommendations_of(round_)
    return render_template(
        "writing/recommendations.html",
        round=round_,
        lists=[
            (audience, [(r, render(r.text, numbers)) for r in rows if r.audience == audience])
            for audience in Audience
        ],
        titles=_titles(round_),
        may_write=current_user.may(Permission.WRITE_REPORT),
    )


@pages.get("/new")
@guard(Permission.WRITE_REPORT)
def new(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    return _editor(round_, None, _form(round_, None))


@pages.post("/new")
@guard(Permission.WRITE_REPORT)
def make(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    form = _form(round_, None)
    if request.form.get("go") == "preview" or not form.validate():
        return _editor(round_, None, form)
    row = Recommendation(round_id=round_.id, version=0, text="", audience=form.audience.data)
    put_last(row, [r for r in recommendations_of(round_) if r.audience == row.audience])
    return _keep(round_, row, form, seen=0)


@pages.get("/<int:recommendation_id>")
@guard(Permission.SEE_ANSWERS)
def recommendation(round_id: int, recommendation_id: int) -> ResponseReturnValue:
    round_, row = load_recommendation(round_id, recommendation_id)
    return _editor(round_, row, _form(round_, row))


@pages.post("/<int:recommendation_id>")
@guard(Permission.WRITE_REPORT)
def save(round_id: int, recommendation_id: int) -> ResponseReturnValue:
    """Keep a recommendation, unless somebody saved it since: then both are shown."""
    round_, row = load_recommendation(round_id, recommendation_id, to_change=True)
    form = _form(round_, row)
    if request.form.get("go") == "preview" or not form.validate():
        return _editor(round_, row, form)
    try:
        return _keep(round_, row, form, seen=form.version)
    except Changed as changed:
        form.seen.data = str(row.version)
        return _editor(round_, row, form, changed)


@pages.post("/<int:recommendation_id>/move")
@guard(Permission.WRITE_REPORT)
def put(round_id: int, recommendation_id: int) -> ResponseReturnValue:
    round_, row = load_recommendation(round_id, recommendation_id, to_change=True)
    here = [r for r in recommendations_of(round_) if r.audience == row.audience]
    move(row, here, -1 if request.form.get("to") == "up" else 1)
    return redirect(url_for(".index", round_id=round_.id, _anchor=f"recommendation-{row.id}"))


@pages.post("/<int:recommendation_id>/remove")
@guard(Permission.WRITE_REPORT)
def remove(round_id: int, recommendation_id: int) -> ResponseReturnValue:
    round_, row = load_recommendation(round_id, recommendation_id, to_change=True)
    session.delete(row)
    session.flush()
    flash("The recommendation is removed. The record keeps its words.", "success")
    return redirect(url_for(".index", round_id=round_.id))


def _titles(round_: Round) -> dict[str, str]:
    """The words for what a recommendation may bear on: criteria and questions, by id."""
    instrument = round_.released.instrument
    titles = {criterion.id: criterion.title for criterion in instrument.criteria}
    for question in instrument.questions:
        for document in question.documents:
            kind = instrument.document_kind(document)
            titles[f"{question.id}-{document}"] = f"{question.text} ({kind.plural})"
    return titles


def _form(round_: Round, row: Recommendation | None) -> RecommendationForm:
    data = {}
    if row:
        data = {"audience": row.audience, "text": row.text, "bears_on": parts(row.bears_on)}
        data["seen"] = str(row.version)
    form = RecommendationForm(data=data)
    form.bears_on.choices = list(_titles(round_).items())
    return form


def _keep(
    round_: Round, row: Recommendation, form: RecommendationForm, seen: int
) -> ResponseReturnValue:
    row.next_version(seen, current_user)
    if form.audience.data != row.audience:
        row.audience = Audience(form.audience.data)
        put_last(row, [r for r in recommendations_of(round_) if r.audience == row.audience])
    row.text = (form.text.data or "").replace("\r\n", "\n").strip()
    row.bears_on = ";".join(form.bears_on.data or ())
    session.flush()
    flash("The recommendation is saved.", "success")
    return redirect(url_for(".index", round_id=round_.id, _anchor=f"recommendation-{row.id}"))


def _editor(
    round_: Round,
    row: Recommendation | None,
    form: RecommendationForm,
    changed: Changed | None = None,
) -> str:
    text, numbers = form.text.data or "", Numbers(figures(round_))
    shown = render(text, numbers)
    return render_template(
        "writing/recommendation.html",
        round=round_,
        row=row,
        form=form,
        changed=changed,
        preview=shown,
        missing=[(m, numbers.why_missing(m)) for m in shown.missing],
        seen_names=[f.words for f in names_for(round_).screen().found_in(text)],
        criteria=[
            (criterion, round_.released.instrument.questions_of(criterion.id))
            for criterion in round_.released.instrument.criteria
        ],
        titles=_titles(round_),
        may_write=current_user.may(Permission.WRITE_REPORT),
    )
