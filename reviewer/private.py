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

from sqlalchemy import ColumnElement, event, literal_column, not_, or_
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

SELF = "self"  # the kind of round that an assessment is

# On a statement: it sees every round. For whoever asks whose an assessment is, and for deleting.
EVERY_ROUND = {"every_round": True}

Rounds = frozenset[int]  # ids of rounds that were opened
Seen = Callable[[Rounds], ColumnElement[bool]]  # what may be seen of a table while those are open
# SQL that selects the ids of rows that are hidden while those are open. It is text: SQLAlchemy
# knows a short text again faster than a query, which it does for every statement; and where it
# makes a query of another one (`subqueryload`), there is no table in it to take for its own.
Hidden = Callable[[Rounds], str]

_OPENED, _EVERY = "opened rounds", "every round"
_kept: list[tuple[type[Any], Seen]] = []
_closed: list[Any] = []  # the criteria while none is open, as in nearly every request

# Who may open what an address names: given a table, an id and whether it is only to be read, each
# opens the assessment of the row if it is the signed-in person's, and says whether it did.
Door = Callable[[type[Any], int, bool], bool]
doors: list[Door] = []


def keep_private(table: type[Any], seen: Seen) -> None:
    """Declare which rows of a table may be seen while those rounds are open."""
    _kept.append((table, seen))
    _closed.clear()


def outside(hidden: Hidden, column: Any) -> Seen:
    """Rows whose `column` is empty or not among the ids that `hidden` selects."""

    def seen(opened: Rounds) -> ColumnElement[bool]:
        among = column.op("IN", is_comparison=True)(literal_column(f"({hidden(opened)})"))
        return or_(column.is_(None), not_(among))

    return seen


def hidden_rounds(opened: Rounds) -> str:
    """The assessments but those that were opened."""
    numbers = ", ".join(str(int(number)) for number in sorted(opened))
    others = f" AND id NOT IN ({numbers})" if numbers else ""
    return f"SELECT id FROM round WHERE kind = '{SELF}'{others}"


def knock(table: type[Any], row_id: int, *, to_read: bool = False) -> bool:
    """Open the assessment that a row belongs to, if the signed-in person may; says whether."""
    return any(door(table, row_id, to_read) for door in doors)


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


def _criteria(rounds: Rounds) -> list[Any]:
    if not rounds and _closed:
        return _closed
    made = [
        with_loader_criteria(table, seen(rounds), include_aliases=True, propagate_to_loaders=False)
        for table, seen in _kept
    ]
    if not rounds:
        _closed[:] = made
    return made
