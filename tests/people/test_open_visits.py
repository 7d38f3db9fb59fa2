"""Where somebody is signed in: the list, ending one and all others, and when it was last used."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from reviewer.db import now, session
from reviewer.people import visits
from reviewer.people.browsers import browser_of
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.people.visits import EndedVisit, Visit, forget_ended
from tests.people.conftest import QUICK
from tests.running.makers import make_person

PASSWORD = "four random plain words"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def ada(app: Flask) -> int:
    with app.app_context():
        person = make_person("Ada Reader", Role.REVIEWER)
        other = make_person("Other Reader", Role.REVIEWER)
        person.password_hash = other.password_hash = QUICK.hash(PASSWORD)
        session.commit()
        return person.id


def enter(app: Flask, browser: str = WINDOWS, who: str = "ada.reader") -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = browser
    data = {"email": f"{who}@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 302
    return client


def signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def ends(client: FlaskClient) -> list[str]:
    """The addresses of the buttons that sign out in another browser."""
    return re.findall(r'action="(/account/visits/\d+/end)"', client.get("/account/visits").text)


def seen_at(app: Flask) -> list:
    with app.app_context():
        found = list(session.scalars(select(Visit.seen_at).order_by(Visit.id)))
        session.rollback()
        return found


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (WINDOWS, "Firefox on Windows"),
        (PHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36", "Chrome on a Chromebook"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130",
            "Samsung Internet on",
        ),
        ("", "A browser that does not say which"),
        ("curl/8.0 (Linux)", "A browser on Linux"),
        ("<script>" * 50, "A browser that does not say which"),
    ],
)
def test_a_browser_in_words(says, words):
    assert browser_of(says).startswith(words) and len(browser_of(says)) <= 60


def test_the_list_says_where_and_which_is_here(app):
    here = enter(app)
    enter(app, PHONE)
    enter(app, who="other.reader")
    page = here.get("/account/visits").text
    assert "Firefox on Windows" in page and "Safari on an iPhone" in page
    assert page.count("This browser") == 1 and page.count("Signed in on") == 2
    assert len(ends(here)) == 1, "none to end the one that asks"


def test_one_is_ended_and_the_others_go_on(app):
    here, there, third = enter(app), enter(app, PHONE), enter(app, PHONE)
    [address, _] = ends(here)
    page = here.post(address, follow_redirects=True).text
    assert "Safari on an iPhone is signed out" in page
    assert signed_in(here) and signed_in(there) != signed_in(third)
    assert "is signed out" in here.post(address, follow_redirects=True).text, "a second press"
    assert len(ends(here)) == 1


def test_nobody_ends_the_visit_of_another(app):
    here, theirs = enter(app), enter(app, PHONE, who="other.reader")
    with app.app_context():
        number = session.scalars(select(Visit.id).order_by(Visit.id.desc())).first()
        session.rollback()
    here.post(f"/account/visits/{number}/end")
    assert signed_in(theirs)
    assert ends(here) == []


def test_all_others_are_ended_and_this_one_goes_on(app):
    here, there = enter(app), enter(app, PHONE)
    with here.session_transaction() as kept:
        before = kept[visits.VISIT][0]
    page = here.post("/account/visits/end-others", follow_redirects=True).text
    assert "signed out in every other browser" in page and "signed in nowhere else" in page
    assert not signed_in(there) and signed_in(here)
    with here.session_transaction() as kept:
        assert kept[visits.VISIT][0] != before


def test_signing_out_signing_in_anew_and_a_new_password_leave_no_row_behind(app):
    here, there = enter(app), enter(app, PHONE)
    there.post("/sign-out")
    assert ends(here) == []
    here.post("/sign-in", data={"email": "ada.reader@example.org", "password": PASSWORD})
    assert ends(here) == []
    new = "another four words entirely"
    here.post("/account", data={"old": PASSWORD, "password": new, "again": new})
    assert ends(here) == [] and signed_in(here)


def test_the_key_of_before_is_worth_nothing_after_signing_in_anew(app):
    here = enter(app)
    copy = app.test_client()
    copy.set_cookie("session", here.get_cookie("session").value)
    assert signed_in(copy)
    here.post("/sign-in", data={"email": "ada.reader@example.org", "password": PASSWORD})
    assert not signed_in(copy) and signed_in(here)


def test_when_it_was_last_used_is_written_down_now_and_then(app, monkeypatch):
    here = enter(app)
    long_ago = now() - timedelta(hours=1)
    with app.app_context():
        session.execute(update(Visit).values(seen_at=long_ago))
        session.commit()
    signed_in(here)
    assert seen_at(app) == [long_ago], "not at every page"
    later = visits.time() + 601
    monkeypatch.setattr(visits, "time", lambda: later)
    signed_in(here)
    [noted] = seen_at(app)
    assert noted > now() - timedelta(minutes=1)


def test_what_is_over_is_not_shown_and_is_forgotten(app):
    here = enter(app)
    enter(app, PHONE)
    with app.app_context():
        idle = now() - timedelta(hours=14)
        session.execute(update(Visit).where(Visit.browser.contains("iPhone")).values(seen_at=idle))
        session.commit()
    assert ends(here) == []
    with app.app_context():
        forget_ended()
        assert [visit.browser for visit in session.scalars(select(Visit))] == ["Firefox on Windows"]
        assert not session.scalars(select(EndedVisit)).all()


def test_removing_access_ends_all(app, ada):
    here = enter(app)
    with app.app_context():
        session.get_one(Person, ada).removed_at = now()
        session.commit()
    assert here.get("/account/visits").status_code == 302
