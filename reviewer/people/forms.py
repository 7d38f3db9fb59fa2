"""Forms of signing in, of one's own account, and of the people area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField, TextAreaField
from wtforms.validators import EqualTo, InputRequired, Length

from reviewer.people.letters import Letter, mistakes

SHORTEST_PASSWORD = 12  # OWASP ASVS asks for 8 and recommends 15; 12 is what people accept


class SignInForm(FlaskForm):
    email = EmailField("Email address", [InputRequired("Enter your email address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])


class PasswordForm(FlaskForm):
    password = PasswordField(
        "New password",
        [
            InputRequired("Enter a password."),
            Length(
                min=SHORTEST_PASSWORD,
                max=200,
                message=f"Use a password of at least {SHORTEST_PASSWORD} characters.",
            ),
        ],
    )
    again = PasswordField(
        "The same password again",
        [EqualTo("password", "The two passwords differ. Enter the same one twice.")],
    )


class LetterForm(FlaskForm):
    """The wording of one kind of email."""

    subject = StringField(
        "Subject",
        [
            InputRequired("Enter a subject."),
            Length(max=200, message="Use a subject of at most 200 characters."),
        ],
    )
    text = TextAreaField(
        "Text",
        [
            InputRequired("Enter a text."),
            Length(max=10_000, message="Use a text of at most 10,000 characters."),
        ],
    )

    def __init__(self, letter: Letter, **kept: str) -> None:
        super().__init__(**kept)
        self.letter = letter

    @property
    def wording(self) -> tuple[str, str]:
        """Subject and text as they are stored."""
        text = (self.text.data or "").replace("\r\n", "\n").strip()
        return " ".join((self.subject.data or "").split()), text

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Every word in curly brackets can be filled in, and what the letter is about is there."""
        valid = super().validate(extra_validators)
        for field, mistake in zip(
            (self.subject, self.text), mistakes(self.letter, *self.wording), strict=True
        ):
            if mistake and not field.errors:
                field.errors = [mistake]
        return valid and not self.errors
