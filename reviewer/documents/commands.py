"""Documents from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select

from reviewer.commands import CommandGroup
from reviewer.db import session
from reviewer.documents import drawing, strays  # noqa: F401  for the work that they declare
from reviewer.documents.intake import read_now
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.pane import search
from reviewer.documents.pictures import pictures_of
from reviewer.documents.recall import read_labels, table
from reviewer.documents.store import DRAW_PAGES, attach, keep, plain_name, shelf_of
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import InstrumentVersion, released
from reviewer.jobs import ask
from reviewer.rounds.commands import round_named
from reviewer.rounds.models import Round, RoundSystem
from reviewer.systems.models import System
from reviewer.systems.register import systems_by_code
from reviewer.wording import count_text

documents = CommandGroup("documents", help="Documents and their text.")


def register(app: Flask) -> None:
    app.cli.add_command(documents)


@documents.command("attach")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--system", "code", required=True, help="The ONS code of the system.")
@click.option("--kind", required=True, help="The id of a document kind, such as strategy.")
@click.option("--round", "name", help="The one round that it is for; every round unless told.")
def attach_command(file: Path, code: str, kind: str, name: str | None) -> None:
    """Attach a PDF to a system and read its text."""
    system = _system(code)
    round_ = round_named(name) if name else None
    if round_ and not session.get(RoundSystem, (round_.id, system.id)):
        raise click.ClickException(f"{system.name} is not in the scope of the round {round_.name}.")
    _check_kind(kind, round_)
    session.rollback()  # a large file is copied with no transaction open
    try:
        with file.open("rb") as stream:
            kept = keep(stream)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    document, new = attach(kept, file.name, system=system, kind=kind, round_=round_)
    if not new:
        click.echo("The same file was attached before.", err=True)
    if document.is_being_read:
        read_now(document.id, lambda done, of: click.echo(f"page {done} of {of}", err=True))
    status = document.reason if document.status == Status.UNREADABLE else document.status
    click.echo(f"document {document.id}: {document.page_count} pages, {status}")
    if document.status == Status.UNREADABLE:
        raise SystemExit(1)
    if document.reason:
        click.echo(document.reason, err=True)


@documents.command("text")
@click.argument("document_id", metavar="ID", type=int)
@click.option("--page", type=click.IntRange(min=1), help="One page, counted from 1.")
def text_command(document_id: int, page: int | None) -> None:
    """Print the text of a document, a form feed between pages."""
    document = session.get(Document, document_id)
    if document is None:
        raise click.ClickException(f"There is no document {document_id}.")
    if document.status == Status.UNREADABLE:
        raise click.ClickException(f"Document {document_id} has no text. {document.reason}")
    if not document.page_count:
        raise click.ClickException(f"Document {document_id} was not read yet. Try again later.")
    if page and page > document.page_count:
        raise click.ClickException(f"Document {document_id} has {document.standing}.")
    pages = select(Page.text).where(Page.document_id == document_id).order_by(Page.number)
    if page:
        pages = pages.where(Page.number == page)
    click.echo("\f".join(session.scalars(pages)))


@documents.command("find")
@click.argument("code")
@click.argument("words", nargs=-1, required=True)
def find_command(code: str, words: tuple[str, ...]) -> None:
    """Find words in the documents of a system, every version of them; the best page first."""
    hits = search(shelf_of(_system(code)), " ".join(words), most=None)
    for document, hit in hits:
        snippet = "".join(text for text, _ in hit.snippet)
        click.echo(f"{document.id} page {hit.number}: {' '.join(snippet.split())}")
    if not hits:
        click.echo("No page of the attached documents has these words.", err=True)


@documents.command("draw")
def draw_command() -> None:
    """Ask the worker for the pictures of pages that are not there, as after a restored backup."""
    lacking = [
        document
        for document in session.scalars(select(Document).where(Document.page_count > 0))
        if document.can_be_seen and pictures_of(document).missing(document.page_count)
    ]
    for document in lacking:
        ask(DRAW_PAGES, document.id)
    session.commit()
    click.echo(f"{count_text(len(lacking), 'document')} to draw.")


@documents.command("recall")
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def recall_command(labels: Path) -> None:
    """Measure how well suggested pages meet the pages that a careful reader would cite.

    LABELS is a CSV file with the columns document (id or file name), question and page. Rows that
    name what is not here are left out, and said.
    """
    try:
        with labels.open(encoding="utf-8-sig", newline="") as lines:
            given = read_labels(lines)
        pages = {name: _pages_of(name) for name in dict.fromkeys(label.document for label in given)}
        instrument = _instrument_of({label.question for label in given})
        asked = {question.id for question in instrument.questions}
        known = [label for label in given if pages[label.document] and label.question in asked]
        if len(known) < len(given):
            names = dict.fromkeys(label.document for label in given if not pages[label.document])
            names |= dict.fromkeys(x.question for x in given if x.question not in asked)
            click.echo(
                f"{count_text(len(given) - len(known), 'row')} left out: no document with text and "
                f"no question here is called {', '.join(names)}.",
                err=True,
            )
        click.echo(table(known, pages, instrument))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _pages_of(name: str) -> list[tuple[int, str]]:
    """The pages of the document of that id or file name, of its newest version; none if there is
    no such document, or it has no text."""
    named = Document.id == int(name) if name.isdecimal() else Document.file_name == plain_name(name)
    document = session.scalar(select(Document).where(named).order_by(Document.id.desc()).limit(1))
    return [(page.number, page.text) for page in document.pages] if document else []


def _instrument_of(questions: set[str]) -> Instrument:
    """The released instrument that has most of these questions, in its newest version."""
    newest = select(InstrumentVersion.id).order_by(InstrumentVersion.id.desc())
    instruments = [released(version).instrument for version in session.scalars(newest).all()]
    return max(instruments, key=lambda i: len(questions & {q.id for q in i.questions}))


def _system(code: str) -> System:
    try:
        return systems_by_code([code])[0]
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _check_kind(kind: str, round_: Round | None) -> None:
    instruments = (
        [round_.released.instrument]
        if round_
        else [released(v).instrument for v in session.scalars(select(InstrumentVersion.id)).all()]
    )
    known = dict.fromkeys(k.id for instrument in instruments for k in instrument.document_kinds)
    if kind not in known:
        raise click.ClickException(
            f"{kind!r} is not a kind of document here; choose one of: {', '.join(known)}."
        )
