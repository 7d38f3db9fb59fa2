"""The policy lead's pages of people: everybody, one person, and inviting."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from reviewer.db import session
from reviewer.people.access import Refused, change, give_back, remove
from reviewer.people.directory import Standing, directory, standing_of
from reviewer.people.factor import forget
from reviewer.people.forms import WHAT_THEY_DO, InviteForm, PersonForm
from reviewer.people.inviting import MOST, BadList, Plan, invite, plan
from reviewer.people.letters import Kind, letters
from reviewer.people.limits import Cost, limited
from reviewer.people.loading import load_person
from reviewer.people.mail import Message, MessageState, keep, send
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, Role, guard
from reviewer.people.visits import go_on
from reviewer.systems.models import System
from reviewer.systems.register import systems_at
from reviewer.wording import count_text

pages = Blueprint("directory", __name__, url_prefix="/people")

MOST_MESSAGES = 10


@pages.get("")
@guard(Permission.MANAGE_PEOPLE)
def index() -> ResponseReturnValue:
    """Everybody, or those of a state, of a role, or with some words in their row."""
    shown, role = request.args.get("show", "all"), request.args.get("role", "")
    words = request.args.get("q", "")[:200]
    if shown not in ("all", *Standing) or role not in ("", *Role):
        abort(404)
    everybody = [
        entry
        for entry in directory()
        if entry.matches(words) and (not role or entry.person.role == role)
    ]
    counts = {s: sum(entry.standing == s for entry in everybody) for s in Standing}
    return render_template(
        "people/index.html",
        entries=[e for e in everybody if shown in ("all", e.standing)],
        narrowed=[("all", "Everybody", len(everybody))]
        + [(s.value, s.words, counts[s]) for s in Standing if counts[s] or s == shown],
        shown=shown,
        role=role,
        roles=list(Role),
        words=words,
    )


@pages.route("/invite", methods=["GET", "POST"])
@guard(Permission.MANAGE_PEOPLE)
@limited(Cost.UPLOAD)
def invite_people() -> ResponseReturnValue:
    """Check a list of people, and then invite those who are new."""
    form = InviteForm(role=Role.REVIEWER.value)
    made: Plan | None = None
    mistakes: list[str] = []
    if form.validate_on_submit() and (rows := form.read(MOST)):
        try:
            made = plan(rows, Role(form.role.data))
        except BadList as bad:
            mistakes = bad.lines
            count = count_text(len(mistakes), "thing")
            form.people.errors = [f"Nobody was invited: {count} to put right in the list."]
        else:
            if request.form.get("action") == "invite" and made.new:
                return _invited(invite(made))
    return render_template(
        "people/invite.html",
        form=form,
        hints=WHAT_THEY_DO,
        plan=made,
        mistakes=mistakes,
        days=current_app.config["INVITATION_DAYS"],
        sends=_sends(),
        Role=Role,
    )


@pages.get("/<int:person_id>")
@guard(Permission.MANAGE_PEOPLE)
def show(person_id: int) -> ResponseReturnValue:
    person = load_person(person_id)
    messages = session.scalars(
        select(Message)
        .filter_by(person_id=person.id)
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES)
    ).all()
    return render_template(
        "people/person.html",
        person=person,
        standing=standing_of(person, messages[0].state if messages else None),
        role=Role(person.role),
        messages=messages,
        letters=letters(),
        sends=_sends() and not person.demonstration,
    )


@pages.route("/<int:person_id>/change", methods=["GET", "POST"])
@guard(Permission.MANAGE_PEOPLE, fresh=True)
def change_person(person_id: int) -> ResponseReturnValue:
    person = load_person(person_id, to_change=request.method == "POST")
    now_there = person.system or person.home_system
    form = PersonForm(
        name=person.name,
        email=person.email,
        organisation=person.organisation,
        role=person.role,
        system=str(now_there.id) if now_there else "",
    )
    systems = {str(system.id): system for system in _systems(person)}
    form.system.choices = [SelectChoice("", "None")] + [
        SelectChoice(key, system.name) for key, system in systems.items()
    ]
    if form.validate_on_submit():
        sessions = person.sessions_ended
        try:
            change(
                person,
                name=" ".join(form.name.data.split()),
                email=form.email.data,
                organisation=" ".join((form.organisation.data or "").split()),
                role=Role(form.role.data),
                system=systems.get(form.system.data),
            )
        except Refused as refused:
            getattr(form, refused.field).errors = [str(refused)]
        else:
            if person == current_user and person.sessions_ended != sessions:
                go_on(person)
            flash(f"The details of {person.name} are saved.", "success")
            return redirect(url_for("directory.show", person_id=person.id))
    return render_template("people/change.html", person=person, form=form, hints=WHAT_THEY_DO)


@pages.route("/<int:person_id>/remove", methods=["GET", "POST"])
@guard(Permission.MANAGE_PEOPLE)
def remove_person(person_id: int) -> ResponseReturnValue:
    person = load_person(person_id, to_change=request.method == "POST")
    if request.method == "GET":
        return render_template("people/remove.html", person=person)
    try:
        remove(person)
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(f"{person.name} cannot get in any more. What they wrote is kept.", "success")
    return redirect(url_for("directory.show", person_id=person.id))


@pages.post("/<int:person_id>/give-back")
@guard(Permission.MANAGE_PEOPLE)
def give_access_back(person_id: int) -> ResponseReturnValue:
    person = load_person(person_id, to_change=True)
    try:
        give_back(person)
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(f"{person.name} can get in again.", "success")
    return redirect(url_for("directory.show", person_id=person.id))


@pages.post("/<int:person_id>/reset-second-factor")
@guard(Permission.MANAGE_PEOPLE, fresh=True)
def reset_second_factor(person_id: int) -> ResponseReturnValue:
    """For somebody who lost their phone and their recovery codes. One's own is reset by somebody
    else: a session left open must not be enough."""
    person = load_person(person_id, to_change=True)
    if person == current_user:
        flash("Use “Your account” for your own, or ask another policy lead.", "error")
    else:
        forget(person)
        person.end_sessions()
        flash(f"{person.name} sets up a new second factor at the next sign-in.", "success")
    return redirect(url_for("directory.show", person_id=person.id))


@pages.post("/<int:person_id>/link")
@guard(Permission.MANAGE_PEOPLE, fresh=True)
def make_link(person_id: int) -> ResponseReturnValue:
    """A one-time link: an invitation to who has no password, else one that signs in. It is sent, or
    kept for the policy lead to pass on."""
    person = load_person(person_id, to_change=True)
    if person.removed_at:
        flash(f"Give {person.name} access back first.", "error")
        return redirect(url_for("directory.show", person_id=person.id))
    kind = Kind.INVITATION if person.needs_invitation else Kind.LINK
    message = (keep if request.form.get("action") == "keep" else send)(kind, person)
    if message.state == MessageState.KEPT:
        return redirect(url_for("mail.message", message_id=message.id))
    flash(f"An email with a link is on its way to {person.email}.", "success")
    return redirect(url_for("directory.show", person_id=person.id))


def _invited(people: list[Person]) -> ResponseReturnValue:
    said = f"{count_text(len(people), 'person is', 'people are')} invited."
    if _sends():
        flash(f"{said} The emails are on their way.", "success")
        return redirect(url_for("directory.index", show=Standing.INVITED.value))
    flash(f"{said} Nothing is sent from here: pass on the emails below.", "success")
    return redirect(url_for("mail.outbox"))


def _sends() -> bool:
    return bool(current_app.config["SMTP_URL"])


def _systems(person: Person) -> list[System]:
    """What can be chosen: today's register, invented systems for people of the demonstration, and
    what the person has now."""
    found = systems_at(date.today())
    if person.demonstration or current_user.demonstration:
        found += session.scalars(select(System).filter_by(invented=True).order_by(System.name))
    now_there = person.system or person.home_system
    return found if now_there is None or now_there in found else [now_there, *found]
