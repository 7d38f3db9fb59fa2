"""A system's own pages: its settled answers by criterion, its reply, and a copy to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from reviewer.db import session
from reviewer.documents.models import Document
from reviewer.documents.store import on_shelf
from reviewer.instrument.model import Criterion
from reviewer.moderation.replies import (
    LONGEST_TEXT,
    Reply,
    ReplyPoint,
    View,
    closed_because,
    window_of,
)
from reviewer.moderation.reply_exports import COLUMNS, copy_rows
from reviewer.moderation.replying import Said, hand_in, say
from reviewer.moderation.settled import Settled, settled_of
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.citations import in_hand, source_name
from reviewer.reviews.models import Refused
from reviewer.reviews.page import told
from reviewer.rounds.models import Kind, Round
from reviewer.sheets import Sheet, to_csv, to_xlsx

pages = Blueprint("replies", __name__, url_prefix="/replies")

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Row:
    """One settled answer, what the system says to it, and the form of that."""

    settled: Settled
    point: ReplyPoint | None
    said: Said
    error: str = ""

    @property
    def about(self) -> str:
        """What was settled when the point was written, where that has changed since."""
        if self.point is None or self.point.about == self.settled.given:
            return ""
        return told(self.settled.question, self.point.about)

    @property
    def can_be_written(self) -> bool:
        return self.settled.given is not None and not (self.point and self.point.outcome)


def load_reply(reply_id: int, *, to_change: bool = False) -> Reply:
    """The reply of an address, if it is of the signed-in person's own system; any other is not
    there. One to change is held."""
    query = (
        select(Reply)
        .join(Round, Round.id == Reply.round_id)
        .where(
            Reply.id == reply_id,
            Reply.system_id == current_user.system_id,
            Round.kind == Kind.SECTOR.value,
        )
        .options(
            joinedload(Reply.round),
            joinedload(Reply.system),
            selectinload(Reply.points).joinedload(ReplyPoint.cited),
        )
    )
    reply = session.scalar(query.with_for_update(of=Reply) if to_change else query)
    if reply is None:
        abort(404)
    return reply


@pages.get("")
@guard(Permission.REPLY)
def index() -> ResponseReturnValue:
    """What the system was asked to reply to, the newest first."""
    replies = session.scalars(
        select(Reply)
        .join(Round, Round.id == Reply.round_id)
        .where(Reply.system_id == current_user.system_id, Round.kind == Kind.SECTOR.value)
        .options(joinedload(Reply.round), selectinload(Reply.points))
        .order_by(Reply.id.desc())
    ).all()
    found = [(reply, window_of(reply.round)) for reply in replies]
    return render_template(
        "replies/index.html",
        system=current_user.system,
        replies=[(reply, window, closed_because(reply, window)) for reply, window in found],
    )


@pages.get("/<int:reply_id>")
@guard(Permission.REPLY)
def show(reply_id: int) -> ResponseReturnValue:
    """Everything to read: each settled answer with its pages, the reply to it and its outcome."""
    reply = load_reply(reply_id)
    documents = on_shelf(reply.system, reply.round)
    rows = _rows(reply, documents)
    window = window_of(reply.round)
    return render_template(
        "replies/show.html",
        reply=reply,
        round=reply.round,
        window=window,
        closed=closed_because(reply, window),
        sections=[
            (criterion, of) for criterion in _criteria(reply) if (of := _of(criterion, rows))
        ],
        cited=_names(reply, documents),
        points=[row for row in rows if row.point],
        total=sum(row.settled.given is not None for row in rows),
    )


@pages.get("/<int:reply_id>/criteria/<criterion_id>")
@guard(Permission.REPLY)
def criterion(reply_id: int, criterion_id: str) -> ResponseReturnValue:
    """The settled answers of one criterion, with a form for each."""
    reply = load_reply(reply_id)
    return _form_page(reply, _load_criterion(reply, criterion_id))


@pages.post("/<int:reply_id>/criteria/<criterion_id>")
@guard(Permission.REPLY)
def save(reply_id: int, criterion_id: str) -> ResponseReturnValue:
    """Keep every point that can be kept, each on its own, and show those that cannot."""
    reply = load_reply(reply_id, to_change=True)
    criterion = _load_criterion(reply, criterion_id)
    documents = _offered(reply, on_shelf(reply.system, reply.round))
    errors: dict[str, str] = {}
    for settled in settled_of(reply.round, reply.system).values():
        if settled.question.criterion == criterion.id and f"{settled.name}seen" in request.form:
            try:
                sent = Said.sent(request.form, settled.name)
                say(reply, settled, sent, documents, current_user)
            except (Refused, ValueError) as error:
                errors[settled.name] = str(error)
    if errors:
        return _form_page(reply, criterion, errors)
    criteria = [c.id for c in _with_answers(reply)]
    place = criteria.index(criterion.id) + 1 if criterion.id in criteria else len(criteria)
    flash("Saved.", "success")
    if request.form.get("go") == "next" and place < len(criteria):
        return redirect(
            url_for("replies.criterion", reply_id=reply.id, criterion_id=criteria[place])
        )
    return redirect(url_for("replies.show", reply_id=reply.id, _anchor=criterion.id))


@pages.post("/<int:reply_id>/send")
@guard(Permission.REPLY)
def send(reply_id: int) -> ResponseReturnValue:
    reply = load_reply(reply_id, to_change=True)
    try:
        hand_in(reply, current_user)
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash("Your reply is sent. What comes of each point appears on this page.", "success")
    return redirect(url_for("replies.show", reply_id=reply.id))


@pages.get("/<int:reply_id>/copy.<any(csv, xlsx):ending>")
@guard(Permission.REPLY)
@limited(Cost.DOWNLOAD)
def copy(reply_id: int, ending: str) -> ResponseReturnValue:
    """Every settled answer of the system, its reply and the outcomes."""
    reply = load_reply(reply_id)
    documents = on_shelf(reply.system, reply.round)
    found = [(row.settled, row.point) for row in _rows(reply, documents)]
    rows = copy_rows(reply, found, _names(reply, documents))
    if ending == "csv":
        content = to_csv(COLUMNS, rows)
    else:
        content = to_xlsx([Sheet("answers", COLUMNS, rows)], reply.round.notice)
    invented = "invented-" if reply.round.invented else ""
    name = f"{invented}{reply.system.code.lower()}-answers-and-reply-{reply.id}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type=TYPES[ending])


def _form_page(reply: Reply, criterion: Criterion, errors: dict[str, str] | None = None) -> str:
    """The page, with what was sent wherever it was not taken."""
    window, shelf = window_of(reply.round), on_shelf(reply.system, reply.round)
    documents, errors = _offered(reply, shelf), errors or {}
    rows = []
    for row in _of(criterion, _rows(reply, documents)):
        said, name = row.said, row.settled.name
        if name in errors:  # sent again, it is sent in sight of what is there now
            sent = Said.sent(request.form, name)
            said = replace(sent, seen=row.said.seen)
        rows.append(replace(row, said=said, error=errors.get(name, "")))
    criteria = _with_answers(reply)
    return render_template(
        "replies/criterion.html",
        reply=reply,
        round=reply.round,
        criterion=criterion,
        rows=rows,
        closed=closed_because(reply, window),
        documents=documents,
        cited=_names(reply, shelf),
        views=list(View),
        longest=LONGEST_TEXT,
        is_last=not criteria or criteria[-1] == criterion,
    )


def _rows(reply: Reply, documents: Sequence[Document]) -> list[Row]:
    """The settled answers in asking order, with their points; a point whose answer has gone, since
    no review is submitted now, comes with it when it is back."""
    points = reply.by_place
    return [
        Row(settled, points.get(place), Said.kept(points.get(place), settled, documents))
        for place, settled in settled_of(reply.round, reply.system).items()
    ]


def _of(criterion: Criterion, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.settled.question.criterion == criterion.id]


def _criteria(reply: Reply) -> Sequence[Criterion]:
    return reply.round.released.instrument.criteria


def _with_answers(reply: Reply) -> list[Criterion]:
    there = {s.question.criterion for s in settled_of(reply.round, reply.system).values()}
    return [criterion for criterion in _criteria(reply) if criterion.id in there]


def _offered(reply: Reply, shelf: Sequence[Document]) -> list[Document]:
    """The documents that can be cited: those on the shelf, and what the reply cites already."""
    known = {document.id for document in shelf}
    cited = {p.cited.id: p.cited for p in reply.points if p.cited and p.cited.id not in known}
    return [*shelf, *(cited[id_] for id_ in sorted(cited))]


def _names(reply: Reply, shelf: Sequence[Document]) -> dict[int, str]:
    """What a page calls each document, by its id."""
    kinds = {kind.id: kind for kind in reply.round.released.instrument.document_kinds}
    newest = in_hand(shelf, kinds)
    return {d.id: source_name(d, kinds, newest) for d in _offered(reply, shelf)}


def _load_criterion(reply: Reply, criterion_id: str) -> Criterion:
    try:
        return reply.round.released.instrument.criterion(criterion_id)
    except KeyError:
        abort(404)
