"""Signing in and out, and one's own account."""

from __future__ import annotations

from time import time
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from reviewer.db import now, reading
from reviewer.people.factor import check, codes_left
from reviewer.people.forgotten import ask_for_link
from reviewer.people.forms import (
    ChangePasswordForm,
    CodeForm,
    ForgottenForm,
    PasswordForm,
    SignInForm,
)
from reviewer.people.links import end_links
from reviewer.people.models import (
    LinkKind,
    Person,
    SignInLink,
    find_sign_in_link,
    signed_in_person,
)
from reviewer.people.passwords import hash_of
from reviewer.people.permissions import Permission, guard
from reviewer.people.tries import WRONG_CODE, Tries
from reviewer.people.visits import BY_LINK, begin, end

pages = Blueprint("people", __name__)

HALF_WAY = "half-way"  # in the session: whose password was right, and when
HALF_WAY_SECONDS = 600


@pages.route("/sign-in", methods=["GET", "POST"])
@guard(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(next_page())
    form = SignInForm()
    if form.validate_on_submit():
        person = Tries.guess_password(
            form.password,
            form.email.data or "",
            "The email address or the password is not right. Try again.",
        )
        if person:
            return _enter(person)
    return render_template("people/sign_in.html", form=form, sends=_sends())


@pages.route("/sign-in/forgotten", methods=["GET", "POST"])
@guard(Permission.PUBLIC)
def forgotten() -> ResponseReturnValue:
    """Ask for a link to choose a new password. The answer is the same for every address."""
    form = ForgottenForm()
    if _sends() and form.validate_on_submit():
        email = form.email.data or ""
        if Tries.of_forgotten(email).count(form.email):
            ask_for_link(email)
            return render_template("people/forgotten_sent.html", email=email)
    return render_template("people/forgotten.html", form=form, sends=_sends())


@pages.route("/sign-in/<token>", methods=["GET", "POST"])
@guard(Permission.PUBLIC)
def use_link(token: str) -> ResponseReturnValue:
    """A link works on the press of a button: mail scanners follow links but press nothing."""
    link = find_sign_in_link(token)
    if link is None:
        return render_template("people/link_used.html"), 404
    if link.kind != LinkKind.SIGN_IN:
        return _choose_password(link, token)
    if request.method == "POST":
        link.use()
        return _enter(link.person, by_link=True)
    return render_template("people/use_link.html", person=link.person)


def _choose_password(link: SignInLink, token: str) -> ResponseReturnValue:
    """An invitation, and a link for a forgotten password, are used up by choosing a password."""
    form = PasswordForm(link.person)
    new = link.kind == LinkKind.INVITATION
    if form.validate_on_submit():
        with reading():
            password_hash = hash_of(form.password.data or "")
        held = find_sign_in_link(token)
        if held is None:  # another window was quicker
            return render_template("people/link_used.html"), 404
        held.use()
        held.person.password_hash = password_hash
        if not new:
            _let_nobody_else_in(held.person)
        return _enter(held.person)
    page = "people/invitation.html" if new else "people/new_password.html"
    return render_template(page, person=link.person, form=form)


@pages.route("/sign-in/code", methods=["GET", "POST"])
@guard(Permission.PUBLIC)
def give_code() -> ResponseReturnValue:
    """The second factor, after the password or the link was right."""
    person_id, since, by_link = session.get(HALF_WAY, ("", 0, False))
    person = signed_in_person(person_id)
    if person is None or time() - since > HALF_WAY_SECONDS:
        return redirect(url_for("people.sign_in", next=request.args.get("next")))
    form = CodeForm()
    if form.validate_on_submit():
        code = form.code.data or ""
        if Tries.of_code(person).guess(form.code, lambda: check(person, code), WRONG_CODE):
            return _sign_in(person, by_link=by_link)
    return render_template("people/code.html", form=form)


@pages.post("/sign-out")
@guard(Permission.ENTER)
def sign_out() -> ResponseReturnValue:
    end()
    return _signed_out("You are signed out.")


@pages.post("/account/sign-out-everywhere")
@guard(Permission.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """For who left a session open somewhere else, or fears that somebody has a copy of it."""
    current_user.end_sessions()
    end()
    return _signed_out("You are signed out in every browser.")


def _signed_out(words: str) -> ResponseReturnValue:
    flash(words, "info")
    response = redirect(url_for("people.sign_in"))
    # Pages of documents are kept by the browser for an hour: the next person at this computer must
    # not find them. What was not saved yet is bound to the account and stays.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.get("/session")
@guard(Permission.SIGNED_IN)
def who() -> ResponseReturnValue:
    """Who is signed in, with a fresh form token: a page left open over a new sign-in saves on."""
    return {"person": current_user.id, "token": generate_csrf()}


@pages.route("/account", methods=["GET", "POST"])
@guard(Permission.SIGNED_IN)
def account() -> ResponseReturnValue:
    """One's own details and password. Who came by a link has forgotten the old one, perhaps."""
    asks = bool(current_user.password_hash) and not session.get(BY_LINK)
    person = current_user._get_current_object()
    form = ChangePasswordForm(person) if asks else PasswordForm(person)
    if form.validate_on_submit():
        with reading():
            password_hash = hash_of(form.password.data or "")
        if not asks or Tries.guess_password(
            form.old, person.email, "This is not your current password."
        ):
            return _change_password(person, password_hash)
    return render_template(
        "people/account.html",
        form=form,
        codes_left=codes_left(current_user) if current_user.gives_code else 0,
    )


def _change_password(person: Person, password_hash: str) -> ResponseReturnValue:
    """Every other browser is signed out, and no link lets anybody in: the old password may be the
    reason for the new one."""
    person.password_hash = password_hash
    _let_nobody_else_in(person)
    begin(person)
    flash("Your password is set. Use it with your email address next time.", "success")
    return redirect(url_for("people.account"))


def _let_nobody_else_in(person: Person) -> None:
    person.end_sessions()
    end_links(person)


def _enter(person: Person, *, by_link: bool = False) -> ResponseReturnValue:
    """Sign a person in, or ask for the code of their second factor first."""
    end()  # nothing of an earlier visitor stays
    if person.gives_code:
        session[HALF_WAY] = (person.get_id(), int(time()), by_link)
        return redirect(url_for("people.give_code", next=request.args.get("next")))
    return _sign_in(person, by_link=by_link)


def _sign_in(person: Person, *, by_link: bool) -> ResponseReturnValue:
    begin(person)
    if by_link:
        session[BY_LINK] = True
    person.entered_at = now()
    return redirect(next_page())


def next_page() -> str:
    """Where the person was going, if that is an address of ours."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    # Browsers read a backslash as a slash and drop tabs, so neither may stand in an address.
    plain = target.isprintable() and "\\" not in target
    inside = target.startswith("/") and not target.startswith("//")
    return target if plain and inside and not (parts.scheme or parts.netloc) else url_for("home")


def _sends() -> bool:
    return bool(current_app.config["SMTP_URL"])
