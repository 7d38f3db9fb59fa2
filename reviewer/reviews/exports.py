"""Every answer of a round as a table, for the policy team alone: it names systems and people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, subqueryload

from reviewer.db import session
from reviewer.instrument.codebook import code_sheet
from reviewer.instrument.model import Question
from reviewer.instrument.models import Released
from reviewer.reviews.answers import Answer, AnswerState, Note
from reviewer.reviews.citations import in_words
from reviewer.reviews.cited import Evidence
from reviewer.reviews.imports import NOT_APPLICABLE
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from reviewer.sheets import Row, Sheet, to_csv, to_xlsx
from reviewer.wording import LONDON

# Each column with what it means, for the code book. The first six are those of an import, so that
# an export can be read in again.
ANSWER_MEANINGS = {
    "system": "The ONS code of the system.",
    "question": "The id of the question.",
    "document": "The id of the kind of document that was read.",
    "reviewer": "The account or the label of the reader; see author for who wrote the answer.",
    "value": "The label of the answer, several with ; between them; n/a for not applicable.",
    "comment": "What the reader wrote beside the answer.",
    "state": "given, not-applicable, unanswered (cleared again) or hidden (its condition no longer "
    "holds). Only given and not-applicable count.",
    "review": "The stage of the review. Only submitted reviews count.",
    "author": "Who gave this answer: after a hand-over not the reader of the review.",
    "evidence": "Files, pages and quotes that show the answer.",
    "answered_at": "When the answer was given, in London.",
    "version": "How often the answer was written.",
    "system_name": "The name of the system.",
}
ANSWER_COLUMNS = tuple(ANSWER_MEANINGS)
NOTE_MEANINGS = {
    "system": "The ONS code of the system.",
    "criterion": "The id of the criterion.",
    "kind": "A comment or an example of good practice.",
    "reviewer": "The account or the label of the reader.",
    "text": "What was written.",
    "author": "Who wrote it.",
    "written_at": "When, in London.",
}
NOTE_COLUMNS = tuple(NOTE_MEANINGS)


def answers_file(round_: Round, kind: str) -> tuple[bytes, int]:
    """Every answer as csv or xlsx, and how many there are. The workbook has comments on criteria
    on its second sheet and the code book on its third; an import reads the first."""
    rows = answer_rows(round_)
    if kind == "csv":
        return to_csv(ANSWER_COLUMNS, rows), len(rows)
    sheets = [
        Sheet("answers", ANSWER_COLUMNS, rows),
        Sheet("notes", NOTE_COLUMNS, note_rows(round_)),
        code_sheet(round_.released.instrument, answers=ANSWER_MEANINGS, notes=NOTE_MEANINGS),
    ]
    return to_xlsx(sheets, round_.notice), len(rows)


def answer_rows(round_: Round) -> list[Row]:
    """A row for every answer of every review, cleared and hidden ones too, in asking order.

    `state` is given, not-applicable, unanswered, or hidden where its condition no longer holds.
    `evidence` names files and pages, quotes them, and says what a newer version no longer has.
    """
    released = round_.released
    order = {q.id: place for place, q in enumerate(released.instrument.questions)}
    answers = session.scalars(
        select(Answer)
        .join(Answer.review)
        .where(Review.round_id == round_.id)
        .options(
            joinedload(Answer.review).options(
                joinedload(Review.system), joinedload(Review.reviewer)
            ),
            joinedload(Answer.author),
            subqueryload(Answer.options),
            subqueryload(Answer.evidence).options(
                joinedload(Evidence.document), joinedload(Evidence.newer)
            ),
        )
    ).all()
    rows = [(released.question_codes[answer.question_id], answer) for answer in answers]
    rows.sort(key=lambda r: (r[1].review.system.code, r[1].review_id, order[r[0]], r[1].document))
    return [_row(released.instrument.question(code), answer, released) for code, answer in rows]


def note_rows(round_: Round) -> list[Row]:
    """A row for every comment and good-practice example on a criterion."""
    notes = session.execute(
        select(Note, Review)
        .join(Review, Note.review_id == Review.id)
        .where(Review.round_id == round_.id, Note.text != "")
        .options(joinedload(Note.author))
        .order_by(Review.system_id, Review.id, Note.id)
    )
    return [
        {
            "system": review.system.code,
            "criterion": note.criterion,
            "kind": note.kind,
            "reviewer": review.reader,
            "text": note.text,
            "author": note.author.name if note.author else review.reader,
            "written_at": f"{note.written_at.astimezone(LONDON):%Y-%m-%d %H:%M}",
        }
        for note, review in notes
    ]


def _row(question: Question, answer: Answer, released: Released) -> Row:
    given, review = answer.given(released.option_codes), answer.review
    labels = [option.label for option in question.options if option.id in given.options]
    value = NOT_APPLICABLE if given.not_applicable else given.text or ";".join(labels)
    return {
        "system": review.system.code,
        "question": question.id,
        "document": answer.document,
        "reviewer": review.reader,
        "value": value,
        "comment": answer.comment,
        "state": "hidden" if answer.hidden else AnswerState(answer.state).value,
        "review": review.stage,
        "author": answer.author.name if answer.author else review.reader,
        "evidence": in_words(answer),
        "answered_at": f"{answer.answered_at.astimezone(LONDON):%Y-%m-%d %H:%M}",
        "version": answer.version,
        "system_name": review.system.name,
    }
