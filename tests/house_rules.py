"""What every page that the app sends has to keep to; the test client checks each one it gets."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree
from werkzeug.test import TestResponse

NO_LABEL_NEEDED = {"hidden", "submit", "button", "reset", "image"}
LOADS = {"link": "href", "script": "src", "img": "src"}

ALWAYS = {
    "Content-Security-Policy": "; ".join(
        (
            *("default-src 'none'", "script-src 'self'", "style-src 'self'"),
            *("img-src 'self' data:", "font-src 'self'", "connect-src 'self'"),
            *("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"),
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Attributes = dict[str, str]


class Page:
    """The parts of a page that the rules ask about, as libxml2 tells them: nearly every test reads
    pages, and Python's own parser takes five times as long."""

    def __init__(self, text: str) -> None:
        self.elements: list[tuple[str, Attributes]] = []
        self.controls: list[tuple[str, Attributes, bool]] = []  # the last: inside a label
        self.forms: list[tuple[Attributes, set[str]]] = []  # attributes, names of its inputs
        self.title = ""
        self._open: list[str] = []
        etree.HTML(text, etree.HTMLParser(target=self))

    def start(self, tag: str, attrib: Attributes) -> None:
        attributes = dict(attrib)
        self.elements.append((tag, attributes))
        if tag == "form":
            self.forms.append((attributes, set()))
        if tag in ("input", "select", "textarea"):
            self.controls.append((tag, attributes, "label" in self._open))
            if self.forms:
                self.forms[-1][1].add(attributes.get("name", ""))
        self._open.append(tag)

    def end(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def data(self, data: str) -> None:
        if self._open[-1:] == ["title"] and "svg" not in self._open:
            self.title += data

    def close(self) -> None:
        """The parser asks for it."""

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.elements if name == tag]


def missing(response: TestResponse) -> list[str]:
    """The headers that every answer has to carry and this one does not: pages, errors, files."""
    return [name for name, value in ALWAYS.items() if response.headers.get(name) != value]


def broken_rules(response: TestResponse) -> list[str]:
    """A sentence for every rule that a response breaks; of what is no page, only its headers."""
    if absent := missing(response):
        return [f"it is sent without {', '.join(absent)}"]
    if response.mimetype != "text/html" or "attachment" in response.headers.get(
        "Content-Disposition", ""
    ):
        return []
    if 300 <= response.status_code < 400:
        return []
    page = Page(response.text)
    broken = _everywhere(page)
    if is_whole_page(response):
        broken += _whole(page)
    return broken


def is_whole_page(response: TestResponse) -> bool:
    """Whether it is a page, and no piece of one, download or picture."""
    return response.mimetype == "text/html" and response.text.lstrip().lower().startswith(
        "<!doctype"
    )


def _whole(page: Page) -> list[str]:
    broken = []
    headings = len(page.all("h1"))
    if headings != 1:
        broken.append(f"{headings} h1 headings")
    if not re.search(r"\S – Plan Review$", page.title.strip()):
        broken.append(f"title {page.title!r} does not end with “ – Plan Review”")
    if not page.all("html")[0].get("lang"):
        broken.append("html has no lang")
    return broken


def _everywhere(page: Page) -> list[str]:
    broken = []
    ids = Counter(a["id"] for _, a in page.elements if "id" in a)
    broken += [f"the id {id_!r} stands {times} times" for id_, times in ids.items() if times > 1]
    labelled = {a["for"] for a in page.all("label") if a.get("for")}
    for tag, attributes, inside in page.controls:
        named = inside or attributes.get("id") in labelled
        named = named or attributes.get("aria-label") or attributes.get("aria-labelledby")
        if attributes.get("type") not in NO_LABEL_NEEDED and not named:
            broken.append(f"{tag} {attributes.get('name')!r} has no label")
    for tag, attributes in page.elements:
        for name in attributes:
            if name == "style" or name.startswith("on"):
                broken.append(f"<{tag}> has an inline {name}")
        address = attributes.get(LOADS.get(tag, ""), "")
        if re.match(r"(?i)(https?:)?//", address):
            broken.append(f"<{tag}> loads {address} from another host")
    if page.all("style"):
        broken.append("a <style> element")
    # A block of data is no script to a browser, whatever its tag.
    if any("src" not in a and a.get("type") != "application/json" for a in page.all("script")):
        broken.append("an inline script")
    broken += [
        f"the form to {attributes.get('action', 'its own address')!r} has no csrf_token"
        for attributes, names in page.forms
        if attributes.get("method", "").lower() == "post" and "csrf_token" not in names
    ]
    return broken
