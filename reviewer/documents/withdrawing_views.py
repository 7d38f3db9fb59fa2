"""Pages that withdraw a document of a system, and that correct what was said of one."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.documents.forms import ChangeForm, WithdrawForm
from reviewer.documents.models import Document
from reviewer.documents.store import on_shelf
from reviewer.documents.views import SHELF, load_shelf
from reviewer.documents.withdrawing import (
    NotYours,
    Rests,
    change,
    check_may,
    hold,
    what_rests_on,
    withdraw,
)
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.systems.models import System

pages = Blueprint("withdrawing", __name__)
ONE = f"{SHELF}/<int:document_id>"


def load_on_shelf(
    round_id: int, system_id: int, document_id: int
) -> tuple[Round, System, Document, list[Rests]]:
    """The document of an address, held, if it is on that shelf, with what rests on it. NotYours if
    the signed-in person may not change it, or it was withdrawn before."""
    round_, system = load_shelf(round_id, system_id)
    document = hold(document_id)
    if document is None or document.system_id != system.id:
        abort(404)
    if document.withdrawn_at is not None:
        raise NotYours("This document is withdrawn already. Nothing was changed now.")
    if document not in on_shelf(system, round_, newest_only=False):
        abort(404)
    found = what_rests_on(document)
    check_may(current_user, document, round_, found)
    return round_, system, document, found


@pages.errorhandler(NotYours)
def refuse(error: NotYours) -> ResponseReturnValue:
    """Back to the shelf, with the sentence that says who can."""
    flash(str(error), "error")
    place = request.view_args or {}
    return redirect(
        url_for("documents.shelf", round_id=place["round_id"], system_id=place["system_id"])
    )


@pages.route(f"{ONE}/withdraw", methods=["GET", "POST"])
@guard(Permission.ATTACH_DOCUMENTS)
def take_back(round_id: int, system_id: int, document_id: int) -> ResponseReturnValue:
    """Withdraw a document, after asking why."""
    shelf = url_for("documents.shelf", round_id=round_id, system_id=system_id)
    round_, system, document, found = load_on_shelf(round_id, system_id, document_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        withdraw(document, form.because.data or "", current_user, keep=bool(found))
        flash(_done(document), "success")
        return redirect(shelf)
    return _page("documents/withdraw.html", round_, system, document, form, rests=found)


@pages.route(f"{ONE}/change", methods=["GET", "POST"])
@guard(Permission.ATTACH_DOCUMENTS)
def correct(round_id: int, system_id: int, document_id: int) -> ResponseReturnValue:
    """Correct the kind, the name, the address and the days of a document."""
    shelf = url_for("documents.shelf", round_id=round_id, system_id=system_id)
    round_, system, document, found = load_on_shelf(round_id, system_id, document_id)
    form = ChangeForm(obj=document)
    form.offer(round_.released.instrument.document_kinds, document.kind)
    if form.validate_on_submit():
        try:
            change(
                document,
                kind=form.kind.data,
                file_name=form.file_name.data or "",
                source_address=form.source_address.data or "",
                published_on=form.published_on.data,
                retrieved_on=form.retrieved_on.data,
            )
        except ValueError as error:
            form.kind.errors = [str(error)]
        else:
            flash("Saved.", "success")
            return redirect(shelf)
    return _page("documents/change.html", round_, system, document, form, rests=found)


def _page(
    template: str,
    round_: Round,
    system: System,
    document: Document,
    form: WithdrawForm | ChangeForm,
    rests: list[Rests],
) -> ResponseReturnValue:
    kinds = {kind.id: kind for kind in round_.released.instrument.document_kinds}
    return render_template(
        template,
        round=round_,
        system=system,
        document=document,
        kinds=kinds,
        form=form,
        rests=rests,
    )


def _done(document: Document) -> str:
    if document.emptied:
        return "Withdrawn. Its file and its text are removed; the reason stays on this page."
    return (
        "Withdrawn. It can no longer be cited. What rests on it is kept, and its readers are asked "
        "to look again."
    )
