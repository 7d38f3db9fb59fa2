"""What a report says, part by part, whatever file it becomes. Pure: no database, no file format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reviewer.findings import movement
from reviewer.findings.figures import Figure
from reviewer.findings.movement import Movement
from reviewer.findings.sentences import describe, notes, sentence, sentences
from reviewer.instrument.model import SCALE, Criterion, Question, sentence_case
from reviewer.writing.printed import Written

MOST_SENTENCES = 4  # in a paragraph that is drafted
SHORTEST_BASE = 5  # systems: a key finding does not rest on fewer


# What XML 1.0 cannot hold, and the control characters that it can.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(words: str) -> str:
    """The text without what no file can hold or show."""
    return _FORBIDDEN.sub("", words)


@dataclass(frozen=True)
class Finding:
    """One numbered finding ("3.2"): a heading, what follows from it, its quotes and its figures.
    Without a number it is no finding of the team: how two documents compare."""

    number: str
    heading: str
    paragraphs: tuple[str, ...]
    figures: tuple[Figure | Movement, ...]
    quotes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Number and heading, as they are printed."""
        return f"{self.number}\u2002{self.heading}" if self.number else self.heading


@dataclass(frozen=True)
class Chapter:
    """One criterion: its findings, written by the team or drafted, how the two documents compare,
    and every figure of it."""

    number: int
    criterion: Criterion
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]
    written: bool = False
    together: tuple[Finding, ...] = ()

    @property
    def parts(self) -> tuple[Finding, ...]:
        """All that stands in the chapter with its charts."""
        return self.findings + self.together


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
    order of the chapters. `good_practice` and `recommendations` stand where there are no `examples`
    and no `lists`: of an example the heading, whose it is, and the text; of a list the heading, and
    each recommendation with what it bears on.
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
    examples: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    lists: tuple[tuple[str, tuple[tuple[tuple[str, ...], str], ...]], ...] = ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for chapter in self.chapters for finding in chapter.findings)

    @cached_property
    def parts(self) -> tuple[Finding, ...]:
        return tuple(part for chapter in self.chapters for part in chapter.parts)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each figure in the report, from 1, by its id."""
        return {figure.id: n for n, figure in enumerate(self.shown, 1)}

    @cached_property
    def shown(self) -> tuple[Figure | Movement, ...]:
        """What the charts of the report are of, each once, in their order."""
        every = (figure for part in self.parts for figure in part.figures)
        return tuple({figure.id: figure for figure in every}.values())

    def charts(self, finding: Finding) -> list[Figure | Movement]:
        """The charts that stand in a finding: those that no finding before it has shown."""
        first = {figure.id: part for part in reversed(self.parts) for figure in part.figures}
        return [figure for figure in finding.figures if first[figure.id] is finding]

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

    def caption(self, figure: Figure | Movement) -> str:
        """Figure 12: the question and the documents. The base stands in the chart."""
        number = self.numbers[figure.id]
        if isinstance(figure, Movement):
            return f"Figure {number}: {figure.first.question.text} ({movement.heading(figure)})"
        return f"Figure {number}: {figure.question.text} ({figure.document.plural})"

    def alternative(self, figure: Figure | Movement) -> str:
        """The chart in words."""
        return movement.describe(figure) if isinstance(figure, Movement) else describe(figure)

    def table_heading(self, figure: Figure) -> str:
        """The number of the finding that shows it, the question, and the documents it was asked
        of."""
        number = next((f.number for f in self.findings if figure in f.figures), "")
        return f"{number} {figure.question.text} ({figure.document.plural})".strip()

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
        """Of a chapter that the team wrote its first finding. Of a drafted one the question that
        most systems met and the one that fewest met, by the share of the fullest answer."""
        found: list[Finding] = []
        for chapter in self.chapters:
            if chapter.written:
                found += chapter.findings[:1]
                continue
            scales = [finding for finding in chapter.findings if _is_firm_scale(finding)]
            ranked = sorted(scales, key=lambda finding: -_fullest(finding))
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


def chapters(
    criteria: Iterable[Criterion],
    figures: Iterable[Figure],
    written: Written | None = None,
    moved: Iterable[Movement] = (),
) -> tuple[Chapter, ...]:
    """A chapter for each criterion: what is written on it, else a finding drafted from each figure
    in asking order."""
    by_criterion: dict[str, list[Figure]] = {}
    for figure in figures:
        by_criterion.setdefault(figure.question.criterion, []).append(figure)
    known = {figure.id: figure for several in by_criterion.values() for figure in several}
    moved = list(moved)
    made = []
    for number, criterion in enumerate(criteria, 1):
        here = by_criterion.get(criterion.id, [])
        printed = written.chapter(criterion.id) if written else None
        if printed:
            findings = [
                Finding(f.number, f.heading, f.paragraphs, _of(f.figures, known), f.quotes)
                for f in printed.findings
            ]
        else:
            findings = [drafted(f"{number}.{place}", f) for place, f in enumerate(here, 1)]
        together = compared(m for m in moved if m.second.question.criterion == criterion.id)
        made.append(
            Chapter(number, criterion, tuple(findings), tuple(here), bool(printed), together)
        )
    return tuple(made)


def _of(ids: Iterable[str], known: Mapping[str, Figure]) -> tuple[Figure, ...]:
    return tuple(known[figure_id] for figure_id in ids)


def examples(written: Written) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Good practice and then case studies: the heading, whose it is and about what, the text."""
    rows = [(each, each.heading) for each in written.good_practice]
    rows += [(each, f"Case study: {each.heading}") for each in written.case_studies]
    return tuple(
        (heading, ". ".join(filter(None, (each.system, each.criterion))), each.paragraphs)
        for each, heading in rows
    )


def lists(written: Written) -> tuple[tuple[str, tuple[tuple[tuple[str, ...], str], ...]], ...]:
    """The lists of recommendations that have any, each with what it bears on in one line."""
    return tuple(
        (audience.words, tuple((r.paragraphs, _bearing(r.bears_on)) for r in several))
        for audience, several in written.recommendations.items()
        if several
    )


def _bearing(titles: Iterable[str]) -> str:
    titles = list(titles)
    return f"Bears on: {'; '.join(titles)}" if titles else ""


def drafted(number: str, figure: Figure) -> Finding:
    """A finding in the words of the instrument: the commonest answer is the heading, the others
    follow. A figure without a base says so."""
    said = sentences(figure)
    if not figure.base:
        return Finding(number, f"{figure.question.text} {said[0]}", (), (figure,))
    heading = sentence(figure, figure.commonest.id)
    others = [
        sentence(figure, option.id)
        for option in figure.shown
        if option.id != figure.commonest.id and figure.counts[option.id]
    ]
    if len(others) > MOST_SENTENCES:
        others[MOST_SENTENCES:] = ["Annex B has the others."]
    return Finding(number, sentence_case(heading), (" ".join(others),) * bool(others), (figure,))


def compared(found: Iterable[Movement]) -> tuple[Finding, ...]:
    """How two documents compare, wherever the same is asked of both."""
    return tuple(
        Finding(
            "",
            f"The two documents together: {m.first.question.text}",
            (movement.sentence(m),),
            (m,),
        )
        for m in found
        if m.base
    )


def _is_firm_scale(finding: Finding) -> bool:
    figure = finding.figures[0]
    return (
        isinstance(figure, Figure)
        and figure.question.kind == SCALE
        and figure.base >= SHORTEST_BASE
    )


def _fullest(finding: Finding) -> float:
    figure = finding.figures[0]
    assert isinstance(figure, Figure)
    return figure.counts[figure.question.options[0].id] / figure.base
