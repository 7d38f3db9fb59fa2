"""The form that takes in a Word file for its styles."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import Length


class TemplateForm(FlaskForm):
    file = FileField("Word file", [FileRequired("Choose a Word file.")])
    name = StringField(
        "Name (optional)", [Length(max=100, message="Use a name of at most 100 characters.")]
    )
