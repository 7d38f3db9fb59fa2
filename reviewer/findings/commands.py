"""Findings from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from reviewer.commands import CommandGroup
from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.drawing import draw
from reviewer.findings.figures import FORMATS
from reviewer.findings.manifest import differences
from reviewer.findings.releases import too_close
from reviewer.findings.snapshots import Snapshot
from reviewer.findings.tables import table_file
from reviewer.rounds.commands import round_named
from reviewer.rounds.models import Round
from reviewer.sheets import check_format
from reviewer.wording import count_text

findings = CommandGroup("findings", help="Counts, tables and charts.")


def register(app: Flask) -> None:
    app.cli.add_command(findings)


@findings.command("table")
@click.argument("name")
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
def table(name: str, output: Path) -> None:
    """Write the counts of a round: a row for every option of every question (CSV, XLSX, JSON)."""
    check_format(output, "csv", "xlsx", "json")
    round_ = round_named(name)
    counted = figures(round_)
    kind = output.suffix.lower().lstrip(".")
    content = table_file(counted, kind, round_.notice, round_.released.instrument)
    output.write_bytes(content)
    say_notices(round_)
    click.echo(f"{output}: {count_text(len(counted), 'figure')}")


@findings.command("verify")
@click.argument("snapshot_id", metavar="SNAPSHOT", type=int)
def verify(snapshot_id: int) -> None:
    """Compute the figures of a snapshot again, and say what is not as it was."""
    snapshot = session.get(Snapshot, snapshot_id)
    if snapshot is None:
        raise click.ClickException(
            f"There is no snapshot {snapshot_id}. Its number stands on the page of its figures."
        )
    round_ = session.get_one(Round, snapshot.round_id)
    found = differences(snapshot, round_)
    if found:
        raise click.ClickException("\n".join(found))
    figures_ = count_text(len(snapshot.counts), "figure")
    click.echo(f"Figures {snapshot.number} of the round {round_.name}: {figures_}, all the same.")


@findings.command("charts")
@click.argument("name")
@click.option("--format", "kind", required=True, type=click.Choice(FORMATS))
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path))
def charts(name: str, kind: str, output: Path) -> None:
    """Draw every chart of a round into a folder, QUESTION-DOCUMENT.EXT each."""
    round_ = round_named(name)
    output.mkdir(parents=True, exist_ok=True)
    counted = figures(round_)
    for figure in counted:
        (output / f"{figure.id}.{kind}").write_bytes(draw(figure, round_)[kind])
    say_notices(round_)
    click.echo(f"{output}: {count_text(len(counted), 'chart')}")


def say_notices(round_: Round) -> None:
    """What goes with every release, on standard error: that it is invented, and that it is too
    close to an earlier one."""
    if round_.notice:
        click.echo(round_.notice, err=True)
    if close := too_close(round_):
        click.echo(close.sentence, err=True)
