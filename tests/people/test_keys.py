"""What signs the cookie and the forms, and how its key is changed."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer

from reviewer.db import session
from reviewer.people.models import make_sign_in_link
from reviewer.people.permissions import Role
from reviewer.web import create_app
from tests.running.makers import make_person


@pytest.fixture
def link(app: Flask) -> str:
    with app.app_context():
        token = make_sign_in_link(make_person("Ada Reader", Role.REVIEWER), hours=1)
        session.commit()
    return f"/sign-in/{token}"


def another(app: Flask, **settings: str) -> Flask:
    """The same installation, started with another key."""
    same = {name: app.config[name] for name in ("DATABASE_URL", "UPLOADS_DIR", "EXPORTS_DIR")}
    other = create_app(same | {"TESTING": True, "PUBLIC_URL": "http://localhost"} | settings)
    other.config["WTF_CSRF_ENABLED"] = False
    return other


def is_signed_in(app: Flask, cookie: str) -> bool:
    client = app.test_client()
    client.set_cookie("session", cookie)
    return client.get("/account").status_code == 200


def test_a_key_that_is_changed_signs_nobody_out_while_the_old_one_is_known(app, link):
    client = app.test_client()
    assert client.post(link).status_code == 302
    cookie = client.get_cookie("session").value
    old = app.config["SECRET_KEY"]
    assert is_signed_in(
        another(app, SECRET_KEY="new", SECRET_KEY_FALLBACKS=f"older, {old}"), cookie
    )
    assert not is_signed_in(another(app, SECRET_KEY="new", SECRET_KEY_FALLBACKS="older"), cookie)
    assert not is_signed_in(another(app, SECRET_KEY="new"), cookie)


def test_what_is_signed_after_the_change_is_signed_with_the_new_key(app, link):
    old = app.config["SECRET_KEY"]
    changed = another(app, SECRET_KEY="new", SECRET_KEY_FALLBACKS=old)
    client = changed.test_client()
    assert client.post(link).status_code == 302
    cookie = client.get_cookie("session").value
    assert is_signed_in(another(app, SECRET_KEY="new"), cookie)
    assert not is_signed_in(another(app, SECRET_KEY=old), cookie)


def test_cookie_and_form_tokens_are_signed_with_sha_512(app):
    signer = app.session_interface.get_signing_serializer(app).make_signer()
    assert signer.digest_method().name == "sha512"
    with app.test_request_context():
        token = generate_csrf()

    def opens(digest) -> bool:
        given = {"digest_method": digest}
        key, salt = app.config["SECRET_KEY"], "wtf-csrf-token"
        try:
            URLSafeTimedSerializer(key, salt, signer_kwargs=given).loads(token)
        except BadSignature:
            return False
        return True

    assert opens(hashlib.sha512) and not opens(hashlib.sha1)
