"""What was written, as it is printed: numbers resolved, and nothing in it that is held back.

The report reads `written` and needs to know nothing else of this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from reviewer.db import session
from reviewer.findings.figures import Figure
from reviewer.instrument.model import Instrument
from reviewer.rounds.models import Round
from reviewer.writing.models import Quote
from reviewer.writing.names import names_for
from reviewer.writing.printed import (
    Audience,
    ExampleKind,
    Gap,
    PrintedChapter,
    PrintedExample,
    PrintedFinding,
    PrintedRecommendation,
    Written,
)
from reviewer.writing.references import Numbers, Rendered, paragraphs, render
from reviewer.writing.screening import Screen
from reviewer.writing.written import Example, FindingQuote, Recommendation, WrittenFinding


def written(round_: Round, figures: Sequence[Figure]) -> Written:
    """All that is written for a round, with the numbers of these figures, in ten queries."""
    names = names_for(round_)
    printer = _Printer(round_.released.instrument, figures, names.screen())
    chapters = printer.chapters(findings_of(round_))
    recommendations = printer.recommendations(recommendations_of(round_))
    examples = examples_of(round_)
    screens = {e.id: names.screen(but=e.system) for e in examples if e.system}
    good, cases = (printer.examples(examples, kind, screens) for kind in ExampleKind)
    return Written(
        chapters=chapters,
        recommendations=recommendations,
        good_practice=good,
        case_studies=cases,
        gaps=tuple(printer.gaps),
        held_back=printer.held_back,
        named=tuple(printer.named),
    )


def named_in(round_: Round) -> tuple[tuple[str, str], ...]:
    """What the team's own words for a round seem to name, each with where it stands."""
    findings, recommendations = findings_of(round_), recommendations_of(round_)
    if not findings and not recommendations:
        return ()
    printer = _Printer(round_.released.instrument, (), names_for(round_).screen())
    printer.chapters(findings)
    printer.recommendations(recommendations)
    return tuple(printer.named)


def findings_of(round_: Round) -> Sequence[WrittenFinding]:
    """The findings of a round in the order of their places, with their quotes, in two queries."""
    return session.scalars(
        select(WrittenFinding)
        .filter_by(round_id=round_.id)
        .order_by(WrittenFinding.place, WrittenFinding.id)
        .options(
            selectinload(WrittenFinding.quotes)
            .joinedload(FindingQuote.quote)
            .joinedload(Quote.passage)
        )
    ).all()


def recommendations_of(round_: Round) -> Sequence[Recommendation]:
    return session.scalars(
        select(Recommendation)
        .filter_by(round_id=round_.id)
        .order_by(Recommendation.place, Recommendation.id)
    ).all()


def examples_of(round_: Round) -> Sequence[Example]:
    """The examples of a round with their agreements, in two queries."""
    return session.scalars(
        select(Example)
        .filter_by(round_id=round_.id)
        .order_by(Example.place, Example.id)
        .options(joinedload(Example.system), selectinload(Example.agreements))
    ).all()


def may_leave(example: Example, screen: Screen) -> bool:
    """Whether an example can be printed. A system in it has to have agreed, to these words; what
    else they name needs a person's yes. `screen` is one that lets that system's names through."""
    found = screen.found_in(f"{example.heading}\n{example.words}")
    return (example.system_id is None or example.agreement is not None) and (
        not found or example.is_allowed(found)
    )


class _Printer:
    """Goes through what is written, and gathers the gaps on its way."""

    def __init__(self, instrument: Instrument, figures: Sequence[Figure], screen: Screen) -> None:
        self.instrument, self.screen = instrument, screen
        self.numbers, self.known = Numbers(figures), {figure.id: figure for figure in figures}
        self.gaps: list[Gap] = []
        self.named: list[tuple[str, str]] = []
        self.held_back = 0

    def chapters(self, findings: Iterable[WrittenFinding]) -> tuple[PrintedChapter, ...]:
        found = []
        findings = list(findings)
        for number, criterion in enumerate(self.instrument.criteria, 1):
            here = [finding for finding in findings if finding.criterion == criterion.id]
            printed = [
                self.finding(finding, f"{number}.{place}") for place, finding in enumerate(here, 1)
            ]
            if printed:
                found.append(PrintedChapter(number, criterion.id, tuple(printed)))
        return tuple(found)

    def finding(self, finding: WrittenFinding, number: str) -> PrintedFinding:
        heading = self._render(finding.heading, number)
        text = self._render(finding.text, number)
        return PrintedFinding(
            id=finding.id,
            number=number,
            heading=heading.text,
            paragraphs=text.paragraphs,
            figures=tuple(id_ for id_ in parts(finding.charts) if id_ in self.known),
            rests_on=tuple(id_ for id_ in parts(finding.rests_on) if id_ in self.known),
            quotes=tuple(self._quotes(finding)),
        )

    def recommendations(
        self, rows: Iterable[Recommendation]
    ) -> dict[Audience, tuple[PrintedRecommendation, ...]]:
        rows = list(rows)
        return {
            audience: tuple(
                PrintedRecommendation(
                    number=number,
                    paragraphs=self._render(row.text, f"Recommendation {number}").paragraphs,
                    bears_on=tuple(self._titles(row.bears_on)),
                )
                for number, row in enumerate((r for r in rows if r.audience == audience), 1)
            )
            for audience in Audience
        }

    def examples(
        self, rows: Iterable[Example], kind: ExampleKind, screens: dict[int, Screen]
    ) -> tuple[PrintedExample, ...]:
        here = [row for row in rows if row.kind == kind]
        printed = [row for row in here if may_leave(row, screens.get(row.id, self.screen))]
        self.held_back += len(here) - len(printed)
        return tuple(
            PrintedExample(
                heading=row.heading,
                paragraphs=paragraphs(row.words),
                system=row.system.name if row.system else "",
                criterion="".join(self._titles(row.criterion)),
            )
            for row in printed
        )

    def _quotes(self, finding: WrittenFinding) -> Iterable[str]:
        for chosen in finding.quotes:
            found = self.screen.found_in(chosen.quote.words)
            if not found or chosen.quote.is_allowed(found):
                yield chosen.quote.words
            else:
                self.held_back += 1

    def _render(self, text: str, where: str) -> Rendered:
        rendered = render(text, self.numbers)
        self.named += [(where, found.words) for found in self.screen.found_in(text)]
        self.gaps += [
            Gap(where, reference, self.numbers.why_missing(reference))
            for reference in rendered.missing
        ]
        return rendered

    def _titles(self, ids: str) -> Iterable[str]:
        criteria = {criterion.id: criterion.title for criterion in self.instrument.criteria}
        for id_ in parts(ids):
            if id_ in criteria:
                yield criteria[id_]
            elif id_ in self.known:
                yield self.known[id_].question.text


def parts(joined: str) -> list[str]:
    """The ids of a column that holds several."""
    return [part for part in joined.split(";") if part]
