"""Moves an open round to another version of its questions, and loses no answer.

All of it happens in the request's one transaction: either the whole round is moved or none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from reviewer.db import now, session
from reviewer.instrument.mapping import Account, Course, Held, Move, VersionMap, account, course
from reviewer.instrument.models import Released, released
from reviewer.moderation.models import Decision, DecisionChange, DecisionOption
from reviewer.moderation.replies import ReplyWindow
from reviewer.people.models import Person
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.models import Review
from reviewer.reviews.returns import Return, ReturnedAnswer
from reviewer.rounds.models import Kind, Round, RoundSystem, State
from reviewer.rounds.upgrades import Upgrade

Rows = Sequence[tuple[Any, Held]]


def dry_run(upgrade: Upgrade) -> Account:
    """What the upgrade would do with the answers of the round; writes nothing."""
    return account(upgrade.map, upgrade.new, [held for _, held in _answers(upgrade)])


def by_question(upgrade: Upgrade) -> dict[str, Account]:
    """The same question by question, for those that have answers."""
    found: dict[str, list[Held]] = {}
    for _, held in _answers(upgrade):
        found.setdefault(held.question, []).append(held)
    return {id_: account(upgrade.map, upgrade.new, held) for id_, held in found.items()}


def refusal(upgrade: Upgrade) -> str:
    """Why the upgrade cannot be made now; "" if it can."""
    if upgrade.applied_at:
        return "This upgrade was made already."
    if not upgrade.round.is_open:
        return "Only an open round can be moved to another version."
    if upgrade.round.instrument_version_id != upgrade.from_version_id:
        return "The round has another version by now. Begin again from that one."
    if session.scalar(
        select(func.count()).select_from(ReplyWindow).filter_by(round_id=upgrade.round_id)
    ):
        return (
            "Systems were asked to reply to these questions, so they stay until the round closes."
        )
    return " ".join(upgrade.mistakes)


def apply(upgrade: Upgrade, by: Person) -> Account:
    """Move the round. ValueError says why it cannot be moved, and nothing is written."""
    if said := refusal(upgrade):
        raise ValueError(said)
    round_, mapping = upgrade.round, upgrade.map
    old, new = released(upgrade.from_version_id), released(upgrade.to_version_id)
    before = _count(round_)
    answers = _answers(upgrade)
    done = account(mapping, upgrade.new, [held for _, held in answers])
    kept = _kept_round(round_, upgrade)
    reviews = _kept_reviews(round_, kept)
    moving = _Moving(mapping, old, new)
    moving.answers(answers, reviews)
    moving.notes(round_, reviews)
    moving.decisions(upgrade, kept)
    moving.returned(round_)
    round_.instrument_version_id = upgrade.to_version_id
    upgrade.applied_by_id, upgrade.applied_at, upgrade.kept_round_id = by.id, now(), kept.id
    upgrade.reviews = {str(kept_id): review_id for review_id, kept_id in reviews.items()}
    upgrade.answers, upgrade.carried = done.answers, done.carried
    upgrade.person, upgrade.readable = done.person, done.readable
    session.flush()
    session.expire_all()
    for review in session.scalars(select(Review).filter_by(round_id=round_.id)):
        review.hide_what_is_not_asked()
    session.flush()
    if (_count(round_), _count(kept)) != (done.carried, done.person + done.readable) or (
        before != done.answers
    ):
        raise RuntimeError("an upgrade would have lost answers")  # and the transaction with it
    return done


def _count(round_: Round) -> int:
    query = select(func.count()).select_from(Answer).join(Review)
    return session.scalar(query.where(Review.round_id == round_.id)) or 0


def _answers(upgrade: Upgrade) -> list[tuple[Any, Held]]:
    """Every answer of the round, hidden and cleared ones too, in two queries."""
    old = released(upgrade.from_version_id)
    chosen: dict[int, set[str]] = {}
    for row in session.execute(
        select(AnswerOption.answer_id, AnswerOption.option_id)
        .join(Answer, Answer.id == AnswerOption.answer_id)
        .join(Review, Review.id == Answer.review_id)
        .where(Review.round_id == upgrade.round_id)
    ):
        chosen.setdefault(row.answer_id, set()).add(old.option_codes[row.option_id])
    rows = session.execute(
        select(Answer.id, Answer.review_id, Answer.question_id, Answer.document, Answer.text)
        .join(Review, Review.id == Answer.review_id)
        .where(Review.round_id == upgrade.round_id)
        .order_by(Answer.id)
    ).all()
    return [
        (
            row,
            Held(
                old.question_codes[row.question_id],
                row.document,
                frozenset(chosen.get(row.id, ())),
                bool(row.text),
            ),
        )
        for row in rows
    ]


def _kept_round(round_: Round, upgrade: Upgrade) -> Round:
    """The closed round that holds what does not go along, with the old version."""
    kept = Round(
        name=f"{round_.name[:60]}, kept from version {upgrade.old.version} ({upgrade.id})",
        kind=Kind.KEPT,
        instrument_version_id=upgrade.from_version_id,
        state=State.CLOSED,
        closed_at=now(),
        kinds_left_out=round_.kinds_left_out,
        invented=round_.invented,
        scope=[RoundSystem(system_id=each.system_id) for each in round_.scope],
    )
    session.add(kept)
    session.flush()
    return kept


def _kept_reviews(round_: Round, kept: Round) -> dict[int, int]:
    """For each review of the round its counterpart in the kept one, which has the same reader."""
    found = {}
    for review in session.scalars(select(Review).filter_by(round_id=round_.id)).all():
        copy = Review(
            round_id=kept.id,
            system_id=review.system_id,
            reviewer_id=review.reviewer_id,
            label=review.label,
            stage=review.stage,
            assigned_at=review.assigned_at,
            accepted_at=review.accepted_at,
            submitted_at=review.submitted_at,
            first_submitted_at=review.first_submitted_at,
        )
        session.add(copy)
        session.flush()
        found[review.id] = copy.id
    return found


class _Moving:
    """One upgrade under way. Rows are written without the session's objects, which are expired."""

    def __init__(self, mapping: VersionMap, old: Released, new: Released) -> None:
        self.mapping, self.old, self.new = mapping, old, new

    def answers(self, rows: Rows, kept: Mapping[int, int]) -> None:
        """Out of the way first, all that change their place: two questions may change ids."""
        going = [(row, held) for row, held in rows if self._course(held) != Course.CARRIED]
        renamed = [
            (row, held)
            for row, held in rows
            if self._course(held) == Course.CARRIED and self._is_renamed(held)
        ]
        for row, _ in (*going, *renamed):
            session.execute(
                update(Answer).where(Answer.id == row.id).values(review_id=kept[row.review_id])
            )
        self._rename(
            renamed,
            Answer,
            AnswerOption,
            "answer_id",
            lambda row: {"review_id": row.review_id},
        )
        for row, held in renamed:
            self._rename_history(row.id, self.mapping.of(held.question))

    def notes(self, round_: Round, kept: Mapping[int, int]) -> None:
        """A comment on a criterion that is gone stays with the old version."""
        there = {criterion.id for criterion in self.new.instrument.criteria}
        for review_id, kept_id in kept.items():
            session.execute(
                update(Note)
                .where(Note.review_id == review_id, Note.criterion.not_in(there))
                .values(review_id=kept_id)
            )

    def decisions(self, upgrade: Upgrade, kept: Round) -> None:
        """Decisions go the way of the answers they settle."""
        rows: list[tuple[Any, Held]] = []
        for decision in session.scalars(select(Decision).filter_by(round_id=upgrade.round_id)):
            given = decision.given(self.old.option_codes)
            question = self.old.question_codes[decision.question_id]
            rows.append((decision, Held(question, decision.document, given.options)))
        renamed = []
        for row, held in rows:
            carried = self._course(held) == Course.CARRIED
            if carried and not self._is_renamed(held):
                continue
            # Its changes follow: what a decision was is told beside it.
            same = (
                DecisionChange.round_id == upgrade.round_id,
                DecisionChange.system_id == row.system_id,
                DecisionChange.question_id == row.question_id,
                DecisionChange.document == row.document,
            )
            session.execute(update(DecisionChange).where(*same).values(round_id=kept.id))
            session.execute(update(Decision).where(Decision.id == row.id).values(round_id=kept.id))
            if carried:
                renamed.append((row, held))
        back = {"round_id": upgrade.round_id}
        for row, held in renamed:
            new_id = self.new.question_ids[self.mapping.ids[held.question]]
            session.execute(
                update(DecisionChange)
                .where(
                    DecisionChange.round_id == kept.id,
                    DecisionChange.system_id == row.system_id,
                    DecisionChange.question_id == row.question_id,
                    DecisionChange.document == row.document,
                )
                .values(question_id=new_id, **back)
            )
        self._rename(renamed, Decision, DecisionOption, "decision_id", lambda _: back)

    def returned(self, round_: Round) -> None:
        """What was sent back to be mended is named by the new questions too."""
        rows = session.execute(
            select(
                ReturnedAnswer.return_id,
                ReturnedAnswer.question_id,
                ReturnedAnswer.document,
                ReturnedAnswer.reason,
            )
            .join(Return, Return.id == ReturnedAnswer.return_id)
            .join(Review, Review.id == Return.review_id)
            .where(Review.round_id == round_.id)
        ).all()
        known = {(row.return_id, row.question_id, row.document) for row in rows}
        for row in rows:
            for id_ in self.mapping.of(self.old.question_codes[row.question_id]).new:
                place = (row.return_id, self.new.question_ids[id_], row.document)
                if (
                    place in known
                    or row.document not in self.new.instrument.question(id_).documents
                ):
                    continue
                known.add(place)
                names = ("return_id", "question_id", "document")
                values = dict(zip(names, place, strict=True)) | {"reason": row.reason}
                session.execute(insert(ReturnedAnswer).values(**values))

    def _course(self, held: Held) -> Course:
        return course(self.mapping, self.new.instrument, held)

    def _is_renamed(self, held: Held) -> bool:
        move = self.mapping.of(held.question)
        return move.new != (move.old,) or any(move.options[o] != o for o in held.options)

    def _rename(
        self,
        rows: Iterable[tuple[Any, Held]],
        table: Any,
        options: Any,
        key: str,
        back: Callable[[Any], dict[str, Any]],
    ) -> None:
        """Give rows their new question and options: the keys tie an option to its question, so
        options come off first."""
        for row, held in rows:
            move = self.mapping.of(held.question)
            question_id = self.new.question_ids[move.new[0]]
            column = getattr(options, key)
            session.execute(delete(options).where(column == row.id))
            session.execute(
                update(table).where(table.id == row.id).values(question_id=question_id, **back(row))
            )
            for option in sorted(held.options):
                option_id = self.new.option_ids[move.new[0], move.options[option]]
                values = {key: row.id, "option_id": option_id, "question_id": question_id}
                session.execute(insert(options).values(**values))

    def _rename_history(self, answer_id: int, move: Move) -> None:
        """Earlier versions of an answer name its options by id; they go by the new ids too."""
        changes = select(AnswerChange.version, AnswerChange.options).filter_by(answer_id=answer_id)
        for version, options in session.execute(changes).all():
            now_ = ";".join(move.options.get(o) or o for o in options.split(";") if o)
            if now_ != options:
                session.execute(
                    update(AnswerChange)
                    .where(AnswerChange.answer_id == answer_id, AnswerChange.version == version)
                    .values(options=now_)
                )
