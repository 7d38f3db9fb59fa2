"""A policy lead takes a round elsewhere: the report in the team's own file, charts, a token."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from docx import Document
from playwright.sync_api import expect

from reviewer.findings import charts, rendering
from tests.findings.makers import figure
from tests.findings.test_theme import MINE

pytestmark = pytest.mark.browser
SLOW = 60_000  # milliseconds: a report has 67 charts


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One chart stands for all: what is in them is tested with the charts."""
    drawn = rendering.render(charts.chart(figure(19, 8, 4)), ("png", "svg", "pdf"))
    monkeypatch.setattr(rendering, "render", lambda spec, formats, canvas=None: drawn)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def taken(page: Any, link: str) -> bytes:
    with page.expect_download(timeout=SLOW) as found:
        page.get_by_role("link", name=link, exact=True).click(timeout=SLOW)
    page.evaluate("document.activeElement.blur()")  # a link in focus looks otherwise
    return Path(found.value.path()).read_bytes()


def test_report_charts_and_figures_are_taken_elsewhere(
    quick: None,
    page: Any,
    new_page: Callable[[], Any],
    enter: Callable[[Any, str], None],
    axe: Callable[[Any], None],
    tmp_path: Path,
) -> None:
    theirs = Document()
    theirs.sections[0].header.paragraphs[0].text = "Our charity"
    theirs.save(str(tmp_path / "ours.docx"))
    (tmp_path / "ours.txt").write_text("no Word file")
    (tmp_path / "autumn.toml").write_text(MINE)
    (tmp_path / "pale.toml").write_text(MINE.replace("#101010", "#999999"))

    enter(page, "policy-lead")
    page.goto("/rounds/1/report")
    page.locator("input[name=file]").set_input_files(tmp_path / "ours.txt")
    press(page, "Keep this file")
    expect(page.locator("#file-error")).to_contain_text("This is no Word file.")
    axe(page)
    page.locator("input[name=file]").set_input_files(tmp_path / "ours.docx")
    press(page, "Keep this file")
    page.get_by_label("Styles, header and footer").select_option("ours")
    press(page, "Make it: Word")
    report = Document(io.BytesIO(taken(page, "download the report: Word")))
    assert report.sections[0].header.paragraphs[0].text == "Our charity"
    assert "Invented for the demonstration" in report.sections[0].footer.paragraphs[-1].text
    press(page, "Make it: Web page")
    made = taken(page, "download the report: Web page").decode()
    axe(page)

    # The page that was made stands on its own: nothing is asked for, and anybody can read it.
    alone = new_page()
    alone.set_content(made)
    assert len(alone.locator("figure img").all()) > 60
    axe(alone)

    page.goto("/rounds/1/charts")
    page.locator("input[name=file]").set_input_files(tmp_path / "pale.toml")
    press(page, "Use this theme")
    expect(page.get_by_text("ink on paper has a contrast of 2.8")).to_be_visible()
    page.locator("input[name=file]").set_input_files(tmp_path / "autumn.toml")
    press(page, "Use this theme")
    press(page, "Make them: Autumn")
    with zipfile.ZipFile(io.BytesIO(taken(page, "download the charts: Autumn"))) as packed:
        contents = packed.read("index.html").decode()
    axe(page)
    alone.set_content(contents.replace('src="png/', 'data-src="'))
    axe(alone)

    page.goto("/rounds/1/snapshots/1/tokens")
    page.get_by_label("What is it for?").fill("the workbook of the communications team")
    press(page, "Make a token")
    shown = page.locator("#token").inner_text()
    axe(page)
    address = re.search(r"\S+data\.json", shown).group()
    token = re.search(r"\?token=(\S+)", shown).group(1)
    path = address.partition("/rounds/")[2]
    here = page.url.partition("/rounds/")[0]
    asked = Request(f"{here}/rounds/{path}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked) as answer:
        assert json.load(answer)["systems_reviewed"] == 31
    page.goto(page.url)
    expect(page.get_by_text("Last used on")).to_be_visible()
    press(page, "Revoke the token for the workbook of the communications team")
    expect(page.get_by_text("it opens nothing", exact=False).first).to_be_visible()
    axe(page)
