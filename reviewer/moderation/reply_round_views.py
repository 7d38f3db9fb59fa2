"""The policy team's pages of the right of reply: the days, whom to ask, and every outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from reviewer.db import session
from reviewer.instrument.model import Question
from reviewer.moderation.decisions import LONGEST_REASON, changes_of
from reviewer.moderation.forms import ContactForm, DecisionForm, WindowForm, decision_form
from reviewer.moderation.outcomes import left_text, rates_of, record_outcome, standings
from reviewer.moderation.replies import (
    Reply,
    ReplyPoint,
    closed_because,
    has_come_in,
    window_of,
)
from reviewer.moderation.replying import invite, set_window
from reviewer.moderation.settled import NOT_SETTLED, Settled, settled_of
from reviewer.moderation.views import load_counted, load_system
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.asking import slots
from reviewer.reviews.forms import prefix
from reviewer.reviews.models import Refused
from reviewer.reviews.page import told
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.systems.models import System

pages = Blueprint("round_replies", __name__, url_prefix="/rounds/<int:round_id>/replies")


@dataclass(frozen=True)
class Row:
    """One point of a reply, what counts there now, and the form of its outcome."""

    point: ReplyPoint
    question: Question
    kind: str
    settled: Settled | None
    form: DecisionForm
    error: str = ""

    @property
    def name(self) -> str:
        """Its anchor."""
        return prefix(self.question, self.point.document)

    @property
    def about(self) -> str:
        return told(self.question, self.point.about)

    @property
    def now(self) -> str:
        """What counts now, in words."""
        return self.settled.words if self.settled else NOT_SETTLED


@pages.get("")
@guard(Permission.MODERATE)
def index(round_id: int) -> ResponseReturnValue:
    return _index(load_round(round_id), None)


@pages.post("")
@guard(Permission.MODERATE)
def change_days(round_id: int) -> ResponseReturnValue:
    """Set the days for replies, or change them."""
    round_, form = load_round(round_id), WindowForm()
    if form.validate_on_submit():
        try:
            set_window(round_, form.first_day.data, form.last_day.data)
        except (Refused, ValueError) as error:
            form.last_day.errors = [str(error)]
        else:
            flash("The days for replies are kept.", "success")
            return redirect(url_for("round_replies.index", round_id=round_.id))
    return _index(round_, form)


@pages.route("/<int:system_id>/invite", methods=["GET", "POST"])
@guard(Permission.MODERATE)
def invite_contact(round_id: int, system_id: int) -> ResponseReturnValue:
    """Ask a named contact, make their account where they have none, and write to them."""
    round_, system = load_system(round_id, system_id)
    reply, form = _load_reply(round_, system), ContactForm()
    if request.method == "GET" and reply:
        form.name.data, form.email.data = reply.contact.name, reply.contact.email
    if form.validate_on_submit():
        try:
            made = invite(round_, system, form.name.data, form.email.data)
        except (Refused, ValueError) as error:
            form.email.errors = [str(error)]
        else:
            flash(f"{made.contact.name} is invited to reply for {system.name}.", "success")
            return redirect(url_for("round_replies.index", round_id=round_.id))
    return render_template(
        "moderation/invite.html",
        round=round_,
        system=system,
        reply=reply,
        form=form,
        window=window_of(round_),
    )


@pages.get("/<int:system_id>")
@guard(Permission.MODERATE)
def system(round_id: int, system_id: int) -> ResponseReturnValue:
    """The reply of one system, and what came of each point."""
    round_, system = load_system(round_id, system_id)
    return _reply_page(round_, system)


@pages.get("/<int:system_id>/<question_id>/<document>")
@guard(Permission.MODERATE)
def place(round_id: int, system_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """A page that was reloaded after a mistake: back to the point in its place."""
    round_, system = load_system(round_id, system_id)
    question = load_counted(round_, question_id, document)
    return redirect(_address(round_, system, prefix(question, document)))


@pages.post("/<int:system_id>/<question_id>/<document>")
@guard(Permission.MODERATE)
def record(round_id: int, system_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """Record the outcome of one point: the answer stands, or another is decided."""
    round_, system = load_system(round_id, system_id)
    question = load_counted(round_, question_id, document)
    reply = _load_reply(round_, system, to_change=True)
    point = reply and reply.by_place.get((question.id, document))
    if not point:
        abort(404)
    form = decision_form(question, document, request.form)
    try:
        said = record_outcome(
            point, form.given(), form.reason.data or "", current_user, form.version
        )
    except (Refused, ValueError) as error:
        return _reply_page(round_, system, form, prefix(question, document), str(error))
    flash(said, "success")
    return redirect(_address(round_, system, prefix(question, document)))


def _index(round_: Round, form: WindowForm | None) -> str:
    found, window = standings(round_), window_of(round_)
    return render_template(
        "moderation/replies.html",
        round=round_,
        standings=found,
        rates=rates_of(found),
        window=window,
        form=form or WindowForm(obj=window),
        left_text=left_text,
    )


def _load_reply(round_: Round, system: System, *, to_change: bool = False) -> Reply | None:
    query = (
        select(Reply)
        .filter_by(round_id=round_.id, system_id=system.id)
        .options(
            joinedload(Reply.contact),
            selectinload(Reply.points).joinedload(ReplyPoint.cited),
            selectinload(Reply.points).joinedload(ReplyPoint.outcome_by),
        )
    )
    return session.scalar(query.with_for_update(of=Reply) if to_change else query)


def _reply_page(
    round_: Round,
    system: System,
    form: DecisionForm | None = None,
    form_name: str = "",
    error: str = "",
) -> str:
    """The page, with the form that was not taken and what is wrong with it, if one was not."""
    reply, window = _load_reply(round_, system), window_of(round_)
    come_in = reply is not None and has_come_in(reply, window)
    rows = _rows(round_, system, reply) if reply and come_in else []
    for number, row in enumerate(rows):
        if form and row.name == form_name:  # sent again, it is sent in sight of what is there now
            form.seen.data = row.form.seen.data
            rows[number] = replace(row, form=form, error=error)
    instrument = round_.released.instrument
    return render_template(
        "moderation/reply.html",
        round=round_,
        system=system,
        reply=reply,
        come_in=come_in,
        because=closed_because(reply, window) if reply else "",
        sections=[
            (criterion, of)
            for criterion in instrument.criteria
            if (of := [row for row in rows if row.question.criterion == criterion.id])
        ],
        kinds={kind.id: kind.name for kind in instrument.document_kinds},
        to_record=sum(row.point.needs_outcome for row in rows),
        left=sum(row.point.needs_outcome and not row.point.outcome for row in rows),
        agreed=sum(not row.point.needs_outcome for row in rows),
        errors={form_name: error} if error else {},
        longest=LONGEST_REASON,
    )


def _rows(round_: Round, system: System, reply: Reply) -> list[Row]:
    """The points in asking order."""
    points, settled = reply.by_place, settled_of(round_, system)
    changes, instrument = changes_of(round_, system), round_.released.instrument
    rows = []
    for question, on in slots(instrument):
        point = points.get((question.id, on))
        if point is None:
            continue
        here, versions = settled.get((question.id, on)), changes.get((question.id, on), ())
        form = decision_form(
            question,
            on,
            given=here.given if here else None,
            reason=point.reason,
            version=versions[-1].version if versions else 0,
        )
        rows.append(Row(point, question, instrument.document_kind(on).name, here, form))
    return rows


def _address(round_: Round, system: System, name: str) -> str:
    return url_for("round_replies.system", round_id=round_.id, system_id=system.id, _anchor=name)
