"""From a draft to a corrected question: a policy lead sets a round up, a reviewer is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from tests.rounds.makers import NEW, OLD, QUESTION, patch

pytestmark = pytest.mark.browser


@pytest.fixture
def systems(live: Any) -> list[System]:
    """Two invented systems, the second to be marked."""
    with live.app.app_context():
        query = select(System).filter_by(invented=True).order_by(System.name).limit(2)
        found = list(session.scalars(query))
        session.expunge_all()
        return found


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_round_from_draft_to_correction(
    page: Any,
    live: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    systems: list[System],
) -> None:
    enter(page, "policy-lead")
    page.goto("/rounds/new")
    page.get_by_label("Name of the round").fill("Autumn 2027")
    page.get_by_label("A list of ONS codes").check()
    page.get_by_label("ONS codes, one on each line").fill("\n".join(s.code for s in systems))
    press(page, "Make the round")
    expect(page.get_by_role("heading", name="Before the round opens")).to_be_visible()
    axe(page)
    round_url = page.url.removeprefix(live.url)
    for path in ("settings", "systems", "delete"):
        page.goto(f"{round_url}/{path}")
        axe(page)

    page.goto(f"{round_url}/not-published")
    page.get_by_role("group", name=systems[1].name).get_by_label("No joint forward plan").check()
    axe(page)
    press(page, "Save the marks")
    expect(page.get_by_text("Not published: Joint forward plan")).to_be_visible()

    page.goto(f"{round_url}/assign")
    page.get_by_label("System", exact=True).select_option(str(systems[1].id))
    page.locator("#person").select_option(index=1)
    press(page, "Assign")
    page.goto(f"{round_url}/open")
    axe(page)
    press(page, "Open the round")
    expect(page.get_by_text("is open: it can be answered")).to_be_visible()

    review_url = answer(page, live, enter)

    enter(page, "policy-lead")
    page.goto(f"{round_url}/wording")
    file = {"name": "criteria.toml", "mimeType": "text/plain", "buffer": patch().encode()}
    page.locator("input[type=file]").set_input_files(file)
    press(page, "See what it changes")
    expect(page.get_by_text(OLD)).to_be_visible()
    expect(page.get_by_text(NEW)).to_be_visible()
    axe(page)
    press(page, "Correct the wording of this round")
    expect(page.get_by_text("now has the wording of version 1.0.3")).to_be_visible()
    axe(page)

    enter(page, "reviewer")
    page.goto(review_url)
    expect(page.get_by_text("1 answer to check: the wording")).to_be_visible()
    expect(page.get_by_text("Nothing is asked about it.")).to_be_visible()
    page.goto(f"{review_url}/criteria/co-production")
    told = page.get_by_text("The wording of this question was corrected")
    expect(told).to_be_visible()
    axe(page)
    page.locator(".pr-reworded").get_by_role("button", name="It still fits").click()
    expect(told).to_be_hidden()


def answer(page: Any, live: Any, enter: Callable[[Any, str], None]) -> str:
    """The reader answers one question; gives the address of the review."""
    with live.app.app_context():
        newest = session.scalars(select(Round.id).order_by(Round.id.desc())).first()
        review = session.scalars(select(Review).filter_by(round_id=newest)).one()
        review_url = f"/reviews/{review.id}"
        reader_id = review.reviewer_id
    enter(page, "reviewer")
    page.goto(f"{review_url}/criteria/co-production")
    assert page.locator("#review").get_attribute("data-person") == str(reader_id)
    question = page.locator(f'[data-question="{QUESTION}"]')
    question.get_by_label("Yes", exact=True).check()
    expect(question.locator(".pr-saved")).to_have_attribute("data-state", "saved")
    expect(page.locator('[data-document="plan"]')).to_have_count(0)
    return review_url
