"""Every address says who may use it, and keeps to that; test_pages.py opens them all."""

from __future__ import annotations

import re

from docs.generate import permissions_page
from reviewer.config import ROOT
from reviewer.people.permissions import PERMISSIONS, Permission, Role
from tests.addresses import choices


def views(app):
    """Endpoint and permission of every view."""
    return {
        endpoint: getattr(view, "permission", None)
        for endpoint, view in app.view_functions.items()
        if endpoint != "static"
    }


def posts(app):
    """Endpoint and some path of every address that takes a POST; its ids are nobody's."""
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            path = rule.rule
            for name in rule.arguments:
                value = next(iter(choices(rule, name)), "999999")
                path = re.sub(rf"<([^<>]*:)?{name}>", value, path)
            assert "<" not in path, path
            found.append((rule.endpoint, path))
    return found


def test_every_view_has_a_permission(app):
    without = [endpoint for endpoint, permission in views(app).items() if permission is None]
    assert not without, f"decorate with @guard(Permission....): {', '.join(without)}"


def test_every_view_is_still_known_to_its_guard_after_other_decorators(app):
    for endpoint, permission in views(app).items():
        assert isinstance(permission, Permission), endpoint


def test_nobody_can_post_anything_that_is_not_public(app):
    guarded, client = views(app), app.test_client()
    for endpoint, path in posts(app):
        if guarded[endpoint] is not Permission.PUBLIC:
            response = client.post(path)
            assert response.status_code == 302 and "/sign-in" in response.location, path
            response = client.post(path, headers={"Accept": "application/json"})
            assert response.status_code == 401 and response.json["message"], path


def test_a_form_without_its_token_is_refused(demo_app, sign_in):
    client = demo_app.test_client()
    sign_in(client, "policy-lead")
    demo_app.config["WTF_CSRF_ENABLED"] = True
    for _endpoint, path in posts(demo_app):
        assert client.post(path).status_code == 400, path


def test_every_role_has_permissions_and_every_permission_a_role():
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_the_page_of_permissions_is_up_to_date():
    written = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert written == permissions_page(), "run: make docs"
