"""Saving what the forms of a review say, each answer and note on its own."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from reviewer.documents.models import Document
from reviewer.documents.store import on_shelf
from reviewer.instrument.model import Criterion, Question
from reviewer.reviews.answers import Answer, Given, NoteKind
from reviewer.reviews.asking import slots
from reviewer.reviews.forms import LONGEST_COMMENT, AnswerForm, posted_form, prefix
from reviewer.reviews.models import Changed, NoteChanged, Review
from reviewer.reviews.page import told


def in_hand_of(review: Review) -> dict[str, Document]:
    """The document version in hand, by kind."""
    return {document.kind: document for document in on_shelf(review.system, review.round)}


def save(
    review: Review, question: Question, on: str, form: AnswerForm, read: dict[str, Document]
) -> tuple[Answer, str]:
    """Save the answer of a form, and say what is wrong with its pages, if anything is.

    Wrong pages hold nothing else back: they stay as they were. ValueError if the rest is wrong.
    """
    if not form.validate() and "pages" not in form.errors:
        raise ValueError(form.first_error)

    def record(given: Given) -> Answer:
        document = read.get(on)
        return review.record(
            question.id, on, given, author=current_user, read=document, seen=form.seen
        )

    try:
        return record(form.given()), ""
    except ValueError as error:
        kept = review.load_answers().get((question.id, on))
        answer = record(form.given(pages=kept.pages if kept else ()))
        return answer, f"The pages were not saved: {error} The rest of the answer is saved."


def note_down(review: Review, criterion: Criterion, kind: NoteKind) -> str:
    """Save a note of the form and give its version."""
    text = request.form.get(kind, "").strip().replace("\r\n", "\n")
    if len(text) > LONGEST_COMMENT:
        raise ValueError("Shorten the text to 10,000 letters.")
    seen = request.form.get(f"{kind}.version")
    note = review.note_down(criterion.id, kind, text, author=current_user, seen=seen)
    return note.version if note else ""


def save_page(
    review: Review, criterion: Criterion
) -> tuple[dict[str, tuple[AnswerForm, str]], dict[str, str]]:
    """Save all of the page that can be, each answer and note on its own.

    Gives the forms that could not be saved with what is wrong, and what is wrong with notes.
    """
    sent: dict[str, tuple[AnswerForm, str]] = {}
    read = in_hand_of(review)
    cleared = request.form.get("clear", "")
    for question, on in slots(review.released.instrument, criterion.id):
        if review.is_locked(question, on):
            continue  # it is not on the page, and must not be read as cleared
        name = prefix(question, on)
        form = posted_form(question, on, request.form)
        if name == cleared:
            form.clear()
        try:
            _, problem = save(review, question, on, form, read)
        except ValueError as error:
            problem = str(error)
        except Changed as changed:
            theirs = told(question, changed.answer.given(review.round.released.option_codes))
            problem = f"{changed} It is now: {theirs}. Save again to keep yours."
        if problem:
            sent[name] = (form, problem)
    notes: dict[str, str] = {}
    for kind in NoteKind:
        try:
            note_down(review, criterion, kind)
        except NoteChanged as changed:
            notes[kind] = f"{changed} It is now: “{changed.note.text}”. Save again to keep yours."
        except ValueError as error:
            notes[kind] = str(error)
    return sent, notes
