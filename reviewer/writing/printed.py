"""What was written for a round, ready to be printed. Pure: `printing.py` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Audience(StrEnum):
    """Whom a recommendation is for."""

    GOVERNMENT = "government"
    SYSTEMS = "systems"

    @property
    def words(self) -> str:
        return {
            Audience.GOVERNMENT: "Government and arm’s-length bodies",
            Audience.SYSTEMS: "Integrated care systems",
        }[self]


class ExampleKind(StrEnum):
    GOOD_PRACTICE = "good-practice"
    CASE_STUDY = "case-study"

    @property
    def words(self) -> str:
        return {
            ExampleKind.GOOD_PRACTICE: "Good practice",
            ExampleKind.CASE_STUDY: "Case study",
        }[self]


@dataclass(frozen=True)
class PrintedFinding:
    """A numbered finding ("3.2"). `figures` are the ids of the charts to show, `rests_on` those of
    the questions that it rests on; all are asked now. `quotes` may leave the policy area."""

    id: int
    number: str
    heading: str
    paragraphs: tuple[str, ...]
    figures: tuple[str, ...]
    rests_on: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class PrintedChapter:
    """The findings of a criterion that has any; `number` is the place of the criterion, from 1."""

    number: int
    criterion: str
    findings: tuple[PrintedFinding, ...]


@dataclass(frozen=True)
class PrintedRecommendation:
    """`number` counts from 1 in each list; `bears_on` are titles of criteria and questions."""

    number: int
    paragraphs: tuple[str, ...]
    bears_on: tuple[str, ...]


@dataclass(frozen=True)
class PrintedExample:
    """Good practice or a case study. `system` is named, and "" where none is; `criterion` is its
    title, "" where it is about none."""

    heading: str
    paragraphs: tuple[str, ...]
    system: str
    criterion: str


@dataclass(frozen=True)
class Gap:
    """A reference that says nothing: where it stands ("3.2", "Recommendation 1"), and why."""

    where: str
    reference: str
    why: str


@dataclass(frozen=True)
class Written:
    """Everything written for a round. `recommendations` has both lists, also where one is empty;
    `held_back` counts the quotes and examples that stand in it and may not leave yet; `named` is
    what the team's own words seem to name, each with where it stands."""

    chapters: tuple[PrintedChapter, ...]
    recommendations: dict[Audience, tuple[PrintedRecommendation, ...]]
    good_practice: tuple[PrintedExample, ...]
    case_studies: tuple[PrintedExample, ...]
    gaps: tuple[Gap, ...]
    held_back: int
    named: tuple[tuple[str, str], ...]

    @cached_property
    def _by_criterion(self) -> dict[str, PrintedChapter]:
        return {chapter.criterion: chapter for chapter in self.chapters}

    def chapter(self, criterion: str) -> PrintedChapter | None:
        """The chapter of a criterion, None where nothing is written on it."""
        return self._by_criterion.get(criterion)
