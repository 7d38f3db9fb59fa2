"""Where somebody is signed in, and who they are once more before something grave."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.factor import check
from reviewer.people.forms import ConfirmForm
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, guard
from reviewer.people.tries import WRONG_CODE, Tries
from reviewer.people.views import next_page
from reviewer.people.visits import Visit, came_by_link, end_visit, go_on, open_visits

pages = Blueprint("visits", __name__, url_prefix="/account")


def load_visit(visit_id: int) -> Visit | None:
    """A visit of the person who asks, None if it is over; nobody else's can be reached."""
    return session.scalar(select(Visit).filter_by(id=visit_id, person_id=current_user.id))


@pages.get("/visits")
@guard(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    return render_template("people/visits.html", visits=open_visits(current_user))


@pages.post("/visits/<int:visit_id>/end")
@guard(Permission.SIGNED_IN)
def end_one(visit_id: int) -> ResponseReturnValue:
    """Sign out in one other browser. It is over already when the button is pressed twice."""
    visit = load_visit(visit_id)
    if visit:
        end_visit(visit)
    flash(f"{visit.browser if visit else 'That browser'} is signed out.", "success")
    return redirect(url_for("visits.index"))


@pages.post("/visits/end-others")
@guard(Permission.SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here; this visit goes on with a new key."""
    current_user.end_sessions()
    go_on(current_user._get_current_object())
    flash("You are signed out in every other browser.", "success")
    return redirect(url_for("visits.index"))


@pages.route("/confirm", methods=["GET", "POST"])
@guard(Permission.ENTER)
def confirm() -> ResponseReturnValue:
    """Ask for what the person signs in with, and go on to where they wanted to."""
    person = current_user._get_current_object()
    if not person.can_prove_again:
        flash("Choose a password first. With it you go on.", "info")
        return redirect(url_for("people.account"))
    form = ConfirmForm(person)
    if form.validate_on_submit() and _is_right(form, person):
        go_on(person, proven=True)
        return redirect(next_page())
    return render_template("people/confirm.html", form=form, by_link=came_by_link())


def _is_right(form: ConfirmForm, person: Person) -> bool:
    if "password" in form and not Tries.guess_password(
        form.password, person.email, "This is not your password."
    ):
        return False
    if "code" not in form:
        return True
    code = form.code.data or ""
    return bool(Tries.of_code(person).guess(form.code, lambda: check(person, code), WRONG_CODE))
