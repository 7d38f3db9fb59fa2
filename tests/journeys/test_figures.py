"""A policy lead reads the figures: cut by region, back to the answers, two documents, over time."""

from __future__ import annotations

from playwright.sync_api import expect

from reviewer.db import session
from reviewer.rounds.models import find_round


def test_from_a_figure_to_its_regions_its_answers_and_what_it_was(page, live, enter, axe):
    with live.app.app_context():
        round_id = find_round("demonstration").id
        session.remove()
    enter(page, "policy-lead")
    page.goto(f"/rounds/{round_id}/findings")
    page.get_by_role("link", name="Workforce").click()

    page.get_by_label("Documents").select_option("Strategies")
    page.get_by_label("Cut").select_option("By region")
    page.get_by_role("button", name="Show").click()
    figure = page.locator("#workforce-1-strategy")
    expect(figure.locator(".pr-chart__live svg")).to_be_visible()
    expect(page.locator("#workforce-2-plan")).to_have_count(0)
    regions = figure.get_by_role("region", name="By region")
    expect(regions.get_by_role("row")).to_have_count(8)
    axe(page)

    regions.get_by_role("link", name="No, Eastfarrow").click()
    expect(page.get_by_text("Region Eastfarrow alone.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(5)  # four systems and the heads
    page.go_back()
    figure.get_by_role("link", name="Answers behind: No").click()
    expect(page.get_by_role("row")).to_have_count(20)

    page.goto(f"/rounds/{round_id}/findings")
    page.get_by_role("link", name="The two documents together").click()
    moved = page.locator("#population-4-strategy_population-4-plan")
    expect(moved.locator(".pr-chart__live svg")).to_be_visible()
    moved.get_by_text("Sentences, table and files").click()
    expect(moved.get_by_role("link", name="PNG")).to_be_visible()
    axe(page)
    words = "Yes in the integrated care strategy, To some extent in the joint forward plan"
    moved.get_by_role("link", name=words).click()
    expect(page.get_by_text("4 systems of the 29 with a value in both.")).to_be_visible()

    page.goto(f"/rounds/{round_id}/findings")
    page.get_by_role("link", name="Over time").click()
    expect(page.get_by_text("it is never taken for 0")).to_be_visible()
    page.get_by_role("link", name="Leadership").click()
    expect(page.locator("#leadership-2-plan_over-time")).to_contain_text("(17 of 30), inferred.")
    expect(page.locator("#leadership-2-plan_over-time svg").first).to_be_visible()
    axe(page)
