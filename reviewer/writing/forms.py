"""The forms of a finding, a recommendation, an example and an agreement to be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from reviewer.rounds.forms import DATE
from reviewer.writing.printed import Audience, ExampleKind

LONGEST_HEADING, LONGEST_TEXT = 400, 20_000  # characters


class WrittenForm(FlaskForm):
    """A text with the version of it that was on the page."""

    seen = HiddenField(default="0")

    @property
    def version(self) -> int:
        typed = self.seen.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _heading(words: str, missing: str) -> TextAreaField:
    too_long = f"Use at most {LONGEST_HEADING} characters."
    return TextAreaField(
        words, [DataRequired(missing), Length(max=LONGEST_HEADING, message=too_long)]
    )


def _text(words: str, *more: Any) -> TextAreaField:
    too_long = f"Use at most {LONGEST_TEXT:,} characters."
    return TextAreaField(words, [*more, Length(max=LONGEST_TEXT, message=too_long)])


def _several(words: str) -> SelectMultipleField:
    return SelectMultipleField(words, widget=ListWidget(), option_widget=CheckboxInput())


class FindingForm(WrittenForm):
    """The view fills in the figures and the quotes to choose from."""

    heading = _heading("Heading", "Write the heading: what was found, in one sentence.")
    text = _text("Comment")
    rests_on = _several("Questions it rests on")
    charts = _several("Charts to show")
    quotes = _several("Quotes")


class RecommendationForm(WrittenForm):
    audience = RadioField(
        "Who is it for?",
        [InputRequired("Choose who it is for.")],
        choices=[(audience.value, audience.words) for audience in Audience],
    )
    text = _text("Recommendation", DataRequired("Write the recommendation."))
    bears_on = _several("Criteria it bears on")


class ExampleForm(WrittenForm):
    """The view fills in the systems and the criteria."""

    kind = RadioField(
        "What is it?",
        [InputRequired("Choose what it is.")],
        choices=[(kind.value, kind.words) for kind in ExampleKind],
    )
    system = SelectField("System that it names", coerce=int)
    criterion = SelectField("Criterion")
    heading = _heading("Heading", "Write a heading.")
    words = _text("Text", DataRequired("Write the text."))

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        valid = super().validate(extra_validators)
        if self.kind.data == ExampleKind.GOOD_PRACTICE and not self.system.data:
            self.system.errors = ["Choose the system whose good practice it is."]
        return valid and not self.errors


class AgreementForm(FlaskForm):
    """Who said yes for a system, and when."""

    agreed_by = StringField(
        "Who agreed, for the system",
        [
            DataRequired("Write who agreed: name and post."),
            Length(max=200, message="Use at most 200 characters."),
        ],
    )
    agreed_on = DateField("Day on which they agreed", [InputRequired("Enter the day.")], **DATE)
