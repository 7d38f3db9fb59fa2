"""A proposal is changed and sent, a reader cannot read, and a half-done review goes to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.models import Person, add_person, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review
from reviewer.rounds.models import RoundSystem, find_round
from reviewer.systems.models import System

pytestmark = pytest.mark.browser

NEW = ("Aldermoss", "Brindlecrag")


@pytest.fixture
def round_id(live: Any) -> int:
    """The round practice with two systems that nobody reads, and three more readers."""
    with live.app.app_context():
        round_ = find_round("practice")
        for system in session.scalars(select(System).where(System.name.in_(NEW))):
            round_.scope.append(RoundSystem(system_id=system.id))
        for name in ("Ann", "Ben", "Cat"):
            add_person(
                f"{name.lower()}@{name.lower()}.example",
                name=f"{name} Reader",
                role=Role.REVIEWER,
                organisation=f"The {name} Charity",
                demonstration=True,
            )
        session.commit()
        return round_.id


def come_in(page: Any, live: Any, name: str) -> None:
    with live.app.app_context():
        person = session.scalars(select(Person).filter_by(name=name)).one()
        path = f"/sign-in/{make_sign_in_link(person, hours=1)}"
        session.commit()
    page.goto(path)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def go_out(page: Any) -> None:
    page.get_by_role("button", name="Sign out").click()


def test_from_a_proposal_to_a_hand_over(
    page: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    live: Any,
    round_id: int,
) -> None:
    # The lead changes one reader of the proposal, and sends it.
    enter(page, "policy-lead")
    page.goto(f"/rounds/{round_id}/assign")
    page.get_by_role("link", name="See a proposal for all systems").click()
    axe(page)
    for system, reader in zip(NEW, ("Ann Reader", "Ben Reader"), strict=True):
        choice = page.get_by_label(f"Reader of {system}")
        value = choice.locator("option", has_text=reader).get_attribute("value")
        choice.select_option(value)
    page.get_by_role("button", name="Send the assignments").click()
    expect(page.locator("main")).to_contain_text("2 systems were given to 2 readers")
    go_out(page)

    # Ann has a conflict of interest.
    come_in(page, live, "Ann Reader")
    axe(page)
    page.get_by_role("link", name="say that you have a conflict").click()
    axe(page)
    page.get_by_label("In a sentence").fill("My sister is on its board.")
    page.get_by_role("button", name="Tell the policy team").click()
    expect(page.locator("main")).to_contain_text("You have no review to do.")
    go_out(page)

    # Ben accepts, answers a question, and then cannot go on.
    come_in(page, live, "Ben Reader")
    page.get_by_role("button", name=f"Accept {NEW[1]}").click()
    page.get_by_role("link", name="Start").click()
    question = page.locator("section[data-question]").first
    question.locator("label.govuk-radios__label, label.govuk-checkboxes__label").first.click()
    expect(question.get_by_role("status")).to_contain_text("Saved")
    page.goto("/reviews")
    page.get_by_role("link", name="I cannot go on").click()
    page.get_by_label("Another reason").check()
    page.get_by_label("In a sentence").fill("I am ill.")
    page.get_by_role("button", name="Tell the policy team").click()
    expect(page.locator("main")).to_contain_text("What you wrote is kept.")
    go_out(page)

    # The lead sees both, and hands Ben's review to Cat; Ann cannot be chosen for hers again.
    enter(page, "policy-lead")
    page.goto(f"/rounds/{round_id}?show=declined")
    expect(page.locator("main")).to_contain_text("Conflict of interest: My sister is on its board.")
    expect(page.locator("main")).to_contain_text("Cannot go on: I am ill.")
    page.get_by_role("link", name=f"Hand over {NEW[1]}").click()
    axe(page)
    choice = page.get_by_label("New reader")
    value = choice.locator("option", has_text="Cat Reader").get_attribute("value")
    choice.select_option(value)
    page.get_by_role("button", name="Hand it over").click()
    expect(page.locator("main")).to_contain_text(f"Cat Reader goes on with {NEW[1]}")
    axe(page)
    go_out(page)

    # Cat finds the answer under Ben's name.
    come_in(page, live, "Cat Reader")
    page.get_by_role("button", name=f"Accept {NEW[1]}").click()
    with live.app.app_context():
        review = session.scalars(select(Review).join(Review.reviewer).filter_by(name="Cat Reader"))
        path = f"/reviews/{review.one().id}/submit"
        session.rollback()
    page.goto(path)
    expect(page.locator("main")).to_contain_text("Answered by Ben Reader")
    axe(page)
