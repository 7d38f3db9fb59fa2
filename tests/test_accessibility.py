"""Every kind of page, full, empty and with an error: WCAG 2.2 AA by axe, 320 pixels wide (which is
1280 at 400% zoom), by keyboard alone, with reduced motion and with forced colours.

What a browser is shown was answered to the test client just before, so that every page is made
once: empty forms are sent for the pages of errors, and nothing of that is written. The browser
fetches nothing but those pages anew: interception by Playwright would turn its cache off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urldefrag

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.instrument.models import latest
from reviewer.people.permissions import PERMISSIONS, Role
from reviewer.rounds.models import create_round
from reviewer.systems.models import System
from tests.addresses import SLOW, _practice, addresses, part_of
from tests.house_rules import is_whole_page
from tests.running.makers import make_person, sign_in
from tests.test_permissions import path_of

pytestmark = [pytest.mark.browser, pytest.mark.long]

# A policy lead opens most of the pages: parts of them, so that no processor is left with all.
PARTS_OF = {Role.POLICY_LEAD: 4, Role.REVIEWER: 1, Role.SYSTEM: 1}

# Lists that are empty only because nothing was found.
FOUND_NOTHING = {
    "directory.index": "/people?q=nobody-has-this-name",
    "record.index": "/record?noun=reply",
}

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 720}

# What is wider than the window, but for what scrolls by itself (tables, the page of a document) and
# what is hidden from sight.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = e => e && e !== document.body && (
    ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX) ||
    scrolls(e.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120));
}"""

# What would keep somebody with a keyboard out: an order of its own, or a control that cannot be
# reached. The browser does the rest: every control is a native one.
NO_KEY = """() => [...document.querySelectorAll("[tabindex]")]
  .filter(e => e.tabIndex > 0 || (e.tabIndex < 0 && e.matches("a, button, input, select, textarea")
    && !e.closest("[role=tablist], [hidden], [aria-hidden=true], .pr-reader, .pr-pages")))
  .map(e => e.outerHTML.slice(0, 120))"""

MOVES = """() => document.getAnimations().filter(a => a.playState === "running"
  && a.effect.getComputedTiming().duration > 20).map(a => a.animationName || "a transition")"""

# All three in one question to the browser.
LOOK = f"""() => ({{"too wide": ({TOO_WIDE})(), "no key": ({NO_KEY})(), "moves": ({MOVES})()}})"""

Shown = dict[str, str]


def made(client: Any, paths: dict[str, str]) -> Shown:
    """The pages of these addresses that open, by a name for each."""
    found = {}
    for name, path in paths.items():
        response = client.get(path)
        if response.status_code == 200 and is_whole_page(response):
            found[f"{path}#{name}"] = response.text
        response.close()
    return found


def asked_of(app: Any, role: Role, part: int) -> set[str]:
    """The endpoints of a part. What a policy lead opens too is looked at once, as a lead."""
    others = PERMISSIONS[Role.POLICY_LEAD] if role is not Role.POLICY_LEAD else ()
    return {
        name
        for name in part_of(app, part, PARTS_OF[role])
        if getattr(app.view_functions[name], "permission", None) not in others
    }


def full(app: Any, client: Any, asked: set[str]) -> Shown:
    """Every kind of page."""
    kinds: dict[str, str] = {}
    for address in addresses(app):
        if address.endpoint in asked - SLOW:
            kinds.setdefault(address.endpoint, address.path)
    return made(client, {f"full-{name}": path for name, path in kinds.items()})


def empty(app: Any, role: Role, asked: set[str]) -> Shown:
    """The same pages for somebody who has nothing yet, and of a round in which nothing was done."""
    with app.app_context():
        version = latest("hpig-2024")
        system = session.scalars(select(System).filter_by(invented=True)).first()
        assert version and system
        round_ = create_round("nothing yet", instrument=version, systems=[system])
        more = {"system": system} if role is Role.SYSTEM else {}
        person = make_person("Nobody Yet", role, **more)
        session.commit()
        values = {"round_id": round_.id, "system_id": system.id}
        client = sign_in(app, person.id)
    lead, paths = role is Role.POLICY_LEAD, {}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint not in asked - SLOW:
            continue
        # A lead sees all rounds and people: what names none is no emptier for a new one.
        if rule.arguments <= set(values) and (rule.arguments or not lead):
            paths[f"empty-{rule.endpoint}"] = path_of(rule, values)
    for number, (endpoint, query) in enumerate(FOUND_NOTHING.items(), 1):
        if lead and endpoint in asked:
            paths[f"empty-{number}"] = query
    return made(client, paths)


def wrong(app: Any, client: Any, asked: set[str]) -> Shown:
    """What comes back for an empty form. Only pages that say what is wrong are looked at."""
    with app.app_context():
        values = {name: found[0] for name, found in _practice().items()}
        session.commit()
    cookie, found = client.get_cookie("session").value, {}
    pages: dict[int, Shown] = {}
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint in asked:
            path = path_of(rule, values)
            client.set_cookie("session", cookie)
            response = client.post(path)
            if not is_whole_page(response):
                continue
            if response.status_code != 200:  # the page of an error, once for each status
                pages.setdefault(response.status_code, {f"{path}#error": response.text})
            elif "error-summary" in response.text:
                found[f"{path}#error-{rule.endpoint}"] = response.text
    for page in pages.values():
        found |= page
    return found


@pytest.fixture
def visit(live: Any, new_page: Callable[[], Any], enter: Any) -> Iterator[Callable[..., Any]]:
    """`visit(role, shown)` gives a browser and goes through the pages of `shown`."""

    def go(role: Role, shown: Shown) -> Iterator[tuple[str, Any]]:
        page = new_page()
        enter(page, role)
        page.emulate_media(reduced_motion="reduce")
        before = ""
        for name, text in shown.items():
            live.instead = text
            if (path := urldefrag(name).url) == before:  # else it would only scroll
                page.goto("about:blank")
            page.goto(name)
            before = path
            yield name, page
        live.instead = None

    yield go


@pytest.mark.parametrize(
    ("role", "part"), [(role, part) for role, parts in PARTS_OF.items() for part in range(parts)]
)
def test_every_page_in_every_state(demo_app, sign_in, axe, visit, monkeypatch, role, part):
    client = demo_app.test_client()
    demo_app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, role)
    asked = asked_of(demo_app, role, part)
    shown = full(demo_app, client, asked) | empty(demo_app, role, asked)
    with monkeypatch.context() as patched:
        patched.setattr(session, "commit", session.rollback)
        shown |= wrong(demo_app, client, asked)
    demo_app.config["WTF_CSRF_ENABLED"] = True
    states = {s: sum(f"#{s}" in name for name in shown) for s in ("full", "empty", "error")}
    assert min(states.values()) >= 1 and len(shown) > 5, states
    broken = []
    for name, page in visit(role, shown):
        try:
            axe(page)
        except AssertionError as error:
            broken.append(f"{name}: {error}")
        page.set_viewport_size(NARROW)
        broken += [
            f"{name}: {what}: {found}" for what, found in page.evaluate(LOOK).items() if found
        ]
        page.set_viewport_size(WIDE)
    assert not broken, "\n".join(broken)


# What can be reached by Tab: of a group of radios, one.
STOPS = """() => {
  const groups = new Set();
  const seen = e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0;
  return [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter(seen).filter(e => {
      if (e.type !== "radio") return true;
      const first = !groups.has(e.name);
      groups.add(e.name);
      return first;
    }).length;
}"""

# Where the focus is: new or not, whether it can be seen there, and whether it shows.
STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const label = e.closest(".govuk-radios__item, .govuk-checkboxes__item")?.querySelector("label");
  const ring = label ? getComputedStyle(label, "::before") : style;
  const fresh = !window.stops?.has(e);
  (window.stops ??= new Set()).add(e);
  return {
    fresh, html: e.outerHTML.slice(0, 100),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    shows: [style, ring].some(s => s.outlineStyle !== "none" || s.boxShadow !== "none"),
  };
}"""


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.REVIEWER, "/reviews"), (Role.POLICY_LEAD, "/people/invite"), (Role.SYSTEM, "/account")],
)
def test_a_page_at_400_percent_is_gone_through_by_keyboard(page, enter, role, path):
    enter(page, role)
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    page.set_viewport_size(NARROW)
    page.goto(path)
    wanted, visited = page.evaluate(STOPS), []
    for _ in range(wanted + 3):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or not stop["fresh"]:
            break
        visited.append(stop)
    assert len(visited) >= wanted, f"{len(visited)} of {wanted}, last: {visited[-1:]}"
    assert not [stop["html"] for stop in visited if not stop["inside"]]
    assert not [stop["html"] for stop in visited if not stop["shows"]]
