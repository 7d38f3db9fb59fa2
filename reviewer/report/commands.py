"""The report from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from reviewer.findings.commands import findings, say_notices
from reviewer.report.making import FORMATS, make
from reviewer.report.template import checked
from reviewer.rounds.commands import round_named
from reviewer.sheets import check_format
from reviewer.writing.printing import named_in


def register(app: Flask) -> None:
    """`findings report` is among the commands of findings, which are registered on their own."""


@findings.command("report")
@click.argument("name")
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Word file whose styles are taken.",
)
@click.option(
    "--named-may-stand",
    is_flag=True,
    help="Make it although what is written may name a system or a person.",
)
def report(name: str, output: Path, template: Path | None, named_may_stand: bool) -> None:
    """Write the report of a round (DOCX, PDF, HTML); its findings are drafted from the figures."""
    check_format(output, *FORMATS)
    round_ = round_named(name)
    if (named := named_in(round_)) and not named_may_stand:
        said = ", ".join(f"{words} ({where})" for where, words in named)
        raise click.ClickException(
            f"What is written may name a system or a person: {said}. Change the words, or add "
            "--named-may-stand."
        )
    kind = output.suffix.lower().lstrip(".")
    if template and kind != "docx":
        raise click.UsageError("A template is for a Word file: let the output end in .docx.")

    def told(done: int, of: int) -> None:
        click.echo(f"\rCharts: {done} of {of}", nl=done == of, err=True)

    try:
        styles = checked(template.read_bytes()) if template else None
    except ValueError as error:
        raise click.ClickException(f"{template}: {error}") from error
    content = make(round_, kind, told, styles)
    output.write_bytes(content)
    say_notices(round_)
    click.echo(f"{output}: {len(content):,} bytes")
