"""Writing the findings of a round: by criterion, one by one, with the numbers that moved."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.figures import Figure
from reviewer.instrument.model import Criterion
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.wording import count_text
from reviewer.writing.drafting import drafts
from reviewer.writing.forms import FindingForm
from reviewer.writing.names import names_for
from reviewer.writing.printed import Audience
from reviewer.writing.printing import findings_of, parts, written
from reviewer.writing.quote_views import quotes_of
from reviewer.writing.references import Numbers, offered, render
from reviewer.writing.texts import (
    add_drafts,
    last_mark,
    mark_draft,
    move,
    moved_since,
    numbers_of,
    put_last,
    set_finding,
    used_references,
)
from reviewer.writing.unsettled import unsettled
from reviewer.writing.written import Changed, WrittenFinding

pages = Blueprint("writing", __name__, url_prefix="/rounds/<int:round_id>/writing")


def load_criterion(round_id: int, criterion_id: str) -> tuple[Round, Criterion]:
    round_ = load_round(round_id)
    try:
        return round_, round_.released.instrument.criterion(criterion_id)
    except KeyError:
        abort(404)


def load_finding(
    round_id: int, finding_id: int, *, to_change: bool = False
) -> tuple[Round, WrittenFinding]:
    """The round and the finding of an address; one to change is held."""
    round_ = load_round(round_id)
    finding = session.get(WrittenFinding, finding_id, with_for_update=to_change or None)
    if finding is None or finding.round_id != round_.id:
        abort(404)
    return round_, finding


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    """Everything written for a round: what is there, what is missing, what moved."""
    round_ = load_round(round_id)
    counted = figures(round_)
    mark, used = last_mark(round_), used_references(round_)
    return render_template(
        "writing/index.html",
        round=round_,
        criteria=round_.released.instrument.criteria,
        written=written(round_, counted),
        unsettled=unsettled(round_, {figure.id for figure in counted}.__contains__),
        audiences=list(Audience),
        mark=mark,
        moved=moved_since(mark, used, counted) if mark else [],
        used=used,
        may_write=current_user.may(Permission.WRITE_REPORT),
    )


@pages.get("/preview")
@guard(Permission.SEE_ANSWERS)
def preview(round_id: int) -> ResponseReturnValue:
    """What is written as it is printed, without the charts."""
    round_ = load_round(round_id)
    counted = figures(round_)
    return render_template(
        "writing/preview.html",
        round=round_,
        criteria=round_.released.instrument.criteria,
        written=written(round_, counted),
        figures={figure.id: figure for figure in counted},
        audiences=list(Audience),
    )


@pages.post("/mark")
@guard(Permission.WRITE_REPORT)
def mark(round_id: int) -> ResponseReturnValue:
    """Keep the numbers of now: what moves from here on is told."""
    round_ = load_round(round_id)
    made = mark_draft(round_, figures(round_), current_user)
    flash(f"The draft is marked, with {count_text(len(made.numbers), 'live number')}.", "success")
    return redirect(url_for(".index", round_id=round_.id))


@pages.get("/criteria/<criterion_id>")
@guard(Permission.SEE_ANSWERS)
def criterion(round_id: int, criterion_id: str) -> ResponseReturnValue:
    """The findings of a criterion in their order."""
    round_, criterion = load_criterion(round_id, criterion_id)
    criteria = round_.released.instrument.criteria
    place = criteria.index(criterion)
    counted = figures(round_)
    return render_template(
        "writing/criterion.html",
        round=round_,
        criterion=criterion,
        number=place + 1,
        before=criteria[place - 1] if place else None,
        following=criteria[place + 1] if place + 1 < len(criteria) else None,
        chapter=written(round_, counted).chapter(criterion.id),
        figures={figure.id: figure for figure in counted},
        countable=[f for f in counted if f.question.criterion == criterion.id and f.base],
        may_write=current_user.may(Permission.WRITE_REPORT),
    )


@pages.post("/criteria/<criterion_id>/drafts")
@guard(Permission.WRITE_REPORT)
def draft(round_id: int, criterion_id: str) -> ResponseReturnValue:
    """Begin with a drafted finding for every question that none rests on yet."""
    round_, criterion = load_criterion(round_id, criterion_id)
    here = [f for f in figures(round_) if f.question.criterion == criterion.id]
    made = add_drafts(round_, criterion.id, drafts(here), current_user)
    if made:
        flash(
            f"{count_text(len(made), 'finding')} drafted: change the words as you like.", "success"
        )
    else:
        flash("Every question of this criterion has a finding already.", "info")
    return redirect(_criterion(round_, criterion.id))


@pages.get("/criteria/<criterion_id>/new")
@guard(Permission.WRITE_REPORT)
def new(round_id: int, criterion_id: str) -> ResponseReturnValue:
    round_, criterion = load_criterion(round_id, criterion_id)
    return _editor(round_, criterion, None, _form(round_, criterion, None))


@pages.post("/criteria/<criterion_id>/new")
@guard(Permission.WRITE_REPORT)
def make(round_id: int, criterion_id: str) -> ResponseReturnValue:
    round_, criterion = load_criterion(round_id, criterion_id)
    form = _form(round_, criterion, None)
    if request.form.get("go") == "preview" or not form.validate():
        return _editor(round_, criterion, None, form)
    finding = WrittenFinding(round_id=round_.id, criterion=criterion.id, heading="", version=0)
    here = [f for f in findings_of(round_) if f.criterion == criterion.id]
    put_last(finding, here)
    _keep(finding, form, seen=0)
    return _saved(round_, finding)


@pages.get("/findings/<int:finding_id>")
@guard(Permission.SEE_ANSWERS)
def finding(round_id: int, finding_id: int) -> ResponseReturnValue:
    round_, finding = load_finding(round_id, finding_id)
    criterion = load_criterion(round_id, finding.criterion)[1]
    return _editor(round_, criterion, finding, _form(round_, criterion, finding))


@pages.post("/findings/<int:finding_id>")
@guard(Permission.WRITE_REPORT)
def save(round_id: int, finding_id: int) -> ResponseReturnValue:
    """Keep a finding, unless somebody saved it since: then both are shown."""
    round_, finding = load_finding(round_id, finding_id, to_change=True)
    criterion = load_criterion(round_id, finding.criterion)[1]
    form = _form(round_, criterion, finding)
    if request.form.get("go") == "preview" or not form.validate():
        return _editor(round_, criterion, finding, form)
    try:
        _keep(finding, form, seen=form.version)
    except Changed as changed:
        form.seen.data = str(finding.version)  # sent again, it is sent in sight of the newest
        return _editor(round_, criterion, finding, form, changed)
    return _saved(round_, finding)


@pages.post("/findings/<int:finding_id>/move")
@guard(Permission.WRITE_REPORT)
def put(round_id: int, finding_id: int) -> ResponseReturnValue:
    """Put a finding one place up or down; the numbers follow."""
    round_, finding = load_finding(round_id, finding_id, to_change=True)
    here = [f for f in findings_of(round_) if f.criterion == finding.criterion]
    move(finding, here, -1 if request.form.get("to") == "up" else 1)
    return redirect(_criterion(round_, finding.criterion, f"finding-{finding.id}"))


@pages.post("/findings/<int:finding_id>/remove")
@guard(Permission.WRITE_REPORT)
def remove(round_id: int, finding_id: int) -> ResponseReturnValue:
    round_, finding = load_finding(round_id, finding_id, to_change=True)
    session.delete(finding)
    session.flush()
    flash("The finding is removed. The record keeps its words.", "success")
    return redirect(_criterion(round_, finding.criterion))


def _form(round_: Round, criterion: Criterion, finding: WrittenFinding | None) -> FindingForm:
    """The form of a finding, as sent or as it is kept. What it rests on and is not asked any more
    stays among the choices, or saving would drop it unseen."""
    data = {}
    if finding:
        data = {
            "heading": finding.heading,
            "text": finding.text,
            "rests_on": parts(finding.rests_on),
            "charts": parts(finding.charts),
            "quotes": [str(chosen.quote_id) for chosen in finding.quotes],
            "seen": str(finding.version),
        }
    form = FindingForm(data=data)
    ids = [f.id for f in figures(round_) if f.question.criterion == criterion.id]
    form.rests_on.choices = [(i, i) for i in dict.fromkeys([*ids, *data.get("rests_on", ())])]
    form.charts.choices = [(i, i) for i in dict.fromkeys([*ids, *data.get("charts", ())])]
    quotes = [str(quote.id) for quote in quotes_of(round_, criterion.id)]
    form.quotes.choices = [(i, i) for i in dict.fromkeys([*quotes, *data.get("quotes", ())])]
    return form


def _keep(finding: WrittenFinding, form: FindingForm, seen: int) -> None:
    fields = {
        "heading": " ".join((form.heading.data or "").split()),
        "text": (form.text.data or "").replace("\r\n", "\n").strip(),
        "rests_on": ";".join(form.rests_on.data or ()),
        "charts": ";".join(form.charts.data or ()),
    }
    quotes = [int(quote) for quote in form.quotes.data or ()]
    set_finding(finding, fields, quotes, seen, current_user)


def _editor(
    round_: Round,
    criterion: Criterion,
    finding: WrittenFinding | None,
    form: FindingForm,
    changed: Changed | None = None,
) -> str:
    counted = figures(round_)
    numbers, screen = Numbers(counted), names_for(round_).screen()
    heading, text = form.heading.data or "", form.text.data or ""
    shown = render(heading, numbers), render(text, numbers)
    known = {figure.id: figure for figure in counted}
    place = round_.released.instrument.criteria.index(criterion) + 1
    number = numbers_of(round_, findings_of(round_)).get(finding.id) if finding else None
    quotes = quotes_of(round_, criterion.id)
    return render_template(
        "writing/finding.html",
        round=round_,
        criterion=criterion,
        finding=finding,
        number=number or f"{place}: a new finding",
        form=form,
        changed=changed,
        heading=shown[0],
        preview=shown[1],
        missing=[(m, numbers.why_missing(m)) for part in shown for m in part.missing],
        seen_names=[found.words for found in screen.found_in(f"{heading}\n{text}")],
        figures=[(f, offered(f)) for f in counted if f.question.criterion == criterion.id],
        gone=[i for i, _ in form.rests_on.choices if i not in known],
        others=[known[i] for i, _ in form.rests_on.choices if _is_of_another(known, i, criterion)],
        quotes=[(q, found := screen.found_in(q.words), q.is_allowed(found)) for q in quotes],
        may_write=current_user.may(Permission.WRITE_REPORT),
    )


def _is_of_another(known: dict[str, Figure], id_: str, criterion: Criterion) -> bool:
    return id_ in known and known[id_].question.criterion != criterion.id


def _saved(round_: Round, finding: WrittenFinding) -> ResponseReturnValue:
    flash("The finding is saved.", "success")
    if request.form.get("go") == "stay":
        return redirect(url_for(".finding", round_id=round_.id, finding_id=finding.id))
    return redirect(_criterion(round_, finding.criterion, f"finding-{finding.id}"))


def _criterion(round_: Round, criterion_id: str, anchor: str | None = None) -> str:
    return url_for(".criterion", round_id=round_.id, criterion_id=criterion_id, _anchor=anchor)
