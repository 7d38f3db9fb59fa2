"""The criteria as everybody reads them; the templates are those of `instrument/`."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviewer.db import session
from reviewer.instrument.models import InstrumentVersion, latest, released
from reviewer.people.permissions import Role
from tests.running.makers import make_person, sign_in


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    with app.app_context():
        person = make_person("Ada Reader", Role.REVIEWER)
        session.commit()
        return sign_in(app, person.id)


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_every_question_stands_there_in_full(app, reader):
    with app.app_context():
        version_id = latest("hpig-2024").id
        instrument = released(version_id).instrument
    assert f'href="/criteria/{version_id}"' in reader.get("/criteria").text
    page = reader.get(f"/criteria/{version_id}").text
    said = words(page)
    for criterion in instrument.criteria:
        assert f'href="#{criterion.id}"' in page
        assert " ".join(criterion.about.split()) in said
    for question in instrument.questions:
        assert f'id="{question.id}"' in page
        parts = [question.text, question.source, *question.notes, *question.search]
        for part in [*parts, *(option.title for option in question.options)]:
            assert " ".join(part.split()) in said, (question.id, part)
    assert page.count("Published wording") == 21
    assert page.count("Wording derived from") == 40
    # The guidance of a scale that dozens of questions share is printed once.
    first = instrument.scales[0].options[0].guidance[0]
    assert said.count(" ".join(first.split())) == 1


def test_a_condition_is_said_in_words(app, reader):
    with app.app_context():
        version_id = latest("hpig-2024").id
        instrument = released(version_id).instrument
    said = words(reader.get(f"/criteria/{version_id}").text)
    text = instrument.question("leadership-4").text
    assert f"Asked only where “{text}” was answered Yes or To some extent." in said


def test_no_criteria_yet(app, reader):
    with app.app_context():
        session.query(InstrumentVersion).delete()
        session.commit()
    assert "No criteria were released yet" in reader.get("/criteria").text
    assert reader.get("/criteria/1").status_code == 404
