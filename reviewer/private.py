"""A system's own assessment is private: no query finds a row of it before it was opened.

An assessment is a round of the kind *self*. Every SELECT through the session leaves out its rows,
whoever wrote the query and however it is written, until `open_round` was called in that session for
that round: a package that counts, exports or searches cannot forget to. Only the function that has
asked whose assessment it is opens one, for the rest of the request.

A table whose rows can belong to an assessment says so with `keep_private`; `tests/test_private.py`
holds every table to it. Statements that write need no more: they name rows that were read before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, column, event
from sqlalchemy import table as sql_table
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

SELF = "self"  # the kind of round that an assessment is

# On a statement: it sees every round. For whoever asks whose an assessment is, and for deleting.
EVERY_ROUND = {"every_round": True}

Rounds = frozenset[int]  # ids of rounds that were opened
# SQL for the rows of a table that may be seen, given the rounds that were opened.
Seen = Callable[[Rounds], ColumnElement[bool]]

_OPENED, _EVERY = "opened rounds", "every round"
_kept: list[tuple[type[Any], Seen]] = []
_options: dict[Rounds, tuple[Any, ...]] = {}

# Who may open what an address names: given a table, an id and whether it is only to be read, each
# opens the assessment of the row if it is the signed-in person's, and else does nothing.
Door = Callable[[type[Any], int, bool], None]
doors: list[Door] = []


def keep_private(table: type[Any], seen: Seen) -> None:
    """Declare which rows of a table may be seen while those rounds are open."""
    _kept.append((table, seen))
    _options.clear()


def beside(table: type[Any], *columns: str) -> TableClause:
    """The table with these columns, for a condition: where SQLAlchemy makes a query out of another
    one, as `subqueryload` does, it would take the mapped table in it for that of the query."""
    return sql_table(table.__tablename__, *map(column, columns))


def outside(hidden: Callable[[Rounds], Select[Any]], of: Any) -> Seen:
    """Rows whose column `of` is empty or not among the ids that `hidden` selects."""
    return lambda opened: of.is_(None) | of.not_in(hidden(opened))


def knock(table: type[Any], row_id: int, *, to_read: bool = False) -> None:
    """Open the assessment that a row belongs to, if the signed-in person may; else do nothing."""
    for door in doors:
        door(table, row_id, to_read)


def open_round(session: Any, round_id: int) -> None:
    """Let this session see an assessment from now on."""
    session.info[_OPENED] = opened(session) | {round_id}


def open_every_round(session: Any) -> None:
    """Let this session see all: for work in the background on one row, such as reading a PDF."""
    session.info[_EVERY] = True


def opened(session: Any) -> Rounds:
    """The assessments that were opened in this session."""
    found: Rounds = session.info.get(_OPENED, frozenset())
    return found


@event.listens_for(Session, "do_orm_execute")
def _leave_out(state: ORMExecuteState) -> None:
    if (
        state.is_select
        and not state.is_column_load  # of a row that was read before
        and not state.execution_options.get("every_round")
        and not state.session.info.get(_EVERY)
    ):
        state.statement = state.statement.options(*_criteria(opened(state.session)))


def _criteria(rounds: Rounds) -> tuple[Any, ...]:
    if rounds not in _options:
        made = tuple(
            with_loader_criteria(
                table, seen(rounds), include_aliases=True, propagate_to_loaders=False
            )
            for table, seen in _kept
        )
        if rounds:
            return made  # of one person's request: not worth keeping
        _options[rounds] = made
    return _options[rounds]
