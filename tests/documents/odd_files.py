"""Hostile and odd PDFs by name, and what is to become of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reviewer.documents.reasons import Reason
from tests.documents import odd_parts as parts
from tests.documents.odd_parts import A4, DEEP, GOOD, PAGE, SCAN, TEXT, one_page, spelled
from tests.documents.pdfs import made_up_paragraphs, typeset, written


@dataclass(frozen=True)
class Odd:
    """A file that ends in text: its first page begins with `text`, and `says` is a pattern of what
    the document says of its pages. With `reasons` it ends in one of them instead: two, where it
    depends on the machine which limit is reached first."""

    make: Callable[[], bytes]
    text: str = TEXT
    says: str = ""
    reasons: tuple[Reason, ...] = ()
    seconds: int = 10  # for each page; few where that limit is to be reached


def refused(make: Callable[[], bytes], *reasons: Reason) -> Odd:
    return Odd(make, reasons=reasons)


def page_with(entries: bytes) -> bytes:
    return one_page(page=A4 + entries)


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


ROUGH = "The text of page 1 could only be read roughly."
PERHAPS_ROUGH = f"({ROUGH})?"  # a machine that is fast enough reads it in time
PAGE_2 = "The text of page 2 could not be read."
HEBREW = "תוכנית 2024 לילדים ולנוער (NHS) בקהילה"
HEBREW_AS_SEEN = "הליהקב (NHS) רעונלו םידליל 2024 תינכות"
JAPANESE = [("計画は子どもたち", 500, 700), ("のためにある", 480, 700)]
LIGATURES = "The first efficient office for affluent waffles"

ODD = {
    # text in every direction, and none
    "hebrew": Odd(lambda: spelled([(HEBREW_AS_SEEN, 50, 700)]), HEBREW),
    "japanese, downwards": Odd(
        lambda: spelled(JAPANESE, down=True), "計画は子どもたち\nのためにある"
    ),
    "ligatures": Odd(lambda: typeset(LIGATURES), LIGATURES),
    "a font that does not tell": refused(
        lambda: spelled([("7KH SODQ IRU FKLOGUHQ", 50, 700)], told=False), Reason.GARBLED
    ),
    "shapes without names": refused(parts.shapes_without_names, Reason.GARBLED),
    "only scans": refused(lambda: written([SCAN] * 3), Reason.IMAGE_ONLY),
    "no content": refused(lambda: parts.tree(parts.ONE, b"<</Type/Page>>"), Reason.IMAGE_ONLY),
    # pages of odd sizes
    "turned and cut": Odd(lambda: page_with(b"/Rotate 90/CropBox[40 690 300 720]")),
    "very large unit": Odd(lambda: page_with(b"/UserUnit 75000")),
    "very large page": Odd(lambda: one_page(page=b"/MediaBox[0 0 1e9 1e9]")),
    "no size": Odd(lambda: one_page(page=b"")),
    "size that is no number": Odd(lambda: one_page(page=b"/MediaBox[/a (b) null 0]"), says=ROUGH),
    # too much
    "inflates to gigabytes": refused(
        lambda: written([parts.inflates(PAGE, 2048)]), Reason.TOO_LARGE
    ),
    "one page of three inflates": Odd(
        lambda: written([PAGE, parts.inflates(PAGE, 2048), PAGE]), says=PAGE_2
    ),
    "letters inflate": refused(parts.font_that_inflates, Reason.TOO_LARGE),
    "a thousand filters": refused(parts.thousand_filters, Reason.IMAGE_ONLY),
    "eight million letters": Odd(parts.eight_million_letters, "babies and children", seconds=30),
    "200,000 points": Odd(parts.many_points, says=PERHAPS_ROUGH, seconds=3),
    "one content 500 times": Odd(parts.content_many_times),
    "very large picture": Odd(parts.large_picture),
    "20,000 pages": refused(lambda: written([PAGE] * 20_000), Reason.TOO_MANY_PAGES),
    # without end
    "draws itself": Odd(parts.draws_itself, seconds=2),
    "draws without end": Odd(
        parts.draws_without_end, reasons=(Reason.TOO_SLOW, Reason.TOO_LARGE), seconds=2
    ),
    "letter draws itself": Odd(parts.letter_draws_itself, "A" * 40, seconds=2),
    "page tree that loops": Odd(parts.tree_that_loops, says=PAGE_2),
    "page tree of itself alone": refused(parts.tree_of_itself, Reason.NO_PAGES),
    "page tree thousands deep": refused(parts.deep_tree, Reason.DAMAGED),
    "lists thousands deep": Odd(lambda: page_with(b"/X" + b"[" * DEEP + b"]" * DEEP)),
    "entries thousands deep": Odd(
        lambda: page_with(b"/X " + b"<</X" * DEEP + b" 1" + b">>" * DEEP)
    ),
    "content thousands deep": Odd(lambda: written([PAGE + b"[" * 20 * DEEP])),
    "table before itself": Odd(parts.table_before_itself),
    "objects within themselves": refused(parts.objects_within_themselves, Reason.DAMAGED),
    "length of itself": Odd(
        lambda: one_page(b"<</Length 4 0 R>>stream\n%s\nendstream" % PAGE), says=ROUGH
    ),
    # lies
    "more pages than it says": Odd(
        lambda: written([PAGE] * 5).replace(b"/Count 5", b"/Count 2"),
        says="The file says that it has 2 pages, but 5 were found in it.*",
    ),
    "fewer pages than it says": Odd(
        lambda: GOOD.replace(b"/Count 1", b"/Count 4"),
        says="The text of pages 2, 3 and 4 could not be read.",
    ),
    "less than no pages, it says": Odd(lambda: GOOD.replace(b"/Count 1", b"/Count -1")),
    "a million pages, it says": refused(
        lambda: GOOD.replace(b"/Count 1", b"/Count 1000000"), Reason.TOO_MANY_PAGES
    ),
    "table off by a few bytes": Odd(lambda: parts.table_off_by(7)),
    "table beyond the end": Odd(lambda: parts.table_off_by(10**8)),
    "table mixed up": Odd(parts.table_mixed_up),
    "no such table": Odd(lambda: re.sub(rb"startxref\n\d+", b"startxref\n9", GOOD)),
    # more or less than the PDF
    "changed later": Odd(parts.changed_later),
    "web page before it": Odd(lambda: b"<!doctype html>\n<p>Moved</p>\n" + GOOD),
    "30 MB of lines after it": Odd(lambda: GOOD + b"some more of it\n" * 2_000_000),
    "broken off": refused(lambda: half(written([PAGE] * 40)), Reason.DAMAGED),
    "broken off, compressed": refused(
        lambda: half(typeset("\n\n".join(made_up_paragraphs(9)))), Reason.DAMAGED
    ),
    "no pages": refused(lambda: written([]), Reason.NO_PAGES),
    "nothing in it": refused(lambda: b"", Reason.NO_PAGES),
    "no PDF": refused(lambda: b"PK\x03\x04" + bytes(5000), Reason.NOT_A_PDF),
    "web page instead": refused(
        lambda: b"<!doctype html><p>Sign in to go on" + b" " * 2000, Reason.NOT_A_PDF
    ),
    "a password to change it": Odd(lambda: written([PAGE], password="")),
    "a password to open it": refused(lambda: written([PAGE], password="x"), Reason.ENCRYPTED),
    "scripts and attachments": Odd(parts.carries_things),
    "dynamic form": refused(parts.dynamic_form, Reason.DYNAMIC_FORM),
}
