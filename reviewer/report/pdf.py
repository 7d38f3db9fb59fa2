"""The report as a PDF that is tagged and meets PDF/UA-1, set by typst."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from reviewer.findings.figures import Figure
from reviewer.report.contents import Finding, Report, clean

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts"
_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_BY_NUMBER = re.compile(r"\\u\{([0-9a-f]+)\}")
LAYOUT = Path(__file__).with_name("report.typ")


def pdf(report: Report, charts: Mapping[str, bytes]) -> bytes:
    """The report as .pdf; `charts` are SVG by figure id."""
    files = {f"chart-{n}.svg": charts[figure] for figure, n in report.numbers.items()}
    return set_pdf(LAYOUT, _data(report), files)


def set_pdf(layout: Path, data: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A layout as .pdf: it reads `data` from a JSON file of its own name, and `files` by theirs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(layout, folder / layout.name)
        for file, held in files.items():
            (folder / file).write_bytes(held)
        content = json.dumps(_cleaned(data), ensure_ascii=False)
        while True:
            (folder / layout.name).with_suffix(".json").write_text(content, encoding="utf-8")
            try:
                return typst.compile(
                    folder / layout.name,
                    root=folder,
                    font_paths=[FONTS],
                    ignore_system_fonts=True,
                    pdf_standards=["ua-1"],
                )
            except typst.TypstError as error:
                content = _without_missing(content, str(error))


def _without_missing(content: str, error: str) -> str:
    """The content with a question mark for each letter that no font has: PDF/UA allows no empty
    box in its place, and one name in another script must not keep a report from being made."""
    missing = _MISSING.search(error)
    # As Rust writes a text: what cannot be printed stands there by its number.
    named = _BY_NUMBER.sub(lambda m: chr(int(m[1], 16)), missing[1]) if missing else ""
    letters = set(named) - {"?"}
    if named and not letters:  # what is left of a picture made of several: its joiners
        letters = {c for c in content if unicodedata.category(c) == "Cf"}
    if not letters & set(content):
        raise RuntimeError(f"the report could not be set: {error}")
    return content.translate(
        {ord(c): "" if unicodedata.category(c) == "Cf" else "?" for c in letters}
    )


def _cleaned(value: Any) -> Any:
    """The same, with no letter in any text that a file cannot hold."""
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return clean(value) if isinstance(value, str) else value


def _data(report: Report) -> dict[str, Any]:
    """All that the layout prints, as plain values."""
    return {
        "title": report.title,
        "round_name": report.round_name,
        "coverage": report.coverage,
        "made_on": report.made_on,
        "marks": report.marks,
        "glossary": report.glossary,
        "introduction": report.introduction,
        "method": report.method,
        "facts": report.facts,
        "limits": report.limits,
        "key_findings": [(found.number, found.heading) for found in report.key_findings()],
        "chapters": [
            {
                "title": report.chapter_title(chapter),
                "short": chapter.criterion.title,
                "about": chapter.criterion.about,
                "indicators": report.indicators(chapter.criterion),
                "findings": [_finding(report, finding) for finding in chapter.parts],
                "tables": [_table(report, figure) for figure in chapter.figures],
            }
            for chapter in report.chapters
        ],
        "good_practice": report.good_practice,
        "examples": report.examples,
        "recommendations": report.recommendations,
        "lists": report.lists,
        "documents": report.document_rows(),
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "title": finding.title,
        "paragraphs": finding.paragraphs,
        "quotes": finding.quotes,
        "charts": [
            {
                "file": f"chart-{report.numbers[figure.id]}.svg",
                "alternative": report.alternative(figure),
                "caption": report.caption(figure),
            }
            for figure in report.charts(finding)
        ],
    }


def _table(report: Report, figure: Figure) -> dict[str, Any]:
    return {
        "heading": report.table_heading(figure),
        "notes": report.notes(figure),
        "rows": report.rows(figure),
    }
