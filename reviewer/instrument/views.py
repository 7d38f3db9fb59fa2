"""The instrument as everybody may read it: criteria, questions, guidance, and its sources."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, by_criteria, released
from reviewer.people.permissions import Permission, guard

pages = Blueprint("instrument", __name__, url_prefix="/criteria")


@pages.get("")
@guard(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    versions = session.scalars(by_criteria())
    return render_template("instrument/index.html", versions=versions.all(), may_write=_may_write())


@pages.get("/<int:version_id>")
@guard(Permission.SIGNED_IN)
def show(version_id: int) -> ResponseReturnValue:
    version = session.get(InstrumentVersion, version_id)
    if version is None:
        abort(404)
    instrument = released(version_id).instrument
    published = sum(question.wording == "published" for question in instrument.questions)
    return render_template(
        "instrument/show.html",
        version=version,
        instrument=instrument,
        published=published,
        may_write=_may_write(),
    )


def _may_write() -> bool:
    return bool(current_user.may(Permission.WRITE_CRITERIA))
