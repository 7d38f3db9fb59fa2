"""From a comment to a finding: tagged, quoted, allowed, and written up with a live number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from reviewer.rounds.models import find_round

pytestmark = pytest.mark.browser


def test_a_comment_becomes_a_quote_in_a_finding_with_a_live_number(
    page: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None], live: Any
) -> None:
    with live.app.app_context():
        round_id = find_round("demonstration").id
    enter(page, "policy-lead")
    page.goto(f"/rounds/{round_id}/findings")
    page.get_by_role("link", name="Comments", exact=True).click()
    page.get_by_label("Criterion").select_option("leadership")
    page.get_by_role("button", name="Show").click()
    axe(page)

    # Selecting a passage fills it in; a new tag is made on the way.
    comment = page.locator("[data-comment]").first
    comment.locator("[data-text]").click(click_count=3)
    words = comment.locator("[data-text]").inner_text().strip()
    expect(comment.get_by_label("Passage")).to_have_value(words)
    comment.get_by_label("Another tag").fill("Named lead")
    axe(page)
    comment.get_by_role("button", name="Tag it").click()
    expect(page.get_by_role("alert")).to_contain_text("Tagged: Named lead")
    expect(comment.locator(".govuk-tag")).to_have_text("Named lead")
    page.get_by_label("Tag", exact=True).select_option(label="Named lead (1)")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-comment]")).to_have_count(1)

    # A quote that names a system is flagged, and a person says yes.
    comment.get_by_text("Tag or quote").click()
    comment.get_by_role("button", name="Choose as a quote").click()
    expect(page.get_by_text("Nothing was found in it")).to_be_visible()
    page.get_by_label("The words as they are printed").fill(f"{words} As in Hollinquay.")
    page.get_by_role("button", name="Save the words").click()
    expect(page.locator(".pr-found mark")).to_have_text("Hollinquay")
    axe(page)
    page.get_by_role("button", name="Yes, these words can be printed").click()
    expect(page.get_by_text(re.compile("said yes"))).to_be_visible()
    axe(page)

    # A finding of its own, with a number that is put in and not typed.
    page.get_by_role("link", name="open the findings of the criterion").click()
    axe(page)
    page.get_by_role("link", name="Write a finding").click()
    page.get_by_label("Heading").fill("Few name a lead")
    page.get_by_label("Comment").fill("Of the strategies, ")
    page.get_by_text("Live numbers to copy").first.click()
    put = page.get_by_role("button", name=re.compile(r"^Put .*percent. in the text")).first
    put.click()
    page.get_by_label("Comment").press_sequentially(" do.")
    page.get_by_label(re.compile("^Rests on it")).first.check()
    page.get_by_label(re.compile("As in Hollinquay")).check()
    page.get_by_role("button", name="Preview").click()
    printed = page.locator(".pr-editor__preview")
    expect(printed).to_contain_text(re.compile(r"Of the strategies, \d+% do\."))
    expect(printed).to_contain_text("As in Hollinquay")
    axe(page)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name=re.compile(r"^2\.1 Few name a lead"))).to_be_visible()

    page.get_by_role("link", name="Writing", exact=True).click()
    page.get_by_role("button", name="Mark this draft").click()
    expect(page.locator("main")).to_contain_text("moved since")
    axe(page)
    page.get_by_role("link", name="Preview of everything written").click()
    finding = page.locator("section", has=page.get_by_role("heading", name="2.1 Few name a lead"))
    expect(finding).to_contain_text(re.compile(r"Of the strategies, \d+% do\."))
    expect(finding).to_contain_text("As in Hollinquay.")
    axe(page)
