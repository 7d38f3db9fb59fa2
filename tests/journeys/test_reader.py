"""The reader beside the questions: pages drawn by pdf.js, under the strict policy of every page.

The `page` fixture fails a test on a breach of that policy, on any other error in the console and on
a request to another host.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents import store
from reviewer.documents.models import Document
from reviewer.reviews.models import Review
from reviewer.systems.models import System
from tests.documents import pictures
from tests.documents.conftest import uploads
from tests.documents.pdfs import designed, made_up_paragraphs, photographs

pytestmark = [pytest.mark.browser, pytest.mark.long]

CODE = "V54000002"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}
QUESTION = "section[data-document='strategy'] >> nth=0"


@pytest.fixture
def address(live: Any) -> str:
    """The questions of a criterion, of a review that the demonstration's reviewer has not begun."""
    with live.app.app_context():
        review_id = session.scalar(
            select(Review.id).join(System).where(System.code == CODE, Review.label.is_(None))
        )
        session.rollback()
    return f"/reviews/{review_id}/criteria/leadership"


@pytest.fixture
def add(live: Any) -> Callable[..., int]:
    """`add(pdf, kind)` attaches a file as the newest of its kind, and gives the document's id."""

    def attach(pdf: bytes, kind: str = "strategy") -> int:
        with live.app.app_context():
            system = session.scalars(select(System).filter_by(code=CODE)).one()
            document, _ = store.attach(io.BytesIO(pdf), "more.pdf", system=system, kind=kind)
            session.commit()
            return document.id

    return attach


@pytest.fixture
def reading(page: Any, enter: Callable[[Any, str], None], address: str) -> Any:
    """A page at the questions, signed in, with a reader that has drawn its first page."""
    enter(page, "reviewer")
    page.set_viewport_size(WIDE)
    page.goto(address)
    drawn(page, 1)
    return page


def drawn(page: Any, number: int) -> Any:
    """The page of the document, once it is in view and drawn."""
    place(page, number)
    leaf = page.locator(f"#reader-pages .page[data-page-number='{number}'][data-loaded]")
    expect(leaf.locator("canvas").first).to_be_visible(timeout=30_000)
    expect(leaf.locator(".textLayer")).to_be_attached()
    return leaf


def place(page: Any, number: int, kind: str = "") -> None:
    """Where the pane says that it is."""
    expect(page.locator("#pane [data-kind]")).to_have_attribute(
        "data-page", str(number), timeout=30_000
    )
    if kind:
        expect(page.locator("#pane [data-kind]")).to_have_attribute("data-kind", kind)


def heard(page: Any, name: str) -> Any:
    """What the reader says by an event of that name, from now on; the last of it when called."""
    page.evaluate(
        """name => {
          window.heard = {};
          pane.addEventListener(name, ({ detail }) => { window.heard[name] = detail; });
        }""",
        name,
    )
    return lambda: page.evaluate("name => window.heard[name]", name)


def until(window: Any, condition: str, seconds: float = 10) -> None:
    """Wait for a condition in JavaScript (Playwright's own way of it needs eval)."""
    end = time.monotonic() + seconds
    while not window.evaluate(condition):
        assert time.monotonic() < end, condition
        window.wait_for_timeout(50)


def at_rest(window: Any) -> Any:
    """The window, once its pages are drawn anew after they became wider or narrower."""
    window.wait_for_timeout(300)  # the reader itself waits for the end of a move
    until(
        window,
        """() => [...document.querySelectorAll("#reader-pages .page[data-loaded]")].every(
          (leaf) => !leaf.matches(".loading") && leaf.querySelector(".structTree")
            && !leaf.querySelector("[role='caption']"))""",
    )
    return window


def ask(window: Any, **detail: Any) -> None:
    """Ask the reader for a place, as the list of evidence does."""
    window.evaluate(
        "detail => pane.dispatchEvent(new CustomEvent('reader:show', { detail }))", detail
    )


def tab(page: Any, words: str) -> Any:
    return page.locator(".pr-shelf__document", has_text=words)


# Opening -----------------------------------------------------------------------------------------


def test_a_long_document_opens_with_a_part_of_its_file(
    page: Any,
    enter: Callable[[Any, str], None],
    address: str,
    add: Callable[..., int],
) -> None:
    pdf = designed(made_up_paragraphs(400), photographs(12))
    document = add(pdf)
    pieces: list[int] = []

    def count(response: Any) -> None:
        if response.url.endswith(f"/documents/{document}/file") and response.status == 206:
            pieces.append(int(response.headers["content-length"]))

    page.on("response", count)
    enter(page, "reviewer")
    page.goto(f"{address}?document={document}&page=1")
    drawn(page, 1)
    assert pieces
    assert sum(pieces) < len(pdf) / 3, f"{sum(pieces)} of {len(pdf)} bytes"
    page.get_by_role("button", name="Next page").click()
    drawn(page, 2)
    assert sum(pieces) < len(pdf) / 2


def test_pictures_in_jpeg_2000_and_jbig2_show_without_webassembly(
    page: Any,
    enter: Callable[[Any, str], None],
    address: str,
    add: Callable[..., int],
) -> None:
    document = add(pictures.pictures())
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"the file's script ran: {dialog.message}"))
    enter(page, "reviewer")
    page.goto(f"{address}?document={document}&page=1")
    colours = {1: (pictures.GREEN, pictures.ORANGE), 2: (pictures.BLACK, pictures.WHITE)}
    for number, sides in colours.items():
        canvas = drawn(page, number).locator("canvas").first
        end = time.monotonic() + 30
        while not alike(seen := left_and_right(canvas), sides):
            assert time.monotonic() < end, f"page {number} shows {seen} and not {sides}"
        if number == 1:
            page.get_by_role("button", name="Next page").click()
    assert [url for url in asked if "nowasm_fallback" in url]
    assert not [url for url in asked if url.endswith(".wasm")]


Colour = tuple[int, ...]


def left_and_right(canvas: Any) -> tuple[Colour, Colour]:
    """The colours that a page shows in the two halves of the picture in its middle."""
    seen = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")
    at = int(seen.height * 0.4)
    return seen.getpixel((int(seen.width * 0.3), at)), seen.getpixel((int(seen.width * 0.7), at))


def alike(seen: tuple[Colour, Colour], wanted: tuple[Colour, Colour]) -> bool:
    pairs = zip(sum(seen, ()), sum(wanted, ()), strict=True)
    return all(abs(one - other) < 12 for one, other in pairs)


def test_a_file_that_cannot_be_drawn_is_read_as_text(
    page: Any,
    enter: Callable[[Any, str], None],
    address: str,
    live: Any,
    axe: Callable[[Any], None],
) -> None:
    with live.app.app_context():
        document = session.scalars(
            select(Document).join(System).where(System.code == CODE, Document.kind == "strategy")
        ).one()
        (uploads() / document.stored_as).write_bytes(b"%PDF-1.7\nno more of it is left\n")
        session.rollback()
    enter(page, "reviewer")
    page.goto(address)
    expect(page.locator("#trouble")).to_contain_text("could not be drawn", timeout=30_000)
    expect(page.locator(".pr-page-text")).to_contain_text(
        "Integrated care strategy", ignore_case=True
    )
    expect(page.locator("#reader")).to_be_hidden()
    axe(page)
    tab(page, "Joint forward plan").click()  # and the other document is shown as it is
    drawn(page, 1)
    place(page, 1, "plan")


# Paging ------------------------------------------------------------------------------------------


def test_turning_pages_with_buttons_field_and_keys(reading: Any) -> None:
    page = reading
    on = page.get_by_role("button", name="Next page")
    on.click()
    drawn(page, 2)
    expect(on).to_be_focused()
    expect(page.locator(QUESTION).get_by_role("button", name="Add page 2")).to_be_visible()
    field = page.locator("#reader-page")
    field.fill("9")
    field.press("Enter")
    drawn(page, 9)
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile("page=9"))

    leaves = page.locator("#reader-pages")
    leaves.focus()
    page.keyboard.press("ArrowRight")
    drawn(page, 10)
    page.keyboard.press("ArrowLeft")
    drawn(page, 9)
    width = page.locator(".page[data-page-number='9']").bounding_box()["width"]
    page.keyboard.press("+")
    expect(page.locator(".page[data-page-number='9']")).not_to_have_css("width", f"{width}px")
    page.keyboard.press("0")
    expect(page.get_by_label("Zoom", exact=True)).to_have_value("page-width")
    page.get_by_label("Zoom", exact=True).select_option("page-fit")
    leaves.focus()
    page.keyboard.press("PageDown")
    place(page, 10)
    page.keyboard.press("End")
    place(page, 16)
    expect(on).to_have_attribute("aria-disabled", "true")

    # Keys typed into a field are of the field.
    comment = page.locator(QUESTION).get_by_label("Comment")
    comment.fill("")
    comment.press_sequentially("1 + 1 - 0")
    expect(comment).to_have_value("1 + 1 - 0")
    place(page, 16)
    expect(page.get_by_label("Zoom", exact=True)).to_have_value("page-fit")


def test_the_last_page_read_opens_again(reading: Any, address: str) -> None:
    page = reading
    page.locator("#reader-page").fill("7")
    page.locator("#reader-page").press("Enter")
    drawn(page, 7)
    tab(page, "Joint forward plan").click()
    drawn(page, 1)
    place(page, 1, "plan")
    expect(tab(page, "Joint forward plan")).to_be_focused()
    page.get_by_role("button", name="Next page").click()
    drawn(page, 2)
    tab(page, "Integrated care strategy").click()
    drawn(page, 7)
    tab(page, "Joint forward plan").click()
    drawn(page, 2)
    page.wait_for_timeout(500)  # the place is written down a moment after
    page.goto(address.replace("leadership", "co-production"))
    drawn(page, 2)
    page.goto(address)
    drawn(page, 2)
    place(page, 2, "plan")
    page.get_by_role("button", name=re.compile("Read it.*Integrated care strategy")).click()
    drawn(page, 7)
    expect(page.locator("#reader-pages")).to_be_focused()
    page.keyboard.press("Escape")
    expect(
        page.get_by_role("button", name=re.compile("Read it.*Integrated care strategy"))
    ).to_be_focused()


def test_small_pictures_and_outline_by_keyboard(reading: Any, axe: Callable[[Any], None]) -> None:
    page = reading
    contents = page.get_by_role("button", name="Contents")
    contents.press("Enter")
    expect(contents).to_have_attribute("aria-expanded", "true")
    first = page.locator(".pr-thumb").first
    expect(first).to_have_attribute("data-drawn", "yes")
    axe(at_rest(page))
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drawn(page, 3)
    current = page.locator(".pr-thumb[aria-current]")
    expect(current).to_contain_text("Page 3")
    expect(current).to_be_focused()
    page.locator("[data-side='outline']").click()
    entries = page.locator(".pr-outline")
    entries.filter(has_text="The health of the Vale").click()
    drawn(page, 5)
    entries.filter(has_text="Contact us").press("Enter")  # the outline stays, for the next entry
    drawn(page, 16)
    expect(page.locator("[data-side='outline']")).to_have_attribute("aria-pressed", "true")
    axe(at_rest(page))
    # The links of a page, which are too small to hit on it: here those of the list of contents.
    page.locator("#reader-page").fill("2")
    page.locator("#reader-page").press("Enter")
    page.locator("[data-side='links']").click()
    link = entries.filter(has_text="Foreword").first
    expect(link).to_be_visible()
    axe(at_rest(page))
    link.focus()
    link.press("Enter")
    drawn(page, 3)


# Finding -----------------------------------------------------------------------------------------


def test_finding_in_the_document(reading: Any, axe: Callable[[Any], None]) -> None:
    page = reading
    page.locator("#reader-pages").focus()
    page.keyboard.press("Control+f")
    words = page.get_by_label("Find in this document", exact=True)
    expect(words).to_be_focused()
    words.press_sequentially("safeguarding")
    expect(page.locator("#reader-found")).to_contain_text("1 of", timeout=20_000)
    expect(page.locator(".textLayer .highlight.selected").first).to_be_in_viewport()
    before = page.evaluate("scrollY")
    words.press("Enter")
    expect(page.locator("#reader-found")).to_contain_text("2 of")
    assert page.evaluate("scrollY") == before  # the questions stay where they are
    axe(at_rest(page))
    words.press("Escape")
    expect(words).to_be_hidden()
    expect(page.locator("#reader-pages")).to_be_focused()
    expect(page.locator(".textLayer .highlight")).to_have_count(0)


def test_what_the_search_found_opens_with_its_words_marked(reading: Any) -> None:
    page = reading
    page.get_by_label("Find words in all documents").fill("safeguarding")
    page.get_by_label("Find words in all documents").press("Enter")
    expect(page.locator("#found")).to_be_focused()
    hit = page.locator(".pr-hits button", has_text="Integrated care strategy").first
    number = int(hit.inner_text().split()[-1])
    hit.focus()
    hit.press("Enter")
    leaf = drawn(page, number)
    expect(leaf.locator(".textLayer mark").first).to_have_text("safeguarding", ignore_case=True)
    expect(leaf.locator(".textLayer mark").first).to_be_in_viewport()
    expect(hit).to_have_attribute("aria-current", "true")
    expect(page.locator("#reader-pages")).to_be_focused()
    page.keyboard.press("Escape")
    expect(hit).to_be_focused()


# What others of the page use ---------------------------------------------------------------------


def test_a_quote_is_shown_and_a_selection_told(reading: Any, live: Any) -> None:
    page = reading
    with live.app.app_context():
        document = session.scalars(
            select(Document).join(System).where(System.code == CODE, Document.kind == "plan")
        ).one()
        lines = document.pages[4].text.splitlines()
        document_id = document.id
        session.rollback()
    at = next(i for i, line in enumerate(lines) if len(line) > 35 and len(lines[i + 1]) > 35)
    quote = f"{lines[at].rstrip('-')} {lines[at + 1]}".upper()
    selection = heard(page, "reader:selection")
    ask(page, document=document_id, page=5, quote=quote)
    leaf = drawn(page, 5)
    place(page, 5, "plan")
    marks = leaf.locator(".textLayer mark")
    expect(marks.first).to_be_in_viewport()
    marked = "".join(marks.all_text_contents())
    assert letters(marked) == letters(quote)

    page.evaluate(
        """() => {
          const marks = document.querySelectorAll(".textLayer mark");
          const range = document.createRange();
          range.setStartBefore(marks[0]);
          range.setEndAfter(marks[marks.length - 1]);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    until(page, "() => window.heard['reader:selection']?.text")
    told = selection()
    assert letters(told["text"]) == letters(quote)
    assert (told["document"], told["kind"]) == (str(document_id), "plan")
    assert (told["page"], told["lastPage"]) == (5, 5)
    page.evaluate("getSelection().removeAllRanges()")
    until(page, "() => window.heard['reader:selection'].text === ''")

    moved = heard(page, "reader:page")
    page.get_by_role("button", name="Next page").click()
    drawn(page, 6)
    assert moved()["page"] == 6
    assert (moved()["document"], moved()["kind"]) == (str(document_id), "plan")


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


# As text -----------------------------------------------------------------------------------------


def test_the_text_is_one_switch_away_and_stays(
    reading: Any, axe: Callable[[Any], None], address: str
) -> None:
    page = reading
    page.locator("#reader-page").fill("4")
    page.locator("#reader-page").press("Enter")
    drawn(page, 4)
    switch = page.locator("button[data-view='text']")
    switch.click()
    heading = page.get_by_role("heading", name="Integrated care strategy, page 4 of 16")
    expect(heading).to_be_visible()
    expect(switch).to_be_focused()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#reader")).to_be_hidden()
    axe(page)
    page.get_by_role("button", name="Next page").first.click()
    expect(page.get_by_role("heading", name="strategy, page 5 of 16")).to_be_focused()
    page.wait_for_timeout(500)
    page.goto(address)  # no page in the address
    expect(page.get_by_role("heading", name="strategy, page 5 of 16")).to_be_visible()
    quote = " ".join(page.locator(".pr-page-text").inner_text().split()[20:32])
    document = page.locator("#pane [name=document]").input_value()
    ask(page, document=document, page=5, quote=quote)
    expect(page.locator(".pr-page-text mark").first).to_be_visible()
    page.locator("button[data-view='pages']").click()
    drawn(page, 5)


# The two halves ----------------------------------------------------------------------------------


def test_the_divider_moves_and_is_remembered(reading: Any) -> None:
    page = reading
    divider = page.get_by_role("separator", name="Width of the questions")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "46")
    page.keyboard.press("Home")
    expect(divider).to_have_attribute("aria-valuenow", "25")
    box = divider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(700, box["y"] + 120, steps=5)
    page.mouse.up()
    now = int(divider.get_attribute("aria-valuenow"))
    assert 50 < now < 60
    width = page.locator("#questions").bounding_box()["width"]
    assert abs(width - (1220 - 24) * now / 100) < 3
    # The page of the document fits the width it has now.
    until(
        page,
        """() => {
          const leaf = document.querySelector("#reader-pages .page").offsetWidth;
          return Math.abs(leaf - document.getElementById("reader-pages").clientWidth) < 24;
        }""",
    )
    page.reload()
    expect(divider).to_have_attribute("aria-valuenow", str(now))
    box = divider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 100)  # without a move: halves again
    expect(divider).to_have_attribute("aria-valuenow", "50")


def test_a_narrow_window_has_two_tabs(reading: Any, axe: Callable[[Any], None]) -> None:
    page = reading
    page.set_viewport_size(NARROW)
    page.reload()
    questions, documents = (
        page.locator("#panes").get_by_role("button", name=name)
        for name in ("Questions", "Documents")
    )
    expect(page.locator("#pane")).to_be_hidden()
    expect(page.locator("#divider")).to_be_hidden()
    page.locator(QUESTION).scroll_into_view_if_needed()
    far = page.evaluate("scrollY")
    documents.click()
    expect(page.locator("#questions")).to_be_hidden()
    drawn(page, 1)
    expect(page.get_by_role("button", name="Next page")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    axe(at_rest(page))
    page.get_by_role("button", name="Contents").click()  # over the pages, until one is chosen
    page.get_by_role("button", name="Page 3", exact=True).click()
    drawn(page, 3)
    expect(page.locator("#reader-side")).to_be_hidden()
    expect(page.locator("#reader-pages")).to_be_focused()
    questions.click()
    expect(page.locator("#pane")).to_be_hidden()
    assert page.evaluate("scrollY") == far
    page.evaluate("scrollTo(0, 0)")
    axe(page)
    read = page.get_by_role("button", name=re.compile("Read it.*Joint forward plan"))
    read.click()
    place(page, 1, "plan")
    expect(page.locator("#reader-pages")).to_be_focused()
    page.keyboard.press("Escape")
    expect(read).to_be_focused()
    expect(page.locator("#pane")).to_be_hidden()


def test_wide_with_everything_open_breaks_no_rule(reading: Any, axe: Callable[[Any], None]) -> None:
    page = reading
    page.get_by_label("Find words in all documents").fill("children")
    page.get_by_label("Find words in all documents").press("Enter")
    expect(page.locator("#found")).to_be_focused()
    page.locator(".pr-hits button").first.click()
    page.get_by_role("button", name="Contents").click()
    page.get_by_role("button", name="Find in this document").click()
    expect(page.get_by_label("Find in this document", exact=True)).to_be_focused()
    axe(at_rest(page))


@pytest.fixture
def plain_page(browser: Any, live: Any) -> Iterator[Any]:
    context = browser.new_context(base_url=live.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_javascript_the_text_stands_there(
    plain_page: Any, enter: Callable[[Any, str], None], address: str
) -> None:
    page = plain_page
    enter(page, "reviewer")
    page.goto(address)
    expect(page.locator("#reader")).to_be_hidden()
    expect(page.locator("#divider")).to_be_hidden()
    expect(page.locator("#panes")).to_be_hidden()
    expect(page.locator(".pr-view").first).to_be_hidden()
    expect(page.locator(".pr-page-text")).to_be_visible()
    tab(page, "Joint forward plan").click()
    expect(page.get_by_role("heading", name="Joint forward plan, page 1")).to_be_visible()
