"""The forms of the policy team's work on a round."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileAllowed, FileField, FileRequired
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from reviewer.reviews.forms import ConflictForm
from reviewer.running.reminding import read_days


class AssignForm(FlaskForm):
    """A system and its reader; the view fills in who and what there is to choose."""

    system = SelectField("System", [InputRequired("Choose a system.")])
    person = SelectField("Reader", [InputRequired("Choose a reader.")])


class RemindersForm(FlaskForm):
    days = StringField(
        "Days before the last day", [Length(max=60, message="Write fewer numbers, like 14, 7, 1.")]
    )

    def validate_days(self, field: Field) -> None:
        try:
            read_days(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error


class ImportForm(FlaskForm):
    file = FileField(
        "File with the answers",
        [
            FileRequired("Choose a CSV or XLSX file."),
            FileAllowed(["csv", "xlsx"], "Choose a file whose name ends in .csv or .xlsx."),
        ],
    )
    replace = BooleanField("Put these in the place of answers imported before")


class AssignmentFileForm(FlaskForm):
    file = FileField(
        "File with the assignments",
        [
            FileRequired("Choose a CSV or XLSX file."),
            FileAllowed(["csv", "xlsx"], "Choose a file whose name ends in .csv or .xlsx."),
        ],
    )


class HandOverForm(FlaskForm):
    person = SelectField("New reader", [InputRequired("Choose a reader.")])


class PersonConflictForm(ConflictForm):
    """A conflict that the policy lead knows of; the view fills in who and what there is."""

    person = SelectField("Person", [InputRequired("Choose a person.")])


class MappingForm(FlaskForm):
    file = FileField("Reviewed mapping", [FileRequired("Choose the table, as XLSX or CSV.")])


class MoveForm(FlaskForm):
    """What becomes of one question in another version."""

    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])
    fate = RadioField(
        "What becomes of it",
        choices=[
            ("kept", "Kept: the same question under the same id"),
            ("reworded", "Reworded: it means the same, in other words or under another id"),
            ("split", "Split: several questions ask for what it asked"),
            ("merged", "Merged: one question asks for what it and others asked"),
            ("retired", "Retired: it is no longer asked"),
        ],
    )
    new = SelectMultipleField(
        "It becomes",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    options = TextAreaField("Its answers, old id = new id")
