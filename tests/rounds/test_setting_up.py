"""The pages that set a round up."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, release
from reviewer.people.permissions import Role
from reviewer.rounds.correcting import corrections
from reviewer.rounds.drafting import today
from reviewer.rounds.models import Round
from reviewer.systems.register import systems_at
from tests.rounds.makers import NEW, OLD, TEXT, patch
from tests.running.makers import make_person, make_round, sign_in


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    with app.app_context():
        person = make_person("Lee Lead", Role.POLICY_LEAD).id
        session.commit()
    return sign_in(app, person)


NONE = {"csrf_token": "an empty form still has one"}


def made(app: Flask, **more: Any) -> int:
    with app.app_context():
        round_ = make_round("spring", **more)
        session.commit()
        return round_.id


def fields(**more: Any) -> dict[str, Any]:
    return {
        "name": "Spring",
        "instrument": "1",
        "kinds": ["strategy", "plan"],
        "opens_on": ["", "", ""],
        "closes_on": ["", "", ""],
        "cap": "2",
        "second_readings": "0",
        "earlier": "0",
    } | more


def parts(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def test_a_draft_is_set_up_in_every_respect(app, lead):
    round_id = made(app, draft=True)
    opens, closes = today() + timedelta(days=3), today() + timedelta(days=60)
    sent = lead.post(
        f"/rounds/{round_id}/settings",
        data=fields(
            name="Autumn",
            kinds=["plan"],
            opens_on=parts(opens),
            closes_on=parts(closes),
            cap="3",
            second_readings="8",
        ),
    )
    assert sent.headers["Location"] == f"/rounds/{round_id}"
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        assert (round_.name, round_.cap, round_.second_readings) == ("Autumn", 3, 8)
        assert (round_.opens_on, round_.closes_on) == (opens, closes)
        assert round_.kinds_left_out == "strategy"
    page = lead.get(f"/rounds/{round_id}/settings").text
    for kept in ('value="Autumn"', f'value="{opens.year}"', 'value="8"'):
        assert kept in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": " "}, "Give the round a name"),
        ({"name": "taken"}, "already; choose another name"),
        ({"kinds": []}, "at least one kind of document"),
        ({"opens_on": ["1", "1", "2020"]}, "has to be later than today"),
        ({"closes_on": ["1", "1", "2020"], "opens_on": ["1", "1", "2090"]}, "before the opening"),
        ({"closes_on": ["31", "2", "2027"]}, "Enter a real date"),
        ({"cap": "none"}, "Not a valid integer"),
        ({"cap": "0"}, "from 1 to 99"),
        ({"second_readings": "-1"}, "from 0 to 999"),
        ({"earlier": "77"}, "Not a valid choice"),
    ],
)
def test_settings_that_are_refused_say_why_keep_what_was_typed_and_change_nothing(
    app, lead, wrong, message
):
    round_id = made(app, draft=True)
    with app.app_context():
        make_round("taken")
        session.commit()
    page = lead.post(f"/rounds/{round_id}/settings", data=fields(second_readings="17") | wrong)
    assert message in page.text
    assert "<title>Error: Settings" in page.text
    assert "second_readings" in wrong or 'value="17"' in page.text
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        assert (round_.name, round_.second_readings, round_.kinds_left_out) == ("spring", 0, "")


def test_other_criteria_ask_about_all_of_their_documents(app, lead):
    round_id = made(app, draft=True)
    with app.app_context():
        other = release(TEXT.replace('id = "hpig-2024"', 'id = "other"')).id
        session.commit()
    sent = fields(instrument=str(other), kinds=["plan"])
    lead.post(f"/rounds/{round_id}/settings", data=sent)
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        assert (round_.instrument_version_id, round_.kinds_left_out) == (other, "")


def test_an_open_round_changes_its_terms_and_nothing_that_is_frozen(app, lead):
    round_id = made(app)
    page = lead.get(f"/rounds/{round_id}/settings").text
    assert "Fixed when the round was opened" in page
    assert 'name="kinds"' not in page
    lead.post(f"/rounds/{round_id}/settings", data=fields(name="Other", kinds=["plan"], cap="5"))
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        assert (round_.name, round_.kinds_left_out, round_.cap) == ("spring", "", 5)
        round_.close()
        session.commit()
    assert "<form method" not in lead.get(f"/rounds/{round_id}/settings").text.split("<main")[1]
    assert "is closed" in lead.post(f"/rounds/{round_id}/settings", data=fields(cap="6")).text


def test_the_systems_of_a_draft_are_chosen_by_region(app, lead):
    round_id = made(app, draft=True)
    page = lead.get(f"/rounds/{round_id}/systems").text
    with app.app_context():
        register = systems_at(date.today())
        assert page.count('name="systems"') >= len(register)
        assert page.count("<legend") == 1 + len({s.region for s in register})  # and that of the day
        wanted = [str(s.id) for s in register[:5]]
    assert page.count(" checked") == 2
    lead.post(f"/rounds/{round_id}/systems", data={"systems": wanted})
    with app.app_context():
        assert {str(s.id) for s in session.get_one(Round, round_id).systems()} == set(wanted)
    assert "at least one system" in lead.post(f"/rounds/{round_id}/systems", data=NONE).text


def test_the_register_of_another_day_is_offered_beside_what_was_chosen(app, lead):
    round_id = made(app, draft=True)
    page = lead.get(f"/rounds/{round_id}/systems?on=1&on=7&on=2023").text
    assert "1 July 2023" in page
    assert page.count('name="systems"') == 42
    wrong = lead.get(f"/rounds/{round_id}/systems?on=41&on=7&on=2023").text
    assert "Enter a real date" in wrong
    assert 'value="41"' in wrong


def test_the_systems_of_an_open_round_are_frozen(app, lead):
    round_id = made(app)
    sent = lead.post(f"/rounds/{round_id}/systems", data={"systems": ["1"]})
    assert sent.headers["Location"] == f"/rounds/{round_id}/settings"
    with app.app_context():
        assert len(session.get_one(Round, round_id).scope) == 2


def upload(text: str) -> dict[str, Any]:
    return {"action": "check", "file": (io.BytesIO(text.encode()), "criteria.toml")}


def test_a_correction_is_shown_first_and_then_put_in_place_and_logged(app, lead):
    round_id = made(app)
    where = f"/rounds/{round_id}/wording"
    assert "None so far" in lead.get(where).text
    # A file from Windows, and what a browser makes of the line breaks of a field.
    page = lead.post(where, data=upload(patch().replace("\n", "\r\n"))).text
    assert OLD in page
    assert NEW in page
    with app.app_context():
        versions = select(InstrumentVersion.version).filter_by(code="hpig-2024")
        assert session.scalars(versions).all() == ["1.0.2"]
    definition = patch().replace("\n", "\r\n")
    lead.post(where, data={"action": "correct", "definition": definition})
    page = lead.get(where).text
    assert "Version 1.0.2 to 1.0.3" in page
    assert "By Lee Lead on" in page
    lead.post(where, data={"action": "correct", "definition": definition})
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        (done,) = corrections(round_)
        assert done.new.version == round_.released.instrument.version == "1.0.3"
        version = session.get_one(InstrumentVersion, round_.instrument_version_id)
        assert version.definition == patch()


def test_a_patch_that_was_released_can_be_chosen(app, lead):
    round_id = made(app)
    with app.app_context():
        version = release(patch("1.0.3")).id
        session.commit()
    where = f"/rounds/{round_id}/wording"
    assert "See what version 1.0.3 changes" in lead.get(where).text
    page = lead.post(where, data={"action": "check-released", "version": str(version)}).text
    assert NEW in page
    lead.post(where, data={"action": "correct", "version": str(version)})
    with app.app_context():
        assert session.get_one(Round, round_id).instrument_version_id == version


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"action": "check"}, "Choose a TOML file"),
        (upload("id ="), "has mistakes"),
        (upload(patch("2.0.0")), "same two first numbers"),
        ({"action": "check-released", "version": "1"}, "Choose a version"),
        ({"action": "correct", "version": "99"}, "Choose a version"),
        ({"action": "check", "file": (io.BytesIO(b"\xff\xfe"), "x.toml")}, "not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_correction_is_refused(app, lead, data, message):
    round_id = made(app)
    data = {
        name: (io.BytesIO(v[0].getvalue()), v[1]) if isinstance(v, tuple) else v
        for name, v in data.items()
    }
    page = lead.post(f"/rounds/{round_id}/wording", data=data)
    assert message in page.text
    assert "<title>Error: Correct the wording" in page.text


@pytest.mark.parametrize(
    "path", ["settings", "systems", "wording", "open", "delete", "not-published"]
)
def test_only_a_policy_lead_sets_up_and_a_private_round_is_none(app, lead, path):
    round_id = made(app, draft=True)
    with app.app_context():
        viewer = make_person("Vic Viewer", Role.POLICY_VIEWER).id
        session.commit()
    client = sign_in(app, viewer)
    assert client.get(f"/rounds/{round_id}/{path}").status_code == 403
    assert client.post(f"/rounds/{round_id}/{path}").status_code == 403
    assert lead.get(f"/rounds/999/{path}").status_code == 404
