"""The style sheets: short, loaded, and without rules for what no page has."""

from __future__ import annotations

import re

import pytest

from reviewer.config import ROOT

LONGEST = 400
SHEETS = sorted((ROOT / "static").glob("*.css"))
KINDS = {"templates": ("html",), "static": ("js",), "reviewer": ("py",)}
# What may name a class: pages, scripts, and Python that gives one to a page.
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for folder, endings in KINDS.items()
    for ending in endings
    for path in (ROOT / folder).rglob(f"*.{ending}")
    if "vendor" not in path.parts
)


def rules(path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def name(path) -> str:
    return path.name


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_a_style_sheet_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST, "divide it by topic"


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_a_style_sheet_is_whole_and_loaded_by_a_page(path):
    text = rules(path)
    assert text.count("{") == text.count("}")
    assert re.search(rf"[\"']{path.stem}(\.css)?[\"']", SOURCES), "no page loads it"


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_every_class_of_ours_stands_on_some_page(path):
    """A class may be made of a beginning and a word that is filled in, as pr-heat--{{ step }}."""
    unused = [
        found
        for found in sorted(set(re.findall(r"\.(pr-[\w-]+)", rules(path))))
        if not re.search(rf"{found}(?![\w-])", SOURCES)
        and not re.search(rf"{re.match(r'(.*?--|.*-)', found)[0]}[\"'`]?( ~|\{{|\$|\s*\+)", SOURCES)
    ]
    assert not unused, f"dead: {', '.join(unused)}"
