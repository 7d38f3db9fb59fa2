"""Forms of signing in, of one's own account, and of the people area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileAllowed, FileField
from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, ValidationError

from reviewer.people.guessable import weakness, words_of
from reviewer.people.letters import Letter, mistakes
from reviewer.people.models import Person
from reviewer.people.pasted import LONGEST, Row, rows_of_text, text_of_rows
from reviewer.people.permissions import Role
from reviewer.sheets import read_rows

LONGEST_PASSWORD = 200
SHORTEST_PASSWORD = 12  # OWASP ASVS asks for 8 and recommends 15; 12 is what people accept


class SignInForm(FlaskForm):
    email = EmailField("Email address", [InputRequired("Enter your email address.")])
    password = PasswordField("Password", [InputRequired("Enter your password.")])


class ForgottenForm(FlaskForm):
    email = EmailField("Email address", [InputRequired("Enter your email address.")])


class PasswordForm(FlaskForm):
    """A new password of a person; one that could be guessed is refused."""

    password = PasswordField(
        "New password",
        [
            InputRequired("Enter a password."),
            Length(
                min=SHORTEST_PASSWORD,
                message=f"Use a password of at least {SHORTEST_PASSWORD} characters.",
            ),
            Length(
                max=LONGEST_PASSWORD,
                message=f"Use a password of at most {LONGEST_PASSWORD} characters.",
            ),
        ],
    )
    again = PasswordField(
        "The same password again",
        [EqualTo("password", "The two passwords differ. Enter the same one twice.")],
    )

    def __init__(self, person: Person) -> None:
        super().__init__()
        system = person.system or person.home_system
        self.own_words = words_of(
            person.name, person.email, person.organisation, system.name if system else ""
        )

    def validate_password(self, field: PasswordField) -> None:
        if not field.errors and (said := weakness(field.data or "", self.own_words)):
            raise ValidationError(said)


class ChangePasswordForm(PasswordForm):
    old = PasswordField("Your current password", [InputRequired("Enter your current password.")])


class ConfirmForm(FlaskForm):
    """Who somebody is, once more: what they sign in with."""

    password = PasswordField("Your password", [InputRequired("Enter your password.")])
    code = StringField("Code", [DataRequired("Enter the code.")])

    def __init__(self, person: Person) -> None:
        super().__init__()
        if not person.password_hash:
            del self.password
        if not person.gives_code:
            del self.code


class CodeForm(FlaskForm):
    """A code of the second factor."""

    code = StringField("Code", [DataRequired("Enter the code.")])


ROLES = [SelectChoice(role.value, role.words) for role in Role]
WHAT_THEY_DO = {
    Role.REVIEWER.value: "Reads the strategies and plans of systems and answers the questions.",
    Role.POLICY_LEAD.value: "Runs the rounds and everything else. Signs in with a code as well.",
    Role.POLICY_VIEWER.value: "Sees the answers and the findings, and changes nothing. "
    "Signs in with a code as well.",
    Role.SYSTEM.value: "Answers for one system.",
}


class InviteForm(FlaskForm):
    """A list of people, pasted or as a file. A file that was read stands in the box afterwards:
    browsers do not keep files, and what was checked is what is then invited."""

    role = RadioField(
        "What are they invited as?",
        [InputRequired("Choose what they are invited as.")],
        choices=ROLES,
    )
    people = TextAreaField("One person on each line")
    file = FileField(
        "Or a file",
        [FileAllowed(["csv", "xlsx"], "Choose a file whose name ends in .csv or .xlsx.")],
    )

    def read(self, most: int) -> list[Row]:
        """The rows of the list, none if there are errors."""
        try:
            if self.file.data and (self.people.data or "").strip():
                self.file.errors = ["Use the box or a file. Empty the box to use the file."]
                return []
            if self.file.data:
                file = self.file.data
                self.people.data = text_of_rows(read_rows(file.stream, file.filename, most + 1))
        except ValueError as error:
            self.file.errors = [str(error)]
            return []
        try:
            rows = rows_of_text(self.people.data or "")
        except ValueError as error:
            self.people.errors = [str(error)]
            return []
        if not any(any(cells) for _, cells in rows):
            self.people.errors = ["Paste a list of people, or choose a file."]
            return []
        return rows


class PersonForm(FlaskForm):
    """One person's details; the view fills in the systems."""

    name = StringField(
        "Name",
        [
            DataRequired("Enter the name."),
            Length(max=LONGEST, message=f"Use a name of at most {LONGEST} characters."),
        ],
    )
    email = EmailField("Email address", [InputRequired("Enter the email address.")])
    organisation = StringField(
        "Organisation",
        [Length(max=LONGEST, message=f"Use at most {LONGEST} characters.")],
    )
    role = RadioField("Role", [InputRequired("Choose a role.")], choices=ROLES)
    system = SelectField("Home system")


class LetterForm(FlaskForm):
    """The wording of one kind of email."""

    subject = StringField(
        "Subject",
        [
            DataRequired("Enter a subject."),
            Length(max=200, message="Use a subject of at most 200 characters."),
        ],
    )
    text = TextAreaField(
        "Text",
        [
            DataRequired("Enter a text."),
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
