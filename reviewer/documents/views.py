"""The documents of a system in a round: the list, attaching, searching, reading and downloading."""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Forbidden

from reviewer.db import session
from reviewer.documents.forms import AttachForm
from reviewer.documents.inherited import copy_here, left_by_predecessors, round_of_heir
from reviewer.documents.models import Document
from reviewer.documents.pane import pane, search
from reviewer.documents.pictures import pictures_of
from reviewer.documents.store import (
    Kept,
    attach,
    drop,
    keep,
    may_read_shelf,
    on_shelf,
    plain_name,
    withdrawn_from,
)
from reviewer.documents.withdrawing import could_mend
from reviewer.instrument.model import DocumentKind
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.private import knock
from reviewer.rounds.models import Kind, Round, RoundSystem
from reviewer.rounds.views import load_round
from reviewer.storage import send
from reviewer.systems.models import System

pages = Blueprint("documents", __name__)

MOST_NAMED = 8
HOUR = 3600
NOT_KEPT = "no-store"  # of a draft, a browser keeps nothing
SHELF = "/rounds/<int:round_id>/systems/<int:system_id>/documents"


def load_shelf(round_id: int, system_id: int) -> tuple[Round, System]:
    """The round and the system of an address, if its documents are the signed-in person's to read:
    the policy team's in every round, and a reviewer's where a review is theirs."""
    round_ = load_round(round_id)
    if session.get(RoundSystem, (round_id, system_id)) is None:
        abort(404)
    system = session.get_one(System, system_id)
    if not may_read_shelf(current_user, round_, system):
        abort(403)
    return round_, system


def load_document(document_id: int) -> tuple[Document, Round]:
    """The document of an address, and a round that lets the signed-in person read it.

    Where several do, the one that the address asks for with `round`, or else the newest. A document
    of a system's own assessment is in that one alone.
    """
    options = [joinedload(Document.system)]
    document = session.get(Document, document_id, options=options)
    if document is None and knock(Document, document_id, to_read=True):
        document = session.get(Document, document_id, options=options)
    if document is None:
        abort(404)
    query = (
        select(Round)
        .join(RoundSystem, RoundSystem.round_id == Round.id)
        .where(RoundSystem.system_id == document.system_id)
        .order_by(Round.id.desc())
    )
    if document.round_id:
        query = query.where(Round.id == document.round_id)
    else:
        query = query.where(Round.kind == Kind.SECTOR)
    rounds = session.scalars(query).all()
    wanted = request.args.get("round")
    wanted_first = sorted(rounds, key=lambda r: str(r.id) != wanted)
    readable = (r for r in wanted_first if may_read_shelf(current_user, r, document.system))
    # What a system left behind may be read by whoever reads what it became.
    round_ = next(readable, None) or round_of_heir(document, current_user)
    if round_ is None:
        abort(403 if rounds else 404)
    return document, round_


@pages.get(SHELF)
@guard(Permission.READ_DOCUMENTS)
@limited(Cost.SEARCH, words="find")
def shelf(round_id: int, system_id: int) -> ResponseReturnValue:
    """What is attached, how far its reading is, and a search for words in all of it."""
    round_, system = load_shelf(round_id, system_id)
    may_attach = not round_.is_closed and current_user.may(Permission.ATTACH_DOCUMENTS)
    return _shelf_page(round_, system, _attach_form(round_) if may_attach else None)


@pages.post(SHELF)
@guard(Permission.ATTACH_DOCUMENTS)
@limited(Cost.UPLOAD)
def attach_files(round_id: int, system_id: int) -> ResponseReturnValue:
    """Attach the chosen files, each on its own: one that cannot be taken does not stop the rest."""
    round_, system = load_shelf(round_id, system_id)
    if round_.is_closed:
        flash(f"The round {round_.name} is closed, so nothing was attached.", "error")
        return _go(url_for(".shelf", round_id=round_id, system_id=system_id))
    form = _attach_form(round_)
    if form.validate_on_submit():
        kept, refused = _keep_files(form.files.data)
        if kept:
            _attach_kept(kept, round_, system, form)
            for sentence in refused:
                flash(sentence, "error")
            return _go(url_for(".shelf", round_id=round_id, system_id=system_id))
        form.files.errors = [" ".join(refused)]
    if _wants_json():
        return {"errors": [str(error) for field in form for error in field.errors]}, 400
    return _shelf_page(round_, system, form)


@pages.post(f"{SHELF}/inherited/<int:document_id>")
@guard(Permission.ATTACH_DOCUMENTS)
def inherit(round_id: int, system_id: int, document_id: int) -> ResponseReturnValue:
    """Put a document of a predecessor on the shelf, as a supporting one that can be cited."""
    round_, system = load_shelf(round_id, system_id)
    left = {document.id: document for document in left_by_predecessors(system)}
    if document_id not in left or round_.kind != Kind.SECTOR:
        abort(404)
    try:
        if round_.is_closed:
            raise ValueError(f"The round {round_.name} is closed, so nothing was attached.")
        name = copy_here(left[document_id], system, round_, current_user)
    except ValueError as error:
        flash(str(error), "error")
    else:
        flash(f"Attached: {name}. Its text is being read.", "success")
    return redirect(url_for(".shelf", round_id=round_id, system_id=system_id))


@pages.get(f"{SHELF}/status")
@guard(Permission.READ_DOCUMENTS)
def status(round_id: int, system_id: int) -> ResponseReturnValue:
    """How far the reading of each document is, for a page that keeps itself up to date."""
    round_, system = load_shelf(round_id, system_id)
    return {
        "documents": [
            {
                "id": document.id,
                "standing": document.standing,
                "read": document.pages_read,
                "pages": document.page_count,
                "being_read": document.is_being_read,
            }
            for document in on_shelf(system, round_)
        ]
    }


@pages.get("/documents/<int:document_id>/pages/<int:number>")
@guard(Permission.READ_DOCUMENTS)
@limited(Cost.SEARCH, words="find")
def page(document_id: int, number: int) -> ResponseReturnValue:
    """The text of one page, with a search for words in the document."""
    document, round_ = load_document(document_id)
    words = request.args.get("find", "")
    typed = request.args.get("page", "")[:9]
    if typed.isdecimal():  # the form that jumps to a page cannot put its number in the path
        query = {"find": words, "round": round_.id} if words else {"round": round_.id}
        return redirect(url_for(".page", document_id=document_id, number=int(typed), **query))
    return render_template(
        "documents/page.html",
        document=document,
        round=round_,
        kinds=_kinds(round_),
        pane=pane([document], {"page": str(number), "find": words}),
    )


@pages.get("/documents/<int:document_id>/pages/<int:number>/picture")
@guard(Permission.READ_DOCUMENTS)
def picture(document_id: int, number: int) -> ResponseReturnValue:
    """The picture of one page, which the person's own browser shows for an hour without asking.

    It never changes, but the right to see it may, and others may sit at the same computer.
    """
    try:
        document, round_ = load_document(document_id)
    except Forbidden:
        abort(404)  # where no picture is, there is no page to say why
    try:
        name = pictures_of(document).name(number)
        response = send(name, mimetype="image/jpeg", max_age=HOUR)
    except FileNotFoundError:
        abort(404)
    response.cache_control.public = False
    response.cache_control.private = True
    response.cache_control.immutable = True
    if round_.is_private:
        response.headers["Cache-Control"] = NOT_KEPT
    return response


@pages.get("/documents/<int:document_id>/file")
@guard(Permission.READ_DOCUMENTS)
def file(document_id: int) -> ResponseReturnValue:
    """The PDF as it was attached, whole or in the ranges that the reader asks for.

    To be kept, and never shown by the browser itself in this site's name: the reader draws it. The
    browser may hold pieces of it, but asks each time whether the person may still have them.
    """
    document, round_ = load_document(document_id)
    try:
        response = send(
            document.stored_as,
            mimetype="application/pdf",
            as_attachment=True,
            download_name=document.file_name,
            etag=document.sha256,
        )
    except FileNotFoundError:
        abort(404)
    response.cache_control.private = True
    if round_.is_private:
        response.headers["Cache-Control"] = NOT_KEPT
    return response


def _shelf_page(round_: Round, system: System, form: AttachForm | None) -> ResponseReturnValue:
    documents = on_shelf(system, round_)
    every = on_shelf(system, round_, newest_only=False)
    read = {document.id for document in documents}
    kinds = _kinds(round_)
    words = request.args.get("find", "").strip()[:200]
    return render_template(
        "documents/shelf.html",
        round=round_,
        system=system,
        kinds=kinds,
        documents=documents,
        earlier=[document for document in every if document.id not in read],
        missing=[
            kind.name
            for kind in kinds.values()
            if kind.counted and kind.id not in {document.kind for document in documents}
        ],
        mendable=could_mend(current_user, every) if form else set(),
        withdrawn=withdrawn_from(system, round_),
        inherited=left_by_predecessors(system) if round_.kind == Kind.SECTOR else [],
        form=form,
        limit_mb=current_app.config["UPLOAD_LIMIT_MB"],
        words=words,
        hits=search(documents, words) if words else (),
    )


def _kinds(round_: Round) -> dict[str, DocumentKind]:
    return {kind.id: kind for kind in round_.released.instrument.document_kinds}


def _attach_form(round_: Round) -> AttachForm:
    form = AttachForm()
    form.offer(round_.released.instrument.document_kinds)
    return form


def _keep_files(files: Sequence[FileStorage]) -> tuple[list[tuple[str, Kept]], list[str]]:
    """The files by name that were kept, and a sentence for each that was refused."""
    session.rollback()  # large files are written with no transaction open
    kept, refused = [], []
    for file in files:
        name = plain_name(file.filename or "")
        try:
            kept.append((name, keep(file.stream)))
        except ValueError as error:
            refused.append(f"{name} was not attached. {error}")
    return kept, refused


def _attach_kept(
    kept: Sequence[tuple[str, Kept]], round_: Round, system: System, form: AttachForm
) -> None:
    """Attach kept files to the system's shelf, and say which are new."""
    new: list[str] = []
    known: list[str] = []
    try:
        for name, file in kept:
            _, is_new = attach(
                file,
                name,
                system=system,
                kind=form.kind.data,
                person=current_user,
                source_address=form.source_address.data,
                published_on=form.published_on.data,
                retrieved_on=form.retrieved_on.data,
            )
            (new if is_new else known).append(name)
    except BaseException:
        for _, file in kept:
            drop(file)
        raise
    if new:
        kind = _kinds(round_)[form.kind.data].name
        flash(f"Attached as {kind}: {_named(new)}. The text is being read.", "success")
    if known:
        flash(f"The same file was attached before: {_named(known)}.", "info")


def _named(files: Sequence[str]) -> str:
    # The message travels in a cookie, which holds about 4,000 characters.
    return ", ".join(files) if len(files) <= MOST_NAMED else f"{len(files)} files"


def _go(address: str) -> ResponseReturnValue:
    """On to that address; a script is told where, or its request would swallow the messages."""
    return {"location": address} if _wants_json() else redirect(address)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
