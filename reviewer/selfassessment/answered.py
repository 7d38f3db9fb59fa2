"""The answers of an assessment as they are now, as its pages take them."""

from __future__ import annotations

from reviewer.reviews.answers import Answers, chosen_of
from reviewer.reviews.asking import asked_places
from reviewer.reviews.models import Review
from reviewer.selfassessment.standing import Standing, Value, Values, standings


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
