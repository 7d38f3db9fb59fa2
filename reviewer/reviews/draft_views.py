"""Criteria to take away, and a draft as its reviewers would see it: the real form, which saves
nothing."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviewer.db import session
from reviewer.instrument.draft_views import load_draft
from reviewer.instrument.editing import checked
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.instrument.sheet import to_sheets
from reviewer.instrument.written import to_toml, written
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.asking import slots
from reviewer.reviews.evidence import Sent
from reviewer.reviews.forms import LONGEST_COMMENT, filled_form
from reviewer.reviews.page import Block

pages = Blueprint("drafts_read", __name__, url_prefix="/criteria")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/drafts/<int:draft_id>/preview/<criterion_id>")
@guard(Permission.WRITE_CRITERIA)
def preview(draft_id: int, criterion_id: str) -> ResponseReturnValue:
    draft = load_draft(draft_id)
    instrument, _ = checked(draft.content)
    if instrument is None:
        flash("Mend the mistakes first; then the form can be shown.", "error")
        return redirect(url_for("drafts.show", draft_id=draft.id))
    try:
        criterion = instrument.criterion(criterion_id)
    except KeyError:
        abort(404)
    # What the form asks of a review: there is none, and nothing of it can be pressed.
    review = SimpleNamespace(id=0, released=SimpleNamespace(instrument=instrument))
    made = _blocks(instrument, criterion_id)
    kinds = ((kind, [b for b in made if b.kind == kind]) for kind in instrument.document_kinds)
    return render_template(
        "reviews/preview.html",
        draft=draft,
        criterion=criterion,
        criteria=instrument.criteria,
        number=instrument.criteria.index(criterion) + 1,
        of=len(instrument.criteria),
        sections=[(kind, blocks) for kind, blocks in kinds if blocks],
        review=review,
        looked={},
        sources=[],
        longest=LONGEST_COMMENT,
    )


def _blocks(instrument: Instrument, criterion_id: str) -> list[Block]:
    return [
        Block(
            question=question,
            kind=instrument.document_kind(on),
            form=filled_form(question, on, None, {}),
            answer=None,
            asked=True,
            error="",
            citations=(),
            older="",
            cite=Sent(),
            cite_error="",
            returned="",
            was="",
            former="",
        )
        for question, on in slots(instrument, criterion_id)
    ]


@pages.get("/drafts/<int:draft_id>/file.<any(toml, xlsx):ending>")
@guard(Permission.WRITE_CRITERIA)
def file(draft_id: int, ending: str) -> ResponseReturnValue:
    """A draft as a file. A workbook can be made of one without mistakes alone."""
    draft = load_draft(draft_id)
    instrument, _ = checked(draft.content)
    if instrument is None and ending == "xlsx":
        flash("Mend the mistakes first, or take the draft as TOML.", "error")
        return redirect(url_for("drafts.show", draft_id=draft.id))
    text = written(instrument) if instrument else to_toml(draft.content)
    return _sent(f"{draft.code}-draft", instrument, text, ending)


@pages.get("/<int:version_id>/file.<any(toml, xlsx):ending>")
@guard(Permission.SIGNED_IN)
def released_file(version_id: int, ending: str) -> ResponseReturnValue:
    """A released version as it was released, or as a workbook."""
    version = session.get(InstrumentVersion, version_id) or abort(404)
    name = f"{version.code}-{version.version}"
    return _sent(name, released(version.id).instrument, version.definition, ending)


def _sent(name: str, instrument: Instrument | None, text: str, ending: str) -> ResponseReturnValue:
    if ending == "xlsx" and instrument:
        try:
            content, kind = to_sheets(instrument), XLSX
        except ValueError as error:
            flash(str(error), "error")
            return redirect(url_for("instrument.index"))
    else:
        content, kind = text.encode(), "application/toml"
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response
