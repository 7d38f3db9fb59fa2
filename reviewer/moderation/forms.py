"""The form of one decision, and those of the right of reply."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    EmailField,
    Form,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from reviewer.instrument.model import CHOICES, Question
from reviewer.reviews.answers import Given
from reviewer.reviews.forms import NOT_APPLICABLE, prefix
from reviewer.rounds.forms import DATE


class DecisionForm(Form):
    """The value is added by `decision_form`; `decide` says what is wrong with it."""

    reason = StringField("Reason, in one sentence")
    seen = HiddenField()

    @property
    def version(self) -> int:
        """The version of the decision that was on the page."""
        return int(self.seen.data) if (self.seen.data or "").isdecimal() else 0

    def given(self) -> Given:
        """What was chosen. Not applicable beside an option is refused by `Given.check`."""
        value = self["value"].data
        chosen = set(value if isinstance(value, list) else [value] if value else [])
        return Given(
            options=frozenset(chosen - {NOT_APPLICABLE}), not_applicable=NOT_APPLICABLE in chosen
        )


def decision_form(
    question: Question,
    document: str,
    sent: MultiDict[str, str] | None = None,
    *,
    given: Given | None = None,
    reason: str = "",
    version: int = 0,
) -> DecisionForm:
    """The form of a question on a document kind: as it was sent, or with what was decided."""
    choices = [SelectChoice(option.id, option.title) for option in question.options]
    choices.append(SelectChoice(NOT_APPLICABLE, "Not applicable"))
    several = question.kind == CHOICES
    value = (SelectMultipleField if several else RadioField)("What counts", choices=choices)
    made = type("DecisionForm", (DecisionForm,), {"value": value})
    chosen: list[str] = []
    if given:
        chosen = [NOT_APPLICABLE] if given.not_applicable else sorted(given.options)
    data: dict[str, Any] = {
        "value": chosen if several else next(iter(chosen), None),
        "reason": reason,
        "seen": str(version),
    }
    return made(formdata=sent, data=data, prefix=prefix(question, document))


class WindowForm(FlaskForm):
    """The days in which the systems of a round can reply."""

    first_day = DateField("First day", [InputRequired("Enter the first day.")], **DATE)
    last_day = DateField("Last day", [InputRequired("Enter the last day.")], **DATE)


class ContactForm(FlaskForm):
    """Who is asked to reply for a system."""

    name = StringField(
        "Name",
        [
            InputRequired("Give the person's name."),
            Length(max=200, message="Use a name of at most 200 letters."),
        ],
    )
    email = EmailField("Email address", [InputRequired("Give the person's email address.")])
