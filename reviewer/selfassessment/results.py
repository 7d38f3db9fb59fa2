"""What an assessment gives at once: its profile, and each question with what stands behind it."""

from __future__ import annotations

from typing import Any

from reviewer.documents.store import on_shelf
from reviewer.reviews.answers import Answers, chosen_of
from reviewer.reviews.asking import asked_places
from reviewer.reviews.models import Review
from reviewer.reviews.page import shown
from reviewer.reviews.returning import Marks
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.standing import Standing, Value, Values, profile, standings


def results_of(opened: Opened) -> dict[str, Any]:
    """All that the page of results shows."""
    review, answers = opened.review, opened.review.load_answers()
    instrument = review.released.instrument
    documents = on_shelf(opened.system, opened.round)
    found = standings_of(review, answers)
    sections = []
    for criterion in instrument.criteria:
        told = {
            (s.question.id, s.kind.id): s
            for s in shown(review, criterion, answers, documents, Marks({}, {}))
        }
        own = [s for s in found if s.question.criterion == criterion.id]
        sections.append((criterion, [(s, told[s.place]) for s in own]))
    return {"profile": profile(instrument, found), "sections": sections}


def standings_of(review: Review, answers: Answers) -> list[Standing]:
    """Every question that is asked, with what is answered now."""
    released = review.released
    asked = asked_places(released.instrument, chosen_of(answers, released.option_codes))
    return standings(released.instrument, values_of(review, answers), asked)


def values_of(review: Review, answers: Answers) -> Values:
    codes = review.released.option_codes
    given = {place: answer.given(codes) for place, answer in answers.items()}
    return {
        place: Value(value.options, value.not_applicable, value.text)
        for place, value in given.items()
    }
