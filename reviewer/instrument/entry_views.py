"""The pages of a draft that change one thing: its opening, a criterion, a question, a scale, a
kind of document."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewer.instrument.draft_views import load_draft, mistakes_at, save
from reviewer.instrument.drafts import InstrumentDraft
from reviewer.instrument.editing import checked, entries, entry_of, with_values
from reviewer.instrument.forms import (
    AboutForm,
    CriterionForm,
    DraftForm,
    KindForm,
    QuestionForm,
    ScaleForm,
    question_values,
    text_of,
)
from reviewer.instrument.sheet import lines_of
from reviewer.instrument.written import Raw
from reviewer.people.permissions import Permission, guard

pages = Blueprint("entries", __name__, url_prefix="/criteria/drafts/<int:draft_id>")

CRITERION_FIELDS = ("title", "about", "comment_prompt", "good_practice_prompt")


@pages.route("/about", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def about(draft_id: int) -> ResponseReturnValue:
    draft = load_draft(draft_id, to_change=request.method == "POST")
    kept = {name: draft.content.get(name, "") for name in ("title", "source", "about")}
    form = AboutForm(data=kept | {"seen": draft.edit})
    if form.validate_on_submit():
        values = {name: text_of(form[name].data) for name in kept}
        if _saved(draft, form, draft.content | values):
            return redirect(url_for("drafts.show", draft_id=draft.id))
    return render_template("instrument/draft_about.html", draft=draft, form=form)


@pages.route("/criterion/<entry_id>", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def criterion(draft_id: int, entry_id: str) -> ResponseReturnValue:
    draft, entry = _load(draft_id, "criterion", entry_id)
    kept = {name: entry.get(name, "") for name in CRITERION_FIELDS}
    form = CriterionForm(data=kept | {"seen": draft.edit})
    if form.validate_on_submit():
        values = {name: text_of(form[name].data) for name in CRITERION_FIELDS}
        if _saved(draft, form, with_values(draft.content, "criterion", entry_id, values)):
            return redirect(url_for("drafts.show", draft_id=draft.id, _anchor=entry_id))
    return render_template(
        "instrument/draft_criterion.html", draft=draft, entry=entry, form=form,
        mistakes=_mistakes(draft, "criterion", entry_id),
    )  # fmt: skip


@pages.route("/scale/<entry_id>", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def scale(draft_id: int, entry_id: str) -> ResponseReturnValue:
    draft, entry = _load(draft_id, "scale", entry_id)
    form = ScaleForm(data={"name": entry.get("name", ""), "seen": draft.edit})
    if request.method == "GET":
        form.show_options(entry.get("options", []), {})
    if form.validate_on_submit():
        options, _ = form.given_options(request.form.get("action", ""))
        values = {"name": text_of(form.name.data), "options": options}
        if _saved(draft, form, with_values(draft.content, "scale", entry_id, values)):
            return _on(draft, "scale", entry_id)
    return render_template(
        "instrument/draft_scale.html", draft=draft, entry=entry, form=form,
        mistakes=_mistakes(draft, "scale", entry_id),
    )  # fmt: skip


@pages.route("/kind/<entry_id>", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def kind(draft_id: int, entry_id: str) -> ResponseReturnValue:
    draft, entry = _load(draft_id, "kind", entry_id)
    kept = {name: entry.get(name, "") for name in ("name", "plural")}
    form = KindForm(data=kept | {"counted": entry.get("counted", True), "seen": draft.edit})
    if form.validate_on_submit():
        values: Raw = {name: text_of(form[name].data) for name in kept}
        values["counted"] = None if form.counted.data else False  # left out, it is counted
        if _saved(draft, form, with_values(draft.content, "kind", entry_id, values)):
            return redirect(url_for("drafts.show", draft_id=draft.id, _anchor=f"kind-{entry_id}"))
    return render_template(
        "instrument/draft_kind.html", draft=draft, entry=entry, form=form,
        mistakes=_mistakes(draft, "kind", entry_id),
    )  # fmt: skip


@pages.route("/question/<entry_id>", methods=["GET", "POST"])
@guard(Permission.WRITE_CRITERIA)
def question(draft_id: int, entry_id: str) -> ResponseReturnValue:
    draft, entry = _load(draft_id, "question", entry_id)
    form = _question_form(draft, entry)
    if form.validate_on_submit():
        values = question_values(form, request.form.get("action", ""))
        if values["kind"] == "scale":
            known = {option["id"] for option in options_of(draft.content, values)}
            told = values["statement"]
            values["statement"] = {id_: told[id_] for id_ in told if id_ in known}
        if _saved(draft, form, with_values(draft.content, "question", entry_id, values)):
            return _on(draft, "question", entry_id)
    return render_template(
        "instrument/draft_question.html", draft=draft, entry=entry, form=form,
        mistakes=_mistakes(draft, "question", entry_id),
    )  # fmt: skip


def _question_form(draft: InstrumentDraft, entry: Raw) -> QuestionForm:
    content, condition = draft.content, entry.get("asked_where", {})
    form = QuestionForm(
        data={name: entry.get(name, "") for name in ("text", "guidance", "source", "criterion")}
        | {name: lines_of(entry.get(name, [])) for name in ("notes", "search")}
        | {
            "seen": draft.edit,
            "kind": entry.get("kind", ""),
            "scale": entry.get("scale", ""),
            "documents": entry.get("documents", []),
            "wording": entry.get("wording", ""),
            "asked_where": condition.get("question", ""),
            "answers": condition.get("answers", []),
            "told": entry.get("statement", {}).get("option", ""),
        }
    )
    form.criterion.choices = [(c["id"], c.get("title", "")) for c in entries(content, "criterion")]
    form.scale.choices = [(s["id"], s.get("name", "")) for s in entries(content, "scale")]
    form.documents.choices = [
        (kind["id"], kind.get("name", ""))
        for kind in content.get("document_kinds", ())
        if kind.get("counted", True)
    ]
    questions = entries(content, "question")
    earlier = questions[: questions.index(entry)]
    form.asked_where.choices = [("", "Asked always")] + [
        (q["id"], q.get("text", "")) for q in earlier if q.get("kind") != "text"
    ]
    other = next((q for q in earlier if q["id"] == condition.get("question")), None)
    form.answers.choices = [
        (option["id"], option.get("label", "")) for option in options_of(content, other)
    ]
    if request.method == "GET":
        form.show_options(options_of(content, entry), entry.get("statement", {}))
    return form


def options_of(content: Raw, question: Raw | None) -> list[Raw]:
    """The answers of a question of a draft, which may be those of a scale."""
    if question is None:
        return []
    if question.get("kind") != "scale":
        return list(question.get("options", []))
    found = (s for s in entries(content, "scale") if s["id"] == question.get("scale"))
    return list(next(found, {}).get("options", []))


def _load(draft_id: int, noun: str, entry_id: str) -> tuple[InstrumentDraft, Raw]:
    draft = load_draft(draft_id, to_change=request.method == "POST")
    try:
        return draft, entry_of(draft.content, noun, entry_id)
    except KeyError:
        abort(404)


def _saved(draft: InstrumentDraft, form: DraftForm, content: Raw) -> bool:
    """Whether it was saved. If not the page says why, keeps what was written, and the next press
    saves it."""
    said = save(draft, content, form.seen.data)
    if said:
        form.form_errors.append(said)
        form.seen.data, form.seen.raw_data = draft.edit, None
        return False
    flash("Saved in the draft.", "success")
    return True


def _on(draft: InstrumentDraft, noun: str, entry_id: str) -> Any:
    """Back to the whole draft; to the same page where its answers were moved."""
    if ":" in request.form.get("action", "") or request.form.get("action") == "more":
        return redirect(
            url_for(f".{noun}", draft_id=draft.id, entry_id=entry_id, _anchor="options")
        )
    return redirect(url_for("drafts.show", draft_id=draft.id, _anchor=entry_id))


def _mistakes(draft: InstrumentDraft, noun: str, entry_id: str) -> list[str]:
    _, found = checked(draft.content)
    return [
        f"{where}: {m.message}" if (where := m.place.partition(", ")[2]) else m.message
        for m, n, id_ in mistakes_at(found)
        if (n, id_) == (noun, entry_id)
    ]
