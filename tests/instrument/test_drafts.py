"""Drafts of criteria in the browser: copied, changed, checked, seen and released."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest

from reviewer.db import session
from reviewer.instrument.check import read
from reviewer.instrument.drafts import InstrumentDraft
from reviewer.instrument.models import InstrumentVersion, latest, release, released
from reviewer.instrument.sheet import to_sheets
from reviewer.people.permissions import Role
from tests.running.makers import make_person, sign_in

TEXT = (Path(__file__).parent / "harbour-safety.toml").read_text(encoding="utf-8")


@pytest.fixture
def lead(app):
    """A policy lead's browser, with the harbours copied to draft 1."""
    with app.app_context():
        person = make_person("Lea Lead", Role.POLICY_LEAD)
        version = release(TEXT)
        session.commit()
        client, version_id = sign_in(app, person.id), version.id
    assert client.post(f"/criteria/drafts/copy/{version_id}").location == "/criteria/drafts/1"
    return client


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the last form of a page."""
    form = page[page.rindex("<form", 0, page.rindex('name="seen"')) :]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name and (not kind or kind[1] not in ("radio", "checkbox") or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [text]
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = [chosen[1] if chosen else ""]
    return found


def change(client, path: str, **values):
    """Open a page of the draft, write these values into its form, and send it."""
    data = fields(client.get(path).text) | values
    return client.post(path, data=data)


def draft(app) -> InstrumentDraft:
    return session.get_one(InstrumentDraft, 1)


def test_a_page_that_is_saved_as_it_is_changes_nothing(app, lead):
    with app.app_context():
        before = released(latest("harbour-safety").id).instrument
    for question in before.questions:
        assert change(lead, f"/criteria/drafts/1/question/{question.id}").status_code == 302
    for criterion in before.criteria:
        assert change(lead, f"/criteria/drafts/1/criterion/{criterion.id}").status_code == 302
    for scale in before.scales:
        assert change(lead, f"/criteria/drafts/1/scale/{scale.id}").status_code == 302
    for kind in before.document_kinds:
        assert change(lead, f"/criteria/drafts/1/kind/{kind.id}").status_code == 302
    assert change(lead, "/criteria/drafts/1/about").status_code == 302
    assert "there is nothing to release" in lead.get("/criteria/drafts/1/release").text
    sent = lead.get("/criteria/drafts/1/file.toml")
    assert read(sent.text) == (before, [])


def test_a_question_is_added_seen_and_released(app, lead):
    place = lead.post("/criteria/drafts/1/add/question", data={"criterion": "rescue"}).location
    assert place == "/criteria/drafts/1/question/rescue-3"
    assert "1 thing to mend" in lead.get("/criteria/drafts/1").text
    assert "the first" not in lead.get("/criteria/drafts/1/release").text
    change(lead, place, text="Is there a lifeboat?", search="lifeboat\nboat")

    shown = lead.get("/criteria/drafts/1/preview/rescue").text
    assert "Is there a lifeboat?" in shown
    assert '<fieldset class="govuk-fieldset" disabled>' in shown
    page = lead.get("/criteria/drafts/1/release").text
    assert "It becomes version <strong>2.2.0</strong>" in page
    done = change(lead, "/criteria/drafts/1/release")
    with app.app_context():
        version = latest("harbour-safety")
        assert done.location == f"/criteria/{version.id}"
        assert version.version == "2.2.0"
        question = released(version.id).instrument.question("rescue-3")
        assert (question.text, question.search) == ("Is there a lifeboat?", ("lifeboat", "boat"))
        assert session.get(InstrumentDraft, 1) is None
        assert released(1).instrument  # the one before stays as it was
    assert lead.get("/criteria/drafts/1").status_code == 404


def test_answers_are_added_moved_and_retired(app, lead):
    path = "/criteria/drafts/1/question/weather-2"
    change(lead, path, **{"options-3-label": "the owner", "action": "more"})
    change(lead, path, action="up:3")
    change(lead, path, action="out:0")
    with app.app_context():
        _, question, *_ = draft(app).content["questions"]
        ids = [option["id"] for option in question["options"]]
        assert ids == ["coastguard", "the-owner", "nobody"]
        assert question["options"][0]["guidance"] == ["Also where it only advises."]
        assert set(question["statement"]) == {"coastguard", "nobody"}


def test_moving_retiring_and_putting_back(app, lead):
    lead.post("/criteria/drafts/1/question/rescue-2/up")
    lead.post("/criteria/drafts/1/question/rescue-1/out")
    page = lead.get("/criteria/drafts/1").text
    assert "Put it back" in page
    assert "3.0.0" in lead.get("/criteria/drafts/1/release").text
    lead.post("/criteria/drafts/1/question/rescue-1/back")
    lead.post("/criteria/drafts/1/question/rescue-1/up")
    assert "there is nothing to release" in lead.get("/criteria/drafts/1/release").text
    assert lead.post("/criteria/drafts/1/question/nowhere/out").status_code == 302


def test_two_people_do_not_overwrite_one_another_unseen(app, lead):
    path = "/criteria/drafts/1/criterion/rescue"
    opened = fields(lead.get(path).text)
    change(lead, path, title="Rescue at sea")
    refused = lead.post(path, data=opened | {"title": "Rescues"})
    assert "Somebody changed this draft after you opened the page" in refused.text
    assert 'value="Rescues"' in refused.text
    with app.app_context():
        assert draft(app).content["criteria"][1]["title"] == "Rescue at sea"
    assert lead.post(path, data=fields(refused.text)).status_code == 302
    with app.app_context():
        assert draft(app).content["criteria"][1]["title"] == "Rescues"


@pytest.mark.parametrize("ending", ["toml", "xlsx"])
def test_files_come_in_and_go_out(app, lead, ending):
    instrument, _ = read(TEXT)
    content = TEXT.encode() if ending == "toml" else to_sheets(instrument)
    sent = {"file": (BytesIO(content), f"harbours.{ending}")}
    assert lead.post("/criteria/drafts", data=sent).location == "/criteria/drafts/2"
    file = lead.get("/criteria/drafts/2/file.toml")
    assert read(file.text) == (instrument, [])
    with app.app_context():
        version_id = latest("harbour-safety").id
    assert lead.get(f"/criteria/{version_id}/file.toml").text == TEXT
    again = {"file": (BytesIO(lead.get(f"/criteria/{version_id}/file.xlsx").data), "h.xlsx")}
    assert lead.post("/criteria/drafts", data=again).status_code == 302


def test_a_file_with_mistakes_names_them(lead):
    sent = {"file": (BytesIO(TEXT.replace('kind = "scale"', "", 1).encode()), "h.toml")}
    assert "&#34;kind&#34; is missing" in lead.post("/criteria/drafts", data=sent).text
    sent = {"file": (BytesIO(b"\xff\xfe"), "h.doc")}
    assert "neither a workbook" in lead.post("/criteria/drafts", data=sent).text


def test_a_draft_is_the_policy_teams_and_can_be_deleted(app, lead):
    with app.app_context():
        reviewer = make_person("Rea Reader", Role.REVIEWER)
        session.commit()
        other = sign_in(app, reviewer.id)
    assert other.get("/criteria/drafts/1").status_code == 403
    assert "Copy to a draft" not in other.get("/criteria/1").text
    assert lead.get("/criteria/drafts/1/delete").status_code == 200
    assert lead.post("/criteria/drafts/1/delete").location == "/criteria/drafts"
    with app.app_context():
        assert session.query(InstrumentVersion).count()


def test_a_scale_and_a_kind_of_document_are_added_used_and_released(app, lead):
    add = "/criteria/drafts/1/add"
    lead.post(f"{add}/scale", data={"name": "  "})
    assert "Give it a name first." in lead.get("/criteria/drafts/1").text
    scale = lead.post(f"{add}/scale", data={"name": "How far along"}).location
    kind = lead.post(f"{add}/kind", data={"name": "Delivery plan"}).location
    assert scale.endswith("/scale/how-far-along") and kind.endswith("/kind/delivery-plan")
    page = lead.get("/criteria/drafts/1").text
    assert 'href="/criteria/drafts/1/kind/delivery-plan">Document kind delivery-plan' in page
    assert "options: is empty" in lead.get(scale).text
    answers = {"options-0-label": "done", "options-1-label": "not begun"}
    change(lead, scale, **answers)
    change(lead, kind, plural="delivery plans")
    question = lead.post(f"{add}/question", data={"criterion": "rescue"}).location
    change(lead, question, text="How far is it?", scale="how-far-along")
    assert "No mistakes." in lead.get("/criteria/drafts/1").text
    # What questions use is not retired by a press.
    for noun, id_ in (("scale", "how-far-along"), ("kind", "delivery-plan")):
        lead.post(f"/criteria/drafts/1/{noun}/{id_}/out")
        assert (
            "Questions use it. Give them another one first." in lead.get("/criteria/drafts/1").text
        )
    change(lead, "/criteria/drafts/1/release")
    with app.app_context():
        made = released(latest("harbour-safety").id).instrument
        assert made.question("rescue-3").scale == "how-far-along"
        assert [o.id for o in made.question("rescue-3").options] == ["done", "not-begun"]
        assert "delivery-plan" in made.question("rescue-3").documents
        assert made.document_kind("delivery-plan").counted


def test_a_kind_that_is_only_cited_and_one_that_goes_again(app, lead):
    kind = lead.post("/criteria/drafts/1/add/kind", data={"name": "Leaflet"}).location
    data = fields(lead.get(kind).text) | {"plural": "leaflets"}
    data.pop("counted")
    assert lead.post(kind, data=data).status_code == 302
    with app.app_context():
        assert draft(app).content["document_kinds"][-1]["counted"] is False
    assert "No mistakes." in lead.get("/criteria/drafts/1").text
    for _ in range(2):  # the second click
        lead.post(f"{kind}/out")
    with app.app_context():
        assert "leaflet" not in [k["id"] for k in draft(app).content["document_kinds"]]
