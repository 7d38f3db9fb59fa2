"""What costs much is limited for each person and minute, over all web processes."""

from __future__ import annotations

import re
import sqlite3

import pytest
from sqlalchemy import make_url

from reviewer.db import session
from reviewer.people import limits
from reviewer.people.limits import Cost
from reviewer.rounds.models import find_round
from tests.conftest import person_of
from tests.running.makers import sign_in


@pytest.fixture
def round_page(demo_app, monkeypatch):
    """A lead's browser, the address of the closed round, and a clock that stands."""
    demo_app.config["LIMITS"] = True
    monkeypatch.setattr(limits, "time", lambda: 1_800_000_030)
    with demo_app.app_context():
        round_, lead = find_round("demonstration"), person_of("policy-lead")
        return sign_in(demo_app, lead.id), f"/rounds/{round_.id}"


def test_every_file_that_is_made_for_one_request_is_counted(app):
    """Files that are drawn once and kept, and small ones, cost nothing."""
    free = {
        *("findings.chart", "over_time.chart", "together.chart", "draft_comparison.progress"),
        *("findings.code_book_file", "running.import_template", "charts.theme_file"),
        *("drafts_read.file", "drafts_read.released_file", "upgrading.mapping"),
        *("tokens.data", "static"),
    }
    makes_file = re.compile(r"\.(csv|json|zip|svg|toml|<)|<any\([^)]*(csv|docx|png|toml)|<kind>")
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        reads = "GET" in (rule.methods or ())
        if reads and makes_file.search(rule.rule) and rule.endpoint not in free:
            assert getattr(view, "cost", None), rule.rule
    assert not [name for name in free if name not in app.view_functions]


def test_saving_and_turning_pages_cost_nothing(app):
    for name in ("reviews.save_answer", "reviews.save_note", "documents.picture", "documents.file"):
        assert not hasattr(app.view_functions[name], "cost"), name


def test_one_too_many_in_a_minute_is_told_when_to_come_back(round_page, monkeypatch):
    client, address = round_page
    monkeypatch.setattr(Cost, "a_minute", 3)
    path = f"{address}/findings/table.csv"
    for _ in range(3):
        assert client.get(path).status_code == 200
    refused = client.get(path)
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "30"
    assert "more than 3 downloads in a minute" in refused.text and "Wait a minute" in refused.text
    as_json = client.get(path, headers={"Accept": "application/json"})
    assert as_json.status_code == 429 and "downloads" in as_json.json["message"]
    assert client.get(f"{address}/comments?words=access").status_code == 200, "another kind"
    monkeypatch.setattr(limits, "time", lambda: 1_800_000_061)
    assert client.get(path).status_code == 200


def test_each_person_has_their_own_and_processes_count_together(round_page, demo_app, monkeypatch):
    client, address = round_page
    monkeypatch.setattr(Cost, "a_minute", 1)
    path = f"{address}/findings/table.csv"
    assert client.get(path).status_code == 200
    with demo_app.app_context():
        lead, viewer = person_of("policy-lead").id, person_of("policy-viewer").id
        session.commit()
    # Another browser of the same person, and so another process: nothing is kept in memory.
    assert sign_in(demo_app, lead).get(path).status_code == 429
    assert sign_in(demo_app, viewer).get(path).status_code == 200


def test_a_search_is_counted_and_its_page_is_not(round_page, monkeypatch):
    client, address = round_page
    monkeypatch.setattr(Cost, "a_minute", 1)
    for _ in range(3):
        assert client.get(f"{address}/comments").status_code == 200
        assert client.get(f"{address}/comments?words=+").status_code == 200
    assert client.get(f"{address}/comments?words=access").status_code == 200
    assert client.get(f"{address}/comments?words=access").status_code == 429


def test_opening_a_form_is_free_and_sending_it_is_counted(round_page, monkeypatch):
    client, _ = round_page
    monkeypatch.setattr(Cost, "a_minute", 1)
    for _ in range(3):
        assert client.get("/people/invite").status_code == 200
    form = {"role": "reviewer", "people": "Not a list"}
    assert client.post("/people/invite", data=form).status_code == 200
    refused = client.post("/people/invite", data=form)
    assert refused.status_code == 429 and "what you wrote or chose is still there" in refused.text


def test_a_setting_turns_them_off(round_page, demo_app, monkeypatch):
    client, address = round_page
    demo_app.config["LIMITS"] = False
    monkeypatch.setattr(Cost, "a_minute", 0)
    assert client.get(f"{address}/findings/table.csv").status_code == 200


@pytest.mark.sqlite
def test_a_busy_database_costs_the_count_and_not_the_answer(round_page, demo_app, monkeypatch):
    client, address = round_page
    monkeypatch.setattr(Cost, "a_minute", 0)
    path = f"{address}/findings/table.csv"
    other = sqlite3.connect(make_url(demo_app.config["DATABASE_URL"]).database)
    other.execute("BEGIN IMMEDIATE")
    assert client.get(path).status_code == 200
    other.rollback()
    other.close()
    assert client.get(path).status_code == 429


def test_they_are_generous():
    assert min(cost.a_minute for cost in Cost) >= 20
