"""What a report says, part by part, whatever file it becomes. Pure: no database, no file format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from reviewer.findings.figures import Figure
from reviewer.findings.sentences import describe, notes, sentence, sentences
from reviewer.instrument.model import SCALE, Criterion, Question, sentence_case

MOST_SENTENCES = 4  # in a paragraph that is drafted
SHORTEST_BASE = 5  # systems: a key finding does not rest on fewer


# What XML 1.0 cannot hold, and the control characters that it can.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(words: str) -> str:
    """The text without what no file can hold or show."""
    return _FORBIDDEN.sub("", words)


@dataclass(frozen=True)
class Finding:
    """One numbered finding ("3.2"): a heading, what follows from it, and its figure."""

    number: str
    heading: str
    paragraphs: tuple[str, ...]
    figure: Figure


@dataclass(frozen=True)
class Chapter:
    """One criterion. `about` is what it looks at: the annex of indicators repeats it."""

    number: int
    criterion: Criterion
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class DocumentRead:
    """A document that was read; with no answer beside it."""

    system: str
    kind: str
    address: str
    published: str
    retrieved: str


@dataclass(frozen=True)
class Report:
    """A report on one round. `marks` stand on every page: invented, provisional.

    `coverage` says of how many systems. `introduction` and `method` are paragraphs, `facts` the
    numbers of the method, `glossary` terms with their meaning. Figures are numbered through in the
    order of the chapters.
    """

    title: str
    round_name: str
    coverage: str
    made_on: str
    marks: tuple[str, ...]
    glossary: tuple[tuple[str, str], ...]
    introduction: tuple[str, ...]
    method: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    good_practice: str
    recommendations: str
    questions: tuple[Question, ...]
    documents: tuple[DocumentRead, ...]
    kinds: tuple[tuple[str, str], ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for chapter in self.chapters for finding in chapter.findings)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each figure in the report, from 1, by its id."""
        return {finding.figure.id: n for n, finding in enumerate(self.findings, 1)}

    def chapter_title(self, chapter: Chapter) -> str:
        return f"{chapter.number}. {chapter.criterion.title}"

    def headings(self) -> list[str]:
        """The first headings in their order, as the contents list them."""
        return [
            *("Glossary", "Introduction", "Method", "Key findings"),
            *map(self.chapter_title, self.chapters),
            *("What good looks like", "Conclusion and recommendations"),
            *("Annex A: indicators", "Annex B: tables", "Annex C: documents read"),
        ]

    def caption(self, figure: Figure) -> str:
        """Figure 12: the question and the documents. The base stands in the chart."""
        number = self.numbers[figure.id]
        return f"Figure {number}: {figure.question.text} ({figure.document.plural})"

    def alternative(self, figure: Figure) -> str:
        """The chart in words."""
        return describe(figure)

    def table_heading(self, finding: Finding) -> str:
        """The number of the finding, the question and the documents it was asked of."""
        figure = finding.figure
        return f"{finding.number} {figure.question.text} ({figure.document.plural})"

    def rows(self, figure: Figure) -> list[tuple[str, str, str]]:
        """Each answer with its systems and its share of the base, as they are printed."""
        shares = {o.id: figure.percent(o.id) for o in figure.shown}
        return [
            (o.title, str(figure.counts[o.id]), "" if shares[o.id] is None else f"{shares[o.id]}%")
            for o in figure.shown
        ]

    def document_rows(self) -> list[tuple[str, str, str, str, str]]:
        return [(d.system, d.kind, d.address, d.published, d.retrieved) for d in self.documents]

    def notes(self, figure: Figure) -> str:
        """What stands beneath a table: the base, and how to read shares of it."""
        return ". ".join(notes(figure)) + "."

    def key_findings(self) -> list[Finding]:
        """Of each chapter the question that most systems met and the one that fewest met, by the
        share of the fullest answer on its scale. The team chooses anew; this is a draft."""
        found = []
        for chapter in self.chapters:
            scales = [
                finding
                for finding in chapter.findings
                if finding.figure.question.kind == SCALE and finding.figure.base >= SHORTEST_BASE
            ]
            ranked = sorted(scales, key=lambda finding: -_fullest(finding.figure))
            found += ranked[:1] + (ranked[-1:] if len(ranked) > 1 else [])
        return sorted(found, key=lambda finding: self.findings.index(finding))

    def indicators(self, criterion: Criterion) -> list[str]:
        """The questions of a criterion, each with the documents it is asked of."""
        names = dict(self.kinds)
        return [
            f"{question.text} ({', '.join(names[kind] for kind in question.documents)})"
            for question in self.questions
            if question.criterion == criterion.id
        ]


def chapters(criteria: Iterable[Criterion], figures: Iterable[Figure]) -> tuple[Chapter, ...]:
    """A chapter for each criterion, a finding drafted from each figure in asking order."""
    by_criterion: dict[str, list[Figure]] = {}
    for figure in figures:
        by_criterion.setdefault(figure.question.criterion, []).append(figure)
    return tuple(
        Chapter(
            number=number,
            criterion=criterion,
            findings=tuple(
                drafted(f"{number}.{place}", figure)
                for place, figure in enumerate(by_criterion.get(criterion.id, []), 1)
            ),
        )
        for number, criterion in enumerate(criteria, 1)
    )


def drafted(number: str, figure: Figure) -> Finding:
    """A finding in the words of the instrument: the commonest answer is the heading, the others
    follow. A figure without a base says so."""
    said = sentences(figure)
    if not figure.base:
        return Finding(number, f"{figure.question.text} {said[0]}", (), figure)
    heading = sentence(figure, figure.commonest.id)
    others = [
        sentence(figure, option.id)
        for option in figure.shown
        if option.id != figure.commonest.id and figure.counts[option.id]
    ]
    if len(others) > MOST_SENTENCES:
        others[MOST_SENTENCES:] = ["Annex B has the others."]
    return Finding(number, sentence_case(heading), (" ".join(others),) * bool(others), figure)


def _fullest(figure: Figure) -> float:
    return figure.counts[figure.question.options[0].id] / figure.base
