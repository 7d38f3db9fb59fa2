"""What a browser is told with every answer, and which of its requests are refused unread."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from reviewer.browser import CONTENT_SECURITY_POLICY
from reviewer.config import ROOT
from reviewer.people.permissions import Role
from reviewer.web import create_app
from tests.house_rules import missing
from tests.test_guards import posts


def test_the_policy_lets_nothing_in_but_our_own_files():
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert set(" ".join(rules.values()).split()) == {"'none'", "'self'", "data:"}
    assert "data:" not in rules["script-src"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/sign-out", 405),
        ("/rounds/99999999999999999999", 404),
        ("/static/plan-review.js", 200),
        ("/static/vendor/pdfjs-6.5.438/pdf.worker.min.mjs", 200),
        ("/static/nowhere.js", 404),
        ("/reviews", 403),
        ("/session", 200),
    ],
)
def test_errors_and_files_carry_it_too(demo_app, sign_in, path, status):
    client = demo_app.test_client()
    sign_in(client, Role.POLICY_LEAD)
    response = client.get(path)
    assert response.status_code == status
    assert not missing(response)
    response.close()


def test_a_fault_carries_it_and_tells_nothing(app: Flask, monkeypatch):
    def fault() -> str:
        raise RuntimeError("the secret of the database")

    monkeypatch.setitem(app.view_functions, "people.sign_in", fault)
    monkeypatch.setitem(app.config, "TESTING", False)
    response = app.test_client().get("/sign-in")
    assert response.status_code == 500 and not missing(response)
    assert "secret" not in response.text and "RuntimeError" not in response.text


# Hosts -------------------------------------------------------------------------------------------


@pytest.fixture
def public(app: Flask) -> Flask:
    names = ("DATABASE_URL", "SECRET_KEY", "UPLOADS_DIR")
    settings = {name: app.config[name] for name in names}
    return create_app(
        settings
        | {
            "PUBLIC_URL": "https://plans.example.org",
            "OTHER_HOSTS": "inside.example, 10.1.2.3",
            "WTF_CSRF_ENABLED": False,
        }
    )


@pytest.mark.parametrize(
    "host",
    [
        *("plans.example.org", "plans.example.org:8443", "localhost:8000", "127.0.0.1", "[::1]:80"),
        *("inside.example", "10.1.2.3:8000"),
    ],
)
def test_our_own_names_are_answered(public, host):
    assert public.test_client().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "plans.example.org.evil.example", "evil.example:443", "a"),
        *("xplans.example.org", "plans.example.org@evil.example", "a.plans.example.org", ""),
    ],
)
def test_a_foreign_host_is_refused_and_repeated_nowhere(public, host):
    for path in ("/sign-in", "/reviews", "/reviews/"):
        response = public.test_client().get(path, headers={"Host": host})
        assert response.status_code == 400, path
        assert "evil" not in response.text and "evil" not in str(response.headers)
        assert not missing(response)


def test_a_forwarded_host_is_not_believed(public):
    for name in ("X-Forwarded-Host", "X-Host", "Forwarded"):
        headers = {"Host": "plans.example.org", name: "host=evil.example"}
        response = public.test_client().get("/reviews", headers=headers)
        assert response.location == "/sign-in?next=%2Freviews"


# Other websites ----------------------------------------------------------------------------------

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://localhost.evil.example"},
)


def test_what_another_website_sends_is_refused_on_every_writing_address(demo_app, sign_in):
    """Also without the form's token, which is off in this test."""
    client, tried = demo_app.test_client(), 0
    sign_in(client, Role.POLICY_LEAD)
    for _endpoint, path in posts(demo_app):
        for headers in FOREIGN:
            response = client.post(path, headers=headers)
            assert response.status_code == 400, (path, headers)
            assert "another website" in response.text
            tried += 1
    assert tried > 100
    assert client.get("/account").status_code == 200, "it was signed out"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {},
    ],
)
def test_what_our_own_pages_send_is_taken(app, headers):
    data = {"email": "x@example.org", "password": "wrong"}
    page = app.test_client().post("/sign-in", data=data, headers=headers)
    assert "not right" in page.text


def test_behind_a_proxy_that_hides_our_name_the_public_one_is_taken(public):
    headers = {"Host": "127.0.0.1:8000", "Origin": "https://plans.example.org"}
    data = {"email": "x@example.org", "password": "wrong"}
    assert "not right" in public.test_client().post("/sign-in", data=data, headers=headers).text


def test_a_link_from_elsewhere_can_be_followed(app):
    page = app.test_client().get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 200


def test_no_page_asks_another_host_for_anything(app):
    """Nor does any file of ours: addresses that scripts and styles load from."""
    found = []
    for name in ("plan-review.css", "plan-review.js", "reader.js", "reader.css", "charts.js"):
        text = app.test_client().get(f"/static/{name}").text
        found += re.findall(
            r"(?:url\(|import\s|from\s|fetch\()\s*[\"']?(?:https?:)?//[^\s)]+", text
        )
    assert not found


def test_no_script_sets_a_key_of_an_object_that_somebody_could_name():
    """An object with a key "__proto__" changes all others; numbers are no such keys."""
    by_key = re.compile(r"[\w.)\]]\[([^\]\n]+)\]\s*(?:[-+*/|&?]{0,2}=)(?![=>])")
    merged = re.compile(r"Object\.assign\(|__proto__|setPrototypeOf|\bin Object\b")
    found = 0
    for path in sorted((ROOT / "static").glob("*.js")):
        script = path.read_text(encoding="utf-8")
        assert not merged.search(script), path.name
        for key in by_key.findall(script):
            found += 1
            assert re.fullmatch(r"Number\(\w+\)|\d+", key), f"{path.name}: [{key}]"
    assert found >= 2, "the pattern finds those that there are"
