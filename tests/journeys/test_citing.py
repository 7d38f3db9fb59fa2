"""From what is read to what shows an answer: cited by mouse, by keyboard alone, and without
JavaScript; opened again, taken off, put back; and an answer taken back to what it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document, Page
from reviewer.reviews.cited import Evidence
from reviewer.reviews.models import Review
from reviewer.systems.models import System

pytestmark = [pytest.mark.browser, pytest.mark.long]

CODE = "V54000002"
LEADERSHIP, INTEGRATION = "/criteria/leadership", "/criteria/integration"


@pytest.fixture
def review(live: Any) -> str:
    """The address of the demonstration reviewer's second review, of which nothing is answered."""
    with live.app.app_context():
        review_id = session.scalar(
            select(Review.id).join(System).where(System.code == CODE, Review.label.is_(None))
        )
        session.rollback()
    return f"/reviews/{review_id}"


@pytest.fixture
def passage(live: Any) -> tuple[int, int, str]:
    """A passage of the plan: the document's id, the page and up to eight words of it."""
    with live.app.app_context():
        query = select(Page).join(Document).join(System)
        pages = session.scalars(query.where(System.code == CODE, Document.kind == "plan")).all()
        here = next(page for page in pages if page.number == 4)
        elsewhere = " ".join(page.text for page in pages if page is not here)
        # Of one line, so that every way of showing the page has the words in this order.
        lines = [" ".join(line.split()[:8]) for line in here.text.splitlines()]
        words = max((line for line in lines if line not in elsewhere), key=len)
        found = (here.document_id, here.number, words)
        session.rollback()
    return found


def question(page: Any, name: str, kind: str = "") -> Any:
    of_kind = f"[data-document='{kind}']" if kind else ""
    return page.locator(f"section[data-question='{name}']{of_kind}").first


def cited(block: Any) -> Any:
    return block.locator(".pr-citation")


def turn_to(page: Any, document: int, number: int) -> None:
    page.evaluate(
        """([id, page]) => document.getElementById("pane").dispatchEvent(
             new CustomEvent("reader:show", {detail: {document: String(id), page}}))""",
        [document, number],
    )
    expect(page.locator(f"#pane [data-page='{number}']").first).to_be_attached()
    expect(page.locator("#pane [name=document]")).to_have_value(str(document))


def mark_words(page: Any, words: str) -> None:
    """Select words in the text of the page in view, as a drag of the mouse would."""
    text = page.locator("#pane .pr-page-text")
    expect(text).to_contain_text(words.split()[0])
    page.evaluate(
        """words => {
          const walker = document.createTreeWalker(
            document.querySelector("#pane .pr-page-text"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + words.length);
            const selection = getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
            return;
          }
          throw new Error("the page lacks the words");
        }""",
        words,
    )


def test_by_mouse(
    page: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    review: str,
    passage: tuple[int, int, str],
) -> None:
    document, number, words = passage
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    page.get_by_role("button", name="Text", exact=True).click()
    turn_to(page, document, number)
    lead = question(page, "leadership-2")
    bar = page.locator(".pr-cite-bar")
    expect(bar).to_be_hidden()

    # First the passage, then the question; or the other way about.
    page.locator("#pane .pr-page-text").click()
    mark_words(page, words)
    expect(bar).to_contain_text("Choose the question")
    lead.locator("legend").click()
    expect(lead).to_have_class(re.compile("pr-question--in-hand"))
    bar.get_by_role("button", name="Cite for: Does the plan identify the ICB").click()
    expect(cited(lead)).to_contain_text(words)
    expect(cited(lead)).to_contain_text(f"Joint forward plan, page {number}")
    expect(cited(lead)).to_contain_text("Found on the page.")
    expect(page.locator(".pr-cite-said")).to_contain_text(f"Cited: found on page {number}.")
    axe(page)

    # The page without its words goes into the field of pages.
    bar.get_by_role("button", name=f"Cite page {number}").click()
    expect(lead.get_by_label("Pages")).to_have_value(str(number))
    expect(lead.get_by_role("status")).to_contain_text("Saved")

    # A click on it opens its page, with the passage marked.
    turn_to(page, document, 1)
    cited(lead).locator("blockquote").click()
    expect(page.locator(f"#pane [data-page='{number}']").first).to_be_attached()
    expect(page.locator("#pane mark").first).to_be_visible()

    # Off, and back again.
    cited(lead).get_by_role("button", name="Remove").click()
    expect(cited(lead)).to_contain_text("Removed at")
    cited(lead).get_by_role("button", name="Put back").click()
    expect(cited(lead)).to_contain_text("Found on the page.")
    page.reload()
    expect(cited(lead)).to_contain_text(words)
    page.goto(f"{review}/submit")
    expect(page.locator("#leadership")).to_contain_text(words)
    axe(page)


def test_in_the_pages_as_they_were_published(
    page: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    review: str,
    passage: tuple[int, int, str],
) -> None:
    document, number, words = passage
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    question(page, "leadership-2").locator("legend").click()
    turn_to(page, document, number)
    layer = page.locator(f"#reader-pages .page[data-page-number='{number}'] .textLayer")
    expect(layer.locator("span", has_text=words).first).to_be_attached(timeout=20_000)
    layer.locator("span", has_text=words).first.evaluate(
        """line => {
          const range = document.createRange();
          range.selectNodeContents(line);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    bar = page.locator(".pr-cite-bar")
    bar.get_by_role("button", name="Cite for:").click()
    expect(cited(question(page, "leadership-2"))).to_contain_text("Found on the page.")
    axe(page)


def test_a_search_is_evidence_for_a_no(
    page: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None], review: str
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    lead = question(page, "leadership-3")
    lead.get_by_label("No", exact=True).check()
    page.get_by_label("Find words in all documents").fill("trampoline")
    page.get_by_label("Find words in all documents").press("Enter")
    use = page.get_by_role("button", name="Use the search for “trampoline” as evidence for a No")
    use.click()
    expect(cited(lead)).to_contain_text("Searched for “trampoline”")
    expect(cited(lead)).to_contain_text("No page has it.")
    axe(page)

    # What was found has to be looked at first.
    page.get_by_label("Find words in all documents").fill("children")
    page.get_by_label("Find words in all documents").press("Enter")
    expect(page.locator(".pr-hits")).to_be_visible()
    expect(page.get_by_role("button", name="as evidence for a No")).to_have_count(0)
    hit = page.locator("#pane ol li button", has_text="plan").first
    hit.click()
    number = re.sub(r"\D", "", hit.inner_text())
    page.get_by_role("button", name="Use the search for “children”").click()
    expect(cited(lead).last).to_contain_text(f"Read for it: page {number}.")


def test_by_keyboard_alone(
    page: Any,
    enter: Callable[[Any, str], None],
    review: str,
    passage: tuple[int, int, str],
    faults: list[str],
) -> None:
    document, number, words = passage
    enter(page, "reviewer")
    page.goto(f"{review}{LEADERSHIP}?document={document}&page={number}")
    lead = question(page, "leadership-2")
    said = page.locator(".pr-cite-said")

    page.keyboard.press("Alt+c")
    expect(said).to_have_text("Choose a question first: what you cite is attached to it.")
    lead.get_by_label("Yes", exact=True).focus()
    page.keyboard.press("Space")
    expect(lead).to_have_class(re.compile("pr-question--in-hand"))
    page.keyboard.press("Alt+c")
    expect(said).to_contain_text(f"Added page {number}")
    expect(lead.get_by_label("Pages")).to_have_value(str(number))

    # Words, copied or typed.
    summary = lead.locator(".pr-cite summary")
    reach(page, summary)
    page.keyboard.press("Enter")
    for keys in (None, str(number), words):  # the document is chosen already
        page.keyboard.press("Tab")
        if keys:
            page.keyboard.type(keys)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(said).to_contain_text(f"Cited: found on page {number}.")
    expect(cited(lead)).to_contain_text("Found on the page.")
    expect(lead.get_by_label("Words on it")).to_have_value("")
    expect(lead.get_by_label("Words on it")).to_be_focused()
    page.keyboard.type("words that no plan has")
    page.keyboard.press("Alt+c")  # in a field it is a key like any other
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(lead).to_contain_text("Say on which page they stand.")
    faults.clear()  # a refusal is an error of the network to the browser

    # To the quote, and off with it.
    reach(page, cited(lead).locator(".pr-cited"), back=True)
    page.keyboard.press("Enter")
    expect(page.locator(f"#pane [data-page='{number}']").first).to_be_attached()
    reach(page, cited(lead).get_by_role("button", name="Remove"), back=True)
    page.keyboard.press("Enter")
    expect(cited(lead).get_by_role("button", name="Put back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cited(lead).get_by_role("button", name="Remove")).to_be_focused()


def reach(page: Any, place: Any, *, back: bool = False) -> None:
    """Go to a control with the tab key."""
    for _ in range(200):
        if place.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError("the tab key does not lead there")


def test_undo_brings_the_answer_before_back(
    page: Any, enter: Callable[[Any, str], None], axe: Callable[[Any], None], review: str
) -> None:
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    lead = question(page, "leadership-2")
    undo = lead.get_by_role("button", name="Undo")
    lead.get_by_label("Yes", exact=True).check()
    expect(lead.get_by_role("status")).to_contain_text("Saved")
    expect(undo).to_be_hidden()
    lead.get_by_label("No", exact=True).check()
    undo.click()
    expect(lead.get_by_label("Yes", exact=True)).to_be_checked()
    expect(lead.get_by_role("status")).to_contain_text("Saved")
    page.reload()
    expect(lead.get_by_label("Yes", exact=True)).to_be_checked()
    lead.get_by_role("link", name="History").click()
    expect(page.locator(".pr-version")).to_have_count(3)
    axe(page)
    page.locator(".pr-version", has_text="No").get_by_role("button").first.click()
    expect(page.locator(".pr-version")).to_have_count(4)
    page.get_by_role("link", name="Back to the question").click()
    expect(lead.get_by_label("No", exact=True)).to_be_checked()


def test_what_could_not_be_sent_lands_later(
    page: Any,
    enter: Callable[[Any, str], None],
    review: str,
    passage: tuple[int, int, str],
    faults: list[str],
) -> None:
    _, number, words = passage
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    lead = question(page, "leadership-2")
    lead.locator(".pr-cite summary").click()
    lead.get_by_label("Page or range").fill(str(number))
    lead.get_by_label("Words on it").fill(words)
    page.route("**/evidence", lambda route: route.abort())
    lead.get_by_role("button", name="Add as evidence").click()
    expect(lead).to_contain_text("Not added yet. There is no connection.")
    page.goto(f"{review}/submit")
    unsaved = page.locator("#unsaved").get_by_role("link", name="Evidence for: Does the plan")
    page.unroute("**/evidence")
    unsaved.click()
    expect(cited(lead)).to_contain_text("Found on the page.")
    page.reload()
    expect(cited(lead)).to_have_count(1)
    faults.clear()  # the browser reports the lost network as errors


@pytest.fixture
def plain_page(browser: Any, live: Any) -> Iterator[Any]:
    """A browser without JavaScript, on a phone."""
    context = browser.new_context(
        base_url=live.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    yield context.new_page()
    context.close()


def test_without_javascript(
    plain_page: Any,
    enter: Callable[[Any, str], None],
    review: str,
    passage: tuple[int, int, str],
    live: Any,
) -> None:
    page = plain_page
    document, number, words = passage
    enter(page, "reviewer")
    page.goto(review + LEADERSHIP)
    lead, other = question(page, "leadership-2"), question(page, "leadership-3")
    lead.get_by_label("Yes", exact=True).check()
    other.get_by_label("No", exact=True).check()
    lead.locator(".pr-cite summary").click()
    lead.get_by_label("Page or range").fill("400")
    lead.get_by_label("Words on it").fill(words)
    lead.get_by_role("button", name="Add as evidence").click()
    expect(page.get_by_role("alert")).to_contain_text("1 citation was not added")
    expect(lead.get_by_label("Words on it")).to_have_value(words)
    lead.get_by_label("Page or range").fill("")
    lead.get_by_role("button", name="Add as evidence").click()
    expect(cited(lead)).to_contain_text("Found on the page.")
    expect(other.get_by_label("No", exact=True)).to_be_checked()

    # Its page, a search, and off again.
    cited(lead).get_by_role("button", name=f"page {number}").click()
    expect(page.locator("#pane [data-kind=plan]").first).to_have_attribute("data-page", str(number))
    page.get_by_label("Find words in all documents").fill("trampoline")
    page.get_by_role("button", name="Find", exact=True).click()
    other.locator(".pr-cite summary").click()
    other.get_by_role("button", name="Use the search for “trampoline”").click()
    expect(cited(other)).to_contain_text("No page has it.")
    cited(lead).get_by_role("button", name="Remove").click()
    cited(lead).get_by_role("button", name="Put back").click()
    expect(cited(lead)).to_contain_text("Found on the page.")

    # Undo.
    lead.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).last.click()
    lead.get_by_role("button", name="Undo").click()
    expect(lead.get_by_label("Yes", exact=True)).to_be_checked()
    with live.app.app_context():
        kept = session.scalars(select(Evidence).where(Evidence.document_id == document)).all()
        assert sorted(e.kind for e in kept) == ["quote", "search"]
        session.rollback()


def test_on_a_phone(
    page: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    review: str,
    passage: tuple[int, int, str],
) -> None:
    document, number, words = passage
    page.set_viewport_size({"width": 390, "height": 800})
    enter(page, "reviewer")
    page.goto(review + INTEGRATION)
    # Asked of both documents: the one in view decides which answer it is for.
    question(page, "integration-6", "strategy").locator("legend").click()
    page.get_by_role("button", name="Documents", exact=True).click()
    page.get_by_role("button", name="Text", exact=True).click()
    turn_to(page, document, number)
    mark_words(page, words)
    page.get_by_role("button", name="Cite for:").click()
    expect(page.locator(".pr-cite-said")).to_contain_text("Joint forward plan")
    axe(page)
    page.get_by_role("button", name="Questions", exact=True).click()
    expect(cited(question(page, "integration-6", "plan"))).to_contain_text("Found on the page.")
    expect(cited(question(page, "integration-6", "strategy"))).to_have_count(0)
