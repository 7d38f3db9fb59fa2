"""Reading without JavaScript: the picture of a page and its text; with it, no picture is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.reviews.models import Review
from reviewer.systems.models import System

pytestmark = pytest.mark.browser

CODE = "V54000002"


@pytest.fixture
def address(live: Any) -> str:
    """The questions of a criterion, beside two documents."""
    with live.app.app_context():
        review_id = session.scalar(
            select(Review.id).join(System).where(System.code == CODE, Review.label.is_(None))
        )
        session.rollback()
    return f"/reviews/{review_id}/criteria/leadership"


def heard(page: Any) -> list[int]:
    """The status of every answer that brings a picture, filled as they come."""
    statuses: list[int] = []

    def listen(response: Any) -> None:
        if response.url.endswith("/picture"):
            statuses.append(response.status)

    page.on("response", listen)
    return statuses


def test_a_page_and_its_text_without_javascript(
    browser: Any, live: Any, enter: Callable[[Any, str], None], address: str
) -> None:
    context = browser.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    statuses = heard(page)
    enter(page, "reviewer")
    page.goto(address)
    picture = page.get_by_role("img", name="Page 1 as it was published")
    expect(picture).to_be_visible()
    expect(page.get_by_role("heading", name="Text of page 1")).to_be_visible()
    page.get_by_role("button", name="Next page").first.click()
    expect(page.get_by_role("img", name="Page 2 as it was published")).to_be_visible()
    expect(page.get_by_role("heading", name="Text of page 2")).to_be_visible()
    box = page.get_by_role("img", name="Page 2 as it was published").bounding_box()
    assert box["height"] > box["width"] > 300  # it was loaded, and has the shape of a page
    assert statuses == [200, 200]
    context.close()


def test_with_javascript_no_picture_is_loaded(
    page: Any, enter: Callable[[Any, str], None], address: str
) -> None:
    statuses = heard(page)
    enter(page, "reviewer")
    page.goto(address)
    expect(page.locator("#reader canvas").first).to_be_visible()
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator(".pr-page-text")).to_be_visible()
    with page.expect_response(lambda response: "reading" in response.url):
        page.locator(".pr-as-text").get_by_role("button", name="Next page").first.click()
    expect(page.get_by_role("heading", name="page 2 of")).to_be_visible()
    assert statuses == []
