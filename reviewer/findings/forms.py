"""The forms for what is taken elsewhere."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import InputRequired, Length


class ThemeForm(FlaskForm):
    file = FileField("Theme file (.toml)", [FileRequired("Choose a theme file.")])


class TokenForm(FlaskForm):
    purpose = StringField(
        "What is it for?",
        [
            InputRequired("Say what the token is for, so that it can be revoked when that ends."),
            Length(max=100, message="Use at most 100 characters."),
        ],
    )
