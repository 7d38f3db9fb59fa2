"""Sets a plain text as a designed PDF, as a public body would publish it.

The text is data: it reaches Typst as JSON, so that no character of it can run as Typst code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import typst

FONTS = Path(__file__).parent.parent / "static" / "vendor" / "fonts"

DESIGN = """
#let given = json(bytes(sys.inputs.given))
#let main = rgb("#1f3f66")
#let runs(parts) = for (words, style) in parts {
  if style == "strong" { strong(words) } else if style == "emph" { emph(words) } else { [#words] }
}
#let ruled(columns, rows, size) = {
  set text(size: size, hyphenate: false)
  set par(leading: 0.6em)
  table(columns: columns, align: left + top, inset: 2.2mm, stroke: 0.5pt + main.lighten(60%),
    fill: (x, y) => if y == 0 { main.lighten(88%) },
    ..rows.flatten().map(words => [#words]))
}
#set document(title: given.title, date: none)
#set page(paper: "a4", columns: 2, margin: (x: 21mm, top: 23mm, bottom: 25mm),
  header: context if counter(page).get().first() > 1 {
    align(right, text(size: 8.5pt, fill: main.lighten(20%), given.title)) },
  footer: context align(center, text(size: 9pt, counter(page).display())))
#set columns(gutter: 9mm)
#set text(font: ("Atkinson Hyperlegible Next", "Libertinus Serif"), size: 12pt, lang: "en",
  region: "gb", hyphenate: true)
#set par(leading: 0.86em, spacing: 1.35em)
#set list(marker: text(fill: main, "•"), spacing: 0.85em)
#show heading: set text(fill: main, hyphenate: false)
#show heading: set block(above: 1.5em, below: 0.9em)
#show heading.where(level: 1): it => block(width: 100%, fill: main, inset: 3mm, radius: 1mm,
  sticky: true, above: 1.5em, below: 1em, text(size: 14pt, fill: white, it.body))
#place(top, scope: "parent", float: true, clearance: 8mm, block(width: 100%, fill: main,
  outset: (x: 20mm, top: 22mm), inset: (top: 8mm, bottom: 8mm),
  text(size: 25pt, weight: "bold", fill: white, hyphenate: false, given.title)))
#for part in given.parts {
  if part.kind == "heading" { heading(level: part.level, runs(part.words)) }
  if part.kind == "item" { pad(left: part.depth * 4mm, list(runs(part.words))) }
  if part.kind == "paragraph" { par(runs(part.words)) }
  if part.kind == "table" {
    let columns = calc.max(..part.rows.map(row => row.len()))
    let rows = part.rows.map(row => row + ("",) * (columns - row.len()))
    if columns > 2 and part.lines <= given.most {
      place(auto, scope: "parent", float: true, clearance: 6mm,
        ruled((1fr,) * columns, rows, 9.5pt))
    } else { ruled((1fr,) * columns, rows, 9pt) }
  }
}
"""

LONGEST_HEADING = 90
# A wide table floats above or below both columns only if a page can surely hold it: what stands
# in a float does not break, and the rest of it would be lost.
MOST_LINES = 40
LINE_OF_TABLE = 90  # characters across the page
_MARKED = re.compile(r"\*\*(?P<strong>\S.*?)\*\*|\*(?P<emph>[^\s*][^*]*)\*")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def set_pdf(text: str, target: Path, *, title: str) -> int:
    """Writes `text` as a PDF of about 400 words a page and gives the number of its pages.

    Lines that start with `#` are headings, with `-` items; a line with tabs is a row of a table;
    `**` and `*` mark strong and slanted words. The same text and title always give the same file.
    """
    title = _UNPRINTABLE.sub("", title)
    given = json.dumps({"title": title, "parts": list(parts(text)), "most": MOST_LINES})
    pdf = typst.compile(
        DESIGN.encode(),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"given": given},
        timestamp=0,
    )
    target.write_bytes(pdf)
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def parts(text: str) -> Iterator[dict[str, Any]]:
    """Headings, items, paragraphs and tables in their order, as the design expects them."""
    for block in re.split(r"\n\s*\n", _UNPRINTABLE.sub("", text.replace("\r", ""))):
        lines = [line for line in block.split("\n") if line.strip()]
        rows: list[list[str]] = []
        for line in lines:
            if "\t" in line:
                rows.append([cell.strip() for cell in line.rstrip("\t").split("\t")])
                continue
            yield from _table(rows)
            rows = []
            yield _part(line, alone=len(lines) == 1)
        yield from _table(rows)


def _table(rows: list[list[str]]) -> Iterator[dict[str, Any]]:
    rows = [row for row in rows if re.search(r"\w", "".join(row))]  # a row of dashes is a ruler
    if rows:
        across = LINE_OF_TABLE / max(len(row) for row in rows)
        lines = sum(1 + max(len(cell) // across for cell in row) for row in rows)
        yield {"kind": "table", "rows": rows, "lines": lines}


def _part(line: str, *, alone: bool) -> dict[str, Any]:
    words = line.strip()
    if marks := re.match(r"#{1,6}\s+", words):
        level = min(marks[0].count("#"), 3)
        return {"kind": "heading", "level": level, "words": _runs(words[marks.end() :])}
    if mark := re.match(r"[-•]\s+", words):
        depth = min((len(line) - len(line.lstrip())) // 2 + (line[:1] == " "), 3)
        return {"kind": "item", "depth": depth, "words": _runs(words[mark.end() :])}
    if alone and _is_heading(words):
        level = 1 if words.isupper() else 2
        return {"kind": "heading", "level": level, "words": _runs(words)}
    return {"kind": "paragraph", "words": _runs(words)}


def _is_heading(words: str) -> bool:
    """Text without marks shows a heading by a short line alone, with no full stop at its end."""
    return (
        len(words) <= LONGEST_HEADING
        and (words[-1].isalnum() or words[-1] in ")]")
        and any(letter.isalpha() for letter in words)
        and re.match(r"[A-Z0-9]", words) is not None
        and ": " not in words
    )


def _runs(words: str) -> list[tuple[str, str]]:
    words = _LINK.sub(r"\1", words)
    runs: list[tuple[str, str]] = []
    place = 0
    for mark in _MARKED.finditer(words):
        runs.append((words[place : mark.start()], ""))
        runs.append((mark[mark.lastgroup or 0], mark.lastgroup or ""))
        place = mark.end()
    runs.append((words[place:], ""))
    return [run for run in runs if run[0]]
