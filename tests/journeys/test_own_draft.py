"""A system's own draft in one sitting, in a browser: from the upload to the action plan, the second
draft, and sharing and unsharing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from reviewer.people.permissions import Role
from tests.conftest import person_of
from tests.documents.conftest import plain_pdf

pytestmark = pytest.mark.browser

QUOTE = "We will name a lead for children"
SHOTS = os.environ.get("SHOTS", "")


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def attach(page: Any, path: Path) -> None:
    page.set_input_files("input[type=file]", path)
    page.get_by_label("Kind of document").select_option("plan")
    press(page, "Attach")


def shot(page: Any, name: str) -> None:
    if not SHOTS:
        return
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_draft_from_upload_to_action_plan_then_draft_two_then_sharing(
    live: Any,
    new_page: Callable[[], Any],
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "draft-1.pdf", tmp_path / "draft-2.pdf"
    first.write_bytes(plain_pdf(f"{QUOTE} soon", "More about it"))
    second.write_bytes(plain_pdf("A preface", "The lead is Dr Example", "More about it"))
    own, lead = new_page(), new_page()
    with live.app.app_context():
        email = person_of(Role.POLICY_LEAD).email

    # The upload.
    enter(own, Role.SYSTEM)
    expect(own.get_by_role("heading", level=1)).to_have_text("Your drafts")
    shot(own, "index")
    own.get_by_role("link", name="Assess a draft").click()
    expect(own.locator("#privacy")).to_contain_text("whoever holds the machine")
    own.get_by_label("What you call it").fill("Plan for 2027")
    own.get_by_label("Joint forward plan").check()
    shot(own, "new")
    press(own, "Go on to the documents")
    attach(own, first)
    expect(own.get_by_text("2 pages", exact=True)).to_be_visible()
    shot(own, "documents")
    own.get_by_role("link", name="Go on to the questions").click()
    shot(own, "show")

    # The questions, with a quote of the page.
    own.get_by_role("link", name="Leadership", exact=True).click()
    question = own.locator("#leadership-2\\.plan\\.")
    question.get_by_label("To some extent").check()
    expect(question.get_by_role("status")).to_contain_text("Saved")
    question.get_by_text("Cite a page or a quote").click()
    question.get_by_label("Page or range").fill("1")
    question.get_by_label("Words on it, copied or typed").fill(QUOTE)
    question.get_by_role("button", name="Add as evidence").click()
    expect(question.locator("blockquote")).to_have_text(QUOTE)
    shot(own, "criterion")
    own.get_by_role("link", name="Assessment", exact=True).click()

    # Where it stands, and the plan.
    own.get_by_role("link", name="See where it stands").click()
    expect(own.get_by_text("What “Yes” asks for").first).to_be_visible()
    axe(own)
    shot(own, "results")
    own.get_by_role("link", name="Make an action plan").click()
    press(own, "Add it to the plan")
    own.get_by_label("What will be done").fill("Name the lead on page 4")
    own.get_by_label("Who sees to it").fill("Director of strategy")
    press(own, "Save the plan")
    expect(own.get_by_text("The plan is saved.")).to_be_visible()
    axe(own)
    shot(own, "plan")
    with own.expect_download() as taken:
        own.get_by_role("link", name="Word").click()
    assert taken.value.suggested_filename == "action-plan.docx"

    # The second draft starts from the first one's answers.
    own.get_by_role("link", name="Documents", exact=True).click()
    attach(own, second)
    expect(own.get_by_text("Draft 2 begins with the answers of draft 1")).to_be_visible()
    expect(own.get_by_text("3 pages", exact=True)).to_be_visible()
    own.get_by_role("link", name="Overview").click()
    to_check = own.get_by_text("1 citation to check")
    for _ in range(60):  # the quotes are looked up once its pages are read and drawn
        if to_check.is_visible():
            break
        own.wait_for_timeout(250)
        own.reload()
    expect(to_check).to_be_visible()
    own.get_by_role("link", name="Leadership", exact=True).click()
    expect(question.get_by_label("To some extent")).to_be_checked()
    expect(question.get_by_text("Given on version 1")).to_be_visible()
    question.get_by_label("Yes", exact=True).check()
    expect(question.get_by_role("status")).to_contain_text("Saved")
    own.get_by_role("link", name="Assessment", exact=True).click()
    own.get_by_role("link", name="Where it stands", exact=True).click()
    chart = own.locator("img.pr-chart")
    expect(chart).to_have_attribute("alt", "Draft 1: To some extent 1, Not answered " + left(chart))
    shot(own, "results-2")

    # Sharing and unsharing.
    own.get_by_role("link", name="Who can see it").click()
    address = own.url.removesuffix("/people")
    enter(lead, Role.POLICY_LEAD)
    refused(lead, address)
    own.get_by_label("Their email address").fill(email)
    own.get_by_label("All of it").check()
    for part, value in (("Day", "31"), ("Month", "12"), ("Year", "2099")):
        own.get_by_label(part).fill(value)
    press(own, "Share")
    expect(own.get_by_text("No email is sent").first).to_be_visible()
    axe(own)
    shot(own, "people")
    lead.goto(address)
    expect(lead.get_by_text("shared this with you")).to_be_visible()
    shot(lead, "shared")
    own.get_by_role("button", name="Stop sharing").click()
    refused(lead, address)
    own.get_by_role("link", name="Plan for 2027").click()
    own.get_by_role("link", name="Its log").click()
    shot(own, "log")


def left(chart: Any) -> str:
    """The end of the alternative text, from the number of questions that are left on."""
    words = chart.get_attribute("alt")
    return str(words).partition("Not answered ")[2]


def refused(page: Any, address: str) -> None:
    """The page is not there for this person; the browser says so in its console too."""
    response = page.request.get(address)
    assert response.status == 404
