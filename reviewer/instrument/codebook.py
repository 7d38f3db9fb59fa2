"""What the columns and the values of a table mean, as a table: the code book. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reviewer.instrument.model import CHOICE, CHOICES, SCALE, TEXT, Instrument, Question
from reviewer.sheets import Row, Sheet

COLUMNS = ("entry", "id", "of", "text")
TITLE = "Code book"

VALUES = {
    "blank": "Nothing was given: no answer, no date, a share of nothing. It is not No and not 0.",
    "not applicable": "A reader's answer that the question does not apply. Outside the base.",
    "unresolved": "Two readers differ and nothing was decided. Outside the base, and listed.",
    "0": "Counted, and none has it.",
}
_KINDS = {
    SCALE: "one answer of a scale, from the fullest to the least",
    CHOICE: "one answer of several",
    CHOICES: "any number of answers; the base is those that named any",
    TEXT: "words, which are read and not counted",
}


Columns = Mapping[str, str]  # what each column of a table means


def code_book(instrument: Instrument, **tables: Columns) -> list[Row]:
    """A row for every column of each of the tables, by name, every meaning of what is not a value,
    every kind of document, criterion and question, and every answer of each question."""
    return [
        {"entry": entry, "id": id_, "of": parent, "text": text}
        for entry, id_, parent, text in [*_values(tables), *_asked(instrument)]
    ]


def code_sheet(instrument: Instrument, **tables: Columns) -> Sheet:
    return Sheet(TITLE, COLUMNS, code_book(instrument, **tables))


def _values(tables: Mapping[str, Columns]) -> Iterator[tuple[str, str, str, str]]:
    for of, columns in tables.items():
        yield from (("column", name, of, text) for name, text in columns.items())
    yield from (("value", name, "", text) for name, text in VALUES.items())


def _asked(instrument: Instrument) -> Iterable[tuple[str, str, str, str]]:
    for kind in instrument.document_kinds:
        counted = "" if kind.counted else " (cited as evidence, and not counted)"
        yield "document", kind.id, "", f"{kind.name}{counted}"
    for criterion in instrument.criteria:
        yield "criterion", criterion.id, "", criterion.title
        for question in instrument.questions_of(criterion.id):
            yield "question", question.id, criterion.id, question.text
            yield "asked", question.id, criterion.id, _how(question)
            for option in question.options:
                yield "option", option.id, question.id, option.label


def _how(question: Question) -> str:
    """How a question is answered, of which documents, and where it is asked at all."""
    said = f"{_KINDS[question.kind]}; asked of: {', '.join(question.documents)}"
    if question.asked_where:
        where = question.asked_where
        said += f"; only where {where.question} is {' or '.join(where.answers)}"
    return said
