"""A new question, from the policy lead's mind to a volunteer's answer, without touching a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.reviews.models import Review
from reviewer.rounds.models import Round
from reviewer.systems.models import System

pytestmark = pytest.mark.browser

ASKED = "Does the document say who babies’ families can ring at night?"


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_question_is_added_released_and_answered(
    page: Any, live: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None]
) -> None:
    with live.app.app_context():
        query = select(System.code).filter_by(invented=True).order_by(System.code).limit(1)
        code = session.scalar(query)
        session.rollback()
    enter(page, "policy-lead")
    page.goto("/criteria")
    page.locator(".pr-card a").first.click()
    press(page, "Copy to a draft")
    axe(page)
    page.get_by_role("button", name="Add a question to Co-production").click()
    axe(page)
    page.get_by_label("Question", exact=True).fill(ASKED)
    page.get_by_label("Guidance", exact=True).fill("A number, an app or a place counts.")
    page.get_by_label("Words to search for").fill("helpline\nout of hours")
    page.get_by_role("button", name="Save in the draft").last.click()
    expect(page.get_by_text("No mistakes.")).to_be_visible()
    expect(page.get_by_role("link", name=ASKED)).to_be_visible()

    page.get_by_role("link", name=re.compile("See it as a reviewer.*Co-production")).click()
    expect(page.get_by_text(ASKED).first).to_be_visible()
    expect(page.get_by_role("radio", name="Yes").last).to_be_disabled()
    axe(page)
    page.get_by_role("link", name="Back to the draft").click()
    page.get_by_role("button", name="See what it changes, and release it").click()
    expect(page.get_by_text("Added: 1 question")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Release version").click()
    expect(page.get_by_text("is released. New rounds can use it.")).to_be_visible()

    page.goto("/rounds/new")
    page.get_by_label("Name of the round").fill("With a new question")
    page.get_by_label("A list of ONS codes").check()
    page.get_by_label("ONS codes, one on each line").fill(code)
    press(page, "Make the round")
    round_url = page.url
    page.goto(f"{round_url}/assign")
    page.get_by_label("System", exact=True).select_option(index=1)
    page.locator("#person").select_option(index=1)
    press(page, "Assign")
    page.goto(f"{round_url}/open")
    press(page, "Open the round")
    with live.app.app_context():
        newest = select(Round.id).order_by(Round.id.desc()).limit(1).scalar_subquery()
        review_id = session.scalars(select(Review.id).where(Review.round_id == newest)).one()
        session.rollback()

    enter(page, "reviewer")
    page.goto(f"/reviews/{review_id}/criteria/co-production")
    question = page.locator(".pr-question", has_text=ASKED).first
    question.get_by_label("To some extent", exact=True).check()
    expect(question.locator(".pr-saved")).to_have_attribute("data-state", "saved")
