"""The rules that the client holds pages to can be broken, each by its own page."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.house_rules import ALWAYS, broken_rules

GOOD = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Rounds – Plan Review</title>
<link rel="stylesheet" href="/static/a.css"><script src="/static/a.js"></script></head>
<body><h1 id="top">Rounds</h1>
<form method="post"><input type="hidden" name="csrf_token">
<label for="name">Name</label><input id="name" name="name">
<label>Day <select name="day"></select></label><textarea aria-label="Why"></textarea>
<button>Save</button></form>
<script type="application/json">{"a": 1}</script>
<a href="https://example.org/">elsewhere</a></body></html>"""


def answer(text, **headers):
    """A response with that text, as the client sees it."""
    app = Flask("made_for_a_test")
    app.add_url_rule("/", view_func=lambda: (text, ALWAYS | headers))
    return app.test_client().get("/")


def test_a_good_page_breaks_no_rule():
    assert broken_rules(answer(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("<h1", "<h1>Twice</h1><h1", "2 h1 headings"),
        (" – Plan Review", "", "does not end with"),
        ("Rounds – Plan Review", " – Plan Review", "does not end with"),
        (' lang="en-GB"', "", "no lang"),
        ('id="name"', 'id="top"', "stands 2 times"),
        ('for="name"', 'for="day"', "input 'name' has no label"),
        ('<textarea aria-label="Why">', "<textarea>", "textarea None has no label"),
        ("<label>Day", "<p>Day", "select 'day' has no label"),
        ("<h1", '<h1 style="color: red"', "an inline style"),
        ("<button", '<button onclick="go()"', "an inline onclick"),
        ("</head>", "<style>h1 {}</style></head>", "a <style> element"),
        ("</head>", "<script>go()</script></head>", "an inline script"),
        ('src="/static/', 'src="https://cdn.example/', "from another host"),
        ('href="/static/', 'href="//cdn.example/', "from another host"),
        ('name="csrf_token"', 'name="token"', "no csrf_token"),
    ],
)
def test_a_page_that_breaks_a_rule_is_told_which(old, new, complaint):
    assert complaint in "; ".join(broken_rules(answer(GOOD.replace(old, new))))


@pytest.mark.parametrize("text", [GOOD, "no page"])
def test_an_answer_without_its_policy_is_told(text):
    response = answer(text)
    del response.headers["Content-Security-Policy"]
    assert broken_rules(response) == ["it is sent without Content-Security-Policy"]


def test_a_piece_of_a_page_needs_no_title_but_labels():
    assert broken_rules(answer('<div><input name="find"></div>')) == ["input 'find' has no label"]


def test_a_download_is_no_page():
    assert broken_rules(answer("<p>a report", **{"Content-Disposition": "attachment"})) == []
