"""What is asked in one review: what its round asks, of the documents that its system published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.instrument.model import DocumentKind, Question
from reviewer.instrument.models import Released, released

if TYPE_CHECKING:
    from reviewer.rounds.models import NotPublished, Round
    from reviewer.systems.models import System


class Asked:
    """The part of a `Review` that knows which questions it has."""

    if TYPE_CHECKING:

        @property
        def round(self) -> Round: ...

        @property
        def system(self) -> System: ...

        @property
        def marks(self) -> Sequence[NotPublished]: ...

    @property
    def released(self) -> Released:
        """The instrument with what is asked here. Its row ids are those of all of it."""
        left_out = self.round.left_out | {mark.kind for mark in self.marks}
        return released(self.round.instrument_version_id, left_out)

    @property
    def not_published(self) -> list[DocumentKind]:
        """The kinds of document that the round asks about and the system has not published."""
        marked = {mark.kind for mark in self.marks}
        return [kind for kind in self.round.kinds if kind.id in marked]

    def published(self, question_id: str, document: str) -> Question:
        """The question, if the system has published what it is asked of; else ValueError."""
        for kind in self.not_published:
            if kind.id == document:
                raise ValueError(
                    f"{kind.name}: {self.system.name} is marked as not having published it, so "
                    "nothing about it is asked and nothing was changed."
                )
        return self.round.released.instrument.question(question_id)
