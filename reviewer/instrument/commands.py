"""Instrument files from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from flask import Flask

from reviewer.commands import CommandGroup
from reviewer.instrument.check import Mistake, read
from reviewer.instrument.model import Instrument
from reviewer.instrument.models import latest, released
from reviewer.instrument.sheet import to_sheets
from reviewer.instrument.sheet_reading import from_sheets
from reviewer.instrument.written import written
from reviewer.sheets import check_format
from reviewer.wording import count_text

criteria = CommandGroup("criteria", help="Instrument files.")


def register(app: Flask) -> None:
    app.cli.add_command(criteria)


@criteria.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Report every mistake of an instrument file with its place."""
    instrument = _good(file, *read(_text(file)))
    click.echo(f"{file}: no mistakes. {_told(instrument)}")


@criteria.command("to-sheet")
@click.argument("instrument", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def to_sheet(instrument: str, file: Path) -> None:
    """Write the criteria released last under ID, or those of a TOML file, as a workbook."""
    check_format(file, "xlsx")
    path = Path(instrument)
    if path.suffix == ".toml" and path.is_file():
        found = _good(path, *read(_text(path)))
    else:
        version = latest(instrument)
        if version is None:
            raise click.ClickException(
                f"No criteria with the id {instrument!r} were released. Give the id of released "
                "criteria, or a TOML file."
            )
        found = released(version.id).instrument
    try:
        content = to_sheets(found)
    except ValueError as error:
        raise click.ClickException(f"{instrument}: {error}") from error
    file.write_bytes(content)
    click.echo(f"{file}: {_told(found)}")


@criteria.command("from-sheet")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def from_sheet(sheet: Path, file: Path) -> None:
    """Write the criteria of a workbook as a TOML file, if they have no mistakes."""
    check_format(sheet, "xlsx")
    check_format(file, "toml")
    instrument = _good(sheet, *from_sheets(sheet.read_bytes()))
    file.write_text(written(instrument), encoding="utf-8", newline="\n")
    click.echo(f"{file}: {_told(instrument)}")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{file} is not text in UTF-8 (byte {error.start}). Save it as UTF-8."
        ) from error


def _good(file: Path, instrument: Instrument | None, mistakes: Sequence[Mistake]) -> Instrument:
    """The instrument, or the refusal to go on with these mistakes."""
    for mistake in mistakes:
        click.echo(str(mistake))
    if instrument is None:
        raise click.ClickException(f"{file} has {count_text(len(mistakes), 'mistake')}.")
    return instrument


def _told(instrument: Instrument) -> str:
    return (
        f"{instrument.id} {instrument.version}, {len(instrument.criteria)} criteria, "
        f"{len(instrument.questions)} questions."
    )
