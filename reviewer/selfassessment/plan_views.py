"""The action plan on its page, and to take home."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewer.findings.views import answer_file
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.selfassessment.assessing import drafts_of
from reviewer.selfassessment.forms import ActionForm
from reviewer.selfassessment.loading import Opened, load_assessment
from reviewer.selfassessment.models import Action, Status
from reviewer.selfassessment.plan_files import plan_file
from reviewer.selfassessment.planning import Planned, add_gaps, move, plan_of
from reviewer.wording import count_text

pages = Blueprint("draft_plan", __name__, url_prefix="/drafts")
AT = "/<int:assessment_id>/plan"


@pages.get(AT)
@guard(Permission.SIGNED_IN)
def plan(assessment_id: int) -> ResponseReturnValue:
    """The actions in their order, and the gaps that are not among them."""
    opened = load_assessment(assessment_id)
    planned, gaps = plan_of(opened)
    forms = {p.action.id: _form(p.action, sent=False) for p in planned}
    return _page(opened, planned, len(gaps), forms)


@pages.post(AT)
@guard(Permission.ASSESS)
def change_plan(assessment_id: int) -> ResponseReturnValue:
    """Save every action, and then do what the pressed button says."""
    opened = load_assessment(assessment_id, to_change=True)
    planned, gaps = plan_of(opened)
    forms = {p.action.id: _form(p.action, sent=True) for p in planned}
    there = [p for p in planned if f"{p.action.id}-status" in request.form]
    for p in there:
        form = forms[p.action.id]
        if form.validate():
            _keep(p.action, form)
    if any(forms[p.action.id].errors for p in there):
        return _page(opened, planned, len(gaps), forms)
    button, _, number = request.form.get("go", "").partition(":")
    if button == "gaps":
        add_gaps(opened, gaps)
        flash(f"{count_text(len(gaps), 'gap')} added to the plan.", "success")
    elif button in ("up", "down") and number[:18].isdecimal():
        move(opened, int(number[:18]), -1 if button == "up" else 1)
    else:
        flash("The plan is saved.", "success")
    anchor = f"action-{number}" if number else None
    return redirect(url_for(".plan", assessment_id=assessment_id, _anchor=anchor))


@pages.get(f"{AT}.<any(docx, pdf, xlsx):ending>")
@guard(Permission.SIGNED_IN)
@limited(Cost.DOWNLOAD)
def take_plan(assessment_id: int, ending: str) -> ResponseReturnValue:
    """The action plan as a file."""
    opened = load_assessment(assessment_id)
    planned, _ = plan_of(opened)
    subtitle = f"{opened.system.name}: {opened.assessment.title}, draft {_draft(opened)}"
    content = plan_file("Action plan", subtitle, planned, ending, opened.round.notice)
    return answer_file(content, f"action-plan.{ending}", ending)


def _draft(opened: Opened) -> int:
    return drafts_of(opened)[-1].number


def _page(
    opened: Opened, planned: Sequence[Planned], gaps: int, forms: dict[int, ActionForm]
) -> ResponseReturnValue:
    return render_template(
        "selfassessment/plan.html",
        opened=opened,
        draft=_draft(opened),
        planned=planned,
        gaps=gaps,
        forms=forms,
        wrong=any(form.errors for form in forms.values()),
    )


def _form(action: Action, *, sent: bool) -> ActionForm:
    return ActionForm(
        formdata=request.form if sent else None,
        prefix=str(action.id),
        meta={"csrf": False},  # one token for the whole form
        data={
            "what": action.what,
            "who": action.who,
            "due": action.due,
            "status": action.status,
        },
    )


def _keep(action: Action, form: ActionForm) -> None:
    action.what = (form.what.data or "").strip().replace("\r\n", "\n")
    action.who = " ".join((form.who.data or "").split())
    action.due = form.due.data
    action.status = Status(form.status.data)
