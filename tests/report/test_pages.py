"""Having a report made: the page, the worker's job, the command."""

from __future__ import annotations

import re

import pytest

from reviewer import jobs
from reviewer.db import session
from reviewer.findings.making import Making
from reviewer.moderation.models import Decision  # noqa: F401  tables in order
from reviewer.people.permissions import Role
from reviewer.report import models
from reviewer.report.models import ReportFile
from reviewer.rounds.models import Round
from reviewer.writing.written import WrittenFinding
from tests.moderation.makers import YES, queries, read
from tests.running.makers import make_person, make_round, sign_in
from tests.writing.makers import make_finding

PLACE = ("leadership-2", "plan")


@pytest.fixture
def scene(app):
    """Ids of a round with one submitted answer, a lead and a viewer."""
    with app.app_context():
        round_ = make_round("spring")
        read(round_, round_.systems()[0], make_person("Ada Reader", Role.REVIEWER), {PLACE: YES})
        lead, viewer = (
            make_person("Lee Lead", Role.POLICY_LEAD),
            make_person("Vi Viewer", Role.POLICY_VIEWER),
        )
        session.commit()
        return round_.id, lead.id, viewer.id


@pytest.fixture
def quick(monkeypatch):
    """Charts are not drawn: that takes long, and is tested with the report's files."""
    made = []

    def make(round_, kind, told, template=None):
        told(1, 2)
        made.append(kind)
        return b"a report"

    monkeypatch.setattr(models, "make", make)
    return made


def test_a_report_is_asked_for_made_and_taken_home(app, scene, quick):
    round_id, lead, viewer = scene
    address = f"/rounds/{round_id}/report"
    client = sign_in(app, lead)
    assert "Make it" in client.get(address).text
    assert client.get(f"{address}/pdf").status_code == 404
    for _ in range(2):  # pressed twice, it is made once
        assert client.post(f"{address}/pdf").location == address
    assert "Waiting to be made" in client.get(address).text
    assert client.get(f"{address}/status").json["files"][0]["state"] == "waiting"
    with app.app_context():
        jobs.run_waiting()
    assert quick == ["pdf"]
    page = client.get(address).text
    assert "Made on" in page and "Make it again" in page
    taken = sign_in(app, viewer).get(f"{address}/pdf")
    assert taken.data == b"a report"
    assert taken.headers["Content-Disposition"] == 'attachment; filename="spring-report.pdf"'
    assert sign_in(app, viewer).post(f"{address}/pdf").status_code == 403


def test_what_cannot_be_made_says_so_and_can_be_asked_for_again(app, scene, monkeypatch):
    round_id, lead, _ = scene
    client = sign_in(app, lead)
    monkeypatch.setattr(models, "make", lambda *a, **k: 1 / 0)
    client.post(f"/rounds/{round_id}/report/docx")
    with app.app_context():
        for _ in range(jobs.MOST_ATTEMPTS + 1):
            jobs.run_waiting()
        assert session.query(ReportFile).one().state == Making.FAILED
    page = client.get(f"/rounds/{round_id}/report").text
    assert "It could not be made" in page and "Make it again" in page


def test_a_round_without_a_review_has_nothing_to_report(app, scene):
    with app.app_context():
        empty = make_round("empty").id
        session.commit()
    client = sign_in(app, scene[1])
    assert "nothing to report" in client.get(f"/rounds/{empty}/report").text
    client.post(f"/rounds/{empty}/report/pdf")
    with app.app_context():
        assert not session.query(ReportFile).all()


def test_the_page_takes_few_queries(app, scene):
    client = sign_in(app, scene[1])
    client.get(f"/rounds/{scene[0]}/report")
    with queries() as sent:
        client.get(f"/rounds/{scene[0]}/report")
    assert 0 < len(sent) <= 12


def test_the_command_writes_a_file_and_refuses_another_kind(app, scene, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "reviewer.report.making.draw",
        lambda figure, round_, look: drawn.append(figure.id) or {"svg": b"<svg/>", "png": b""},
    )
    runner = app.test_cli_runner()
    output = tmp_path / "r.html"
    result = runner.invoke(args=["findings", "report", "spring", "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert output.read_text(encoding="utf-8").count("<figure>") == len(drawn) > 60
    assert f"Charts: {len(drawn)} of {len(drawn)}" in result.output
    for name in ("r.odt", "r"):
        refused = runner.invoke(args=["findings", "report", "spring", "--output", name])
        assert refused.exit_code == 2
    refused = runner.invoke(args=["findings", "report", "none", "--output", str(output)])
    assert refused.exit_code == 1


def test_words_that_seem_to_name_a_system_need_a_tick(app, scene, quick, tmp_path):
    round_id, lead, viewer = scene
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        finding = make_finding(round_, heading="What they changed in Birmingham", text="Much.")
        session.commit()
        finding_id = finding.id
    address, client = f"/rounds/{round_id}/report", sign_in(app, lead)
    page = client.get(address).text
    assert "<mark>Birmingham</mark>" in page
    assert "<mark>Birmingham</mark>" not in sign_in(app, viewer).get(address).text
    client.post(f"{address}/pdf")
    refused = client.get(address).text
    assert "Nothing was made" in refused and "Waiting to be made" not in refused
    stamp = re.search(r'name="named" value="(\w+)"', page)[1]
    # The tick is for the words that were seen.
    with app.app_context():
        session.get_one(WrittenFinding, finding_id).text = "Also in Bristol."
        session.commit()
    client.post(f"{address}/pdf", data={"named": stamp})
    page = client.get(address).text
    assert "Nothing was made" in page and "<mark>Bristol</mark>" in page
    stamp = re.search(r'name="named" value="(\w+)"', page)[1]
    client.post(f"{address}/pdf", data={"named": stamp})
    assert "Waiting to be made" in client.get(address).text
    runner = app.test_cli_runner()
    command = ["findings", "report", "spring", "--output", str(tmp_path / "a.html")]
    result = runner.invoke(args=command)
    assert (result.exit_code, "Birmingham" in result.stderr) == (1, True)
    assert not (tmp_path / "a.html").exists()
