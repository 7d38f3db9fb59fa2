"""Drafts of criteria: copy a version, order its entries, see what a draft changes, release it."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.instrument.advice import advise
from reviewer.instrument.check import Mistake
from reviewer.instrument.drafts import (
    InstrumentDraft,
    all_drafts,
    copy,
    release_draft,
    take_in,
    what_changes,
)
from reviewer.instrument.editing import (
    checked,
    entries,
    moved,
    put_back,
    users_of,
    with_criterion,
    with_named,
    with_question,
    without,
)
from reviewer.instrument.forms import FileForm, ReleaseForm
from reviewer.instrument.models import InstrumentVersion
from reviewer.instrument.written import Raw, raw_of
from reviewer.people.permissions import Permission, guard

pages = Blueprint("drafts", __name__, url_prefix="/criteria/drafts")

LARGEST = 5_000_000  # bytes of a file of criteria; ours have about 60,000
# Where a mistake is, in its own words: "question support-2, option yes, label".
_PLACE = re.compile(r"(question|criterion|scale|document kind) ([a-z0-9-]+)(?:,|$)")


def load_draft(draft_id: int, *, to_change: bool = False) -> InstrumentDraft:
    """The draft of an address; one to change is held."""
    found = session.get(InstrumentDraft, draft_id, with_for_update=to_change or None)
    return found or abort(404)


def mistakes_at(mistakes: list[Mistake]) -> list[tuple[Mistake, str, str]]:
    """Each mistake with what its entry is ("question") and its id, or "" where it is of none."""
    found = []
    for mistake in mistakes:
        place = _PLACE.match(mistake.place)
        noun = place[1].removeprefix("document ") if place else ""
        found.append((mistake, noun, place[2] if place else ""))
    return found


def save(draft: InstrumentDraft, content: Raw, seen: int | None) -> str:
    """Save a draft; what to say where somebody else did in the meantime."""
    try:
        draft.change(content, current_user.id, seen or 0)
    except ValueError as error:
        return str(error)
    return ""


@pages.get("")
@guard(Permission.WRITE_CRITERIA)
def index() -> ResponseReturnValue:
    return render_template("instrument/drafts.html", drafts=all_drafts(), form=FileForm())


@pages.post("")
@guard(Permission.WRITE_CRITERIA)
def upload() -> ResponseReturnValue:
    """Take a TOML file or a workbook in as a draft."""
    form = FileForm()
    if form.validate_on_submit():
        content = form.file.data.stream.read(LARGEST + 1)
        try:
            if len(content) > LARGEST:
                raise ValueError("The file is too large to be a file of criteria.")
            draft = take_in(content, form.file.data.filename or "", current_user.id)
        except ValueError as error:
            form.file.errors = [str(error)]
        else:
            flash("The file is a draft now. Nothing was released.", "success")
            return redirect(url_for(".show", draft_id=draft.id))
    return render_template("instrument/drafts.html", drafts=all_drafts(), form=form)


@pages.post("/copy/<int:version_id>")
@guard(Permission.WRITE_CRITERIA)
def copy_version(version_id: int) -> ResponseReturnValue:
    version = session.get(InstrumentVersion, version_id) or abort(404)
    draft = copy(version, current_user.id)
    flash("This is a draft. The released version stays as it is.", "success")
    return redirect(url_for(".show", draft_id=draft.id))


@pages.get("/<int:draft_id>")
@guard(Permission.WRITE_CRITERIA)
def show(draft_id: int) -> ResponseReturnValue:
    """All of a draft on one page, with what is wrong and what could be better."""
    draft = load_draft(draft_id)
    instrument, mistakes = checked(draft.content)
    advice = advise(instrument) if instrument else []
    return render_template("instrument/draft.html", **_shown(draft), advice=advice, wrong=mistakes)


def _shown(draft: InstrumentDraft) -> dict[str, Any]:
    content, before = draft.content, draft.based_on
    there = {question.get("id") for question in entries(content, "question")}
    _, mistakes = checked(content)
    return {
        "draft": draft,
        "criteria": [
            (c, [q for q in entries(content, "question") if q.get("criterion") == c["id"]])
            for c in entries(content, "criterion")
        ],
        "scales": _used(content, "scale"),
        "kinds": _used(content, "kind"),
        "mistakes": mistakes_at(mistakes),
        "gone": [q for q in before.questions if q.id not in there] if before else [],
    }


def _used(content: Raw, noun: str) -> list[tuple[Raw, int]]:
    """The scales or the kinds of document, with how many questions use each."""
    return [(each, len(users_of(content, noun, each["id"]))) for each in entries(content, noun)]


@pages.post("/<int:draft_id>/add/<any(question, criterion, scale, kind):noun>")
@guard(Permission.WRITE_CRITERIA)
def add(draft_id: int, noun: str) -> ResponseReturnValue:
    """Add a question to a criterion, a criterion, or, by its name, a scale or a kind of document,
    and go on to write it."""
    draft = load_draft(draft_id, to_change=True)
    if noun == "criterion":
        content, id_ = with_criterion(draft.content)
    elif noun in ("scale", "kind"):
        try:
            content, id_ = with_named(draft.content, noun, request.form.get("name", "")[:100])
        except ValueError as error:
            flash(str(error), "error")
            return redirect(url_for(".show", draft_id=draft.id, _anchor=f"{noun}s"))
    else:
        criterion = request.form.get("criterion", "")
        if criterion not in {each["id"] for each in entries(draft.content, "criterion")}:
            abort(404)
        content, id_ = with_question(draft.content, criterion, draft.taken)
    draft.change(content, current_user.id, draft.edit)
    return redirect(url_for(f"entries.{noun}", draft_id=draft.id, entry_id=id_))


@pages.post(
    "/<int:draft_id>/<any(question, criterion, scale, kind):noun>/<entry_id>"
    "/<any(up, down, out, back):way>"
)
@guard(Permission.WRITE_CRITERIA)
def place(draft_id: int, noun: str, entry_id: str, way: str) -> ResponseReturnValue:
    """Move an entry up or down, take it out, or put a question back that was taken out."""
    draft = load_draft(draft_id, to_change=True)
    anchor = entry_id
    try:
        match way:
            case "up" | "down":
                content = moved(draft.content, noun, entry_id, -1 if way == "up" else 1)
            case "out" if noun in ("scale", "kind") and users_of(draft.content, noun, entry_id):
                flash("Questions use it. Give them another one first.", "error")
                return redirect(url_for(".show", draft_id=draft.id, _anchor=f"{noun}-{entry_id}"))
            case "out":
                content, anchor = without(draft.content, noun, entry_id), "gone"
                flash(f"{entry_id} is no longer in the draft.", "success")
            case _:
                if draft.based_on is None or noun != "question":
                    abort(404)
                draft.based_on.question(entry_id)
                content = put_back(draft.content, raw_of(draft.based_on), entry_id)
    except KeyError:
        flash(f"{entry_id} was taken out of the draft in the meantime.", "error")
    else:
        draft.change(content, current_user.id, draft.edit)
    return redirect(url_for(".show", draft_id=draft.id, _anchor=anchor))


@pages.route("/<int:draft_id>/release", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def release(draft_id: int) -> ResponseReturnValue:
    """What releasing the draft would change, under which version; then do it."""
    draft = load_draft(draft_id, to_change=request.method == "POST")
    instrument, mistakes = checked(draft.content)
    form = ReleaseForm(seen=draft.edit)
    if form.validate_on_submit():
        try:
            if form.seen.data != draft.edit:
                raise ValueError("Somebody changed this draft since. Look at what it changes now.")
            with session.begin_nested():
                made = release_draft(draft)
        except ValueError as error:
            flash(str(error), "error")
            return redirect(url_for(".release", draft_id=draft_id))
        flash(f"Version {made.version} is released. New rounds can use it.", "success")
        return redirect(url_for("instrument.show", version_id=made.id))
    found, version = what_changes(draft) if instrument else (None, "")
    return render_template(
        "instrument/draft_release.html",
        draft=draft,
        instrument=instrument,
        mistakes=mistakes_at(mistakes),
        advice=advise(instrument) if instrument else [],
        found=found,
        version=version,
        form=form,
    )


@pages.route("/<int:draft_id>/delete", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def delete(draft_id: int) -> ResponseReturnValue:
    draft = load_draft(draft_id, to_change=request.method == "POST")
    if request.method == "POST":
        session.delete(draft)
        flash("The draft is deleted. Released versions stay as they are.", "success")
        return redirect(url_for(".index"))
    return render_template("instrument/draft_delete.html", draft=draft)
