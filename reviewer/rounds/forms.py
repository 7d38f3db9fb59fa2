"""The form that makes a round."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional


class RoundForm(FlaskForm):
    name = StringField(
        "Name of the round",
        [
            InputRequired("Give the round a name, for example Spring 2027."),
            Length(max=100, message="Use a name of at most 100 characters."),
        ],
    )
    instrument = SelectField("Criteria", coerce=int)
    scope = SelectField(
        "Systems in scope",
        choices=[
            ("current", "All current systems of the register"),
            ("on", "All systems of the register on a day"),
            ("chosen", "A list of ONS codes"),
        ],
    )
    on = DateField("The day", [Optional()])
    codes = TextAreaField("ONS codes, one a line", [Optional()])
    closes_on = DateField("Last day for answers", [Optional()])
