"""The main job, end to end, by a volunteer and a policy lead in a real browser.

Two real texts are set as PDFs and read under an invented system: the Birmingham plan stands in for
a strategy, its progress report for a plan. Where they are not at hand (they are not ours to ship),
the demonstration's own documents are read instead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.people.models import Person
from reviewer.reviews.models import assign
from reviewer.rounds.models import RoundSystem, find_round
from reviewer.systems.models import System
from tests.setting import set_pdf

pytestmark = [pytest.mark.browser, pytest.mark.long]

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "source"
TEXTS = {
    "strategy": "birmingham-cyp-plan-cabinet-2023.txt",
    "plan": "birmingham-cyp-plan-progress-2023.txt",
}
SYSTEM = "Quarrendale and the Long Marsh"


@pytest.fixture
def pdfs(tmp_path: Path, live: Any) -> dict[str, Path]:
    """The two documents to attach, by kind."""
    found = {kind: SOURCE / name for kind, name in TEXTS.items()}
    made = {kind: tmp_path / f"quarrendale-{kind}.pdf" for kind in TEXTS}
    if all(path.is_file() for path in found.values()):
        for kind, path in found.items():
            set_pdf(path.read_text(encoding="utf-8"), made[kind], title=f"A {kind}")
        return made
    with live.app.app_context():
        for kind in TEXTS:
            document = session.scalars(select(Document).filter_by(kind=kind)).first()
            stored = Path(live.app.config["UPLOADS_DIR"]) / document.stored_as
            made[kind].write_bytes(stored.read_bytes())
        session.rollback()
    return made


@pytest.fixture
def round_id(live: Any) -> int:
    """The round practice, with an invented system assigned whose shelf is empty."""
    with live.app.app_context():
        round_ = find_round("practice")
        system = System(
            code="V54000099",
            name=SYSTEM,
            region="The Marshes",
            valid_from=date(2022, 7, 1),
            invented=True,
        )
        session.add(system)
        session.flush()
        round_.scope.append(RoundSystem(system_id=system.id))
        reader = session.scalars(select(Person).filter_by(role="reviewer")).first()
        assign(round_, system, reader)
        session.commit()
        return round_.id


def attach(page: Any, kind: str, pdf: Path) -> None:
    page.get_by_label("Kind").select_option(kind)
    page.locator("input[type=file]").set_input_files(pdf)
    page.get_by_role("button", name="Attach", exact=True).click()
    page.wait_for_load_state("networkidle")


def test_two_pdfs_in_a_judgement_a_chart_out(
    page: Any,
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    live: Any,
    pdfs: dict[str, Path],
    round_id: int,
    tmp_path: Path,
) -> None:
    enter(page, "reviewer")
    expect(page.get_by_role("heading", name="Your reviews")).to_be_visible()
    axe(page)

    # Attach both documents, and wait until they are read.
    page.get_by_role("link", name=SYSTEM, exact=True).click()
    axe(page)
    page.get_by_role("link", name="Attach or search documents").click()
    for kind, pdf in pdfs.items():
        attach(page, kind, pdf)
    for pdf in pdfs.values():
        count = len(pypdfium2.PdfDocument(pdf))
        expect(page.locator("#documents")).to_contain_text(f"{count} pages", timeout=120_000)
    expect(page.locator("[data-being-read]")).to_have_count(0, timeout=120_000)
    axe(page)

    # Search from the questions, and answer with the page in view.
    page.goto("/reviews")
    page.get_by_role("link", name=SYSTEM, exact=True).click()
    page.get_by_role("link", name="Co-production", exact=True).click()
    page.get_by_label("Find words in all documents").fill("co-production")
    page.get_by_label("Find words in all documents").press("Enter")
    pane = page.locator("#pane")
    # The real texts write coproduction in one word, and only the progress report does.
    pane.locator("ol li button", has_text="plan").first.click()
    expect(pane.locator("[data-kind=plan]")).to_be_attached()
    word = pane.locator("#reader-pages .textLayer mark").first  # in the page as it is printed
    expect(word).to_contain_text("co", ignore_case=True, timeout=30_000)
    number = pane.locator("[data-kind]").get_attribute("data-page")
    question = page.locator("section[data-question='coproduction-5']")
    question.get_by_label("To some extent").check()
    expect(question.get_by_role("status")).to_contain_text("Saved")
    question.get_by_role("button", name=f"Add page {number}").click()
    question.get_by_label("Comment").fill("Workshops are named; what they changed is not.")
    expect(question.get_by_role("status")).to_contain_text("Saved")
    others = page.locator("section[data-question]:not([data-question='coproduction-5'])")
    for other in others.all():  # one click each, and it is saved
        other.locator("label.govuk-radios__label, label.govuk-checkboxes__label").first.click()
        expect(other.get_by_role("status")).to_contain_text("Saved")
    axe(page)
    page.reload()
    expect(question.get_by_label("To some extent")).to_be_checked()
    expect(question.get_by_label("Pages")).to_have_value(number)
    expect(others.locator("input:checked")).to_have_count(others.count())

    # Submit: everything on one page first, and nothing can be changed after it.
    page.get_by_role("button", name="Save and come back later").click()
    page.get_by_role("link", name="Check and submit").click()
    expect(page.locator("#co-production")).to_contain_text("what they changed is not")
    axe(page)
    page.get_by_role("button", name="Submit the review").click()
    expect(page.locator("main")).to_contain_text("is submitted")
    expect(page.get_by_role("button", name="Submit the review")).to_have_count(0)
    axe(page)
    page.get_by_role("button", name="Sign out").click()

    # The policy lead finds the count, and takes the chart along.
    enter(page, "policy-lead")
    page.goto(f"/rounds/{round_id}/findings")
    axe(page)
    page.get_by_role("link", name="Co-production", exact=True).click()
    figure = page.locator("#coproduction-5-plan")
    expect(figure).to_contain_text("100% (1 of 1)")
    expect(figure.locator(".pr-chart__live svg")).to_be_visible()
    axe(page)
    figure.locator("summary", has_text="Table and files").click()
    with page.expect_download() as download:
        figure.get_by_role("link", name="PNG").click()
    chart = tmp_path / "chart.png"
    download.value.save_as(chart)
    assert chart.read_bytes().startswith(b"\x89PNG")
    assert "invented" in download.value.suggested_filename
