"""The forms that change a draft of criteria. A draft may have mistakes, so little is refused."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from reviewer.instrument.editing import option_id
from reviewer.instrument.model import CHOICE, CHOICES, SCALE, TEXT
from reviewer.instrument.sheet import items_of, lines_of
from reviewer.instrument.written import Raw

KINDS = [
    (SCALE, "One answer of a scale that several questions share"),
    (CHOICE, "One of its own answers"),
    (CHOICES, "Any number of its own answers"),
    (TEXT, "Words, which are read and not counted"),
]


class DraftForm(FlaskForm):
    """What every page of a draft sends along: how often it had been saved when it was opened."""

    seen = IntegerField(widget=HiddenField.widget, validators=[Optional()])


class AboutForm(DraftForm):
    title = StringField("Title")
    source = TextAreaField("Source")
    about = TextAreaField("About")


class CriterionForm(DraftForm):
    title = StringField("Title")
    about = TextAreaField("What it looks for")
    comment_prompt = TextAreaField("Question above the box for a comment")
    good_practice_prompt = TextAreaField("Question above the box for good practice")


class OptionForm(Form):
    """One answer. `told` is how the report's sentence ends for it."""

    id = HiddenField()
    label = StringField("Answer")
    guidance = TextAreaField("When to choose it")
    told = TextAreaField("How a sentence of the report ends")


class OptionsForm(DraftForm):
    options = FieldList(FormField(OptionForm))

    def show_options(self, options: list[Raw], statement: dict[str, str]) -> None:
        """The answers as they are, and two empty ones to add."""
        for option in [*options, {}, {}]:
            guidance = lines_of(option.get("guidance", []))
            told = statement.get(option.get("id", ""), "")
            self.options.append_entry(
                {
                    "id": option.get("id", ""),
                    "label": option.get("label", ""),
                    "guidance": guidance,
                    "told": told,
                }
            )

    def given_options(self, action: str) -> tuple[list[Raw], dict[str, str]]:
        """The answers of the page, after `up:2` or `out:2` of number 2, and the sentences."""
        what, _, place = action.partition(":")
        rows = [entry.data for entry in self.options.entries]
        number = int(place) if place.isdigit() else -1
        if what == "out" and number < len(rows):
            del rows[number]
        if what == "up" and 0 < number < len(rows):
            rows[number - 1], rows[number] = rows[number], rows[number - 1]
        made: list[Raw] = []
        statement: dict[str, str] = {}
        for row in rows:
            label, id_ = (row["label"] or "").strip(), row["id"] or ""
            if not label and not id_:
                continue
            id_ = id_ or option_id(label, {each["id"] for each in made})
            option: Raw = {"id": id_, "label": label}
            if guidance := text_lines(row["guidance"]):
                option["guidance"] = guidance
            if told := " ".join((row["told"] or "").split()):
                statement[id_] = told
            made.append(option)
        return made, statement


class ScaleForm(OptionsForm):
    name = StringField("Name of the scale")


class KindForm(DraftForm):
    name = StringField("Name of one")
    plural = StringField("Name of several")
    counted = BooleanField("Questions are asked about it, and their answers are counted")


class QuestionForm(OptionsForm):
    text = TextAreaField("Question")
    criterion = SelectField("Criterion")
    kind = RadioField("How it is answered", choices=KINDS)
    scale = SelectField("Scale", validators=[Optional()])
    documents = SelectMultipleField(
        "Documents that it is asked about",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    guidance = TextAreaField("Guidance")
    notes = TextAreaField("Notes printed with it")
    search = TextAreaField("Words to search for")
    wording = RadioField(
        "Wording",
        choices=[
            ("derived", "Ours: it may be changed"),
            ("published", "Word for word from the source"),
        ],
    )
    source = StringField("Source")
    asked_where = SelectField("Asked only where this question…", validators=[Optional()])
    answers = SelectMultipleField(
        "…was answered",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    told = StringField("How a sentence of the report ends, with {option} where the answer goes")


class FileForm(FlaskForm):
    file = FileField(
        "File of criteria", [FileRequired("Choose a workbook (.xlsx) or a TOML file.")]
    )


class ReleaseForm(DraftForm):
    """Nothing but the number of the edit that was looked at."""


def question_values(form: QuestionForm, action: str) -> Raw:
    """What the page says of a question, as its file would."""
    options, statement = form.given_options(action)
    if form.kind.data == SCALE:
        options = []
    elif form.kind.data == CHOICES:
        told = (form.told.data or "").strip()
        statement |= {"option": told} if told else {}
    condition: Any = None
    if form.asked_where.data:
        condition = {"question": form.asked_where.data, "answers": form.answers.data or []}
    return {
        "text": text_of(form.text.data),
        "criterion": form.criterion.data,
        "kind": form.kind.data,
        "scale": form.scale.data if form.kind.data == SCALE else None,
        "documents": form.documents.data or [],
        "guidance": text_of(form.guidance.data),
        "notes": text_lines(form.notes.data),
        "search": text_lines(form.search.data),
        "wording": form.wording.data,
        "source": text_of(form.source.data),
        "asked_where": condition,
        "options": options,
        "statement": statement,
    }


def text_of(value: str | None) -> str:
    """A text as a file has it: a browser sends line breaks in its own way."""
    return (value or "").replace("\r\n", "\n").strip()


def text_lines(value: str | None) -> list[str]:
    return items_of(text_of(value))
