"""Answers in and out of a round from the command line, in the group `rounds`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from reviewer.db import session
from reviewer.reviews.exports import answers_file
from reviewer.reviews.imports import BadTable, import_answers
from reviewer.rounds.commands import round_named, rounds
from reviewer.sheets import check_format
from reviewer.wording import count_text


def register(app: Flask) -> None:
    """Nothing to add: the commands below are in the group of `rounds/commands.py`."""


@rounds.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
@click.option("--replace", is_flag=True, help="Put these answers in the place of those known.")
def import_command(name: str, file: Path, dry_run: bool, replace: bool) -> None:
    """Take in the answers of another survey tool (CSV or XLSX), all of them or none."""
    round_ = round_named(name)
    try:
        with file.open("rb") as stream:
            outcome = import_answers(round_, stream, file.name, replace=replace, dry_run=dry_run)
    except BadTable as bad:
        for line in bad.lines:
            click.echo(line, err=True)
        raise click.ClickException(
            f"Nothing was imported from {file}: {count_text(len(bad.lines), 'thing')} to put right."
        ) from bad
    if outcome.unused_columns:
        click.echo(f"Columns not used: {', '.join(outcome.unused_columns)}", err=True)
    if not dry_run:
        session.commit()
    click.echo(
        f"round {round_.name}: {count_text(outcome.reviews, 'review')}, "
        f"{count_text(outcome.answers, 'answer')}"
        + (f", {outcome.replaced} replaced" if outcome.replaced else "")
        + (" (dry run: nothing was written)" if dry_run else "")
    )


@rounds.command("answers")
@click.argument("name")
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
def answers_command(name: str, output: Path) -> None:
    """Write every answer of a round, one row each (CSV or XLSX)."""
    round_ = round_named(name)
    check_format(output, "csv", "xlsx")
    content, number = answers_file(round_, output.suffix.lower().lstrip("."))
    output.write_bytes(content)
    if round_.notice:
        click.echo(round_.notice, err=True)
    click.echo(f"{output}: {count_text(number, 'answer')}")
