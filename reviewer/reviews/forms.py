"""From a form to what was given: one form per question and document kind, one field per kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from reviewer.instrument.model import CHOICES, TEXT, Question
from reviewer.reviews.answers import Answer, Given, Pages

# No option id can hold a slash, so this value stands for none of them.
NOT_APPLICABLE = "n/a"
LONGEST_COMMENT = 10_000
LONGEST_REASON = 1_000
# Why a system is declined.
CONFLICT, OTHER = "conflict", "other"


def parse_pages(text: str) -> Pages:
    """Page numbers and ranges, like "12, 14-16" or "pages 12 to 14".

    ValueError says how to write them.
    """
    cleaned = re.sub(r"\b(?:pages?|pp?)\b\.?", " ", text.lower())
    cleaned = re.sub(r"\s*(?:-|–|—|\bto\b)\s*", "-", cleaned)
    ranges = []
    for part in re.split(r"[\s,;]+|\band\b", cleaned):
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        if not match:
            raise ValueError("Write page numbers like 12 or 14 to 16, with commas between.")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last:
            raise ValueError("Write a range from its first page to its last, like 14 to 16.")
        ranges.append((first, last))
    return tuple(sorted(set(ranges)))


def pages_text(pages: Pages) -> str:
    """12, 14–16"""
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in pages)


def _plain(text: str | None) -> str:
    """The text as a script sends it; a form sends the same line end as two characters."""
    return (text or "").replace("\r\n", "\n").strip()


class AnswerForm(Form):
    """What every kind of question has beside its value."""

    comment = TextAreaField(
        "Comment",
        [Optional(), Length(max=LONGEST_COMMENT, message="Shorten the comment to 10,000 letters.")],
    )
    pages = StringField("Pages that show it", [Optional(), Length(max=500)])
    version = HiddenField()

    def validate_pages(self, field: StringField) -> None:
        try:
            parse_pages(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error

    @property
    def seen(self) -> int:
        """The version of the answer that was on the page."""
        return int(self.version.data) if (self.version.data or "").isdecimal() else 0

    @property
    def first_error(self) -> str:
        """What to do about the first thing that is wrong."""
        messages = [message for found in self.errors.values() for message in found]
        return str(messages[0]) if messages else ""

    def sent(self) -> dict[str, list[str]]:
        """The fields as a browser would send them: name to values."""
        found = {}
        for field in self:
            data = field.data if isinstance(field.data, list) else [field.data]
            found[field.name] = ["y" if value is True else str(value) for value in data if value]
        return found

    def clear(self) -> None:
        """Take the answer and its pages out, and leave the comment."""
        self["value"].data = [] if isinstance(self["value"], SelectMultipleField) else None
        self.pages.data = ""
        if "not_applicable" in self:
            self["not_applicable"].data = False

    def given(self, pages: Pages | None = None) -> Given:
        """What the person gave; with other `pages` where those in the form cannot be kept.

        ValueError if the pages in the form are not page numbers.
        """
        value = self["value"].data
        comment = _plain(self.comment.data)
        if pages is None:
            pages = parse_pages(self.pages.data or "")
        if isinstance(self["value"], TextAreaField):
            text = _plain(value)
            not_applicable = bool(self["not_applicable"].data) and not text
            return Given(text=text, not_applicable=not_applicable, comment=comment, pages=pages)
        chosen = set(value if isinstance(value, list) else [value] if value else [])
        options = frozenset(chosen - {NOT_APPLICABLE})
        return Given(
            options=options,
            # Beside an option, not applicable is a slip: the option says more.
            not_applicable=NOT_APPLICABLE in chosen and not options,
            comment=comment,
            pages=pages,
        )


def form_class(question: Question) -> type[AnswerForm]:
    """The form of one question: its kind decides the field."""
    choices = [SelectChoice(option.id, option.title) for option in question.options]
    choices.append(SelectChoice(NOT_APPLICABLE, "Not applicable"))
    fields: dict[str, Any] = {}
    match question.kind:
        case "scale" | "choice":
            fields["value"] = RadioField(question.text, [Optional()], choices=choices)
        case "choices":
            fields["value"] = SelectMultipleField(question.text, choices=choices)
        case "text":
            fields["value"] = TextAreaField(
                question.text, [Optional(), Length(max=LONGEST_COMMENT)]
            )
            fields["not_applicable"] = BooleanField("Not applicable")
        case _:
            raise ValueError(f"no field for the question kind {question.kind}")
    return type("AnswerForm", (AnswerForm,), fields)


def prefix(question: Question, document: str) -> str:
    """What the names of the fields of one answer begin with."""
    return f"{question.id}.{document}."


def posted_form(question: Question, document: str, form: MultiDict[str, str]) -> AnswerForm:
    """The form as it was sent."""
    return form_class(question)(formdata=form, prefix=prefix(question, document))


def filled_form(
    question: Question, document: str, answer: Answer | None, option_codes: Mapping[int, str]
) -> AnswerForm:
    """The form with what is kept."""
    if answer is None:
        return form_of(question, document, Given(), 0)
    return form_of(question, document, answer.given(option_codes), answer.version)


def form_of(question: Question, document: str, given: Given, version: int) -> AnswerForm:
    """The form with what was given, as of that version of the answer."""
    data: dict[str, Any] = {
        "version": str(version),
        "comment": given.comment,
        "pages": pages_text(given.pages),
    }
    if question.kind == TEXT:
        data.update(value=given.text, not_applicable=given.not_applicable)
    elif given.not_applicable:
        data["value"] = [NOT_APPLICABLE] if question.kind == CHOICES else NOT_APPLICABLE
    elif question.kind == CHOICES:
        data["value"] = [o.id for o in question.options if o.id in given.options]
    else:
        data["value"] = next(iter(given.options), None)
    return form_class(question)(data=data, prefix=prefix(question, document))


def reason_field(label: str, missing: str) -> TextAreaField:
    """A sentence that has to be there."""
    return TextAreaField(
        label,
        [
            DataRequired(missing),
            Length(max=LONGEST_REASON, message="Shorten it to 1,000 letters."),
        ],
        filters=[_plain],
    )


class DeclineForm(FlaskForm):
    because = RadioField(
        "Why can you not read it?",
        [InputRequired("Say whether it is a conflict of interest.")],
        choices=[
            SelectChoice(CONFLICT, "I have a conflict of interest"),
            SelectChoice(OTHER, "Another reason"),
        ],
    )
    reason = reason_field("In a sentence", "Say in a sentence why.")


class ConflictForm(FlaskForm):
    """A conflict of interest; the view fills in what systems there are."""

    system = SelectField("System", [InputRequired("Choose a system.")])
    reason = reason_field("What the conflict is", "Say in a sentence what the conflict is.")
