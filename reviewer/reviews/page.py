"""What the pages of a review show: blocks to answer, and answers to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.instrument.model import Criterion, DocumentKind, Instrument, Question
from reviewer.reviews.answers import Answer, Answers, AnswerState, Given, Note, chosen_of
from reviewer.reviews.asking import is_asked, slots
from reviewer.reviews.checks import Checked, Remark, remarks
from reviewer.reviews.citations import (
    Citation,
    citations,
    in_hand,
    older_version,
    source_name,
)
from reviewer.reviews.evidence import Sent
from reviewer.reviews.forms import AnswerForm, filled_form, pages_text, prefix
from reviewer.reviews.last_time import last_time
from reviewer.reviews.models import Review
from reviewer.reviews.returning import Marks
from reviewer.reviews.rewording import reworded
from reviewer.rounds.correcting import Corrected
from reviewer.systems.models import System


@dataclass(frozen=True)
class Block:
    """One question on one document kind, to be answered.

    `older` names the document version that the answer was given on, where there is a newer one or
    it was withdrawn; `in_hand` says whether there is one to check it against.
    `cite` holds what could not be cited, and `cite_error` what is wrong with it. `returned` says
    why the answer was sent back, and `was` what it was then, where it is another now. `former` is
    who gave the answer before the review was handed over. `reworded` are the
    corrections since the answer; `last_time` says what was settled in an earlier round.
    """

    question: Question
    kind: DocumentKind
    form: AnswerForm
    answer: Answer | None
    asked: bool
    error: str
    citations: Sequence[Citation]
    older: str
    cite: Sent
    cite_error: str
    returned: str
    was: str
    former: str
    reworded: Sequence[Corrected] = ()
    last_time: str = ""
    in_hand: bool = True

    @property
    def name(self) -> str:
        """What the names of its fields begin with."""
        return prefix(self.question, self.kind.id)


@dataclass(frozen=True)
class Shown:
    """One question on one document kind, to be read; `returned` and `was` as in `Block`."""

    question: Question
    kind: DocumentKind
    state: AnswerState
    labels: tuple[str, ...] = ()
    text: str = ""
    comment: str = ""
    pages: str = ""
    citations: Sequence[Citation] = ()
    older: str = ""
    returned: str = ""
    was: str = ""
    former: str = ""
    reworded: Sequence[Corrected] = ()

    @property
    def name(self) -> str:
        """Its anchor."""
        return prefix(self.question, self.kind.id)


def is_answered(answer: Answer | None) -> bool:
    return answer is not None and answer.state != AnswerState.UNANSWERED


def load_notes(review: Review) -> dict[tuple[str, str], Note]:
    """Every note of a review by criterion and kind."""
    notes = session.scalars(select(Note).filter_by(review_id=review.id))
    return {(note.criterion, note.kind): note for note in notes}


def blocks(
    review: Review,
    criterion: Criterion,
    answers: Answers,
    documents: Sequence[Document],
    marks: Marks,
    sent: Mapping[str, tuple[AnswerForm, str]],
    uncited: Mapping[str, tuple[Sent, str]],
    kept: Mapping[tuple[str, str], str] | None = None,
) -> list[tuple[DocumentKind, list[Block]]]:
    """The questions of a criterion that can be answered, document kind by document kind.

    `documents` are those in hand. `sent` and `uncited` hold, by prefix, the forms that could not be
    saved and what could not be cited, with what is wrong: they are shown as the person wrote them.
    `kept` has what was answered at a place before the questions changed.
    """
    released = review.released
    instrument = released.instrument
    kinds = {kind.id: kind for kind in instrument.document_kinds}
    newest = in_hand(documents, kinds)
    chosen = chosen_of(answers, released.option_codes)
    corrected, said = reworded(review, answers), last_time(review)
    made = []
    for question, on in slots(instrument, criterion.id):
        if review.is_locked(question, on):
            continue
        answer = answers.get((question.id, on))
        form, error = sent.get(prefix(question, on), (None, ""))
        if form is None:
            form = filled_form(question, on, answer, released.option_codes)
        else:
            form.version.data = str(answer.version if answer else 0)
        made.append(
            Block(
                question,
                instrument.document_kind(on),
                form,
                answer,
                is_asked(instrument, question, on, chosen),
                error,
                citations(answer, documents, kinds),
                older_version(answer, newest) if answer else "",
                *uncited.get(prefix(question, on), (Sent(), "")),
                returned=marks.reasons.get((question.id, on), ""),
                was=_told(question, marks.before.get((question.id, on)))
                or ("" if is_answered(answer) else (kept or {}).get((question.id, on), "")),
                former=former_author(review, answer),
                reworded=corrected.get((question.id, on), ()),
                last_time=said.get((question.id, on), "") if is_answered(answer) else "",
                in_hand=on in newest,
            )
        )
    by_kind = [
        (kind, [block for block in made if block.kind == kind])
        for kind in instrument.document_kinds
    ]
    return [(kind, found) for kind, found in by_kind if found]


def sources(documents: Sequence[Document], instrument: Instrument) -> list[tuple[Document, str]]:
    """The documents that can be cited, with their names."""
    kinds = {kind.id: kind for kind in instrument.document_kinds}
    newest = in_hand(documents, kinds)
    return [(document, source_name(document, kinds, newest)) for document in documents]


def to_check(instrument: Instrument, answers: Answers) -> dict[str, int]:
    """How many citations a newer version no longer bears out, by criterion id."""
    found: dict[str, int] = {}
    for (question_id, _), answer in answers.items():
        criterion = instrument.question(question_id).criterion
        found[criterion] = found.get(criterion, 0) + sum(e.to_check for e in answer.evidence)
    return found


def told(question: Question, given: Given) -> str:
    """What was given, in a few words."""
    if given.not_applicable:
        words = "Not applicable"
    else:
        chosen = [option.title for option in question.options if option.id in given.options]
        words = "; ".join(chosen) or given.text or "no answer"
    return f"{words}, with the comment “{given.comment}”" if given.comment else words


def _told(question: Question, before: Given | None) -> str:
    return "" if before is None else told(question, before)


def shown(
    review: Review,
    criterion: Criterion,
    answers: Answers,
    documents: Sequence[Document],
    marks: Marks,
    corrected: Mapping[tuple[str, str], Sequence[Corrected]] | None = None,
) -> Sequence[Shown]:
    """The answers of a criterion to read; what is not asked is left out."""
    released = review.released
    instrument, chosen = released.instrument, chosen_of(answers, released.option_codes)
    kinds = {kind.id: kind for kind in instrument.document_kinds}
    newest = in_hand(documents, kinds)
    corrected = corrected or {}
    found = []
    for question, on in slots(instrument, criterion.id):
        if not is_asked(instrument, question, on, chosen):
            continue
        kind, place = instrument.document_kind(on), (question.id, on)
        answer, returned = answers.get(place), marks.reasons.get(place, "")
        if answer is None:
            found.append(Shown(question, kind, AnswerState.UNANSWERED, returned=returned))
            continue
        given = answer.given(released.option_codes)
        found.append(
            Shown(
                question,
                kind,
                given.state,
                tuple(o.title for o in question.options if o.id in given.options),
                given.text,
                given.comment,
                pages_text(given.pages),
                [c for c in citations(answer, documents, kinds) if not c.removed],
                older_version(answer, newest),
                returned,
                _told(question, marks.before.get(place)),
                former_author(review, answer),
                corrected.get((question.id, on), ()),
            )
        )
    return found


def former_author(review: Review, given: Answer | Note | None) -> str:
    """Who gave it, if that is not the reader of today: the review was handed over since."""
    if given is None or given.author is None or given.author_id == review.reviewer_id:
        return ""
    return given.author.name


def to_look_at(
    review: Review, answers: Answers, notes: Mapping[tuple[str, str], Note]
) -> list[tuple[Remark, str]]:
    """What is worth a second look before this review is handed in, and the words for where."""
    released = review.round.released
    codes = {row_id: code for code, row_id in released.question_ids.items()}
    asked = [
        Checked(
            question=released.instrument.question(codes[answer.question_id]),
            document=answer.document,
            options=answer.given(released.option_codes).options,
            comment=answer.comment,
            shown=bool(answer.pages or answer.cited),
        )
        for answer in answers.values()
        if not answer.hidden
    ]
    others = session.scalars(select(System.name).where(System.id != review.system_id))
    comments = {criterion: n.text for (criterion, kind), n in notes.items() if kind == "comment"}
    criteria = released.instrument.criteria
    found = remarks(asked, comments, criteria, review.system.name, sorted(set(others)))
    return [(remark, _where(released.instrument, remark)) for remark in found]


def _where(instrument: Instrument, remark: Remark) -> str:
    if not remark.question:
        return instrument.criterion(remark.criterion).title
    kind = instrument.document_kind(remark.document)
    return f"{instrument.question(remark.question).text} ({kind.name})"
