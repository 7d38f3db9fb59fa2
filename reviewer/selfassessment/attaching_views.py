"""The documents of an assessment: attaching a draft, and how far its reading is."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.documents.pane import search
from reviewer.documents.store import Kept, keep, on_shelf, plain_name
from reviewer.documents.withdrawing import hold
from reviewer.instrument.model import DocumentKind
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.selfassessment.assessing import attach_draft, drafts_of
from reviewer.selfassessment.deleting import delete_document
from reviewer.selfassessment.forms import DraftForm
from reviewer.selfassessment.loading import Opened, load_assessment
from reviewer.selfassessment.telling import privacy

pages = Blueprint("draft_documents", __name__, url_prefix="/drafts")
AT = "/<int:assessment_id>/documents"


@pages.get(AT)
@guard(Permission.SIGNED_IN)
@limited(Cost.SEARCH, words="find")
def documents(assessment_id: int) -> ResponseReturnValue:
    """What is attached, and who could read it all the same; its readers see the list alone."""
    opened = load_assessment(assessment_id)
    return _page(opened, _form(opened) if opened.works_on_it else None)


@pages.post(AT)
@guard(Permission.ASSESS)
@limited(Cost.UPLOAD)
def attach_documents(assessment_id: int) -> ResponseReturnValue:
    """Attach a draft, or the next version of one."""
    opened = load_assessment(assessment_id, to_change=True)
    form = _form(opened)
    if form.validate_on_submit():
        kept, refused = _keep(form)
        if kept:
            opened = load_assessment(assessment_id, to_change=True)  # held again after the writing
            _attach(opened, kept, form.kind.data)
            for sentence in refused:
                flash(sentence, "error")
            return _go(url_for(".documents", assessment_id=assessment_id))
        form.files.errors = [" ".join(refused)]
    if _wants_json():
        return {"errors": [str(error) for field in form for error in field.errors]}, 400
    return _page(opened, form)


@pages.route(f"{AT}/<int:document_id>/delete", methods=["GET", "POST"])
@guard(Permission.ASSESS)
def delete(assessment_id: int, document_id: int) -> ResponseReturnValue:
    """Delete one draft that was attached by mistake, after asking once."""
    opened = load_assessment(assessment_id, to_change=True)
    document = hold(document_id)
    if document is None or document.round_id != opened.round.id:
        abort(404)
    here = url_for(".documents", assessment_id=assessment_id)
    if document.withdrawn_at:
        flash("This file is deleted already. Nothing was changed now.", "info")
        return redirect(here)
    if request.method == "GET":
        return render_template(
            "selfassessment/delete_document.html",
            opened=opened,
            document=document,
            kinds=_kinds(opened),
            **privacy(),
        )
    delete_document(document, current_user)
    flash("Deleted. The answers stay.", "success")
    return redirect(here)


@pages.get(f"{AT}/status")
@guard(Permission.ASSESS)
def status(assessment_id: int) -> ResponseReturnValue:
    """How far the reading of each document is, for a page that keeps itself up to date."""
    opened = load_assessment(assessment_id)
    return {
        "documents": [
            {
                "id": document.id,
                "standing": document.standing,
                "read": document.pages_read,
                "pages": document.page_count,
                "being_read": document.is_being_read,
            }
            for document in on_shelf(opened.system, opened.round)
        ]
    }


def _page(opened: Opened, form: DraftForm | None) -> ResponseReturnValue:
    shelf = on_shelf(opened.system, opened.round)
    newest = {document.id for document in shelf}
    earlier = on_shelf(opened.system, opened.round, newest_only=False)
    words = request.args.get("find", "").strip()[:200]
    return render_template(
        "selfassessment/documents.html",
        opened=opened,
        documents=shelf,
        earlier=[document for document in earlier if document.id not in newest],
        drafts=drafts_of(opened),
        kinds=_kinds(opened),
        form=form,
        limit_mb=current_app.config["UPLOAD_LIMIT_MB"],
        words=words,
        hits=search(shelf, words) if words else (),
        **privacy(),
    )


def _kinds(opened: Opened) -> dict[str, DocumentKind]:
    return {kind.id: kind for kind in opened.round.released.instrument.document_kinds}


def _form(opened: Opened) -> DraftForm:
    form = DraftForm()
    left_out = opened.round.left_out
    kinds = [k for k in opened.round.released.instrument.document_kinds if k.id not in left_out]
    form.kind.choices = [("", "Choose a kind"), *((kind.id, kind.name) for kind in kinds)]
    return form


def _keep(form: DraftForm) -> tuple[list[tuple[str, Kept]], list[str]]:
    """The files by name that were kept, and a sentence for each that was refused."""
    session.rollback()  # large files are written with no transaction open
    kept, refused = [], []
    for file in form.files.data:
        name = plain_name(file.filename or "")
        try:
            kept.append((name, keep(file.stream)))
        except ValueError as error:
            refused.append(f"{name} was not attached. {error}")
    return kept, refused


def _attach(opened: Opened, kept: list[tuple[str, Kept]], kind: str) -> None:
    before = drafts_of(opened)[-1].number
    new = attach_draft(opened, kept, kind, current_user)
    after = drafts_of(opened)[-1].number
    # The message travels in a cookie: it names no file.
    if not any(new):
        flash("The same file was attached before, so nothing was changed.", "info")
    elif after > before:
        flash(
            f"Draft {after} begins with the answers of draft {before}. Its text is being read; "
            "then the questions whose quotes moved, changed or vanished are marked.",
            "success",
        )
    else:
        flash("Attached. The text is being read.", "success")


def _go(address: str) -> ResponseReturnValue:
    """On to that address; a script is told where, or its request would swallow the messages."""
    return {"location": address} if _wants_json() else redirect(address)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
