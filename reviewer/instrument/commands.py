"""Instrument files from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from reviewer.commands import CommandGroup
from reviewer.instrument.check import read

criteria = CommandGroup("criteria", help="Instrument files.")


def register(app: Flask) -> None:
    app.cli.add_command(criteria)


@criteria.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Report every mistake of an instrument file with its place."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{file} is not text in UTF-8 (byte {error.start}). Save it as UTF-8."
        ) from error
    instrument, mistakes = read(text)
    for mistake in mistakes:
        click.echo(str(mistake))
    if instrument is None:
        found = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise click.ClickException(f"{file} has {found}.")
    click.echo(
        f"{file}: no mistakes. {instrument.id} {instrument.version}, "
        f"{len(instrument.criteria)} criteria, {len(instrument.questions)} questions."
    )
