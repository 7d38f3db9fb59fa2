"""Deleting an assessment: every row and file of it, and then what the database kept of them.

Rows that are deleted leave traces in the pages of a database file and in its log of changes. On
SQLite the connection overwrites what it deletes, and a job rebuilds the file and empties the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Delete, delete, select

from reviewer.db import forget_deleted, session
from reviewer.documents.models import Document
from reviewer.documents.suggesting import forget_indexes
from reviewer.documents.withdrawing import end_jobs, withdraw
from reviewer.jobs import ask, handles
from reviewer.logbook import PrivateEntry
from reviewer.people.models import Person
from reviewer.private import EVERY_ROUND, open_round
from reviewer.reviews.answers import Answer, AnswerChange, AnswerOption, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round, RoundSystem
from reviewer.selfassessment.models import Action, Assessment, Draft, Member, Share

FORGET = "forget-deleted"
AGAIN = timedelta(minutes=1)

log = logging.getLogger(__name__)


def delete_left_alone(person: Person) -> None:
    """Delete the assessments that nobody could ever open again once this person's data is removed:
    those that nobody else works on, but people whose data was removed too."""
    own = select(Member.round_id).filter_by(person_id=person.id)
    for round_id in session.scalars(own, execution_options=EVERY_ROUND).all():
        others = (
            select(Person)
            .join(Member, Member.person_id == Person.id)
            .where(Member.round_id == round_id, Person.id != person.id)
        )
        if all(p.is_forgotten for p in session.scalars(others, execution_options=EVERY_ROUND)):
            open_round(session, round_id)
            delete_assessment(round_id)


def delete_assessment(round_id: int) -> None:
    """Delete all of one that was opened; the files go when the transaction is committed."""
    documents = session.scalars(select(Document).filter_by(round_id=round_id)).all()
    numbers = [document.id for document in documents]
    reviews = select(Review.id).filter_by(round_id=round_id)
    answers = select(Answer.id).where(Answer.review_id.in_(reviews))
    session.flush()
    for of_answer in (Evidence, AnswerOption, AnswerChange):
        _delete(delete(of_answer).where(of_answer.__table__.c.answer_id.in_(answers)))
    for of_review in (Answer, Note):
        _delete(delete(of_review).where(of_review.__table__.c.review_id.in_(reviews)))
    _delete(delete(Review).filter_by(round_id=round_id))
    session.expire_all()
    for document in documents:
        session.delete(document)  # one by one: its pages and its files go with it
    session.flush()
    end_jobs(numbers)
    for table in (Action, Share, Member, Draft, PrivateEntry, RoundSystem, Assessment):
        _delete(delete(table).where(table.__table__.c.round_id == round_id))
    _delete(delete(Round).where(Round.id == round_id))
    forget_indexes()
    ask(FORGET, 0)


def delete_document(document: Document, person: Person) -> None:
    """Delete a draft that was attached by mistake with all that was cited from it; answers stay.
    Its row stays without its name, so that its number is given to no other one."""
    withdraw(document, "Deleted by those who work on it.", person, keep=False)
    _delete(delete(Evidence).where(Evidence.document_id == document.id))
    document.file_name, document.sha256, document.source_address = "deleted.pdf", "", ""
    session.flush()
    session.expire_all()
    ask(FORGET, 0)


def _delete(statement: Delete) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})


@handles(FORGET, given_up=lambda _subject: None)
def forget(_subject: int, _renew: Callable[[], None]) -> None:
    """Take what was deleted out of the database's files, and try again if others were writing."""
    session.rollback()
    if not forget_deleted(session.get_bind().engine):
        log.info("what was deleted is still in the database's files; another try follows")
        ask(FORGET, 0, after=AGAIN)
        session.commit()
