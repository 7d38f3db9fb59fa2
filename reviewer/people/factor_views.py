"""Setting up one's own second factor, and new recovery codes for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.people.factor import begin, check, forget, new_codes, qr_code, set_up
from reviewer.people.forms import CodeForm
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, guard
from reviewer.people.tries import WRONG_CODE, Found, Tries

pages = Blueprint("factor", __name__, url_prefix="/account/second-factor")


@pages.route("", methods=["GET", "POST"])
@guard(Permission.ENTER, fresh=True)
def set_up_page() -> ResponseReturnValue:
    """What it is; then the picture for the app; then the recovery codes, once."""
    if current_user.gives_code or not current_user.may_have_second_factor:
        return redirect(url_for("people.account"))
    form = CodeForm()
    if request.method == "POST" and current_user.second_factor is None:
        begin(current_user)
        return redirect(url_for("factor.set_up_page"))
    if current_user.second_factor is None:
        return render_template("people/factor_begin.html")
    if form.validate_on_submit() and (codes := _given(form, set_up)):
        return _shown_once(codes)
    return render_template(
        "people/factor_set_up.html",
        form=form,
        picture=qr_code(current_user),
        secret=current_user.second_factor.secret,
    )


@pages.route("/change", methods=["GET", "POST"])
@guard(Permission.SIGNED_IN)
def change() -> ResponseReturnValue:
    """New recovery codes, another phone, or no code any more: all after a code."""
    if not current_user.gives_code:
        return redirect(url_for("people.account"))
    form = CodeForm()
    if form.validate_on_submit() and _given(form, check):
        action = request.form.get("action")
        if action not in ("move", "stop"):
            return _shown_once(new_codes(current_user))
        forget(current_user)
        if action == "stop" and not current_user.needs_second_factor:
            flash("You sign in without a code from now on.", "success")
            return redirect(url_for("people.account"))
        begin(current_user)
        flash("Set it up on the other phone now.", "info")
        return redirect(url_for("factor.set_up_page"))
    return render_template("people/factor_change.html", form=form)


def _given(form: CodeForm, check: Callable[[Person, str], Found]) -> Found | None:
    """What `check` makes of the code that was given."""
    person, code = current_user._get_current_object(), form.code.data or ""
    return Tries.of_code(person).guess(form.code, lambda: check(person, code), WRONG_CODE)


def _shown_once(codes: list[str]) -> ResponseReturnValue:
    """The answer to the request that made them, and no page of its own: they are kept as hashes."""
    return render_template("people/recovery_codes.html", codes=codes)
