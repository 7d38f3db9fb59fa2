"""The form that attaches documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import DateField, SelectField, StringField, TextAreaField, URLField, ValidationError
from wtforms.validators import URL, DataRequired, InputRequired, Length, Optional

from reviewer.instrument.model import DocumentKind


class PastDay(DateField):
    """A day that may be left out, asked as day, month and year."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            label,
            format=["%d %m %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"],
            invalid_value_message="Enter a day, a month and a year, like 27 3 2024.",
            **kwargs,
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        # Not `Optional`: it looks at the first input alone, and would pass over a missing day.
        if "".join(valuelist).strip():
            super().process_formdata([part.strip() for part in valuelist])

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and self.data > date.today():
            raise ValidationError("Enter a day that is not in the future.")


class _AboutForm(FlaskForm):
    """What is said of a document: where it was published, and the days."""

    source_address = URLField(
        "Web address where it was published (optional)",
        [
            Optional(),
            Length(max=2000, message="Use an address of at most 2,000 characters."),
            URL(message="Enter a web address like https://example.org/strategy.pdf."),
        ],
        filters=[lambda address: (address or "").strip()],
    )
    published_on = PastDay("Day it was published (optional)")
    retrieved_on = PastDay("Day it was downloaded (optional)")


class AttachForm(_AboutForm):
    files = MultipleFileField("PDF files", render_kw={"accept": ".pdf,application/pdf"})
    kind = SelectField("Kind of document", [InputRequired("Choose the kind of document.")])

    def offer(self, kinds: Iterable[DocumentKind]) -> None:
        """Let one of these kinds be chosen; none is chosen beforehand."""
        self.kind.choices = [("", "Choose a kind"), *((kind.id, kind.name) for kind in kinds)]

    def validate_files(self, field: MultipleFileField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one PDF.")


class ChangeForm(_AboutForm):
    """What was said of a document when it was attached, to be corrected."""

    kind = SelectField("Kind of document", [InputRequired("Choose the kind of document.")])
    file_name = StringField(
        "Name",
        [
            DataRequired("Give it the name that readers see."),
            Length(max=255, message="Shorten the name to 255 letters."),
        ],
        filters=[lambda name: (name or "").strip()],
    )

    def offer(self, kinds: Iterable[DocumentKind], present: str) -> None:
        """Let one of these kinds be chosen, or the present one."""
        known = {kind.id: kind.name for kind in kinds}
        self.kind.choices = list(({present: present} | known).items())


class WithdrawForm(FlaskForm):
    because = TextAreaField(
        "Why is it withdrawn?",
        [
            DataRequired("Say why it is withdrawn, like: it is the plan of another system."),
            Length(max=500, message="Shorten the reason to 500 letters."),
        ],
        filters=[lambda text: " ".join((text or "").split())],
    )
