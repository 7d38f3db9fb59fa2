"""A review and what is given in it. `Review.record` is the only writer of answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from reviewer.db import Base, now, session
from reviewer.documents.models import Document
from reviewer.instrument.model import Question
from reviewer.people.models import Person
from reviewer.reviews.answers import (
    Answer,
    AnswerChange,
    Answers,
    AnswerState,
    Given,
    Note,
    NoteKind,
    answer_at,
    answers_of,
    chosen_of,
    version_of,
)
from reviewer.reviews.asked import Asked
from reviewer.reviews.asking import asked_places, steers
from reviewer.reviews.cited import Evidence, check_pages
from reviewer.reviews.returns import Return, is_among
from reviewer.rounds.models import NotPublished, Round, RoundSystem
from reviewer.systems.models import System


class Refused(Exception):
    """A change that the state of the review, or its newer version, does not allow; says why."""


class Changed(Refused):
    """Somebody, or another window, changed `answer` after this page was opened."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("This answer was changed in another window after you opened this page.")
        self.answer = answer


class NoteChanged(Refused):
    """Somebody, or another window, changed `note` after this page was opened."""

    def __init__(self, note: Note) -> None:
        super().__init__("This text was changed in another window after you opened this page.")
        self.note = note


class Stage(StrEnum):
    """How far a review is. Assigned: nothing was given yet. Returned: sent back to be mended."""

    ASSIGNED = "assigned"
    BEGUN = "begun"
    SUBMITTED = "submitted"
    RETURNED = "returned"


class Review(Asked, Base):
    """One reading slot of a system in a round: its reader, or the label that an import gave."""

    __tablename__ = "review"
    logged = ("reviewer_id", "label", "stage")
    __table_args__ = (
        UniqueConstraint("round_id", "system_id", "reviewer_id"),
        UniqueConstraint("round_id", "system_id", "label"),
        CheckConstraint("(reviewer_id IS NULL) <> (label IS NULL)", name="one_reader"),
        ForeignKeyConstraint(
            ["round_id", "system_id"], [RoundSystem.round_id, RoundSystem.system_id]
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    system_id: Mapped[int] = mapped_column(ForeignKey(System.id))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    label: Mapped[str | None] = mapped_column(String(200))
    stage: Mapped[Stage] = mapped_column(String(10), default=Stage.ASSIGNED.value)
    assigned_at: Mapped[datetime] = mapped_column(default=now)
    accepted_at: Mapped[datetime | None]  # when its reader said yes, or began
    submitted_at: Mapped[datetime | None]
    # Up to here the answers were given blind: agreement is computed on them.
    first_submitted_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship(overlaps="system")
    system: Mapped[System] = relationship(overlaps="round")
    reviewer: Mapped[Person | None] = relationship()
    answers: Mapped[list[Answer]] = relationship(
        back_populates="review", cascade="all, delete-orphan"
    )
    notes: Mapped[list[Note]] = relationship(back_populates="review", cascade="all, delete-orphan")
    returns: Mapped[list[Return]] = relationship(cascade="all, delete-orphan", order_by="Return.id")
    marks: Mapped[list[NotPublished]] = relationship(
        primaryjoin=lambda: (
            (foreign(NotPublished.round_id) == Review.round_id)
            & (foreign(NotPublished.system_id) == Review.system_id)
        ),
        viewonly=True,
    )

    @property
    def reader(self) -> str:
        return self.reviewer.name if self.reviewer else (self.label or "")

    @property
    def can_change(self) -> bool:
        return self.round.is_open and self.stage != Stage.SUBMITTED

    @property
    def returned(self) -> Return | None:
        """What it was sent back with, while it is with the reviewer again."""
        return self.returns[-1] if self.stage == Stage.RETURNED else None

    def is_locked(self, question: Question, document: str) -> bool:
        """Whether the review is back with its reviewer for other answers than this one."""
        if not self.returned:
            return False
        codes = self.round.released.question_codes
        places = {(codes[a.question_id], a.document) for a in self.returned.answers}
        instrument = self.round.released.instrument
        return bool(places) and not is_among(instrument, question, document, places)

    def record(
        self,
        question_id: str,
        document: str,
        given: Given,
        *,
        author: Person | None = None,
        read: Document | None = None,
        seen: int | None = None,
    ) -> Answer:
        """Keep an answer, its history and its evidence, and hide what is no longer asked.

        `read` is the document version in hand; `seen` is the version of the answer that the person
        had on the page. Refused if the review is locked or somebody changed the answer since;
        ValueError if the question does not take such an answer.
        """
        released = self.round.released
        question = self.published(question_id, document)
        self._check_can_change(question, document)
        answer = self._answer(question_id, document)
        answer = self._put(question, document, given, answer, author, read, seen)
        session.flush()
        if steers(released.instrument, question_id) or question.asked_where:
            self.hide_what_is_not_asked()
        return answer

    def record_all(self, given: Mapping[tuple[str, str], Given]) -> None:
        """Keep many answers at once, as an import does: read once, written once."""
        self._check_can_change()
        instrument, answers = self.round.released.instrument, self.load_answers()
        for (question_id, document), value in given.items():
            question = instrument.question(question_id)
            self._put(question, document, value, answers.get((question_id, document)))
        session.flush()
        self.hide_what_is_not_asked()

    def _put(
        self,
        question: Question,
        document: str,
        given: Given,
        answer: Answer | None,
        author: Person | None = None,
        read: Document | None = None,
        seen: int | None = None,
    ) -> Answer:
        released = self.round.released
        row_id = released.question_ids[question.id]
        given.check(question, document)
        if given.pages and read is None:
            raise ValueError("no document of this kind is attached yet.")
        before = answer.given(released.option_codes) if answer else Given()
        if before == given:
            return answer or Answer(version=0, state=AnswerState.UNANSWERED)  # nothing to keep
        if answer and seen is not None and seen != answer.version:
            raise Changed(answer)
        if read:
            check_pages(read, set(given.pages) - set(before.pages))
        if answer is None:
            answer = Answer(review=self, question_id=row_id, document=document, version=0)
            session.add(answer)
        answer.write(given, question, released.option_ids, author, read)
        self._begin()
        return answer

    def cite(self, question_id: str, document: str, evidence: Evidence) -> Evidence:
        """Attach evidence to an answer, which is made, still unanswered, where there is none.

        The answer's version stays: evidence has rows of its own and never collides with its value.
        """
        released = self.round.released
        question = self.published(question_id, document)
        self._check_can_change(question, document)
        Given().check(question, document)
        check_pages(evidence.document, [evidence.pages])
        answer = self._answer(question_id, document)
        if answer is None:
            answer = Answer(
                review=self,
                question_id=released.question_ids[question_id],
                document=document,
                state=AnswerState.UNANSWERED,
                version=0,
                author=evidence.author,
                answered_at=now(),
            )
            session.add(answer)
        kept = answer.cite(evidence)
        self._begin()
        session.flush()
        return kept

    def restore(
        self,
        question_id: str,
        document: str,
        version: int,
        *,
        author: Person,
        read: Document | None,
    ) -> Answer:
        """Give an earlier version of an answer again, as a new one. KeyError if there is none."""
        answer = self._answer(question_id, document)
        change = answer and session.get(AnswerChange, (answer.id, version))
        if not change:
            raise KeyError(version)
        return self.record(question_id, document, change.given(), author=author, read=read)

    def still_holds(self, question_id: str, document: str, read: Document | None) -> None:
        """Call an answer given on `read`, the newest version: its reader has looked again."""
        self._check_can_change()
        answer = self._answer(question_id, document)
        if answer and answer.read and read:
            answer.read = read

    def uncite(self, evidence: Evidence, *, put_back: bool = False) -> None:
        """Take a citation off, or put it back; a second time changes nothing."""
        answer, released = evidence.answer, self.round.released
        question = released.instrument.question(released.question_codes[answer.question_id])
        self._check_can_change(question, answer.document)
        evidence.removed_at = None if put_back else evidence.removed_at or now()
        session.flush()

    def note_down(
        self,
        criterion: str,
        kind: NoteKind,
        text: str,
        *,
        author: Person | None = None,
        seen: str | None = None,
    ) -> Note | None:
        """Keep the comment or the good-practice example of a criterion.

        `seen` is the version of the note that the person had on the page. A text that was not
        changed there changes nothing here; Refused if somebody changed the note since.
        """
        self._check_can_change()
        self.round.released.instrument.criterion(criterion)
        note = session.scalar(
            select(Note).filter_by(review_id=self.id, criterion=criterion, kind=kind.value)
        )
        if note is None:
            if not text:
                return None
            note = Note(review=self, criterion=criterion, kind=kind.value)
            session.add(note)
        elif text == note.text or version_of(text) == seen:
            return note
        elif seen is not None and seen != note.version:
            raise NoteChanged(note)
        note.text, note.author, note.written_at = text, author, now()
        self._begin()
        session.flush()
        return note

    def _answer(self, question_id: str, document: str) -> Answer | None:
        row_id = self.round.released.question_ids[question_id]
        return answer_at(self.id, row_id, document)

    def load_answers(self) -> Answers:
        """Every answer by question id and document kind, in three queries."""
        return answers_of([self.id], self.round.released.question_codes)[self.id]

    def submit(self) -> None:
        """Hand the review in: it counts from now on and can no longer be changed."""
        self._check_can_change()
        self.stage = Stage.SUBMITTED
        self.submitted_at = now()
        self.first_submitted_at = self.first_submitted_at or self.submitted_at

    def hide_what_is_not_asked(self) -> None:
        """Keep on each answer whether it is asked: conditions chain, and SQL counts."""
        released, answers = self.released, self.load_answers()
        asked = asked_places(released.instrument, chosen_of(answers, released.option_codes))
        for place, answer in answers.items():
            answer.hidden = place not in asked

    def _begin(self) -> None:
        if self.stage == Stage.ASSIGNED:
            self.stage = Stage.BEGUN
        if self.reviewer_id and not self.accepted_at:
            self.accepted_at = now()

    def _check_can_change(self, question: Question | None = None, document: str = "") -> None:
        if not self.round.is_open:
            state = "not open yet" if self.round.is_draft else "closed"
            raise Refused(f"The round {self.round.name} is {state}, so nothing was changed.")
        if self.stage == Stage.SUBMITTED:
            raise Refused("This review was submitted, so nothing was changed.")
        if question and self.is_locked(question, document):
            raise Refused("This answer was not returned, so it stays as it was submitted.")


def assign(round_: Round, system: System, reader: Person | str) -> Review:
    """Make a reading slot for a person, or for the label that an import gave."""
    given = {"label": reader} if isinstance(reader, str) else {"reviewer": reader}
    review = Review(round=round_, system=system, **given)
    session.add(review)
    session.flush()
    return review
