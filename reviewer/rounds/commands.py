"""Rounds from the command line. What needs reviews is added in `reviews/commands.py`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask import Flask

from reviewer.commands import CommandGroup
from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, latest, release
from reviewer.rounds.models import Round, create_round, find_round
from reviewer.systems.models import System
from reviewer.systems.register import systems_at, systems_by_code

rounds = CommandGroup("rounds", help="Rounds and their answers.")


def register(app: Flask) -> None:
    app.cli.add_command(rounds)


def round_named(name: str) -> Round:
    """The round of that name, or the refusal to go on without it."""
    found = find_round(name)
    if found is None:
        raise click.ClickException(
            f"There is no round called {name!r}. Make it with: flask --app app rounds create"
        )
    return found


@rounds.command("create")
@click.argument("name")
@click.option("--criteria", required=True, help="The id of a released instrument, or its file.")
@click.option("--systems", help="ONS codes with commas between, or a file that lists them.")
@click.option("--closes", type=click.DateTime(["%Y-%m-%d"]), help="The last day, 2027-03-31.")
def create(name: str, criteria: str, systems: str | None, closes: datetime | None) -> None:
    """Make a round and open it; with all current systems unless told."""
    try:
        made = create_round(
            name,
            instrument=_instrument(criteria),
            systems=_scope(systems) if systems else systems_at(date.today()),
            closes_on=closes.date() if closes else None,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    session.commit()
    click.echo(f"round {made.name}: {len(made.scope)} systems, {criteria}, open")


def _instrument(criteria: str) -> InstrumentVersion:
    path = Path(criteria)
    if path.suffix == ".toml" and path.is_file():
        return release(path.read_text(encoding="utf-8"))
    version = latest(criteria)
    if version is None:
        raise ValueError(f"No instrument with the id {criteria!r} was released.")
    return version


def _scope(systems: str) -> list[System]:
    path = Path(systems)
    if path.is_file():
        # A register file has the code in its first column; a plain list has one code a line.
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise ValueError(f"{path} is not text in UTF-8. List one ONS code a line.") from None
        codes = [line.partition(",")[0].strip() for line in lines]
    else:
        codes = [code.strip() for code in systems.split(",")]
    return systems_by_code([code for code in codes if code not in ("", "ons_code", "code")])
