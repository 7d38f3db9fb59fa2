"""Good practice and case studies, and the agreement of a system to be named in one."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import now, session
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.writing.forms import AgreementForm, ExampleForm
from reviewer.writing.names import names_for
from reviewer.writing.printed import ExampleKind
from reviewer.writing.printing import examples_of, may_leave
from reviewer.writing.screening import Found
from reviewer.writing.texts import put_last
from reviewer.writing.written import Changed, Example, NamingAgreement

pages = Blueprint("examples", __name__, url_prefix="/rounds/<int:round_id>/writing/examples")


def load_example(
    round_id: int, example_id: int, *, to_change: bool = False
) -> tuple[Round, Example]:
    """The round and the example of an address; one to change is held."""
    round_ = load_round(round_id)
    example = session.get(Example, example_id, with_for_update=to_change or None)
    if example is None or example.round_id != round_.id:
        abort(404)
    return round_, example


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    """Good practice and case studies, with what each still needs."""
    round_ = load_round(round_id)
    names = names_for(round_)
    rows = [
        (example, may_leave(example, names.screen(but=example.system)))
        for example in examples_of(round_)
    ]
    instrument = round_.released.instrument
    return render_template(
        "writing/examples.html",
        round=round_,
        lists=[(kind, [row for row in rows if row[0].kind == kind]) for kind in ExampleKind],
        titles={criterion.id: criterion.title for criterion in instrument.criteria},
        may_write=current_user.may(Permission.WRITE_REPORT),
    )


@pages.get("/new")
@guard(Permission.WRITE_REPORT)
def new(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    return _page(round_, None, _form(round_, None))


@pages.post("/new")
@guard(Permission.WRITE_REPORT)
def make(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    form = _form(round_, None)
    if not form.validate():
        return _page(round_, None, form)
    example = Example(round_id=round_.id, version=0)
    _write(example, form)
    put_last(example, examples_of(round_))
    example.next_version(0, current_user)
    return _saved(round_, example)


@pages.get("/<int:example_id>")
@guard(Permission.SEE_ANSWERS)
def example(round_id: int, example_id: int) -> ResponseReturnValue:
    round_, example = load_example(round_id, example_id)
    return _page(round_, example, _form(round_, example))


@pages.post("/<int:example_id>")
@guard(Permission.WRITE_REPORT)
def save(round_id: int, example_id: int) -> ResponseReturnValue:
    """Keep an example, unless somebody saved it since: then both are shown."""
    round_, example = load_example(round_id, example_id, to_change=True)
    form = _form(round_, example)
    if not form.validate():
        return _page(round_, example, form)
    try:
        example.next_version(form.version, current_user)
    except Changed as changed:
        form.seen.data = str(example.version)
        return _page(round_, example, form, changed=changed)
    _write(example, form)
    session.flush()
    return _saved(round_, example)


@pages.post("/<int:example_id>/agreement")
@guard(Permission.WRITE_REPORT)
def agree(round_id: int, example_id: int) -> ResponseReturnValue:
    """Record that the system agreed to be named with exactly the words that stand there now."""
    round_, example = load_example(round_id, example_id, to_change=True)
    form = AgreementForm()
    if example.system_id is None or _stale(example):
        flash("The text changed in the meantime, so nothing was recorded.", "error")
    elif not form.validate():
        return _page(round_, example, _form(round_, example, sent=False), agreement=form)
    else:
        example.agreements.append(
            NamingAgreement(
                system_id=example.system_id,
                agreed_by=" ".join((form.agreed_by.data or "").split()),
                agreed_on=form.agreed_on.data,
                heading=example.heading,
                words=example.words,
                recorded_by=current_user,
            )
        )
        session.flush()
        flash("The agreement is recorded.", "success")
    return redirect(url_for(".example", round_id=round_.id, example_id=example.id))


@pages.post("/<int:example_id>/withdraw")
@guard(Permission.WRITE_REPORT)
def withdraw(round_id: int, example_id: int) -> ResponseReturnValue:
    """The system took its agreement back: the example is not printed from now on."""
    round_, example = load_example(round_id, example_id, to_change=True)
    for agreement in example.agreements:
        if agreement.withdrawn_at is None:
            agreement.withdrawn_at, agreement.withdrawn_by = now(), current_user
    session.flush()
    flash("The agreement is withdrawn: the example is in no report from now on.", "success")
    return redirect(url_for(".example", round_id=round_.id, example_id=example.id))


@pages.post("/<int:example_id>/yes")
@guard(Permission.WRITE_REPORT)
def allow(round_id: int, example_id: int) -> ResponseReturnValue:
    """A person's yes to what the screening found in the words."""
    round_, example = load_example(round_id, example_id, to_change=True)
    if _stale(example):
        flash("The text changed in the meantime, so nothing was recorded.", "error")
    else:
        example.allow(_found(round_, example), current_user)
        session.flush()
        flash("Your yes is recorded.", "success")
    return redirect(url_for(".example", round_id=round_.id, example_id=example.id))


@pages.post("/<int:example_id>/remove")
@guard(Permission.WRITE_REPORT)
def remove(round_id: int, example_id: int) -> ResponseReturnValue:
    round_, example = load_example(round_id, example_id, to_change=True)
    session.delete(example)
    session.flush()
    flash("It is removed. The record keeps its words.", "success")
    return redirect(url_for(".index", round_id=round_.id))


def _stale(example: Example) -> bool:
    """Whether the person said yes in sight of an older version."""
    return request.form.get("seen", "") != str(example.version)


def _found(round_: Round, example: Example) -> list[Found]:
    screen = names_for(round_).screen(but=example.system)
    return screen.found_in(f"{example.heading}\n{example.words}")


def _form(round_: Round, example: Example | None, *, sent: bool = True) -> ExampleForm:
    data = {}
    if example:
        data = {
            "kind": example.kind,
            "system": example.system_id or 0,
            "criterion": example.criterion,
            "heading": example.heading,
            "words": example.words,
            "seen": str(example.version),
        }
    form = ExampleForm(data=data) if sent else ExampleForm(formdata=None, data=data)
    form.system.choices = [(0, "No system"), *((s.id, s.name) for s in round_.systems())]
    form.criterion.choices = [("", "No criterion")]
    form.criterion.choices += [(c.id, c.title) for c in round_.released.instrument.criteria]
    return form


def _write(example: Example, form: ExampleForm) -> None:
    example.kind = ExampleKind(form.kind.data)
    example.system_id = form.system.data or None
    example.criterion = form.criterion.data or ""
    example.heading = " ".join((form.heading.data or "").split())
    example.words = (form.words.data or "").replace("\r\n", "\n").strip()


def _saved(round_: Round, example: Example) -> ResponseReturnValue:
    flash("It is saved.", "success")
    return redirect(url_for(".example", round_id=round_.id, example_id=example.id))


def _page(
    round_: Round,
    example: Example | None,
    form: ExampleForm,
    *,
    agreement: AgreementForm | None = None,
    changed: Changed | None = None,
) -> str:
    found = _found(round_, example) if example else []
    return render_template(
        "writing/example.html",
        round=round_,
        example=example,
        form=form,
        agreement=agreement or AgreementForm(formdata=None),
        changed=changed,
        found=found,
        allowed=example is not None and example.is_allowed(found),
        may_write=current_user.may(Permission.WRITE_REPORT),
    )
