"""The outbox, and the wording of every email."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.people.forms import LetterForm
from reviewer.people.letters import (
    EXAMPLES,
    LetterWording,
    change_wording,
    fill,
    forget_wording,
    letters,
    wording,
)
from reviewer.people.limits import Cost, limited
from reviewer.people.loading import load_letter, load_message
from reviewer.people.mail import Message, MessageState, send_again
from reviewer.people.models import SignInLink
from reviewer.people.permissions import Permission, guard
from reviewer.sheets import to_csv

pages = Blueprint("mail", __name__, url_prefix="/people")

MOST_SHOWN = 500


@pages.get("/outbox")
@guard(Permission.WRITE_MAIL)
def outbox() -> ResponseReturnValue:
    """The newest emails, all or those of one state."""
    shown = request.args.get("show", "all")
    if shown not in ("all", *(state.value for state in MessageState)):
        abort(404)
    counts = {
        MessageState(state): count
        for state, count in session.execute(
            select(Message.state, func.count()).group_by(Message.state)
        )
    }
    query = (
        select(Message)
        .options(joinedload(Message.person))
        .order_by(Message.id.desc())
        .limit(MOST_SHOWN)
    )
    if shown != "all":
        query = query.where(Message.state == shown)
    return render_template(
        "people/outbox.html",
        messages=session.scalars(query).all(),
        counts=counts,
        shown=shown,
        most=MOST_SHOWN,
        letters=letters(),
        sends=bool(current_app.config["SMTP_URL"]),
    )


@pages.get("/outbox.csv")
@guard(Permission.WRITE_MAIL)
@limited(Cost.DOWNLOAD)
def outbox_table() -> ResponseReturnValue:
    """The emails to pass on, for a mail merge in another program."""
    kept = session.scalars(
        select(Message)
        .filter_by(state=MessageState.KEPT.value)
        .options(joinedload(Message.person), joinedload(Message.link).joinedload(SignInLink.person))
        .order_by(Message.id)
    )
    rows = [
        {
            "name": message.person.name,
            "email": message.address,
            "subject": message.subject,
            "text": message.text,
            "link": message.link_address,
        }
        for message in kept
        if not message.link_id or message.link_address
    ]
    return Response(
        to_csv(("name", "email", "subject", "text", "link"), rows),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="outbox.csv"'},
    )


@pages.get("/outbox/<int:message_id>")
@guard(Permission.WRITE_MAIL)
def message(message_id: int) -> ResponseReturnValue:
    return render_template(
        "people/message.html",
        message=load_message(message_id),
        letters=letters(),
        sends=bool(current_app.config["SMTP_URL"]),
    )


@pages.post("/outbox/<int:message_id>/again")
@guard(Permission.WRITE_MAIL, fresh=True)
def again(message_id: int) -> ResponseReturnValue:
    """Send what was kept or could not be sent. A second press finds it on its way already."""
    found = load_message(message_id, to_change=True)
    if found.person.removed_at:
        flash("Nothing was sent: this person’s access was removed.", "error")
    elif found.state in (MessageState.KEPT, MessageState.FAILED):
        send_again(found)
        if found.state == MessageState.WAITING:
            flash(f"The email to {found.address} is on its way.", "success")
        else:
            flash("Nothing is sent from here. Copy the text below and pass it on.", "success")
    return redirect(url_for("mail.message", message_id=found.id))


@pages.get("/letters")
@guard(Permission.WRITE_MAIL)
def wordings() -> ResponseReturnValue:
    own = session.scalars(select(LetterWording).options(joinedload(LetterWording.changed_by)))
    return render_template(
        "people/letters.html", letters=letters().values(), own={w.kind: w for w in own}
    )


@pages.route("/letters/<letter>", methods=["GET", "POST"])
@guard(Permission.WRITE_MAIL)
def edit_wording(letter: str) -> ResponseReturnValue:
    """Change the wording of one kind of email, after looking at it filled in."""
    chosen = load_letter(letter)
    subject, text = wording(chosen.kind)
    form = LetterForm(chosen, subject=subject, text=text)
    valid = form.validate_on_submit()
    subject, text = form.wording
    if valid and request.form.get("action") == "save":
        change_wording(chosen.kind, subject, text, by=current_user)
        flash(f"{chosen.title}: your wording is used from the next email on.", "success")
        return redirect(url_for("mail.wordings"))
    return render_template(
        "people/letter.html",
        letter=chosen,
        form=form,
        own=session.get(LetterWording, chosen.kind.value),
        looked=valid,
        examples=EXAMPLES,
        preview=(fill(subject, EXAMPLES), fill(text, EXAMPLES)),
    )


@pages.post("/letters/<letter>/ours")
@guard(Permission.WRITE_MAIL)
def our_wording(letter: str) -> ResponseReturnValue:
    chosen = load_letter(letter)
    forget_wording(chosen.kind)
    flash(f"{chosen.title}: our wording is used again.", "success")
    return redirect(url_for("mail.wordings"))
