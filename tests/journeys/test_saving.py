"""Answers save themselves, and what cannot be saved is said, kept and lands later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer import db
from reviewer.db import session
from reviewer.reviews.models import Review
from reviewer.systems.models import System
from tests.test_torture import held

pytestmark = pytest.mark.browser

LEADERSHIP = "/criteria/leadership"


@pytest.fixture
def review(live: Any) -> str:
    """The address of the demonstration reviewer's second review, of which nothing is answered."""
    with live.app.app_context():
        review_id = session.scalar(
            select(Review.id).join(System).where(System.code == "V54000002", Review.label.is_(None))
        )
        session.rollback()
    return f"/reviews/{review_id}"


def question(page: Any, name: str) -> Any:
    return page.locator(f"section[data-question='{name}']").first


def test_a_lost_network_loses_nothing(
    page: Any, enter: Callable[[Any, str], None], review: str, faults: list[str]
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    page.context.set_offline(True)
    lead = question(page, "leadership-2")
    lead.get_by_label("No", exact=True).check()
    lead.get_by_label("Comment").fill("Nobody is named.")
    expect(lead.get_by_role("status")).to_contain_text("Not saved")
    expect(page.locator("#all-saved")).to_contain_text("kept in this browser")
    page.context.set_offline(False)
    expect(lead.get_by_role("status")).to_contain_text("Saved", timeout=40_000)
    expect(page.locator("#all-saved")).to_have_text("Everything is saved.")
    page.reload()
    expect(lead.get_by_label("No", exact=True)).to_be_checked()
    expect(lead.get_by_label("Comment")).to_have_value("Nobody is named.")
    faults.clear()  # the browser reports the lost network as errors


def test_a_database_that_others_hold_loses_nothing(
    page: Any,
    enter: Callable[[Any, str], None],
    review: str,
    faults: list[str],
    live: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.3)
    lead = question(page, "leadership-2")
    with held(live.app):
        lead.get_by_label("No", exact=True).check()
        expect(lead.get_by_role("status")).to_contain_text(
            "Not saved. The service is busy. Kept in this browser and tried again."
        )
    expect(lead.get_by_role("status")).to_contain_text("Saved", timeout=40_000)
    page.reload()
    expect(lead.get_by_label("No", exact=True)).to_be_checked()
    faults.clear()  # the browser reports the refusals as errors


def test_what_was_not_sent_is_found_after_the_window_was_closed(
    page: Any, enter: Callable[[Any, str], None], review: str, faults: list[str]
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    page.context.set_offline(True)
    question(page, "leadership-3").get_by_label("Comment").fill("Only in the annex.")
    expect(question(page, "leadership-3").get_by_role("status")).to_contain_text("Not saved")
    other = page.context.new_page()
    page.close()
    page.context.set_offline(False)
    other.goto(review + LEADERSHIP)
    expect(question(other, "leadership-3").get_by_role("status")).to_contain_text("Saved")
    expect(question(other, "leadership-3").get_by_label("Comment")).to_have_value(
        "Only in the annex."
    )
    faults.clear()


def test_a_session_that_ended_saves_on_after_the_next_sign_in(
    page: Any, enter: Callable[[Any, str], None], review: str, faults: list[str]
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    page.context.clear_cookies()
    lead = question(page, "leadership-2")
    lead.get_by_label("Yes", exact=True).check()
    expect(lead.get_by_role("status")).to_contain_text("signed out")
    enter(page.context.new_page(), "reviewer")
    page.bring_to_front()
    expect(lead.get_by_role("status")).to_contain_text("Saved", timeout=40_000)
    faults.clear()


def test_two_windows_on_one_answer(
    page: Any, enter: Callable[[Any, str], None], review: str, faults: list[str]
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    other = page.context.new_page()
    other.goto(review + LEADERSHIP)
    question(page, "leadership-2").get_by_label("Yes", exact=True).check()
    expect(question(page, "leadership-2").get_by_role("status")).to_contain_text("Saved")
    question(other, "leadership-2").get_by_label("No", exact=True).check()
    theirs = question(other, "leadership-2")
    expect(theirs.get_by_role("status")).to_contain_text("changed in another window")
    expect(theirs).to_contain_text("It is now: Yes.")
    theirs.get_by_role("button", name="Keep mine").click()
    expect(theirs.get_by_role("status")).to_contain_text("Saved")

    # The first window is behind now, and takes what is there.
    mine = question(page, "leadership-2")
    mine.get_by_label("To some extent").check()
    expect(mine).to_contain_text("It is now: No.")
    mine.get_by_role("button", name="Take the other").click()
    expect(mine.get_by_role("status")).to_contain_text("Saved")
    page.reload()
    expect(mine.get_by_label("No", exact=True)).to_be_checked()
    faults.clear()  # a refusal is an error of the network to the browser


def test_wrong_pages_hold_nothing_else_back(
    page: Any, enter: Callable[[Any, str], None], review: str, faults: list[str]
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    lead = question(page, "leadership-2")
    lead.get_by_label("Pages", exact=False).first.fill("99")
    lead.get_by_label("Yes", exact=True).check()
    expect(lead.get_by_role("status")).to_contain_text("The pages were not saved")
    expect(lead.get_by_role("status")).to_contain_text("The rest of the answer is saved")
    page.goto(review + "/submit")
    expect(page.locator("#unsaved")).to_contain_text("ICB Executive Lead")
    page.locator("#unsaved").get_by_role("link").click()
    expect(lead.get_by_label("Yes", exact=True)).to_be_checked()
    lead.get_by_label("Pages", exact=False).first.fill("6")
    expect(lead.get_by_role("status")).to_contain_text("Saved")
    page.goto(review + "/submit")
    expect(page.locator("#unsaved")).to_be_hidden()
    faults.clear()  # a refusal is an error of the network to the browser


def test_where_to_look_leads_to_the_page(
    page: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None], review: str
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    named = question(page, "leadership-4")
    named.get_by_role("button", name="Where to look").click()
    first = named.locator(".pr-look__pages button").first
    expect(named.locator(".pr-look__pages mark").first).to_be_visible()
    axe(page)
    number = first.inner_text().removeprefix("Page ")
    first.click()
    expect(page.locator("#pane [data-kind]").first).to_have_attribute("data-page", number)
    named.get_by_role("button", name="Where to look").click()
    expect(first).to_have_count(0)


def test_a_question_appears_when_its_condition_holds_and_clears(
    page: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None], review: str
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    expect(question(page, "leadership-5")).to_be_hidden()
    named = question(page, "leadership-4")
    named.get_by_label("Yes", exact=True).check()
    expect(question(page, "leadership-5")).to_be_visible()
    axe(page)
    named.get_by_role("button", name="Clear").click()
    expect(question(page, "leadership-5")).to_be_hidden()
    expect(named.get_by_label("Yes", exact=True)).not_to_be_checked()


def test_by_keyboard_alone(page: Any, enter: Callable[[Any, str], None], review: str) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    lead = question(page, "leadership-2")
    lead.get_by_label("Yes", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(lead.get_by_label("To some extent")).to_be_checked()
    expect(lead.get_by_role("status")).to_contain_text("Saved")
    lead.get_by_label("Pages").focus()
    page.keyboard.type("6")
    page.keyboard.press("Enter")  # saves this answer and presses no other button
    expect(lead.get_by_role("status")).to_contain_text("Saved")
    expect(lead.get_by_label("To some extent")).to_be_checked()


@pytest.fixture
def plain_page(browser: Any, live: Any) -> Iterator[Any]:
    """A browser without JavaScript, on a phone."""
    context = browser.new_context(
        base_url=live.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    yield context.new_page()
    context.close()


def test_without_javascript(
    plain_page: Any, enter: Callable[[Any, str], None], review: str
) -> None:
    page = plain_page
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    question(page, "leadership-2").get_by_label("Yes", exact=True).check()
    # Turning a page of the document saves what was given.
    page.get_by_label("Find words in all documents").fill("safeguarding")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(question(page, "leadership-2").get_by_label("Yes", exact=True)).to_be_checked()
    page.locator("#pane ol button").first.click()
    expect(page.locator("#pane mark").first).to_be_visible()
    question(page, "leadership-2").get_by_label("Pages").fill("99999")
    question(page, "leadership-3").get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("1 answer was not saved")
    expect(page.get_by_role("alert")).to_contain_text("pages")
    expect(question(page, "leadership-2").get_by_label("Pages")).to_have_value("99999")
    expect(question(page, "leadership-3").get_by_label("No", exact=True)).to_be_checked()
    question(page, "leadership-2").get_by_label("Pages").fill("3")
    question(page, "leadership-3").get_by_role("button", name="Clear").click()
    expect(question(page, "leadership-3").get_by_label("No", exact=True)).not_to_be_checked()
    expect(question(page, "leadership-2").get_by_label("Pages")).to_have_value("3")
