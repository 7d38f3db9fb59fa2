"""Which questions are asked, given the answers so far, and how far a review has come. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewer.instrument.model import Instrument, Question

# What was chosen: (question id, document kind) -> option ids.
Chosen = Mapping[tuple[str, str], set[str]]


def is_asked(instrument: Instrument, question: Question, document: str, chosen: Chosen) -> bool:
    """Whether the condition of a question holds, and that of the question it looks back to."""
    if question.asked_where is None:
        return True
    other = instrument.question(question.asked_where.question)
    on = instrument.condition_document(question, document)
    return is_asked(instrument, other, on, chosen) and not chosen.get(
        (other.id, on), set()
    ).isdisjoint(question.asked_where.answers)


def steers(instrument: Instrument, question_id: str) -> bool:
    """Whether an answer to this question decides if another is asked."""
    return any(
        q.asked_where and q.asked_where.question == question_id for q in instrument.questions
    )


def slots(instrument: Instrument, criterion: str = "") -> Iterator[tuple[Question, str]]:
    """Every question with every document kind it is asked of; of one criterion, if named."""
    for question in instrument.questions:
        if not criterion or question.criterion == criterion:
            for document in question.documents:
                yield question, document


def asked_places(
    instrument: Instrument, chosen: Chosen, criterion: str = ""
) -> set[tuple[str, str]]:
    """Every question that is asked, with its document kind; of one criterion, if named."""
    return {
        (question.id, document)
        for question, document in slots(instrument, criterion)
        if is_asked(instrument, question, document, chosen)
    }


def next_place(
    instrument: Instrument,
    chosen: Chosen,
    answered: set[tuple[str, str]],
    last: tuple[str, str] | None = None,
) -> tuple[Question, str] | None:
    """Where to go on after the place `last`: the next question in the order of the pages that is
    asked and has no answer, else the first one; None if every one has."""
    places = [
        (question, document)
        for criterion in instrument.criteria
        for kind in instrument.document_kinds
        for question, document in slots(instrument, criterion.id)
        if document == kind.id
    ]
    start = next((n for n, (q, on) in enumerate(places) if (q.id, on) == last), 0)
    for question, document in places[start:] + places[:start]:
        unanswered = (question.id, document) not in answered
        if unanswered and is_asked(instrument, question, document, chosen):
            return question, document
    return None


@dataclass(frozen=True)
class Progress:
    """How many of the questions that are asked have an answer (or were called not applicable)."""

    answered: int
    asked: int

    @property
    def left(self) -> int:
        return self.asked - self.answered

    @property
    def status(self) -> str:
        if self.answered == 0:
            return "Not started"
        return "All answered" if self.left == 0 else "In progress"


def progress(
    instrument: Instrument, chosen: Chosen, answered: set[tuple[str, str]], criterion: str = ""
) -> Progress:
    """Count the questions that are asked and those with an answer, over one criterion or all."""
    asked = asked_places(instrument, chosen, criterion)
    return Progress(len(answered & asked), len(asked))
