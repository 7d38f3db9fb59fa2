"""Every change of the schema, on the data of a release before: nothing that people had is lost."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url

from reviewer import backup, rows
from reviewer.data import upgrade_all
from reviewer.db import Base
from reviewer.findings.counting import figures
from reviewer.rounds.models import find_round
from tests import postgres
from tests.conftest import database_of, let_go, make_app

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.zip"))


def old_rows(file: Path) -> dict[str, list[rows.Row]]:
    with zipfile.ZipFile(file) as archive:
        tables = backup.check(archive)["tables"]
        return {
            name: [json.loads(line) for line in archive.open(f"tables/{name}.jsonl")]
            for name in tables
        }


def new_rows() -> dict[str, list[rows.Row]]:
    with rows.snapshot(rows.engine()) as connection:
        return {shape.name: list(rows.rows_of(connection, shape)) for shape in rows.shapes()}


def narrowed(kept: list[rows.Row], columns: set[str]) -> set[bytes]:
    """Rows as far as these columns, to be compared."""
    return {rows.line_of({column: row[column] for column in columns}) for row in kept}


@pytest.fixture(params=RELEASES, ids=lambda file: file.stem)
def release(request, tmp_path):
    """The backup of an earlier release, and an empty installation of this one."""
    place = tmp_path / "upgraded"
    place.mkdir()
    if postgres.wanted():
        postgres.create(make_url(database_of(place)).database)
    with make_app(place).app_context():
        yield request.param
    let_go()


def test_every_row_of_a_release_is_there_after_the_upgrade(release):
    before = old_rows(release)
    assert all(before.values()), "a release has a row in every table"
    backup.restore(release)
    upgrade_all()
    after = new_rows()
    for name, kept in before.items():
        columns = kept[0].keys() & after[name][0].keys()
        assert narrowed(kept, columns) <= narrowed(after[name], columns), name
    # What the upgrade added is there as in a new database, and the figures can be counted.
    with rows.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    round_ = find_round("demonstration")
    assert round_ and len(figures(round_)) > 50


def test_a_step_at_a_time_is_the_same_as_all_at_once(release):
    revision = release.stem
    steps = list(reversed([r for r in rows.known_revisions() if r > revision]))
    with zipfile.ZipFile(release) as archive:
        tables = backup.check(archive)["tables"]
        with rows.engine().begin() as connection:
            rows.make_anew(connection, revision)
            for name, table in tables.items():
                shape = backup._shape(name, table)
                rows.put(connection, shape, backup._lines(archive, name))
    for step in steps:
        with rows.engine().begin() as connection:
            command.upgrade(rows.migrations(connection), step)
            assert rows.revision_of(connection) == step
    before = {name: len(kept) for name, kept in old_rows(release).items()}
    after = {name: len(kept) for name, kept in new_rows().items()}
    assert {name: after[name] for name in before} == before
