"""From the letters of a page to lines of plain text. Pure.

A letter is a dictionary as pdfplumber has them: `text`, where it begins and ends in the direction
of writing (`x0`, `x1`), its baseline (`top`, `doctop`), `bottom`, `size`, and in `upright` the
direction of writing.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from unicodedata import bidirectional, combining, normalize

Letter = dict[str, Any]

LONGEST_TEXT = 100_000  # characters kept of a page; a full page of small print has about 10,000
COLUMN_GAP = 2.0  # type sizes between letters, from which on they belong to different columns

# pdfium writes U+0002 or U+FFFE for a hyphen where a line ends, and leaves the line end out.
_LINE_END_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?|\u00ad\r?\n")
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACE_AT_LINE_END = re.compile(r"[^\S\n]+$", re.MULTILINE)
_PLAIN = str.maketrans(
    {"\r": "\n", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    | dict.fromkeys("\t\u00a0\u2002\u2003\u2009\u202f", " ")
)
_SHAPES = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")  # Hebrew and Arabic letters as they are drawn
_OTHER_BRACKET = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def clean(text: str) -> str:
    """`text` with plain spaces, line ends and letters, and nothing that a database would refuse."""
    text = _LINE_END_HYPHEN.sub("-\n", text[:LONGEST_TEXT]).replace("\r\n", "\n").translate(_PLAIN)
    text = _SHAPES.sub(lambda shapes: normalize("NFKC", shapes[0]), text)
    return _SPACE_AT_LINE_END.sub("", _UNWANTED.sub("", text)).strip()


def in_lines(letters: list[Letter]) -> str:
    """The words that pdfplumber makes of `letters`, in their order, a line for each line.

    Where the PDF has its own spaces, a gap has to be a third of the type size to count as one, so
    that spaced-out headings stay whole; where it has none (TeX), a sixth.
    """
    from pdfplumber.utils import extract_words

    if _RIGHT_TO_LEFT.search("".join(letter["text"] for letter in letters)):
        letters = as_read(letters)
    spaces = sum(letter["text"].isspace() for letter in letters)
    words = extract_words(
        letters,
        use_text_flow=True,
        x_tolerance_ratio=0.33 if spaces > len(letters) / 20 else 0.16,
        y_tolerance_ratio=0.25,
    )
    parts: list[str] = []
    before: Letter | None = None
    for word in words:
        if before is not None:
            lower = abs(word["top"] - before["top"]) > max(word["height"], before["height"]) / 2
            back = word["x0"] < before["x0"]
            turned = word["upright"] != before["upright"]
            parts.append("\n" if lower or back or turned else " ")
        parts.append(word["text"])
        before = word
    return "".join(parts)


def as_read(letters: list[Letter]) -> list[Letter]:
    """`letters` in the order of reading, where Hebrew or Arabic stands among them.

    A PDF may have such a line in either direction, even letter by letter. So it is sorted as it
    is seen, from left to right, and turned as the Unicode bidirectional algorithm would have it,
    backwards. Each letter is then given the place that it would have, were all written from left
    to right: the gaps between letters stay what they are.
    """
    read: list[Letter] = []
    for line in _lines(letters):
        if any(_RIGHT_TO_LEFT.search(letter["text"]) for letter in line):
            for column in _columns(line):
                read += _set_anew(_turned(column))
        else:
            read += line
    return read


def _lines(letters: list[Letter]) -> list[list[Letter]]:
    lines = [letters[:1]]
    for before, letter in pairwise(letters):
        level = abs(letter["top"] - before["top"]) <= before["size"] / 2
        if level and letter["upright"] == before["upright"]:
            lines[-1].append(letter)
        else:
            lines.append([letter])
    return lines


def _columns(line: list[Letter]) -> list[list[Letter]]:
    line = sorted(line, key=lambda letter: letter["x0"])
    columns = [line[:1]]
    end = line[0]["x1"]
    for letter in line[1:]:
        if letter["x0"] - end > COLUMN_GAP * letter["size"]:
            columns.append([])
        columns[-1].append(letter)
        end = max(end, letter["x1"])
    return columns


def _turned(seen: list[Letter]) -> list[list[Letter]]:
    """The letters of a line, given as they are seen from left to right, in the order of reading: a
    list for each run of one direction."""
    marks = [letter for letter in seen if combining(letter["text"][0])]
    seen = [letter for letter in seen if not combining(letter["text"][0])]
    sides = [_side(letter["text"][0]) for letter in seen]
    main = _main(sides)
    runs: list[tuple[str, list[Letter]]] = []
    for place, letter in enumerate(seen):
        side = sides[place] or _between(sides, place, main)
        if not runs or runs[-1][0] != side:
            runs.append((side, []))
        runs[-1][1].append(letter)
    if main == "R":
        runs.reverse()
    read = [_mirrored(run) if side == "R" else run for side, run in runs]
    for mark in marks:
        _put_after_its_letter(mark, read)
    return read


def _main(sides: list[str]) -> str:
    """The direction of a line: that of both its ends, or else that of most of its letters."""
    strong = [side for side in sides if side] or ["R"]
    return strong[0] if strong[0] == strong[-1] else max("R", "L", key=strong.count)


def _mirrored(run: list[Letter]) -> list[Letter]:
    return [letter | {"text": letter["text"].translate(_OTHER_BRACKET)} for letter in reversed(run)]


def _put_after_its_letter(mark: Letter, read: list[list[Letter]]) -> None:
    middle = mark["x0"] + mark["x1"]
    places = [(run, place) for run in read for place in range(len(run))]
    if places:
        run, place = min(
            places, key=lambda at: abs(at[0][at[1]]["x0"] + at[0][at[1]]["x1"] - middle)
        )
        run.insert(place + 1, mark)


def _side(character: str) -> str:
    """R or L; empty for a space or a sign, which goes with what it stands between."""
    kind = bidirectional(character)
    return "R" if kind in ("R", "AL") else "L" if kind in ("L", "EN", "AN") else ""


def _between(sides: list[str], place: int, main: str) -> str:
    left = next((side for side in reversed(sides[:place]) if side), main)
    right = next((side for side in sides[place + 1 :] if side), main)
    return left if left == right else main


def _set_anew(runs: list[list[Letter]]) -> list[Letter]:
    anew: list[Letter] = []
    before: list[Letter] = []  # the letter before, or all of the run before
    x = min((letter["x0"] for run in runs for letter in run), default=0.0)
    for run in runs:
        for place, letter in enumerate(run):
            if combining(letter["text"][0]):
                anew.append(letter | {"x0": x, "x1": x})
                continue
            if before:
                x += _gap(before, [letter] if place else run)
            before = [letter]
            width = letter["x1"] - letter["x0"]
            anew.append(letter | {"x0": x, "x1": x + width})
            x += width
        before = run
    return anew


def _gap(some: list[Letter], others: list[Letter]) -> float:
    """How far apart some letters and others beside them are, whichever are on the left."""
    lefts = [min(letter["x0"] for letter in letters) for letters in (some, others)]
    rights = [max(letter["x1"] for letter in letters) for letters in (some, others)]
    return float(max(lefts[1] - rights[0], lefts[0] - rights[1]))
