"""How agreement reads: its numbers in words, and as a table. Questions only; never people."""

from __future__ import annotations

from reviewer.moderation.agreement import Agreement, Intervals
from reviewer.moderation.rewording import Line, RoundAgreement
from reviewer.sheets import Cell, Row

COLUMNS = (
    *("level", "criterion", "question", "document", "text"),
    *("agreed", "n", "percent", "percent_low", "percent_high"),
    *("kappa", "kappa_n", "kappa_low", "kappa_high"),
    *("jaccard", "jaccard_n", "jaccard_low", "jaccard_high", "reword"),
)
NOT_DEFINED = "not defined"


def number_text(value: float | None, n: int) -> str:
    """0.62, or why there is no number."""
    if value is None:
        return NOT_DEFINED if n else ""
    return f"{value:.2f}".replace("-", "−")


def range_text(found: tuple[float, float] | None, *, percent: bool = False) -> str:
    """0.55 to 0.68, or 71% to 83%."""
    if found is None:
        return ""
    low, high = found
    if percent:
        return f"{int(100 * low + 0.5)}% to {int(100 * high + 0.5)}%"
    return f"{number_text(low, 1)} to {number_text(high, 1)}"


def table_rows(found: RoundAgreement) -> list[Row]:
    """What is on the page, for a spreadsheet. Intervals stand in the row of the round."""
    rows = []
    for criterion, of_criterion, lines in found.criteria:
        rows += [_row("question", line.found, criterion.id, line=line) for line in lines]
        rows.append(_row("criterion", of_criterion, criterion.id, text=criterion.title))
    return [*rows, _row("round", found.whole, intervals=found.intervals)]


def _row(
    level: str,
    found: Agreement,
    criterion: str = "",
    *,
    text: str = "",
    line: Line | None = None,
    intervals: Intervals | None = None,
) -> Row:
    same, kappa, jaccard = (
        (intervals.same, intervals.kappa, intervals.jaccard) if intervals else (None, None, None)
    )
    return {
        "level": level,
        "criterion": criterion,
        "question": line.question.id if line else "",
        "document": line.kind.id if line else "",
        "text": line.question.text if line else text,
        "agreed": found.agreed,
        "n": found.n,
        "percent": found.percent,
        "percent_low": 100 * same[0] if same else None,
        "percent_high": 100 * same[1] if same else None,
        "kappa": _number(found.kappa, found.kappa_n),
        "kappa_n": found.kappa_n,
        "kappa_low": kappa[0] if kappa else None,
        "kappa_high": kappa[1] if kappa else None,
        "jaccard": _number(found.jaccard, found.jaccard_n),
        "jaccard_n": found.jaccard_n,
        "jaccard_low": jaccard[0] if jaccard else None,
        "jaccard_high": jaccard[1] if jaccard else None,
        "reword": "yes" if line and line.is_unclear else "",
    }


def _number(value: float | None, n: int) -> Cell:
    return NOT_DEFINED if value is None and n else value
