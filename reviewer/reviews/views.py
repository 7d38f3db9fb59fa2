"""Answering: the assigned systems, the task list, a criterion's questions, and handing in."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from reviewer.calibration.exercise import exercise_for
from reviewer.calibration.models import answers_of as calibration_answers_of
from reviewer.db import now, session
from reviewer.documents.pane import pane
from reviewer.documents.store import on_shelf
from reviewer.instrument.model import Criterion
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.answers import Answers, NoteKind, answered_of, chosen_of
from reviewer.reviews.asking import Progress, is_asked, progress, slots, steers
from reviewer.reviews.cited import count_pages
from reviewer.reviews.evidence import Sent
from reviewer.reviews.evidence_views import changed_place, save_evidence
from reviewer.reviews.forms import LONGEST_COMMENT, AnswerForm, filled_form, posted_form, prefix
from reviewer.reviews.kept import waiting_words
from reviewer.reviews.last_time import last_time
from reviewer.reviews.loading import load_criterion, load_question, load_review, pages
from reviewer.reviews.looking import Look, look_for
from reviewer.reviews.models import Changed, NoteChanged, Refused, Review
from reviewer.reviews.offers import declined_by
from reviewer.reviews.pace import left_text, pace_now
from reviewer.reviews.page import (
    blocks,
    former_author,
    is_answered,
    load_notes,
    shown,
    sources,
    to_check,
    to_look_at,
    told,
)
from reviewer.reviews.resuming import resume
from reviewer.reviews.returning import marks_of, open_criteria
from reviewer.reviews.rewording import reworded
from reviewer.reviews.rewording import to_look_at as reworded_criteria
from reviewer.reviews.saving import in_hand_of, note_down, save, save_page
from reviewer.rounds.models import Kind, Round
from reviewer.wording import time_text


@pages.get("")
@guard(Permission.REVIEW)
def assigned() -> ResponseReturnValue:
    """The home page of a reviewer: what is to do, and by when."""
    reviews = session.scalars(
        select(Review)
        .join(Review.round)
        .where(Review.reviewer_id == current_user.id, Round.kind != Kind.KEPT.value)
        .options(
            contains_eager(Review.round),
            joinedload(Review.system),
            selectinload(Review.returns),
            selectinload(Review.marks),
        )
        .order_by(Review.id)
    ).all()
    to_do = [(review, review.load_answers()) for review in reviews if review.can_change]
    paces = {round_: pace_now(round_) for round_ in {r.round for r, _ in to_do}}
    asked_by = {r.round.released.instrument.id for r in reviews if not r.round.is_closed}
    return render_template(
        "reviews/assigned.html",
        to_do=[
            (review, total, resume(review, answers), left_text(total.left, paces[review.round]))
            for review, answers in to_do
            for total in (_progress(review, answers)[0],)
        ],
        to_come=[r for r in reviews if r.round.is_draft],
        done=[r for r in reviews if not r.can_change and not r.round.is_draft],
        asked_to_hand_over=declined_by(current_user, reviews),
        exercises=[
            (exercise, bool(calibration_answers_of(current_user, exercise.instrument)))
            for exercise in map(exercise_for, sorted(asked_by))
            if exercise
        ],
        today=now().date(),
    )


@pages.get("/<int:review_id>")
@guard(Permission.ANSWER)
def task_list(review_id: int) -> ResponseReturnValue:
    review = load_review(review_id)
    if review.round.is_private:
        return redirect(url_for("selfassessment.show", assessment_id=review.round_id))
    answers = review.load_answers()
    documents = on_shelf(review.system, review.round)
    marks = marks_of(review, answers)
    total, by_criterion = _progress(review, answers)
    return render_template(
        "reviews/task_list.html",
        review=review,
        returned=[
            answer
            for criterion in review.round.released.instrument.criteria
            for answer in shown(review, criterion, answers, documents, marks)
            if answer.returned
        ]
        if review.returned
        else [],
        criteria=by_criterion,
        total=total,
        resume=resume(review, answers) if review.can_change else None,
        left=left_text(total.left, pace_now(review.round)) if review.can_change else "",
        to_check=to_check(review.round.released.instrument, answers),
        reworded=reworded_criteria(review.released.instrument, reworded(review, answers)),
        documents=documents,
        kinds=[k for k in review.released.instrument.document_kinds if k.counted],
    )


@pages.route("/<int:review_id>/criteria/<criterion_id>", methods=["GET", "POST"])
@guard(Permission.ANSWER)
@limited(Cost.SEARCH, words="find")
def criterion(review_id: int, criterion_id: str) -> ResponseReturnValue:
    review = load_review(review_id, to_change=request.method == "POST")
    criterion, criteria = load_criterion(review, criterion_id), open_criteria(review)
    if criterion not in criteria or (request.method != "POST" and not review.can_change):
        return redirect(url_for("reviews.summary", review_id=review.id, _anchor=criterion.id))
    sent: dict[str, tuple[AnswerForm, str]] = {}
    unsaved_notes: dict[str, str] = {}
    uncited: dict[str, tuple[Sent, str]] = {}
    if request.method == "POST":
        try:
            sent, unsaved_notes = save_page(review, criterion)
            uncited = save_evidence(review, criterion)
        except Refused as refused:
            flash(str(refused), "error")
            return redirect(url_for("reviews.summary", review_id=review.id))
        if not sent and not unsaved_notes and not uncited:
            return redirect(_where_next(review, criterion))
    instrument = review.released.instrument
    answers = review.load_answers()
    documents = on_shelf(review.system, review.round)
    return render_template(
        "reviews/criterion.html",
        review=review,
        criterion=criterion,
        number=criteria.index(criterion) + 1,
        of=len(criteria),
        sections=blocks(
            review,
            criterion,
            answers,
            documents,
            marks_of(review, answers),
            sent,
            uncited,
            waiting_words(review),
        ),
        scales={scale.id: scale for scale in instrument.scales},
        notes=load_notes(review),
        former_author=former_author,
        looked=_looked(review, criterion),
        unsaved_notes=unsaved_notes,
        errors={name: message for name, (_, message) in sent.items()} | unsaved_notes,
        uncited={name: message for name, (_, message) in uncited.items()},
        pane=pane(documents, request.values),
        sources=sources(documents, instrument),
        kinds={kind.id: kind for kind in instrument.document_kinds},
        longest=LONGEST_COMMENT,
    )


@pages.get("/<int:review_id>/reading")
@guard(Permission.ANSWER)
@limited(Cost.SEARCH, words="find")
def reading(review_id: int) -> ResponseReturnValue:
    """The pane alone, for a page that turns a leaf without leaving the questions."""
    review = load_review(review_id)
    return render_template(
        "documents/_pane.html",
        pane=pane(on_shelf(review.system, review.round), request.args),
        kinds={kind.id: kind for kind in review.released.instrument.document_kinds},
    )


@pages.get("/<int:review_id>/look/<question_id>/<document>")
@guard(Permission.ANSWER)
def look(review_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """Where to look for one question, for a page that shows it beneath the question."""
    review = load_review(review_id)
    question = load_question(review, question_id, document)
    return render_template("reviews/_look.html", look=look_for(review, question, document))


@pages.post("/<int:review_id>/answers/<question_id>/<document>")
@guard(Permission.ANSWER)
def save_answer(review_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """One answer by itself, as it is given. Says the time, and which questions are asked now."""
    review = load_review(review_id, to_change=True)
    instrument = review.released.instrument
    question = load_question(review, question_id, document)
    form = posted_form(question, document, request.form)
    try:
        answer, problem = save(review, question, document, form, in_hand_of(review))
    except Changed as changed:
        codes = review.released.option_codes
        theirs = filled_form(question, document, changed.answer, codes)
        return {
            "message": str(changed),
            "theirs": told(question, changed.answer.given(codes)),
            "fields": theirs.sent(),
        }, 409
    except Refused as refused:
        return {"message": str(refused)}, 409
    except ValueError as error:
        return {"message": str(error)}, 400
    asked = {}
    if steers(instrument, question_id):
        chosen = chosen_of(review.load_answers(), review.released.option_codes)
        asked = {
            prefix(q, on): is_asked(instrument, q, on, chosen)
            for q, on in slots(instrument)
            if q.asked_where
        }
    saved = {"version": answer.version, "saved": time_text(now()), "asked": asked}
    if review.round.earlier_id:
        said = last_time(review).get((question_id, document), "")
        saved["last_time"] = said if is_answered(answer) else ""
    return ({"message": problem, **saved}, 400) if problem else saved


@pages.post("/<int:review_id>/notes/<criterion_id>/<kind>")
@guard(Permission.ANSWER)
def save_note(review_id: int, criterion_id: str, kind: str) -> ResponseReturnValue:
    """The comment or the good-practice example of a criterion, as it is written."""
    review = load_review(review_id, to_change=True)
    criterion = load_criterion(review, criterion_id)
    if kind not in list(NoteKind):
        abort(404)
    try:
        version = note_down(review, criterion, NoteKind(kind))
    except NoteChanged as changed:
        fields = {kind: [changed.note.text], f"{kind}.version": [changed.note.version]}
        theirs = f"“{changed.note.text}”"
        return {"message": str(changed), "theirs": theirs, "fields": fields}, 409
    except Refused as refused:
        return {"message": str(refused)}, 409
    except ValueError as error:
        return {"message": str(error)}, 400
    return {"version": version, "saved": time_text(now())}


@pages.route("/<int:review_id>/submit", methods=["GET", "POST"])
@guard(Permission.ANSWER)
def summary(review_id: int) -> ResponseReturnValue:
    """Everything on one page: to check before handing in, and to read afterwards."""
    review = load_review(review_id, to_change=request.method == "POST")
    if review.round.is_private:  # it is never handed in
        return redirect(url_for("selfassessment.results", assessment_id=review.round_id))
    if request.method == "POST":
        try:
            review.submit()
        except Refused as refused:
            flash(str(refused), "error")
        else:
            flash(f"Your review of {review.system.name} is submitted.", "success")
        return redirect(url_for("reviews.summary", review_id=review.id))
    answers = review.load_answers()
    documents = on_shelf(review.system, review.round)
    marks = marks_of(review, answers)
    corrected = reworded(review, answers)
    total, by_criterion = _progress(review, answers)
    notes = load_notes(review)
    return render_template(
        "reviews/summary.html",
        review=review,
        total=total,
        sections=[
            (c, p, shown(review, c, answers, documents, marks, corrected)) for c, p in by_criterion
        ],
        open_criteria=open_criteria(review) if review.can_change else (),
        notes=notes,
        pages_cited=count_pages(e for answer in answers.values() for e in answer.evidence),
        remarks=to_look_at(review, answers, notes) if review.can_change else [],
        former_author=former_author,
    )


def _looked(review: Review, criterion: Criterion) -> dict[str, Look]:
    """Where to look for the question that the address names, by the prefix of its fields."""
    wanted = request.args.get("look", "")
    return {
        name: look_for(review, question, on)
        for question, on in slots(review.released.instrument, criterion.id)
        if (name := prefix(question, on)) == wanted
    }


def _progress(
    review: Review, answers: Answers
) -> tuple[Progress, list[tuple[Criterion, Progress]]]:
    """How far the review has come, in all and by criterion."""
    released = review.released
    chosen, answered = chosen_of(answers, released.option_codes), answered_of(answers)
    by_criterion = [
        (c, progress(released.instrument, chosen, answered, c.id))
        for c in released.instrument.criteria
    ]
    return progress(released.instrument, chosen, answered), by_criterion


def _where_next(review: Review, criterion: Criterion) -> str:
    """Where the pressed button leads: the pane's buttons turn its pages, others go on."""
    go = request.form.get("go", "stay")
    criteria = open_criteria(review)
    if go == "next":
        place = criteria.index(criterion) + 1
        if place < len(criteria):
            return url_for(
                "reviews.criterion", review_id=review.id, criterion_id=criteria[place].id
            )
        return url_for("reviews.task_list", review_id=review.id)
    if go == "later":
        return url_for("reviews.task_list", review_id=review.id)
    look = go.removeprefix("look:") if go.startswith("look:") else None
    # document:page of the pane, kept as it was unless one of its buttons was pressed
    document, _, page = go.partition(":")
    turned = document.isdecimal() and page.isdecimal()
    reading_on = "reading" if turned or go == "find" else None
    return url_for(
        "reviews.criterion",
        review_id=review.id,
        criterion_id=criterion.id,
        document=document if turned else request.form.get("document"),
        page=page if turned else request.form.get("page"),
        find=request.form.get("find") or None,
        look=look,
        _anchor=request.form.get("clear") or changed_place(request.form) or look or reading_on,
    )
