"""The state as a whole: the newest schema, the instruments and the register, the demonstration."""

from __future__ import annotations

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import func, select

from reviewer.commands import CommandGroup
from reviewer.config import ROOT
from reviewer.db import session
from reviewer.instrument.models import release
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.systems.register import load_register

data = CommandGroup("data", help="The state as a whole.")

MIGRATIONS = Path(__file__).parent / "migrations"


def register(app: Flask) -> None:
    app.cli.add_command(data)


def migrations(connection: object) -> Config:
    """Alembic's settings, to run on an open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def upgrade_all() -> None:
    """Bring the schema, the register of systems and the released instruments up to date."""
    with session.get_bind().engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
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
