"""A figure in words, from the ends of sentences that the instrument gives (`statement`)."""

from __future__ import annotations

from reviewer.findings.figures import OTHER, Figure
from reviewer.instrument.model import CHOICES, Option, sentence_case

NO_VALUE = "No system has a value for this question yet."
INVENTED, PROVISIONAL = "Invented for the demonstration", "Provisional"


def sentence(figure: Figure, option_id: str) -> str:
    """One sentence with percentage, count and base: "61% (19 of 31) of strategies did not …"."""
    percent = figure.percent(option_id)
    if percent is None:
        return NO_VALUE
    share = f"{percent}% ({figure.counts[option_id]} of {_base(figure, str(figure.base))})"
    return f"{share} {_ending(figure, option_id)}"


def live_sentence(figure: Figure, option_id: str) -> str:
    """The same sentence with live references in place of its numbers, for a text that follows the
    data."""
    option = f"{figure.id}.{option_id}"
    base = _base(figure, f"{{{figure.id}.base}}")
    return f"{{{option}.percent}} ({{{option}.count}} of {base}) {_ending(figure, option_id)}"


def sentences(figure: Figure) -> list[str]:
    """A sentence for every option, also at 0, in the order a chart shows them; one for base 0."""
    if not figure.base:
        return [NO_VALUE]
    return [sentence(figure, option.id) for option in figure.shown]


def notes(figure: Figure, *, invented: bool = False, provisional: bool = False) -> list[str]:
    """The lines beneath a chart: the base, how to read shares of it, and what kind of numbers."""
    documents = figure.document.plural
    base = f"Base: {figure.base_text} {documents} reviewed"
    if figure.question.kind == CHOICES and figure.base:
        several = f"{sentence_case(documents)} could name more than one, so percentages can add up"
        lines = [f"{base}, those that named any", f"{several} to more than 100%"]
    elif figure.question.asked_where and figure.base:
        lines = [f"{base}, those where this was asked and answered"]
    else:
        lines = [base]
    return lines + [INVENTED] * invented + [PROVISIONAL] * provisional


def describe(figure: Figure) -> str:
    """A chart in words, for people who do not see it: every option with its count and share."""
    opening = f"{figure.question.text} {sentence_case(figure.document.plural)}."
    if not figure.base:
        return f"{opening} {NO_VALUE}"
    values = "; ".join(
        f"{option.title}: {figure.counts[option.id]} ({figure.percent(option.id)}%)"
        for option in figure.shown
    )
    return f"{opening} {values}. {notes(figure)[0]}."


def _ending(figure: Figure, option_id: str) -> str:
    told = _told(figure, figure.question.option(option_id))
    return f"of {figure.document.plural} {told}."


def _base(figure: Figure, base: str) -> str:
    # A base that is a part by design must not read as all that were reviewed (rule of counting 3).
    if figure.question.kind == CHOICES:
        return f"the {base} that named any"
    if figure.question.asked_where:
        return f"the {base} where this was asked and answered"
    return base


def _told(figure: Figure, option: Option) -> str:
    statement = figure.question.statement
    if option.id in statement:
        return statement[option.id]
    if figure.question.kind == CHOICES and "option" in statement:
        label = f"‘{option.label}’" if option.id == OTHER else option.label
        # Not str.format: a label may hold braces of its own.
        return statement["option"].replace("{option}", label)
    return f"have the answer ‘{option.label}’"
