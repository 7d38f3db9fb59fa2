"""The forms of an assessment."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from reviewer.rounds.forms import DATE, OptionalDate
from reviewer.selfassessment.models import Shared, Status

SHARED_WORDS = {
    Shared.EVERYTHING: "All of it: documents, answers and action plan",
    Shared.COMPARISON: "Only the comparison with what a round settled",
}


class BeginForm(FlaskForm):
    """The view fills in the instruments and the kinds of document that they count."""

    title = StringField(
        "What you call it",
        [
            InputRequired("Give it a name, for example Plan for 2027."),
            Length(max=200, message="Use a name of at most 200 characters."),
        ],
    )
    instrument = SelectField("Questions", coerce=int)
    kinds = SelectMultipleField(
        "What you have a draft of",
        [InputRequired("Choose at least one kind of document that you have a draft of.")],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )


class DraftForm(FlaskForm):
    files = MultipleFileField("PDF files", render_kw={"accept": ".pdf,application/pdf"})
    kind = SelectField("Kind of document", [InputRequired("Choose the kind of document.")])

    def validate_files(self, field: MultipleFileField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one PDF.")


class ColleagueForm(FlaskForm):
    person = SelectField("Colleague", [InputRequired("Choose somebody from the list.")], coerce=int)


class ShareForm(FlaskForm):
    email = EmailField(
        "Their email address",
        [InputRequired("Enter the address that the person signs in with."), Length(max=254)],
    )
    what = RadioField(
        "What they may read",
        [InputRequired("Choose what they may read.")],
        choices=list(SHARED_WORDS.items()),
    )
    until = DateField(
        "Last day on which they may read it", [InputRequired("Enter a last day.")], **DATE
    )


class ActionForm(FlaskForm):
    what = TextAreaField(
        "What will be done", [Length(max=2000, message="Shorten it to 2,000 letters.")]
    )
    who = StringField("Who sees to it", [Length(max=200, message="Use at most 200 characters.")])
    due = DateField("By when", [OptionalDate(), Optional()], **DATE)
    status = SelectField("Status", choices=[(s.value, s.value.capitalize()) for s in Status])


class DeleteForm(FlaskForm):
    sure = BooleanField(
        "Delete the documents, the answers, the action plan and the log of this assessment",
        [InputRequired("Tick the box if all of it is to be deleted.")],
    )
