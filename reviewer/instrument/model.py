"""The instrument in memory: what a TOML file under `criteria/` says, frozen.

An instrument is data. Nothing here knows a framework by name, and nothing here reads a file or a
database: `check.py` makes these objects from a file, `models.py` keeps released versions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property

SCALE, CHOICE, CHOICES, TEXT = "scale", "choice", "choices", "text"
KINDS = (SCALE, CHOICE, CHOICES, TEXT)
WORDINGS = ("published", "derived")


def sentence_case(label: str) -> str:
    """The label with a capital first letter; the rest is kept ("GPs" stays "GPs")."""
    return label[:1].upper() + label[1:]


@dataclass(frozen=True)
class Option:
    """One possible answer. `guidance` says when to choose it, a paragraph or a point each."""

    id: str
    label: str
    guidance: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return sentence_case(self.label)


@dataclass(frozen=True)
class Scale:
    """Options in order, from the fullest to the least."""

    id: str
    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document that a system publishes. Supporting kinds are cited but not counted."""

    id: str
    name: str
    plural: str
    counted: bool = True


@dataclass(frozen=True)
class Criterion:
    id: str
    title: str
    about: str = ""
    comment_prompt: str = ""
    good_practice_prompt: str = ""


@dataclass(frozen=True)
class Condition:
    """The question is asked only where `question` was answered with one of `answers`."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question, asked once for each of its documents.

    `notes` are printed with the published question and kept exactly; `guidance` is ours.
    `statement` maps an option id to the end of a sentence ("61% of strategies ..."); a question
    of kind choices has an entry `option` with `{option}` where the label goes, for every answer
    that has none of its own. `same_as` is an earlier question that asks the same of another kind
    of document.
    """

    id: str
    criterion: str
    kind: str
    text: str
    documents: tuple[str, ...]
    wording: str
    source: str
    options: tuple[Option, ...] = ()
    scale: str | None = None
    notes: tuple[str, ...] = ()
    guidance: str = ""
    search: tuple[str, ...] = ()
    statement: dict[str, str] = field(default_factory=dict, hash=False)
    asked_where: Condition | None = None
    same_as: str = ""

    def option(self, option_id: str) -> Option:
        """The option of that id; KeyError if the question has none."""
        return self._options[option_id]

    @cached_property
    def _options(self) -> dict[str, Option]:
        return {option.id: option for option in self.options}


@dataclass(frozen=True)
class Instrument:
    """One version of the questions of a review. `criteria` and `questions` are in asking order."""

    id: str
    version: str
    title: str
    source: str
    about: str
    document_kinds: tuple[DocumentKind, ...]
    scales: tuple[Scale, ...]
    criteria: tuple[Criterion, ...]
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question:
        """The question of that id; KeyError if the instrument has none."""
        return self._questions[question_id]

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion of that id; KeyError if the instrument has none."""
        return self._criteria[criterion_id]

    def document_kind(self, kind_id: str) -> DocumentKind:
        """The document kind of that id; KeyError if the instrument has none."""
        return self._kinds[kind_id]

    def questions_of(self, criterion_id: str) -> tuple[Question, ...]:
        """The questions of one criterion, in asking order."""
        return tuple(q for q in self.questions if q.criterion == criterion_id)

    def condition_document(self, question: Question, document: str) -> str:
        """On which document the condition of `question` is looked up when it is asked of
        `document`: the same one if the other question is asked of it, else that question's only."""
        assert question.asked_where
        others = self.question(question.asked_where.question).documents
        return document if document in others else others[0]

    def without(self, left_out: Collection[str]) -> Instrument:
        """What is asked where documents of these kinds are not read.

        They become supporting kinds, which can be cited. A question on nothing else goes, and so
        does one that looks back to it: its condition cannot hold. A criterion without questions
        goes too.
        """
        asked: dict[str, Question] = {}
        for question in self.questions:  # what a condition looks back to comes earlier
            documents = tuple(d for d in question.documents if d not in left_out)
            if question.asked_where and question.asked_where.question not in asked:
                continue
            if documents:
                asked[question.id] = replace(question, documents=documents)
        criteria = {question.criterion for question in asked.values()}
        return replace(
            self,
            questions=tuple(asked.values()),
            criteria=tuple(c for c in self.criteria if c.id in criteria),
            document_kinds=tuple(
                replace(kind, counted=kind.counted and kind.id not in left_out)
                for kind in self.document_kinds
            ),
        )

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def _criteria(self) -> dict[str, Criterion]:
        return {criterion.id: criterion for criterion in self.criteria}

    @cached_property
    def _kinds(self) -> dict[str, DocumentKind]:
        return {kind.id: kind for kind in self.document_kinds}
