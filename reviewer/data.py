"""The state as a whole: the newest schema, the instruments and the register, the demonstration."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.exc import ArgumentError

from reviewer import backup, rows
from reviewer.commands import CommandGroup
from reviewer.config import ROOT
from reviewer.db import open_engine, session
from reviewer.instrument.models import release
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.systems.register import load_register
from reviewer.wording import count_text

data = CommandGroup("data", help="The state as a whole.")


def register(app: Flask) -> None:
    app.cli.add_command(data)


def upgrade_all() -> None:
    """Bring the schema, the register of systems and the released instruments up to date."""
    with session.get_bind().engine.begin() as connection:
        command.upgrade(rows.migrations(connection), "head")
    load_register()
    for path in sorted((ROOT / "criteria").glob("*.toml")):
        release(path.read_text(encoding="utf-8"))
    session.commit()


def is_empty() -> bool:
    """Whether nobody has used this database yet: no account and no round."""
    return not session.scalar(
        select(func.count(Person.id)).select_from(Person)
    ) and not session.scalar(select(func.count(Round.id)))


@data.command("upgrade")
def upgrade_command() -> None:
    """Make the database, or bring it to the newest version; loses nothing."""
    try:
        upgrade_all()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo("The database is up to date.")


@data.command("demo")
def demo_command() -> None:
    """Load the demonstration: invented systems, a closed round and a round to practise in."""
    from reviewer.demonstration.load import load_demonstration

    upgrade_all()
    try:
        load_demonstration(progress=lambda line: click.echo(line, err=True))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    session.commit()
    click.echo("The demonstration is loaded: rounds demonstration and practice.")


@data.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def backup_command(file: Path | None) -> None:
    """Write everything into one FILE, while people go on working: rows, documents, settings.

    Without FILE it goes into BACKUP_DIR, and those that are too old are taken away. Keep it as
    safe as the database: it holds all that the database holds.
    """
    try:
        if file is None:
            if not current_app.config["BACKUP_DIR"]:
                raise click.UsageError("Name a FILE, or set BACKUP_DIR.")
            backup.make_in_folder(at_once=True)
            click.echo(f"Backed up into {current_app.config['BACKUP_DIR']}.")
            return
        told = backup.make(file)
    except rows.NotThisOne as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: {_told(told)}")


@data.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Bring back what a backup holds, into a database and an uploads folder that nobody has used.

    A damaged file is refused before anything is touched.
    """
    try:
        told = backup.restore(file)
        upgrade_all()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored from {file}: {_told(told)}")


def _told(told: backup.Told) -> str:
    said = f"{count_text(told.rows, 'row')}, {count_text(told.files, 'file')}"
    if told.lost:
        missing = count_text(len(told.lost), "document")
        said += f"; {missing} had lost the file before the backup was made"
    return said


@data.command("copy")
@click.option("--to", "url", required=True, help="The address of a database that is empty.")
def copy_command(url: str) -> None:
    """Copy every row into another database, on SQLite or PostgreSQL, and compare them.

    Stop the service before, and start it with the new DATABASE_URL after. Documents stay where
    they are.
    """
    try:
        target = open_engine(url)
        counts = rows.copy(rows.engine(), target)
    except (ArgumentError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    target.dispose()
    total, tables = sum(counts.values()), len(counts)
    click.echo(f"{count_text(total, 'row')} in {count_text(tables, 'table')} copied and compared.")
