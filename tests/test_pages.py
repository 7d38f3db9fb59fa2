"""Every page is opened as every role; and no page offers a link that does not open."""

from __future__ import annotations

from collections import Counter
from itertools import product
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from reviewer.people.permissions import PERMISSIONS, Permission, Role
from tests.addresses import SLOW, addresses, choices
from tests.house_rules import Page

OPENS = {200, 302}
MOST_OF_ONE_KIND = 4  # pages of one endpoint that a crawl looks at
NOBODY = "nobody"
# Addresses of before that only lead on: another page may have the same one.
KEPT = {"findings.criterion_before"}
# What can be somebody else's: there the table alone does not open the page.
OWNED = {"review_id", "document_id", "system_id"}


def test_no_id_of_the_criteria_leads_to_another_page(app):
    """A criterion may be called grid, and a question new: whatever stands in an address."""
    adapter, rules = app.url_map.bind("localhost"), list(app.url_map.iter_rules())
    words = {part for rule in rules for part in rule.rule.split("/") if part and "<" not in part}
    taken = []
    for rule in rules:
        named = rule.arguments & {"criterion_id", "question_id"}
        if not named or rule.endpoint in KEPT:
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        others = {name: (choices(rule, name) or [1])[0] for name in rule.arguments}
        for name, word in product(named, words):
            path = adapter.build(rule.endpoint, others | {name: word}, method)
            if adapter.match(path, method)[0] != rule.endpoint:
                taken.append(path)
    assert {"grid", "coverage", "new"} <= words
    assert not taken, taken


def test_every_page_opens_for_whom_the_table_says_and_breaks_for_nobody(demo_app, sign_in):
    guarded = {
        name: view.permission for name, view in demo_app.view_functions.items() if name != "static"
    }
    owned = {rule.endpoint for rule in demo_app.url_map.iter_rules() if rule.arguments & OWNED}
    statuses, broken = {}, []
    for role in (*Role, NOBODY):
        client = demo_app.test_client()
        if role != NOBODY:
            sign_in(client, role)
        for address in addresses(demo_app):
            if address.endpoint in SLOW and role != Role.POLICY_LEAD:
                continue
            try:
                response = client.get(address.path)
            except Exception as error:  # a fault is raised in tests, and so is a broken house rule
                broken.append(f"{role}: {address.path}: {type(error).__name__}: {error}")
                continue
            statuses.setdefault(address.endpoint, set()).add(response.status_code)
            if response.status_code >= 500:
                broken.append(f"{role}: {address.path}: {response.status}")
            permission = guarded[address.endpoint]
            if role == NOBODY:
                away = response.status_code == 302 and "/sign-in" in response.location
                if permission is not Permission.PUBLIC and not away:
                    broken.append(f"nobody: {address.path}: {response.status}")
            elif permission not in PERMISSIONS[role]:
                if response.status_code != 403:
                    broken.append(f"{role} may not, and: {address.path}: {response.status}")
            elif response.status_code == 403 and address.endpoint not in owned:
                broken.append(f"{role} may, but: {address.path}: {response.status}")
    assert not broken, "\n".join(broken)
    for endpoint, found in statuses.items():
        assert found & OPENS, f"{endpoint} opened for nobody: {sorted(found)}"


@pytest.mark.parametrize("role", Role)
def test_every_link_on_a_page_opens_for_the_person_who_sees_it(demo_app, sign_in, role):
    client = demo_app.test_client()
    sign_in(client, role)
    routes = demo_app.url_map.bind("localhost")
    to_do, seen, looked_at, dead = ["/"], {"/"}, Counter(), []
    while to_do:
        path = to_do.pop(0)
        endpoint, _ = routes.match(urlsplit(path).path, "GET")
        if endpoint == "static" or endpoint in SLOW or looked_at[endpoint] == MOST_OF_ONE_KIND:
            continue
        looked_at[endpoint] += 1
        response = client.get(path, follow_redirects=True)
        if response.mimetype != "text/html":
            continue
        for link in Page(response.text).all("a"):
            target = urldefrag(urljoin(response.request.path, link.get("href", ""))).url
            if not target.startswith("/") or target in seen:
                continue
            seen.add(target)
            to_do.append(target)
            if not routes.test(urlsplit(target).path, "GET"):
                dead.append(f"{target} on {path}: no such address")
                to_do.pop()
        if response.status_code != 200:
            dead.append(f"{path}: {response.status}")
    assert not dead, "\n".join(dead)
    assert len(looked_at) >= 3, looked_at
