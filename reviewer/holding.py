"""What is held about a person: given to them, and removed when it is time.

What they wrote stays, under a label, or the counts of a round would change after they were
published. Their name, address and organisation go from everywhere that names them: the account, the
logbook, letters. Words that somebody typed (a comment that names a colleague) are not looked
through, and backups are as they were made until they are too old.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import delete, inspect, or_, select, update

from reviewer import jobs, logbook
from reviewer.db import Base, now, session
from reviewer.people.factor import forget as forget_factor
from reviewer.people.limits import Cost, Spent, limited
from reviewer.people.loading import load_person
from reviewer.people.mail import Message
from reviewer.people.models import NOWHERE, Person, SignInLink
from reviewer.people.permissions import Permission, Role, guard
from reviewer.people.visits import Visit
from reviewer.private import open_round
from reviewer.reviews.offers import Conflict, Declined
from reviewer.selfassessment.deleting import delete_left_alone
from reviewer.selfassessment.loading import own_assessments

pages = Blueprint("holding", __name__)

GONE = "Removed"
# Proof of who somebody is, and no data about them.
SECRET = re.compile("hash|token|secret|last_step")


def held(person: Person, *, own: bool) -> dict[str, Any]:
    """Every row of the database that names the person, by table, without secrets. What stands in a
    system's own assessments is given to nobody but themselves, and to them as long as they work on
    it: who has left a system reads no more of its drafts."""
    if own:
        for assessment in own_assessments(person):
            open_round(session, assessment.round_id)
    found = {"person": _rows(Person, Person.id == person.id)}
    for mapper in sorted(Base.registry.mappers, key=lambda m: m.class_.__tablename__):
        naming = [
            mapper.get_property_by_column(column).class_attribute
            for column in mapper.local_table.columns
            if any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)
        ]
        if not naming:
            continue
        which = or_(*(attribute == person.id for attribute in naming))
        if rows := _rows(mapper.class_, which):
            found[mapper.class_.__tablename__] = rows
    about = (logbook.Entry.noun == "person") & (logbook.Entry.row_id == person.id)
    found["logbook_about_the_account"] = _rows(logbook.Entry, about)
    return found


def remove(person: Person) -> None:
    """Take a person's data away for good, and leave what they wrote under a label. Their access
    was removed before."""
    assert person.removed_at
    delete_left_alone(person)
    name, label = person.name, f"Former {Role(person.role).words.lower()} {person.id}"
    session.execute(delete(Message).where(Message.person_id == person.id))
    for table in (SignInLink, Visit, Spent):
        session.execute(delete(table).where(table.person_id == person.id))
    for message in session.scalars(select(Message).where(Message.body.contains(name))):
        message.body = message.body.replace(name, label)
        message.subject = message.subject.replace(name, label)
    for kind in (Conflict, Declined):
        session.execute(update(kind).where(kind.person_id == person.id).values(reason=GONE))
    forget_factor(person)
    person.name, person.email = label, f"person-{person.id}@{NOWHERE}"
    person.organisation, person.home_system, person.password_hash = "", None, None
    person.end_sessions()
    session.flush()
    logbook.empty(person.id)


@jobs.hourly
def remove_when_due() -> None:
    """Remove the data of people whose access was removed long ago, and old letters, by setting."""
    days = current_app.config["KEEP_REMOVED_DAYS"]
    if days:
        long_ago = now() - timedelta(days=days)
        query = select(Person).where(Person.removed_at < long_ago, Person.demonstration.is_(False))
        for person in session.scalars(query.with_for_update(of=Person)):
            if not person.is_forgotten:
                remove(person)
    days = current_app.config["KEEP_MAIL_DAYS"]
    if days:
        old = Message.written_at < now() - timedelta(days=days)
        session.execute(delete(Message).where(old, Message.state != "waiting"))
    session.commit()


@pages.get("/account/data.json")
@guard(Permission.SIGNED_IN)
@limited(Cost.DOWNLOAD)
def own() -> ResponseReturnValue:
    """What is held about oneself."""
    return _file(current_user, own=True)


@pages.get("/people/<int:person_id>/data.json")
@guard(Permission.MANAGE_PEOPLE)
@limited(Cost.DOWNLOAD)
def of_person(person_id: int) -> ResponseReturnValue:
    """The same for somebody who asked for it in a letter."""
    return _file(load_person(person_id), own=False)


@pages.get("/people/<int:person_id>/forget")
@guard(Permission.MANAGE_PEOPLE, fresh=True)
def ask(person_id: int) -> ResponseReturnValue:
    return render_template("people/forget.html", person=load_person(person_id))


@pages.post("/people/<int:person_id>/forget")
@guard(Permission.MANAGE_PEOPLE, fresh=True)
def forget(person_id: int) -> ResponseReturnValue:
    person = load_person(person_id, to_change=True)
    name = person.name
    if not person.removed_at:
        flash(f"Remove the access of {name} first.", "error")
    elif not person.is_forgotten:
        remove(person)
        flash(f"The personal data of {name} is removed. They are now {person.name}.", "success")
    return redirect(url_for("directory.show", person_id=person.id))


def _file(person: Person, *, own: bool) -> Response:
    return Response(
        json.dumps(held(person, own=own), indent=1, ensure_ascii=False, default=str),
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="plan-review-personal-data.json"'},
    )


def _rows(table: Any, which: Any) -> list[dict[str, Any]]:
    mapper = inspect(table)
    columns = [
        mapper.get_property_by_column(column).class_attribute
        for column in mapper.local_table.columns
        if not SECRET.search(column.name)
    ]
    # As objects of their class, so that `private.py` leaves out what is to be left out.
    query = select(*columns).where(which)
    return [dict(row._mapping) for row in session.execute(query)]
