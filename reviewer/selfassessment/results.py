"""What an assessment gives at once: its profile, and each question with what stands behind it."""

from __future__ import annotations

from typing import Any

from reviewer.documents.store import on_shelf
from reviewer.reviews.page import shown
from reviewer.reviews.returning import Marks
from reviewer.selfassessment.answered import standings_of
from reviewer.selfassessment.beside import (
    closed_round,
    practice_of,
    recommendations,
    sector_of,
)
from reviewer.selfassessment.loading import Opened
from reviewer.selfassessment.progress_chart import described, profiles_of
from reviewer.selfassessment.standing import profile


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
    closed = closed_round(opened)
    source, recommended = recommendations(instrument.id)
    profiles = profiles_of(opened)
    return {
        "profile": profile(instrument, found),
        "profiles": profiles,
        "progress_in_words": described(profiles),
        "sections": sections,
        "sector": sector_of(opened, closed),
        "practice": practice_of(closed),
        "recommended": recommended,
        "recommended_by": source,
    }
