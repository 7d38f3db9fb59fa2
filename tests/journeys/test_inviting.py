"""A policy lead invites another; the invited sets a password and a second factor, and begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_from_the_list_to_the_first_page(
    live: Any, page: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None]
) -> None:
    live.app.config["REQUIRE_SECOND_FACTOR"] = True
    live.app.config["PUBLIC_URL"] = live.url
    enter(page, "policy-lead")
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("Policy viewer").check()
    page.get_by_label("One person on each line").fill("Vi Viewer <VI@example.org>")
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("heading", name="1 person would be invited")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Invite 1 person").click()
    page.get_by_role("link", name="Invitation to Vi Viewer").click()
    link = page.get_by_label("The link alone").input_value()
    axe(page)

    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("New password", exact=True).fill("four random plain words")
    page.get_by_label("The same password again", exact=True).fill("four random plain words")
    page.get_by_role("button", name="Save the password and begin").click()
    page.get_by_role("button", name="I have an app: continue").click()
    picture = page.get_by_role("img", name="QR code")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    axe(page)
    app = pyotp.TOTP(page.locator(".pr-key").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill(app.at(time.time() - 30))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".pr-codes li")).to_have_count(10)
    recovery = page.locator(".pr-codes li").first.inner_text()
    axe(page)
    page.get_by_role("link", name="I have kept them: continue").click()
    expect(page.get_by_role("heading", name="Rounds")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email address").fill("vi@example.org")
    page.get_by_label("Password", exact=True).fill("four random plain words")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Rounds")).to_be_visible()
