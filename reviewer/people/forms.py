"""Forms of signing in and of one's own account."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

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
