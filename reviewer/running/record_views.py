"""The record on the screen, and as a table to take home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.views import TYPES
from reviewer.instrument.model import sentence_case
from reviewer.people.limits import Cost, limited
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import all_rounds
from reviewer.running.record import COLUMNS, NOUNS, Asked, changes, count, rows_of
from reviewer.sheets import to_csv
from reviewer.systems.models import System

pages = Blueprint("record", __name__, url_prefix="/record")

ON_A_PAGE = 100
# Addresses, employers and reasons of people are for those alone whose pages show them too.
OF_PEOPLE = {
    "person": Permission.MANAGE_PEOPLE,
    "conflict": Permission.RUN_ROUNDS,
    "declined": Permission.RUN_ROUNDS,
}


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index() -> ResponseReturnValue:
    asked, wrong = _asked(request.args)
    total = count(asked)
    last = max(1, -(-total // ON_A_PAGE))
    number = min(max(_number(request.args.get("page")) or 1, 1), last)
    return render_template(
        "running/record.html",
        asked=asked,
        wrong=wrong,
        found=changes(asked, start=(number - 1) * ON_A_PAGE, most=ON_A_PAGE),
        total=total,
        number=number,
        last=last,
        query={name: value for name, value in request.args.items() if name != "page" and value},
        nouns={noun: words for noun, words in NOUNS.items() if noun not in asked.without},
        rounds=[(round_.id, sentence_case(round_.name)) for round_ in all_rounds()],
        systems=session.execute(select(System.id, System.name).order_by(System.name)).all(),
        people=session.execute(select(Person.id, Person.name).order_by(Person.name)).all(),
    )


@pages.get("/all.csv")
@guard(Permission.SEE_ANSWERS)
@limited(Cost.DOWNLOAD)
def table() -> ResponseReturnValue:
    """Everything that the page is narrowed to, not only the hundred in view."""
    asked, _ = _asked(request.args)
    headers = {"Content-Disposition": 'attachment; filename="record.csv"'}
    content = to_csv(COLUMNS, rows_of(changes(asked)))
    return Response(content, headers=headers, content_type=TYPES["csv"])


def _asked(query: Mapping[str, str]) -> tuple[Asked, str]:
    """What an address narrows the record to, and what in it is no day."""
    days: dict[str, date | None] = {}
    wrong = ""
    for name in ("first", "last"):
        typed = query.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(typed) if typed else None
        except ValueError:
            days[name] = None
            wrong = f"{typed} is not a day. Write it as 2027-03-31."
    noun = query.get("noun", "")
    asked = Asked(
        noun=noun if noun in NOUNS else "",
        round_id=_number(query.get("round")),
        system_id=_number(query.get("system")),
        person_id=_number(query.get("person")),
        first=days["first"],
        last=days["last"],
        without=frozenset(n for n, needed in OF_PEOPLE.items() if not current_user.may(needed)),
    )
    return asked, wrong


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isdecimal() and len(typed) < 18 else None
