"""A moderator settles two differences and returns an answer; the reviewer mends it and submits
again, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review
from reviewer.rounds.models import find_round
from tests.moderation.makers import read
from tests.running.makers import make_person

pytestmark = pytest.mark.browser

NO = Given(frozenset({"no"}), comment="I looked and did not find it.")
DIFFER = ("population-1", "strategy"), ("population-5", "plan"), ("leadership-3", "plan")


@pytest.fixture
def address(live: Any) -> str:
    """The practice review, submitted, and a second reading that differs from it in three answers;
    the path of their comparison."""
    with live.app.app_context():
        round_ = find_round("practice")
        review = session.scalars(select(Review).filter_by(round_id=round_.id)).first()
        codes = round_.released.option_codes
        second = {
            place: Given(g.options, g.not_applicable, g.text)
            for place, a in review.load_answers().items()
            if (g := a.given(codes))
        }
        review.submit()
        someone = make_person("Bo Second", Role.REVIEWER, demonstration=True)
        read(round_, review.system, someone, second | dict.fromkeys(DIFFER, NO))
        assert session.scalar(select(Person).filter_by(role="reviewer")) is review.reviewer
        session.commit()
        return f"/rounds/{round_.id}/moderation/{review.system_id}"


def test_settle_return_mend_submit(
    page: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    address: str,
) -> None:
    enter(page, "policy-lead")
    page.goto(address.rpartition("/")[0])
    page.get_by_role("link", name="Ashenford and Wold").click()

    # Two differences are settled, one with the keyboard alone.
    one, two, three = (page.locator(f"[id='{q}.{on}.']") for q, on in DIFFER)
    expect(one).to_contain_text("I looked and did not find it.")
    one.get_by_label("To some extent").check()
    one.get_by_role("button", name="Settle").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the reason in a sentence.")
    axe(page)
    expect(one.get_by_label("To some extent")).to_be_checked()
    one.get_by_label("Reason, in one sentence").fill("Page 7 names them, up to 18 only.")
    one.get_by_label("Reason, in one sentence").press("Enter")
    expect(page.get_by_text("Settled as To some extent")).to_be_in_viewport()
    expect(two).to_be_in_viewport()
    two.get_by_label("Yes", exact=True).check()
    two.get_by_label("Reason, in one sentence").fill("Page 10 has the table.")
    two.get_by_role("button", name="Settle").click()
    expect(three).to_be_in_viewport()
    expect(page.locator(".pr-facts")).to_contain_text("Left to settle1")

    # The third goes back to the reviewer.
    three.get_by_role("link", name="the first reading on").click()
    answer = page.locator("[id='leadership-3.plan.']")
    answer.get_by_text("Return this answer").click()
    answer.get_by_label("What is to be looked at again").fill("Which page shows it?")
    axe(page)
    page.get_by_role("button", name="Return the review").click()
    expect(page.get_by_text("is returned, with 1 answer")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    # The reviewer sees just that, mends it and submits again.
    enter(page, "reviewer")
    page.get_by_role("link", name="See what was returned").click()
    expect(page.get_by_text("Which page shows it?")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Does the plan name a SEND lead?").click()
    question = page.locator("section[data-question='leadership-3']")
    expect(question).to_contain_text("Which page shows it?")
    expect(page.locator("section[data-question]")).to_have_count(1)
    question.get_by_label("No", exact=True).check()
    expect(question.get_by_role("status")).to_contain_text("Saved")
    page.reload()
    expect(question).to_contain_text("Your answer before: To some extent")
    axe(page)
    page.get_by_role("button", name="Save and finish").click()
    expect(page.get_by_text("Changed", exact=True)).to_be_visible()
    page.get_by_role("link", name="Check and submit").click()
    expect(page.get_by_text("Before it was returned: To some extent")).to_be_visible()
    page.get_by_role("button", name="Submit the review again").click()
    expect(page.locator("main")).to_contain_text("is submitted")
    page.get_by_role("button", name="Sign out").click()

    # The moderator sees what changed: nothing is left, and the first answer is still there.
    enter(page, "policy-lead")
    page.goto(address)
    expect(page.locator(".pr-facts")).to_contain_text("Left to settle0")
    page.get_by_text("Leadership:").click()
    expect(three).to_contain_text("First answer: To some extent")
    axe(page)
    page.goto(address.partition("/moderation")[0] + "/agreement")
    axe(page)
