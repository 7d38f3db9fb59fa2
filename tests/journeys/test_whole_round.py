"""A whole round, each person in a browser of their own: four volunteers, six systems of which two
are read twice, one decline, one hand-over, one return, one reply, and the book is closed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.moderation.replies import today
from reviewer.people.access import remove
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review
from reviewer.rounds.models import find_round
from reviewer.systems.models import System

pytestmark = [pytest.mark.browser, pytest.mark.long]

NAMES = ("Ann Archer", "Ben Brook", "Cat Carter", "Dan Dale")
ROUND = "Autumn 2027"
CRITERION, QUESTION, ON = "co-production", "coproduction-3", "strategy"
PASSWORD = "four random plain words"

Reads = dict[str, list[tuple[int, str]]]  # review and system, by the name of the reader


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(select_: Any, words: str) -> None:
    """The option that begins with these words: what follows them tells of the person."""
    option = select_.locator("option", has_text=words).first
    select_.select_option(option.get_attribute("value"))


@pytest.fixture
def systems(live: Any) -> list[tuple[str, str]]:
    """Code and name of six invented systems; the demonstration's own reviewer takes no part."""
    with live.app.app_context():
        remove(session.scalars(select(Person).filter_by(role=Role.REVIEWER.value)).one())
        session.commit()
        query = select(System.code, System.name).filter_by(invented=True).order_by(System.name)
        found = [(code, name) for code, name in session.execute(query.limit(6))]
        session.rollback()
        return found


@pytest.fixture
def assigned(live: Any) -> Callable[[], Reads]:
    """`assigned()` is who reads what: review and system, by the name of the reader."""

    def look() -> Reads:
        with live.app.app_context():
            rows = session.execute(
                select(Person.name, Review.id, System.name)
                .join(Review, Review.reviewer_id == Person.id)
                .join(System, System.id == Review.system_id)
                .where(Review.round_id == find_round(ROUND).id)
                .order_by(Review.id)
            ).all()
            session.rollback()
        found: Reads = {}
        for name, review, system in rows:
            found.setdefault(name, []).append((review, system))
        return found

    return look


def set_up(lead: Any, systems: list[tuple[str, str]]) -> str:
    """A round of six systems, two of them to be read twice; its address."""
    lead.goto("/rounds/new")
    lead.get_by_label("Name of the round").fill(ROUND)
    lead.get_by_label("A list of ONS codes").check()
    codes = "\n".join(code for code, _ in systems)
    lead.get_by_label("ONS codes, one on each line").fill(codes)
    press(lead, "Make the round")
    address = lead.url
    lead.goto(f"{address}/settings")
    lead.get_by_label("Systems that one reviewer may have").fill("3")
    lead.get_by_label("Systems that get a second, blind reading").fill("2")
    press(lead, "Save the settings")
    lead.goto(f"{address}/open")
    press(lead, "Open the round")
    expect(lead.get_by_text("is open: it can be answered")).to_be_visible()
    return str(address)


def invite(lead: Any, new_page: Callable[[], Any]) -> dict[str, Any]:
    """Four people are invited at once; each sets a password in a browser of their own."""
    lead.goto("/people/invite")
    lead.get_by_label("Reviewer", exact=True).check()
    lines = [
        f"{name},{name.split()[0].lower()}@{name.split()[1].lower()}.example" for name in NAMES
    ]
    lead.get_by_label("One person on each line").fill("\n".join(lines))
    press(lead, "Check the list")
    press(lead, "Invite 4 people")
    return {name: come_in(lead, new_page(), f"Invitation to {name}") for name in NAMES}


def come_in(lead: Any, page: Any, letter: str) -> Any:
    """Somebody opens the link of a letter in the outbox and sets a password."""
    lead.goto("/people/outbox")
    lead.get_by_role("link", name=letter).first.click()
    page.goto(lead.get_by_label("The link alone").input_value())
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again", exact=True).fill(PASSWORD)
    press(page, "Save the password and begin")
    return page


def answer(page: Any, review: int, value: str) -> None:
    """Answer the question of this journey; it saves by itself."""
    page.goto(f"/reviews/{review}/criteria/{CRITERION}")
    question = page.locator(f"section[data-question='{QUESTION}']")
    question.get_by_label(value, exact=True).check()
    expect(question.get_by_role("status")).to_contain_text("Saved")


def submit(page: Any, review: int) -> None:
    page.goto(f"/reviews/{review}/submit")
    page.get_by_role("button", name="Submit the review").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def cannot(page: Any, link: str, reason: str) -> None:
    """Tell the policy team that a system cannot be read."""
    page.goto("/reviews")
    page.get_by_role("link", name=link).first.click()
    page.get_by_label("Another reason").check()
    page.get_by_label("In a sentence").fill(reason)
    press(page, "Tell the policy team")


def settle(lead: Any, address: str, system: str, value: str, reason: str) -> None:
    """Decide on the one difference between two readings of a system."""
    lead.goto(f"{address}/moderation")
    lead.get_by_role("link", name=system).click()
    row = lead.locator(f"[id='{QUESTION}.{ON}.']")
    row.get_by_label(value, exact=True).check()
    row.get_by_label("Reason, in one sentence").fill(reason)
    row.get_by_role("button", name="Settle").click()
    expect(row.get_by_text("Settled", exact=True)).to_be_visible()


def reply(lead: Any, new_page: Callable[[], Any], address: str, system: str) -> None:
    """A named contact of a system disagrees with its one answer, and the answer is changed."""
    lead.goto(f"{address}/replies")
    for label, day in (("First day", today()), ("Last day", today() + timedelta(days=7))):
        group = lead.get_by_role("group", name=label)
        for part in ("day", "month", "year"):
            group.get_by_label(part.title()).fill(str(getattr(day, part)))
    press(lead, "Keep the days")
    expect(lead.get_by_text("The days for replies are kept")).to_be_visible()
    lead.get_by_role("row", name=system).get_by_role("link", name="Invite").click()
    lead.get_by_label("Name").fill("Sal Sterling")
    lead.get_by_label("Email").fill("sal@nhs.example")
    press(lead, "Invite")
    sal = come_in(lead, new_page(), "Invitation to Sal Sterling")
    sal.goto("/replies")
    sal.get_by_role("link", name="Read and reply").click()
    sal.get_by_role("link", name="Reply to the answers on").first.click()
    sal.get_by_label("Partly agree").check()
    sal.get_by_label("What is not right").fill("The forum met once.")
    press(sal, "Save and finish")
    press(sal, "Send the reply")
    lead.goto(f"{address}/replies")
    lead.get_by_role("link", name=system, exact=True).click()
    expect(lead.get_by_text("The forum met once.")).to_be_visible()
    lead.get_by_label("To some extent", exact=True).check()
    lead.get_by_label("Reason").fill("It met once, so the voice was not yet a rule.")
    press(lead, "Record the outcome")
    expect(lead.get_by_text("This system is done")).to_be_visible()
    sal.reload()
    expect(sal.get_by_text("It met once, so")).to_be_visible()


def counted(lead: Any, address: str) -> dict[str, int]:
    """The counts of this journey's question in the table that is taken home."""
    table = lead.request.get(f"{address}/snapshots/1/table.csv").text()
    rows = csv.DictReader(table.removeprefix("\ufeff").splitlines())
    here = [row for row in rows if (row["question"], row["document"]) == (QUESTION, ON)]
    assert {row["base"] for row in here} == {"6"}
    return {row["option"]: int(row["count"]) for row in here}


def other_than(reads: Reads, reader: str, other: str) -> str:
    """A system that one reads and the other does not."""
    theirs = {system for _, system in reads[other]}
    return next(system for _, system in reads[reader] if system not in theirs)


def review_of(reads: Reads, reader: str, system: str) -> int:
    return next(review for review, name in reads[reader] if name == system)


def test_a_whole_round(
    new_page: Callable[[], Any],
    enter: Callable[[Any, str], None],
    live: Any,
    systems: list[tuple[str, str]],
    assigned: Callable[[], Reads],
) -> None:
    live.app.config["PUBLIC_URL"] = live.url
    lead = new_page()
    enter(lead, "policy-lead")
    people = invite(lead, new_page)
    _, ben, _, dan = (people[name] for name in NAMES)
    address = set_up(lead, systems)
    lead.goto(f"{address}/assign/proposal")
    expect(lead.get_by_text("8 readings proposed")).to_be_visible()
    press(lead, "Send the assignments")
    expect(lead.locator("main")).to_contain_text("6 systems were given to 4 readers")
    reads = assigned()
    assert sorted(len(of) for of in reads.values()) == [2, 2, 2, 2]

    # Dan declines one; Cat is given it.
    declined = other_than(reads, "Dan Dale", "Cat Carter")
    cannot(dan, f"Decline with {declined}", "I am moving house.")
    lead.goto(f"{address}?show=declined")
    expect(lead.locator("main")).to_contain_text("I am moving house.")
    lead.goto(f"{address}/assign")
    choose(lead.get_by_label("System", exact=True), declined)
    choose(lead.get_by_label("Reader", exact=True), "Cat Carter")
    press(lead, "Assign")

    # Ben accepts, answers one question and cannot go on; Ann goes on from there.
    halved = other_than(reads, "Ben Brook", "Ann Archer")
    ben.goto("/reviews")
    press(ben, f"Accept {halved}")
    answer(ben, review_of(assigned(), "Ben Brook", halved), "To some extent")
    cannot(ben, f"I cannot go on with {halved}", "I am ill.")
    lead.goto(address)
    lead.get_by_role("link", name=f"Hand over {halved}").click()
    choose(lead.get_by_label("New reader"), "Ann Archer")
    press(lead, "Hand it over")
    expect(lead.locator("main")).to_contain_text(f"Ann Archer goes on with {halved}")

    # Everybody reads. Who hands in second differs from who was first; Ben's answer stays.
    reads = assigned()
    seen: dict[str, str] = {}
    for name, person in people.items():
        for review, system in reads.get(name, []):
            person.goto("/reviews")
            press(person, f"Accept {system}")
            if system != halved or name != "Ann Archer":
                answer(person, review, "No" if system in seen else "Yes")
            submit(person, review)
            seen.setdefault(system, name)
    twice = [s for s in seen if sum(s == system for of in reads.values() for _, system in of) == 2]
    assert len(seen) == 6 and len(twice) == 2
    lead.goto(f"{address}/progress")
    expect(lead.locator("main")).to_contain_text("8 of 8")

    # One difference is settled; the other goes back to its second reader, who had missed a page.
    settle(lead, address, twice[0], "Yes", "Page 9 names the forum.")
    second = next(
        name for name in people for _, s in reads[name] if s == twice[1] and name != seen[s]
    )
    review = review_of(reads, second, twice[1])
    lead.goto(f"{address}/reviews/{review}")
    row = lead.locator(f"[id='{QUESTION}.{ON}.']")
    row.get_by_text("Return this answer").click()
    row.get_by_label("What is to be looked at again").fill("See page 9.")
    press(lead, "Return the review")
    person = people[second]
    person.goto("/reviews")
    person.get_by_role("link", name="See what was returned").click()
    expect(person.get_by_text("See page 9.")).to_be_visible()
    answer(person, review, "To some extent" if twice[1] == halved else "Yes")
    person.goto(f"/reviews/{review}/submit")
    press(person, "Submit the review again")
    expect(person.locator("main")).to_contain_text("is submitted")

    reply(lead, new_page, address, declined)
    lead.goto(f"{address}/replies")
    expect(lead.locator("main")).to_contain_text("1 of 1 (100%)")

    # The book is closed.
    lead.goto(address)
    lead.get_by_text("What closing does, and the button").click()
    press(lead, "Close the round")
    lead.goto(f"{address}/snapshots/1")
    expect(lead.get_by_role("heading", level=1)).to_contain_text("Figures 1")
    settled = dict.fromkeys(seen, "Yes") | {halved: "To some extent", twice[0]: "Yes"}
    settled[declined] = "To some extent"  # by the outcome of its reply
    assert counted(lead, address) == Counter(settled.values()) | {"No": 0}
    lead.goto("/record")
    expect(lead.locator("main")).to_contain_text("Sal Sterling")
