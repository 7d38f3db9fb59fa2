"""The forms that make a round and set it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    Field,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

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


class TermsForm(FlaskForm):
    """What can change until a round is closed; the view fills in the earlier rounds."""

    closes_on = DateField("Last day for answers", [OptionalDate()], **DATE)
    cap = IntegerField(
        "Systems that one reviewer may have",
        [
            InputRequired("Enter a number, such as 2."),
            NumberRange(1, 99, "Enter a number from 1 to 99."),
        ],
    )
    second_readings = IntegerField(
        "Systems that get a second, blind reading",
        [
            InputRequired("Enter a number; 0 for none."),
            NumberRange(0, 999, "Enter a number from 0 to 999."),
        ],
    )
    earlier = SelectField("What a reviewer sees of last time", coerce=int)


class DraftForm(TermsForm):
    """Everything about a draft but its systems; the view fills in the instruments and kinds."""

    name = RoundForm.name
    instrument = SelectField("Criteria", coerce=int)
    kinds = SelectMultipleField(
        "Documents that are asked about", widget=ListWidget(), option_widget=CheckboxInput()
    )
    opens_on = DateField("Opening day", [OptionalDate()], **DATE)


class SystemsForm(FlaskForm):
    """The systems in scope, by id; the page shows them by region."""

    systems = SelectMultipleField(
        "Systems in scope", coerce=int, widget=ListWidget(), option_widget=CheckboxInput()
    )


class PatchForm(FlaskForm):
    file = FileField("File with the corrected criteria", [FileRequired("Choose a TOML file.")])
