"""Signing in and out, and one's own account."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from reviewer.db import now
from reviewer.people.forms import PasswordForm, SignInForm
from reviewer.people.models import (
    LinkKind,
    Person,
    SignInLink,
    check_password,
    find_sign_in_link,
)
from reviewer.people.permissions import Permission, guard

pages = Blueprint("people", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
@guard(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_next_page())
    form = SignInForm()
    if form.validate_on_submit():
        person = check_password(form.email.data or "", form.password.data or "")
        if person:
            return _enter(person)
        form.password.errors = ["The email address or the password is not right. Try again."]
    return render_template("people/sign_in.html", form=form)


@pages.route("/sign-in/<token>", methods=["GET", "POST"])
@guard(Permission.PUBLIC)
def use_link(token: str) -> ResponseReturnValue:
    """A link works on the press of a button: mail scanners follow links but press nothing."""
    link = find_sign_in_link(token)
    if link is None:
        return render_template("people/link_used.html"), 404
    if link.kind == LinkKind.INVITATION:
        return _accept(link)
    if request.method == "POST":
        link.use()
        return _enter(link.person)
    return render_template("people/use_link.html", person=link.person)


def _accept(link: SignInLink) -> ResponseReturnValue:
    """An invitation is used up by choosing a password."""
    form = PasswordForm()
    if form.validate_on_submit():
        link.use()
        link.person.set_password(form.password.data or "")
        return _enter(link.person)
    return render_template("people/invitation.html", person=link.person, form=form)


@pages.post("/sign-out")
@guard(Permission.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash("You are signed out.", "info")
    return redirect(url_for("people.sign_in"))


@pages.get("/session")
@guard(Permission.SIGNED_IN)
def who() -> ResponseReturnValue:
    """Who is signed in, with a fresh form token: a page left open over a new sign-in saves on."""
    return {"person": current_user.id, "token": generate_csrf()}


@pages.route("/account", methods=["GET", "POST"])
@guard(Permission.SIGNED_IN)
def account() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        current_user.set_password(form.password.data)
        flash("Your password is set. Use it with your email address next time.", "success")
        return redirect(url_for("people.account"))
    return render_template("people/account.html", form=form)


def _enter(person: Person) -> ResponseReturnValue:
    session.clear()  # nothing of an earlier visitor stays
    login_user(person)
    person.entered_at = now()
    session.permanent = True
    return redirect(_next_page())


def _next_page() -> str:
    """Where the person was going, if that is an address of ours."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    # Browsers read a backslash as a slash and drop tabs, so neither may stand in an address.
    plain = target.isprintable() and "\\" not in target
    inside = target.startswith("/") and not target.startswith("//")
    return target if plain and inside and not (parts.scheme or parts.netloc) else url_for("home")
