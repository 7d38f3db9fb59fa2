"""What every group of commands shares: trouble is one sentence, with exit status 1."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from reviewer.db import has_no_room

FULL = "The disk is full, so nothing was written. Make room and try again."


class CommandGroup(AppGroup):
    """Commands whose trouble with the database or with files is said without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            if isinstance(error, OperationalError) and has_no_room(error):
                raise click.ClickException(FULL) from error
            raise click.ClickException(_what_to_do(str(error.orig))) from error
        except OSError as error:
            if has_no_room(error):
                raise click.ClickException(FULL) from error
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error


def _what_to_do(words: str) -> str:
    if "no such table" in words or "no such column" in words or "does not exist" in words:
        return "The database is not ready. Run: flask --app app data upgrade"
    if "locked" in words:
        return "Another program is writing to the database. Try again in a minute."
    return f"The database cannot be used: {words.strip()}."
