"""Every query that counts goes by an index: none reads all of a table that grows with the years."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select

from reviewer.db import only_reads, session
from reviewer.findings.counting import figures, systems_reviewed
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.rounds.models import find_round
from reviewer.running.overview import standings
from tests.running.makers import sign_in

pytestmark = pytest.mark.sqlite

# Tables whose rows come with every round; the others hold a few hundred rows for ever.
GROWING = (
    *("answer", "answer_option", "answer_change", "review", "evidence", "note", "decision"),
    *("decision_option", "document", "page", "logbook_entry", "round_system", "reply_point", "job"),
)
PAGES = ("/rounds/{0}/findings", "/rounds/{0}", "/rounds/{0}/progress", "/rounds/{0}/answers.csv")


def plans(asked: list[tuple[str, object]]) -> dict[str, list[str]]:
    """What SQLite would do for each statement."""
    connection = session.connection().connection.driver_connection
    return {
        statement: [
            row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
        for statement, parameters in asked
        if statement.startswith(("SELECT", "WITH"))
    }


def names_of(statement: str) -> dict[str, str]:
    """The tables of a statement by the names it gives them."""
    found = re.findall(r"\b(?:FROM|JOIN|,)\s+(\w+)(?:\s+AS\s+(\w+))?", statement)
    return {alias or table: table for table, alias in found}


def whole_tables(steps: list[str], statement: str) -> list[str]:
    """The growing tables that a plan reads from end to end."""
    names = names_of(statement)
    scanned = [found[1] for step in steps if (found := re.match(r"SCAN (\w+)", step))]
    return [name for name in scanned if names.get(name, name) in GROWING]


@pytest.fixture
def asked(demo_app):
    """The statements that are sent to the database, with their parameters."""
    sent: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        sent.append((statement, parameters))

    with demo_app.app_context():
        engine = session.get_bind().engine
        session.remove()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_no_count_reads_a_whole_table(demo_app, asked):
    with demo_app.app_context():
        round_ = find_round("demonstration")
        figures(round_)
        systems_reviewed(round_)
        standings(round_)
        lead = session.scalar(select(Person.id).filter_by(role=Role.POLICY_LEAD))
        addresses = [page.format(round_.id) for page in PAGES]
        session.remove()
    client = sign_in(demo_app, lead)
    for address in addresses:
        assert client.get(address).status_code == 200
    with demo_app.app_context():
        only_reads.set(True)
        looked_at = plans(list(asked))
        bad = {
            statement: found
            for statement, steps in looked_at.items()
            if (found := whole_tables(steps, statement))
        }
        session.rollback()
        only_reads.set(False)
    assert len(looked_at) > 20
    assert not bad, "\n\n".join(f"{found}: {statement}" for statement, found in bad.items())
