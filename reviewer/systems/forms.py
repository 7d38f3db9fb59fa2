"""The form that records a merger or a split."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget


class _Systems(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MergerForm(FlaskForm):
    day = DateField(
        "First day of what they become",
        [InputRequired("Enter a real date, such as 1 4 2027.")],
        format=["%d %m %Y", "%d %B %Y"],
    )
    ending = _Systems("Systems that end", coerce=int)
    becoming = _Systems("They become", coerce=int)
    name = StringField("Name of a new system", [Optional(), Length(max=200)])
    code = StringField("Its ONS code", [Optional(), Length(max=20)])
    ods_code = StringField("Code of its board in the NHS", [Optional(), Length(max=10)])
    region = StringField("Its region", [Optional(), Length(max=100)])
