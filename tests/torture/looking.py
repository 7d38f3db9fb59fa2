"""What was acknowledged and is not there, and what is wrong once all work is done."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from reviewer import jobs
from reviewer.db import only_reads, session
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.pictures import pictures_of
from reviewer.documents.strays import take_away_strays
from reviewer.findings.making import Making
from reviewer.jobs import Job, JobState
from reviewer.people.mail import JOB as MAIL
from reviewer.people.mail import Message, MessageState, sender_address
from reviewer.people.models import Person
from reviewer.report.models import MAKE_REPORT, ReportFile
from reviewer.reviews.answers import Answer, AnswerChange, Note
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review, Stage
from tests.documents.conftest import uploads
from tests.torture.clients import Said


def lost(said: Said, checked: set[str]) -> list[str]:
    """What was acknowledged and is not there. Files that were found whole are not read again."""
    # As of now: more is acknowledged while we look.
    answers, evidence, notes = list(said.answers), list(said.evidence), dict(said.notes)
    submitted, invited, files = list(said.submitted), list(said.invited), list(said.files)
    before = only_reads.set(True)
    try:
        changes = select(
            Answer.review_id, Answer.document, AnswerChange.version, AnswerChange.comment
        ).join(AnswerChange.answer)
        kept = {tuple(row) for row in session.execute(changes)}
        cited = {*_all(Evidence.searched), *_all(Evidence.quote)}
        noted = {(n.review_id, n.criterion): n.text for n in session.scalars(select(Note))}
        handed_in = set(session.scalars(select(Review.id).filter_by(stage=Stage.SUBMITTED)))
        written = select(Person.email).join(Message, Message.person_id == Person.id)
        letters = set(session.scalars(written))
        documents = {d.sha256: uploads() / d.stored_as for d in session.scalars(select(Document))}
    finally:
        session.rollback()
        only_reads.reset(before)
    return [
        *(f"answer {answer}" for answer in answers if answer not in kept),
        *(f"citation {token}" for token in evidence if token not in cited),
        *(
            f"comment of review {at[0]} on {at[1]}"
            for at, number in notes.items()
            if noted.get(at) not in said.written[at][number:]
        ),
        *(f"hand-in of review {review}" for review in submitted if review not in handed_in),
        *(f"invitation of {address}" for address in invited if address not in letters),
        *_lost_files(set(files) - checked, documents, checked),
    ]


def _all(column: Any) -> Iterator[Any]:
    yield from session.scalars(select(column))


def _lost_files(files: set[str], documents: dict[str, Path], checked: set[str]) -> Iterator[str]:
    for sha256 in files:
        path = documents.get(sha256)
        if path is None or not path.is_file():
            yield f"file {sha256}"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield f"file {sha256} is not whole"
        else:
            checked.add(sha256)


def settle(seconds: float) -> None:
    """Give the worker time to do what is left. This process helps: a lease that runs out is for
    whoever is alive."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        jobs.run_waiting()
        states = set(session.scalars(select(Job.state).distinct()))
        session.rollback()
        if states <= {JobState.DONE, JobState.FAILED}:
            break
        time.sleep(0.5)


def wrong(mailbox: Sequence[EmailMessage]) -> list[str]:
    """What contradicts itself now that nothing is left to do."""
    before = only_reads.set(True)
    try:
        found = [
            *_left_over(),
            *_documents(),
            *_histories(),
            *_reports(),
            *_letters(mailbox),
            *_database(),
        ]
    finally:
        session.rollback()
        only_reads.reset(before)
    return [*found, *_strays()]


def ended() -> Counter[str]:
    """How many documents, reports and letters ended how."""
    counts = Counter(f"document {status}" for status in _all(Document.status))
    counts += Counter(f"report {state}" for state in _all(ReportFile.state))
    counts += Counter(f"letter {state}" for state in _all(Message.state))
    counts += Counter(f"{kind} failed" for kind in _failed())
    session.rollback()
    return counts


def _failed() -> Iterator[str]:
    yield from session.scalars(select(Job.kind).filter_by(state=JobState.FAILED))


def _left_over() -> Iterator[str]:
    for job in session.scalars(select(Job)):
        if job.state not in (JobState.DONE, JobState.FAILED):
            yield f"job {job.id} ({job.kind}) is {job.state}"


def _documents() -> Iterator[str]:
    """Read to the end with every page once and drawn, or unreadable with none."""
    failed = set(_failed())
    for document in session.scalars(select(Document)):
        pages = session.scalars(
            select(Page).filter_by(document_id=document.id).order_by(Page.number)
        ).all()
        numbers = [page.number for page in pages]
        if document.status == Status.READY:
            whole = numbers == list(range(1, document.page_count + 1))
            if not whole or not all(page.final for page in pages):
                yield f"document {document.id} is ready and has pages {numbers}"
            missing = pictures_of(document).missing(document.page_count)
            if missing and "draw-pages" not in failed:
                yield f"document {document.id} has no pictures of {missing}"
        elif document.status != Status.UNREADABLE or pages:
            yield f"document {document.id} is {document.status} with {len(pages)} pages"


def _histories() -> Iterator[str]:
    history: dict[int, list[int]] = defaultdict(list)
    for answer_id, version in session.execute(
        select(AnswerChange.answer_id, AnswerChange.version).order_by(AnswerChange.version)
    ):
        history[answer_id].append(version)
    for answer_id, version in session.execute(select(Answer.id, Answer.version)):
        if history[answer_id] != list(range(1, version + 1)):
            yield f"answer {answer_id} of version {version} has other versions before"


def _reports() -> Iterator[str]:
    """Made and whole, or given up by a job that says so."""
    given_up = set(
        session.scalars(select(Job.subject_id).filter_by(kind=MAKE_REPORT, state=JobState.FAILED))
    )
    for report in session.scalars(select(ReportFile)):
        content = report.content()
        whole = content is not None and (
            content.startswith(b"%PDF") and b"%%EOF" in content[-20:]
            if report.format == "pdf"
            else content.rstrip().endswith(b"</html>")
        )
        gave_up = report.state == Making.FAILED and report.id in given_up
        if not (report.state == Making.MADE and whole) and not gave_up:
            yield f"the {report.format} report is {report.state}; its file is whole: {whole}"


def _letters(mailbox: Sequence[EmailMessage]) -> Iterator[str]:
    """Every letter was sent. A second copy went out only where a worker was killed between the
    mail server's taking it and our writing so down, and has the number of the first."""
    host = sender_address().rpartition("@")[2].rstrip(">")
    copies = Counter(str(mail["Message-ID"]) for mail in mailbox)
    attempts = session.execute(select(Job.subject_id, Job.attempts).filter_by(kind=MAIL))
    tries = {message_id: number for message_id, number in attempts}  # noqa: C416
    expected = set()
    for message in session.scalars(select(Message)):
        number = f"<{message.id}.{message.written_at.timestamp()}@{host}>"
        expected.add(number)
        if message.state != MessageState.SENT or not copies[number]:
            yield f"letter {message.id} is {message.state}, and {copies[number]} went out"
        elif copies[number] > tries[message.id]:
            yield f"letter {message.id} went {copies[number]} times in {tries[message.id]} tries"
    if unknown := copies.keys() - expected:
        yield f"{len(unknown)} letters went out that are not known here"


def _database() -> Iterator[str]:
    if session.get_bind().dialect.name == "sqlite":
        said = session.scalar(text("PRAGMA integrity_check"))
        if said != "ok":
            yield f"the database is damaged: {said}"


def _strays() -> Iterator[str]:
    names = set(_all(Document.stored_as))
    session.rollback()
    take_away_strays(older_than=0)
    here = {path.name for path in uploads().glob("*.pdf")}
    if here != names:
        yield f"{len(here ^ names)} files belong to no document, or the other way round"
    half = [p for p in uploads().rglob(".*") if p.is_file() and not p.name.startswith(".queue")]
    if half and not current_app.config["UPLOADS_URL"]:
        yield f"{len(half)} files are half written, such as {half[0].name}"
