"""The form that makes a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from reviewer.rounds.models import find_round

DATE = {
    "format": ["%d %m %Y", "%d %B %Y"],
    "invalid_value_message": "Enter a real date, such as 31 3 2027.",
}


class OptionalDate:
    """Lets a date be left out, but not half of it.

    The validator of WTForms looks at the day alone: a month and a year without one would be
    dropped in silence.
    """

    def __call__(self, _form: Form, field: Field) -> None:
        if not any(part.strip() for part in field.raw_data or ()):
            field.errors = []
            raise StopValidation


class RoundForm(FlaskForm):
    name = StringField(
        "Name of the round",
        [
            InputRequired("Give the round a name, for example Spring 2027."),
            Length(max=100, message="Use a name of at most 100 characters."),
        ],
    )
    instrument = SelectField("Criteria", coerce=int)
    scope = RadioField(
        "Systems in scope",
        [InputRequired("Choose which systems are in scope.")],
        choices=[
            SelectChoice("current", "All systems of today’s register"),
            SelectChoice("on", "All systems of the register on another day"),
            SelectChoice("chosen", "A list of ONS codes"),
        ],
        default="current",
    )
    on = DateField("Day of the register", [OptionalDate()], **DATE)
    codes = TextAreaField("ONS codes, one on each line", [Optional()])
    closes_on = DateField("Last day for answers", [OptionalDate()], **DATE)

    def validate_name(self, field: Field) -> None:
        if find_round(" ".join(field.data.split())):
            raise ValidationError("There is a round of this name already; choose another.")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """What the chosen scope needs, besides what every field asks for by itself."""
        valid = super().validate(extra_validators)
        if self.scope.data == "on" and not self.on.data and not self.on.errors:
            self.on.errors = ["Enter the day on which the register is read."]
        elif self.scope.data == "chosen" and not (self.codes.data or "").split():
            self.codes.errors = ["Enter at least one ONS code, such as E54000024."]
        return valid and not self.errors
