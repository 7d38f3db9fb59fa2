"""What stands behind an answer: citing and taking off, its history, and going back in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from reviewer.db import session
from reviewer.documents.store import on_shelf
from reviewer.instrument.model import Criterion, Question
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.answers import Answer, AnswerChange
from reviewer.reviews.asking import slots
from reviewer.reviews.citations import citations, pages_words
from reviewer.reviews.cited import Evidence
from reviewer.reviews.evidence import Sent, cite, tidy
from reviewer.reviews.forms import form_of, prefix
from reviewer.reviews.loading import load_evidence, load_question, load_review, pages
from reviewer.reviews.models import Refused, Review
from reviewer.reviews.page import told
from reviewer.reviews.rewording import still_fits
from reviewer.reviews.saving import in_hand_of

ANSWER = "/<int:review_id>/answers/<question_id>/<document>"


@pages.post(f"{ANSWER}/evidence")
@guard(Permission.ANSWER)
def add_evidence(review_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """Cite pages, a quote or a search for one answer."""
    review = load_review(review_id, to_change=True)
    question = load_question(review, question_id, document)
    sent = Sent.of(request.form)
    return _answered(
        review, question, document, lambda: cite(review, question, document, sent, current_user)
    )


@pages.post(f"{ANSWER}/evidence/<int:evidence_id>/remove")
@guard(Permission.ANSWER)
def remove_evidence(
    review_id: int, question_id: str, document: str, evidence_id: int
) -> ResponseReturnValue:
    return _take_off(review_id, question_id, document, evidence_id, put_back=False)


@pages.post(f"{ANSWER}/evidence/<int:evidence_id>/put-back")
@guard(Permission.ANSWER)
def put_evidence_back(
    review_id: int, question_id: str, document: str, evidence_id: int
) -> ResponseReturnValue:
    return _take_off(review_id, question_id, document, evidence_id, put_back=True)


@pages.get(f"{ANSWER}/history")
@guard(Permission.SIGNED_IN)
def history(review_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """Every version of an answer and all its evidence: for its reviewer and the policy team."""
    review = load_review(review_id, to_read=True)
    question = load_question(review, question_id, document)
    answer = session.scalar(
        select(Answer)
        .filter_by(
            review_id=review.id,
            question_id=review.released.question_ids[question.id],
            document=document,
        )
        .options(
            selectinload(Answer.history).joinedload(AnswerChange.author),
            selectinload(Answer.evidence).options(
                joinedload(Evidence.document), joinedload(Evidence.author)
            ),
        )
    )
    changes = [(change, change.given()) for change in answer.history] if answer else []
    if _wants_json():
        return {
            "versions": [
                {
                    "version": change.version,
                    "fields": form_of(question, document, given, change.version).sent(),
                }
                for change, given in changes
            ]
        }
    own = review.round.is_private or review.reviewer_id == current_user.id
    return render_template(
        "reviews/history.html",
        review=review,
        question=question,
        kind=review.round.released.instrument.document_kind(document),
        versions=[(change, told(question, given), given.pages) for change, given in changes],
        cited=[e for e in answer.evidence if not e.is_page_of(document)] if answer else [],
        anchor=prefix(question, document),
        own=own,
        may_change=own and review.can_change and not review.is_locked(question, document),
        pages_words=pages_words,
    )


@pages.post(f"{ANSWER}/history")
@guard(Permission.ANSWER)
def go_back(review_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """Give an earlier version of an answer again."""
    review = load_review(review_id, to_change=True)
    question = load_question(review, question_id, document)
    typed = request.form.get("version", "")[:9]
    try:
        _restore(review, question, document, int(typed) if typed.isdecimal() else 0)
    except (Refused, ValueError) as error:
        flash(str(error), "error")
    except KeyError:
        abort(404)
    else:
        flash("The earlier answer is back. What it replaced is in the history too.", "success")
    return redirect(
        url_for(".history", review_id=review.id, question_id=question.id, document=document)
    )


def save_evidence(review: Review, criterion: Criterion) -> dict[str, tuple[Sent, str]]:
    """Do what the form of a whole criterion says about evidence, without JavaScript.

    Everything in its fields is cited, whichever button was pressed. Gives what could not be, by the
    prefix of its question, with what is wrong.
    """
    form, refused = request.form, {}
    for question, kind in slots(review.released.instrument, criterion.id):
        name = prefix(question, kind)
        for sent in _sent(name):
            try:
                flash(cite(review, question, kind, sent, current_user), "success")
            except ValueError as error:
                refused[name] = (sent, str(error))
    for button, put_back in (("uncite", False), ("put-back", True)):
        typed = form.get(button, "").rpartition(".")[2][:18]
        if typed.isdecimal():
            review.uncite(load_evidence(review, int(typed)), put_back=put_back)
    if undone := _named(review, criterion, form.get("undo", "")):
        _undo(review, *undone)
    if held := _named(review, criterion, form.get("holds", "")):
        review.still_holds(held[0].id, held[1], in_hand_of(review).get(held[1]))
    if fitting := _named(review, criterion, form.get("fits", "")):
        still_fits(review, fitting[0].id, fitting[1])
    return refused


def _sent(name: str) -> list[Sent]:
    """What the fields of one question cite, and the search that its button attaches."""
    sent = Sent.of(request.form, f"{name}cite.")
    if request.form.get("cite-search") != name:
        return [] if sent.is_blank else [sent]
    searched = tidy(request.form.get("find", ""))
    if sent.quote:
        return [sent, Sent(searched=searched)]
    return [replace(sent, document="", searched=searched)]  # the pages were read for it


def changed_place(form: Mapping[str, str]) -> str:
    """The question whose evidence or history a button of the page changed, as an anchor."""
    for button in ("cite", "cite-search", "undo", "holds", "fits", "uncite", "put-back"):
        if value := form.get(button):
            return value.rpartition(".")[0] + "."
    return ""


def _named(review: Review, criterion: Criterion, name: str) -> tuple[Question, str] | None:
    """The question and document kind whose button was pressed."""
    places = slots(review.released.instrument, criterion.id)
    return next((place for place in places if prefix(*place) == name), None)


def _undo(review: Review, question: Question, kind: str) -> None:
    answer = review.load_answers().get((question.id, kind))
    if answer and answer.version > 1:
        try:
            _restore(review, question, kind, answer.version - 1)
        except ValueError as error:
            flash(str(error), "error")


def _restore(review: Review, question: Question, kind: str, version: int) -> Answer:
    read = in_hand_of(review).get(kind)
    return review.restore(question.id, kind, version, author=current_user, read=read)


def _take_off(
    review_id: int, question_id: str, document: str, evidence_id: int, *, put_back: bool
) -> ResponseReturnValue:
    review = load_review(review_id, to_change=True)
    question = load_question(review, question_id, document)
    evidence = load_evidence(review, evidence_id)
    codes = review.released.question_codes
    if (codes[evidence.answer.question_id], evidence.answer.document) != (question_id, document):
        abort(404)

    def change() -> str:
        review.uncite(evidence, put_back=put_back)
        return "Put back." if put_back else "Removed. You can put it back."

    return _answered(review, question, document, change)


def _answered(
    review: Review, question: Question, kind: str, change: Callable[[], str]
) -> ResponseReturnValue:
    """Make a change to the evidence of an answer, and show what stands there now."""
    try:
        said = change()
    except (Refused, ValueError) as error:
        if _wants_json():
            return {"message": str(error)}, 409 if isinstance(error, Refused) else 400
        flash(str(error), "error")
    else:
        if _wants_json():
            return {"said": said, "html": _beneath(review, question, kind)}
        flash(said, "success")
    return redirect(
        url_for(
            ".criterion",
            review_id=review.id,
            criterion_id=question.criterion,
            _anchor=prefix(question, kind),
        )
    )


def _beneath(review: Review, question: Question, kind: str) -> str:
    """What stands beneath a question now."""
    answer = review.load_answers().get((question.id, kind))
    kinds = {k.id: k for k in review.released.instrument.document_kinds}
    return render_template(
        "reviews/_evidence.html",
        citations=citations(answer, on_shelf(review.system, review.round), kinds),
        name=prefix(question, kind),
        review=review,
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
