"""What counts for one system at each place: the settled answers that it can reply to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from reviewer.db import session
from reviewer.instrument.model import TEXT, DocumentKind, Question
from reviewer.moderation.decisions import decisions_of
from reviewer.reviews.answers import Answer, AnswerState, Given, answers_of
from reviewer.reviews.asking import slots
from reviewer.reviews.citations import pages_words
from reviewer.reviews.cited import EvidenceKind
from reviewer.reviews.forms import prefix
from reviewer.reviews.models import Review, Stage
from reviewer.reviews.page import told
from reviewer.rounds.models import Round, kinds_not_published
from reviewer.systems.models import System

Place = tuple[str, str]  # question id and document kind
NOT_SETTLED = "Not settled"


@dataclass(frozen=True)
class Settled:
    """The value of one place by rule of counting 1; None where the reviews differ.

    It has no reviewer's words. `pages` are those that reviews with this value cite: words, the id
    of the document and its page.
    """

    question: Question
    kind: DocumentKind
    given: Given | None
    pages: Sequence[tuple[str, int, int]] = ()

    @property
    def name(self) -> str:
        """Its anchor, and what the names of its fields begin with."""
        return prefix(self.question, self.kind.id)

    @property
    def words(self) -> str:
        return told(self.question, self.given) if self.given else NOT_SETTLED


def settled_of(round_: Round, system: System) -> dict[Place, Settled]:
    """The places of a system with an answer, in asking order; in as many queries whatever their
    number. Texts are left out: they are a reviewer's own words, read and not counted."""
    released = round_.released
    reviews = session.scalars(
        select(Review.id).filter_by(
            round_id=round_.id, system_id=system.id, stage=Stage.SUBMITTED.value
        )
    ).all()
    if not reviews:
        return {}
    answers = answers_of(reviews, released.question_codes)
    decisions, missing = decisions_of(round_, system), kinds_not_published(round_, system)
    kinds = {kind.id: kind for kind in released.instrument.document_kinds}
    found: dict[Place, Settled] = {}
    for question, on in slots(released.instrument):
        place = (question.id, on)
        counted = [
            (_value(answer.given(released.option_codes)), answer)
            for review in reviews
            if (answer := answers[review].get(place)) and _counts(answer)
        ]
        values = {value for value, _ in counted}
        decision = decisions.get(place)
        if question.kind == TEXT or on in missing or not (counted or decision):
            continue
        if decision:
            given: Given | None = decision.given(released.option_codes)
        else:
            given = values.pop() if len(values) == 1 else None
        same = [answer for value, answer in counted if value == given]
        found[place] = Settled(question, kinds[on], given, _pages(same, kinds))
    return found


def systems_with_answers(round_: Round) -> set[int]:
    """The ids of the systems that a submitted review has an answer on."""
    given = exists().where(
        Answer.review_id == Review.id, Answer.state != AnswerState.UNANSWERED.value
    )
    return set(
        session.scalars(
            select(Review.system_id).where(
                Review.round_id == round_.id, Review.stage == Stage.SUBMITTED.value, given
            )
        )
    )


def _counts(answer: Answer) -> bool:
    return not answer.hidden and answer.state != AnswerState.UNANSWERED


def _value(given: Given) -> Given:
    return Given(options=given.options, not_applicable=given.not_applicable)


def _pages(answers: Sequence[Answer], kinds: dict[str, DocumentKind]) -> list[tuple[str, int, int]]:
    cited = {
        (evidence.document.kind, evidence.document_id, evidence.pages)
        for answer in answers
        for evidence in answer.evidence
        if evidence.removed_at is None and evidence.kind != EvidenceKind.SEARCH
    }
    return [
        (f"{kinds[kind].name if kind in kinds else kind}, {pages_words((pages,))}", id_, pages[0])
        for kind, id_, pages in sorted(cited)
    ]
