"""The second factor: setting it up, being asked for it, losing it."""

from __future__ import annotations

import re
from itertools import count
from types import SimpleNamespace

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from reviewer.db import session
from reviewer.people import factor
from reviewer.people.factor import RecoveryCode, begin, check, codes_left, new_codes, set_up
from reviewer.people.models import Person, SecondFactor, make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.systems.models import System
from tests.people.conftest import QUICK
from tests.running.makers import make_person, sign_in

PASSWORD = "four random plain words"
HASH = QUICK.hash(PASSWORD)
SET_UP = "/account/second-factor"
CHANGE = "/account/second-factor/change"
START = 1_800_000_000


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The time that codes are computed from; a test moves it."""
    moved = SimpleNamespace(at=START)
    monkeypatch.setattr(factor, "time", lambda: moved.at)
    return moved


@pytest.fixture
def lead_id(app: Flask) -> int:
    app.config["REQUIRE_SECOND_FACTOR"] = True
    with app.app_context():
        made = make_person("Lee Lead", Role.POLICY_LEAD)
        made.password_hash = HASH
        session.commit()
        return made.id


def person(person_id: int) -> Person:
    return session.get_one(Person, person_id)


def code_of(app, person_id, at) -> str:
    with app.app_context():
        secret = session.scalar(select(SecondFactor.secret).filter_by(person_id=person_id))
        session.rollback()
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def codes(app, lead_id, clock) -> list[str]:
    """The lead has set the factor up; the recovery codes, and a new half minute."""
    with app.app_context():
        begin(person(lead_id))
        session.commit()
    code = code_of(app, lead_id, clock.at)
    with app.app_context():
        made = set_up(person(lead_id), code)
        assert made
        session.commit()
    clock.at += 30
    return made


def give_password(client, **more):
    data = {"email": "lee.lead@example.org", "password": PASSWORD}
    return client.post("/sign-in", data=data, **more)


def signed_in(client) -> bool:
    return client.get("/account").status_code == 200


# Setting it up ------------------------------------------------------------------------------------


def test_a_policy_account_sets_it_up_before_any_other_page(app, lead_id, clock):
    client = app.test_client()
    assert give_password(client).headers["Location"] == "/"
    for path in ("/", "/rounds", "/people", "/account", "/session"):
        assert client.get(path).headers["Location"] == SET_UP, path
    assert client.post("/rounds/new").headers["Location"] == SET_UP
    told = client.post("/people/invite", headers={"Accept": "application/json"})
    assert told.status_code == 403 and "second factor" in told.json["message"]
    page = client.get(SET_UP).text
    assert "authenticator app" in page and 'aria-label="Main"' not in page
    assert client.post(SET_UP).headers["Location"] == SET_UP
    page = client.get(SET_UP).text
    assert 'src="data:image/svg+xml' in page
    with app.app_context():
        assert person(lead_id).second_factor.secret in page.replace(" ", "")
    assert "not right" in client.post(SET_UP, data={"code": "000000"}).text
    done = client.post(SET_UP, data={"code": code_of(app, lead_id, clock.at)})
    assert len(re.findall(r"<code>\d{4} \d{4} \d{4} \d{4}</code>", done.text)) == 10
    assert client.get("/rounds").status_code == 200
    # The codes are shown once: the page is no page of its own.
    assert client.get(SET_UP).headers["Location"] == "/account"
    assert client.post(SET_UP, data={"code": "1"}).headers["Location"] == "/account"


def test_looking_at_the_page_makes_no_secret(app, lead_id):
    client = sign_in(app, lead_id)
    client.get(SET_UP)
    with app.app_context():
        assert not session.scalar(select(SecondFactor))


def test_signing_out_is_possible_half_way(app, lead_id):
    client = sign_in(app, lead_id)
    assert client.post("/sign-out").headers["Location"] == "/sign-in"


def test_the_picture_holds_the_address_that_apps_read(app, lead_id, monkeypatch):
    held = []
    real = factor.segno.make_qr
    monkeypatch.setattr(factor.segno, "make_qr", lambda text: held.append(text) or real(text))
    with app.app_context():
        begin(person(lead_id))
        assert factor.qr_code(person(lead_id)).startswith("data:image/svg+xml")
        read = pyotp.parse_uri(held[0])
        assert read.secret == person(lead_id).second_factor.secret
        assert (read.issuer, read.name) == ("Plan Review", "lee.lead@example.org")


@pytest.mark.parametrize(
    ("role", "demonstration", "required", "asked"),
    [
        (Role.POLICY_LEAD, False, True, True),
        (Role.POLICY_VIEWER, False, True, True),
        (Role.REVIEWER, False, True, False),
        (Role.POLICY_LEAD, True, True, False),
        (Role.POLICY_LEAD, False, False, False),
    ],
)
def test_who_has_to(app, role, demonstration, required, asked):
    app.config["REQUIRE_SECOND_FACTOR"] = required
    with app.app_context():
        made = make_person("Some Body", role, demonstration=demonstration)
        session.commit()
        client = sign_in(app, made.id)
    assert signed_in(client) is not asked
    # Who need not may, but for the published accounts of the demonstration.
    assert client.get(SET_UP).status_code == (302 if demonstration else 200)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SYSTEM])
def test_everybody_where_a_setting_says_so(app, role):
    app.config.update(REQUIRE_SECOND_FACTOR=True, SECOND_FACTOR_FOR_ALL=True)
    with app.app_context():
        system = session.scalars(select(System)).first() if role is Role.SYSTEM else None
        made = make_person("Some Body", role, system=system)
        session.commit()
        client = sign_in(app, made.id)
    assert client.get("/account").headers["Location"] == SET_UP


def test_a_reviewer_takes_one_and_puts_it_away_again(app, clock):
    app.config["REQUIRE_SECOND_FACTOR"] = True
    with app.app_context():
        made = make_person("Ada Reader", Role.REVIEWER)
        session.commit()
        number, client = made.id, sign_in(app, made.id)
    assert "Set up a second factor" in client.get("/account").text
    client.post(SET_UP)
    code = code_of(app, number, clock.at)
    assert "recovery codes" in client.post(SET_UP, data={"code": code}).text
    assert "sign in without a code" in client.get("/account").text
    clock.at += 30
    assert "not right" in client.post(CHANGE, data={"code": "000000", "action": "stop"}).text
    code = code_of(app, number, clock.at)
    assert client.post(CHANGE, data={"code": code, "action": "stop"}).location == "/account"
    with app.app_context():
        assert not person(number).gives_code and codes_left(person(number)) == 0


def test_who_has_to_cannot_put_it_away(app, lead_id, codes, clock):
    client = sign_in(app, lead_id)
    assert "without a code" not in client.get(CHANGE).text
    code = code_of(app, lead_id, clock.at)
    assert client.post(CHANGE, data={"code": code, "action": "stop"}).location == SET_UP
    assert client.get("/rounds").headers["Location"] == SET_UP


def test_a_reviewer_who_becomes_a_policy_viewer_is_asked_at_once(app, lead_id):
    with app.app_context():
        made = make_person("Ada Reader", Role.REVIEWER)
        session.commit()
        number = made.id
    client = sign_in(app, number)
    assert signed_in(client)
    with app.app_context():
        person(number).role = Role.POLICY_VIEWER.value
        session.commit()
    assert client.get("/rounds").headers["Location"] == SET_UP


# Signing in ---------------------------------------------------------------------------------------


def test_the_code_is_asked_for_after_the_password(app, lead_id, codes, clock):
    client = app.test_client()
    asked = give_password(client, query_string={"next": "/people"}).headers["Location"]
    assert asked == "/sign-in/code?next=/people"
    assert not signed_in(client)
    assert "Enter your code" in client.get(asked).text
    assert "not right" in client.post(asked, data={"code": "000000"}).text
    assert not signed_in(client)
    done = client.post(asked, data={"code": code_of(app, lead_id, clock.at)})
    assert done.headers["Location"] == "/people"
    assert client.get("/people").status_code == 200


def test_the_code_is_asked_for_after_a_link_too(app, lead_id, codes, clock):
    with app.app_context():
        token = make_sign_in_link(person(lead_id), 1)
        session.commit()
    client = app.test_client()
    assert client.post(f"/sign-in/{token}").headers["Location"] == "/sign-in/code"
    assert not signed_in(client)
    client.post("/sign-in/code", data={"code": code_of(app, lead_id, clock.at)})
    # Who forgot the password is not asked for it.
    assert "Your current password" not in client.get("/account").text


def test_a_code_works_once_and_so_does_none_before_it(app, lead_id, codes, clock):
    def tried(at) -> bool:
        client = app.test_client()
        give_password(client)
        return (
            client.post("/sign-in/code", data={"code": code_of(app, lead_id, at)}).status_code
            == 302
        )

    assert tried(clock.at)
    assert not tried(clock.at)
    assert not tried(clock.at - 30)  # the one that was shown before
    assert tried(clock.at + 30)  # a phone that is half a minute fast
    clock.at += 30
    assert not tried(clock.at)
    clock.at += 30
    assert tried(clock.at)


@pytest.mark.parametrize(
    ("seconds", "right"), [(-90, False), (-60, False), (-30, True), (60, False)]
)
def test_how_far_a_phone_may_be_off(app, lead_id, codes, clock, seconds, right):
    clock.at += 300
    code = code_of(app, lead_id, clock.at + seconds)
    with app.app_context():
        assert check(person(lead_id), code) is right


def test_a_code_may_have_spaces(app, lead_id, codes, clock):
    code = code_of(app, lead_id, clock.at)
    with app.app_context():
        assert check(person(lead_id), f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("code", ["", "abc", "１２３４５６", "é" * 6, "0" * 16, "1" * 500])
def test_what_is_no_code(app, lead_id, codes, code):
    with app.app_context():
        assert not check(person(lead_id), code)


def test_half_way_is_no_way_in_and_ends(app, lead_id, codes, clock, monkeypatch):
    client = app.test_client()
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in"
    assert client.post("/sign-in/code", data={"code": "1"}).headers["Location"] == "/sign-in"
    give_password(client)
    monkeypatch.setattr("reviewer.people.views.time", lambda: 4_000_000_000)
    late = client.post("/sign-in/code", data={"code": code_of(app, lead_id, clock.at)})
    assert late.headers["Location"] == "/sign-in"


def test_somebody_removed_half_way_does_not_get_in(app, lead_id, codes, clock):
    client = app.test_client()
    give_password(client)
    with app.app_context():
        person(lead_id).end_sessions()
        session.commit()
    late = client.post("/sign-in/code", data={"code": code_of(app, lead_id, clock.at)})
    assert late.headers["Location"] == "/sign-in" and not signed_in(client)


# Recovery codes -----------------------------------------------------------------------------------


def test_a_recovery_code_works_once(app, lead_id, codes):
    for status in (302, 200):
        client = app.test_client()
        give_password(client)
        assert client.post("/sign-in/code", data={"code": codes[3]}).status_code == status
    client = app.test_client()
    give_password(client)
    client.post("/sign-in/code", data={"code": codes[4].replace(" ", "-")})
    assert "8 recovery codes left" in client.get("/account").text


def test_recovery_codes_are_kept_as_hashes_and_for_one_person(app, lead_id, codes):
    assert len(set(codes)) == 10
    with app.app_context():
        stored = " ".join(session.scalars(select(RecoveryCode.code_hash)))
        assert not any(code.replace(" ", "") in stored for code in codes)
        other = make_person("Other Lead", Role.POLICY_LEAD)
        begin(other)
        assert other.second_factor
        set_up(other, pyotp.TOTP(other.second_factor.secret).at(START))
        assert not check(other, codes[0])


def test_recovery_codes_have_a_salt_that_is_new_every_time(app, lead_id, codes):
    def salts() -> set[str]:
        return {hashed[:16] for hashed in session.scalars(select(RecoveryCode.code_hash))}

    with app.app_context():
        before = salts()
        new_codes(person(lead_id))
        assert len(before) == len(salts()) == 1 and before != salts()


def test_recovery_codes_of_before_still_work_once(app, lead_id, codes):
    with app.app_context():
        kept = session.scalars(select(RecoveryCode).order_by(RecoveryCode.id)).all()
        digits = [code.replace(" ", "") for code in codes]
        for row, code in zip(kept, digits, strict=True):
            row.code_hash = factor._hash_of_before(person(lead_id), code)
        session.commit()
        assert check(person(lead_id), codes[2])
        assert not check(person(lead_id), codes[2])
        assert codes_left(person(lead_id)) == 9


def test_new_recovery_codes_are_given_for_a_code_and_end_the_old(app, lead_id, codes, clock):
    client = app.test_client()
    give_password(client)
    client.post("/sign-in/code", data={"code": codes[0]})
    assert "not right" in client.post(CHANGE, data={"code": codes[0], "action": "codes"}).text
    code = code_of(app, lead_id, clock.at)
    page = client.post(CHANGE, data={"code": code, "action": "codes"}).text
    new = re.findall(r"<code>([\d ]{19})</code>", page)
    assert len(new) == 10 and not set(new) & set(codes)
    with app.app_context():
        assert codes_left(person(lead_id)) == 10
        assert not check(person(lead_id), codes[1])
        assert check(person(lead_id), new[1])


def test_moving_to_another_phone(app, lead_id, codes, clock):
    client = app.test_client()
    give_password(client)
    client.post("/sign-in/code", data={"code": codes[0]})
    before = code_of(app, lead_id, clock.at)
    moved = client.post(CHANGE, data={"code": before, "action": "move"})
    assert moved.headers["Location"] == SET_UP
    assert client.get("/rounds").headers["Location"] == SET_UP
    assert "data:image/svg+xml" in client.get(SET_UP).text
    after = code_of(app, lead_id, clock.at)
    assert "recovery codes" in client.post(SET_UP, data={"code": after}).text
    with app.app_context():
        assert not check(person(lead_id), codes[1])


# Losing it ----------------------------------------------------------------------------------------


def test_a_lead_resets_the_factor_of_another(app, lead_id, codes):
    with app.app_context():
        other = make_person("Other Lead", Role.POLICY_LEAD)
        begin(other)
        other.second_factor.set_up_at = other.created_at
        session.commit()
        number = other.id
    lead, other_client = sign_in(app, lead_id), sign_in(app, number)
    assert signed_in(lead) and signed_in(other_client)
    assert "Reset the second factor" in lead.get(f"/people/{number}").text
    lead.post(f"/people/{number}/reset-second-factor")
    assert not signed_in(other_client)
    with app.app_context():
        assert person(number).owes_second_factor
        new_codes(person(number))  # none of the old ones are left to collide


def test_nobody_resets_their_own_without_a_code(app, lead_id, codes):
    lead = sign_in(app, lead_id)
    assert "Reset the second factor" not in lead.get(f"/people/{lead_id}").text
    page = lead.post(f"/people/{lead_id}/reset-second-factor", follow_redirects=True).text
    assert "ask another policy lead" in page
    with app.app_context():
        assert person(lead_id).gives_code


def test_the_command_for_the_only_lead(app, lead_id, codes):
    client = sign_in(app, lead_id)
    done = app.test_cli_runner().invoke(
        args=["people", "reset-second-factor", "Lee.Lead@example.org"]
    )
    assert done.exit_code == 0 and "Lee Lead sets up a new second factor" in done.output
    assert not signed_in(client)
    with app.app_context():
        assert not session.scalar(select(RecoveryCode))


def test_a_code_that_is_guessed_is_refused_after_ten(app, lead_id, codes, clock):
    client = app.test_client()
    give_password(client)
    for number in count(1):
        page = client.post("/sign-in/code", data={"code": f"{number:06}"}).text
        if "Too many wrong tries" in page:
            break
    assert number == 11
    right = client.post("/sign-in/code", data={"code": code_of(app, lead_id, clock.at)})
    assert "Too many wrong tries. Try again at" in right.text and not signed_in(client)
