"""The table of values: a published review comes out as its own table, a round of many as totals."""

from __future__ import annotations

import csv
import re
from html import unescape
from pathlib import Path

import pytest

from reviewer.db import session
from reviewer.findings.figures import Figure
from reviewer.findings.grid import grid, words
from reviewer.instrument.check import read
from reviewer.people.permissions import Role
from reviewer.rounds.models import find_round
from reviewer.systems.register import load_register
from tests.running.makers import make_person, sign_in

HERE = Path(__file__).parent / "birmingham-2007"
SOURCE = Path("/work/shared/source/birmingham-joint-area-review-2007.txt")
PUBLISHED = """
Being healthy | 2 | |
Staying safe | 2 | |
Enjoying and achieving | 3 | |
Making a positive contribution | 3 | |
Achieving economic well-being | 3 | |
Service management | 3 | |
Capacity to improve | 3 | 3 |
Children’s services | | 3 |
The education service | | 3 |
The social care services for children | | 2 |
The health service for children | | | 2
"""
HEADS = ["Question", "Local services overall", "Council services", "Health services"]
GRADES = {"2": "2: adequate", "3": "3: good", "": ""}


def published() -> list[list[str]]:
    rows = [[cell.strip() for cell in row.split("|")] for row in PUBLISHED.strip().split("\n")]
    return [[name, *(GRADES[cell] for cell in cells)] for name, *cells in rows]


def cells(page: str) -> list[list[str]]:
    """The table of a page, row by row."""
    rows = re.findall(r"<tr.*?</tr>", page, re.S)
    parts = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in parts]


def test_the_grades_of_birmingham_come_out_as_the_table_of_the_review(app):
    run = app.test_cli_runner().invoke
    with app.app_context():
        load_register(HERE / "systems.csv")
        session.commit()
    name, answers = "Birmingham 2007", str(HERE / "answers.csv")
    criteria = ["--criteria", "joint-area-review-2007", "--systems", "E08000025"]
    assert run(args=["rounds", "create", name, *criteria]).exit_code == 0
    result = run(args=["rounds", "import", name, answers])
    assert result.exit_code == 0, result.output
    with app.app_context():
        lead, round_id = make_person("Lea Lead", Role.POLICY_LEAD), find_round(name).id
        session.commit()
        client = sign_in(app, lead.id)
    page = client.get(f"/rounds/{round_id}/findings/grid").text
    assert cells(page) == [HEADS, *published()]
    assert f"/rounds/{round_id}/findings/grid" in client.get(f"/rounds/{round_id}/findings").text
    for path in ("coverage", "criteria/outcomes", "criteria/recommendations", "table.csv"):
        assert client.get(f"/rounds/{round_id}/findings/{path}").status_code == 200
    chart = client.get(f"/rounds/{round_id}/findings/chart/capacity/council-services.svg").text
    assert "3: good" in chart


@pytest.mark.skipif(not SOURCE.exists(), reason=f"{SOURCE} is not on this machine")
def test_the_grades_are_those_of_the_source():
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    start = lines.index("\tLocal services overall\tCouncil services\tHealth services") + 1
    printed = [line.split("\t") for line in lines[start : start + 11]]
    assert [[name.replace("'", "’"), *(GRADES[c] for c in rest)] for name, *rest in printed] == (
        published()
    )
    with (HERE / "answers.csv").open(encoding="utf-8", newline="") as file:
        graded = [row for row in csv.DictReader(file) if row["value"].isdigit()]
    assert len(graded) == 12


def test_a_round_of_many_has_totals_and_an_empty_cell_where_nothing_is_asked():
    text = (Path(__file__).parents[1] / "instrument" / "harbour-safety.toml").read_text("utf-8")
    instrument, _ = read(text)

    def figure(id_, document, **counts):
        question = instrument.question(id_)
        base = sum(counts.values())
        return Figure(
            question=question,
            document=instrument.document_kind(document),
            counts={o.id: counts.get(o.id.replace("-", "_"), 0) for o in question.options},
            base=base,
            systems_reviewed=9,
            systems_total=12,
            unanswered=9 - base,
            not_applicable=0,
            unresolved=0,
        )  # fmt: skip

    made = [
        figure("weather-1", "safety-plan", proven=2, hoped_for=3),
        figure("weather-1", "drill-report"),
        figure("weather-2", "safety-plan", nobody=1),
        figure("weather-3", "safety-plan", present=1),
    ]
    found = grid(instrument, made)
    assert [kind.id for kind in found.kinds] == ["safety-plan", "drill-report"]
    said = [
        [row.question.id, *(words(cell, of_one=False) for cell in row.cells)]
        for _, rows in found.sections
        for row in rows
    ]
    assert said == [
        ["weather-1", "Proven: 2; Hoped for: 3 (of 5)", "No value"],
        ["weather-3", "Present: 1 (of 1)", ""],
    ]
    assert words(made[3], of_one=True) == "Present"
