"""Writing a reply: the window, the invitation, each point, and handing it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import select

from reviewer.db import now, session
from reviewer.documents.models import Document
from reviewer.instrument.model import Question
from reviewer.moderation.replies import (
    LONGEST_TEXT,
    Reply,
    ReplyPoint,
    ReplyWindow,
    View,
    closed_because,
    is_over,
    window_of,
)
from reviewer.moderation.settled import Settled, settled_of
from reviewer.people.letters import Kind
from reviewer.people.mail import send
from reviewer.people.models import Person, add_person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, version_of
from reviewer.reviews.cited import check_pages
from reviewer.reviews.models import Refused
from reviewer.rounds.models import Round, RoundSystem
from reviewer.systems.models import System
from reviewer.wording import date_text

_FIELDS = ("view", "document", "page", "text", "seen")


@dataclass(frozen=True)
class Said:
    """A point as it is in a form; `seen` tells the answer and the point that were on the page."""

    view: str = ""
    document: str = ""
    page: str = ""
    text: str = ""
    seen: str = ""

    @classmethod
    def sent(cls, form: Mapping[str, str], prefix: str) -> Said:
        """From the fields of a form whose names begin with `prefix`."""
        return cls(*(form.get(prefix + name, "").replace("\r\n", "\n").strip() for name in _FIELDS))

    @classmethod
    def kept(
        cls, point: ReplyPoint | None, settled: Settled, documents: Sequence[Document]
    ) -> Said:
        """From what is kept; a new one cites the document that its question is on."""
        seen = _stamp(point, settled)
        own = next((str(d.id) for d in documents if d.kind == settled.kind.id), "")
        if point is None:
            return cls(document=own, seen=seen)
        cited = str(point.cited_id) if point.cited_id else own
        return cls(point.view, cited, str(point.page or ""), point.text, seen)

    def says_the_same(self, other: Said) -> bool:
        """Whether it is the same point; a document without a page is preset and says nothing."""
        mine, others = ((s.view, s.text, s.page, s.page and s.document) for s in (self, other))
        return mine == others


def set_window(round_: Round, first: date, last: date) -> None:
    """Say from which to which day systems can reply. Refused if the round is closed."""
    if not round_.is_open:
        raise Refused(f"The round {round_.name} is closed, so nothing was changed.")
    if last < first:
        raise ValueError("Choose a last day that is not before the first.")
    window = window_of(round_)
    if window is None:
        session.add(ReplyWindow(round_id=round_.id, first_day=first, last_day=last))
    else:
        window.first_day, window.last_day = first, last
    session.flush()


def invite(round_: Round, system: System, name: str, email: str) -> Reply:
    """Ask a named contact for the reply of a system: make their account, and write to them.

    Refused if nobody can reply now; ValueError if the address is somebody else's.
    """
    in_scope = select(RoundSystem).filter_by(round_id=round_.id, system_id=system.id)
    session.scalar(in_scope.with_for_update())  # two people invite one after the other
    reply = session.scalar(select(Reply).filter_by(round_id=round_.id, system_id=system.id))
    window = window_of(round_)
    if window is None:
        raise Refused("Set the days for replies first.")
    if is_over(round_, window):
        what = "The last day for replies has passed" if round_.is_open else "The round is closed"
        raise Refused(f"{what}, so nobody was invited.")
    if reply and reply.sent_at:
        raise Refused(f"The reply of {system.name} was sent already, so nobody was invited.")
    if not settled_of(round_, system):
        raise Refused(f"No review of {system.name} is submitted, so there is nothing to reply to.")
    contact = _contact(system, name, email)
    if reply is None:
        reply = Reply(round_id=round_.id, system_id=system.id, contact=contact)
        session.add(reply)
    reply.contact, reply.invited_at = contact, now()
    session.flush()
    if contact.needs_invitation:
        send(Kind.INVITATION, contact)
    path = current_app.url_map.bind("").build("replies.show", {"reply_id": reply.id})
    send(
        Kind.RIGHT_OF_REPLY,
        contact,
        link=current_app.config["PUBLIC_URL"].rstrip("/") + path,
        system=system.name,
        round=round_.name,
        until=date_text(window.last_day),
    )
    return reply


def _contact(system: System, name: str, email: str) -> Person:
    known = session.scalar(select(Person).filter_by(email=email.strip().lower()))
    if known is None:
        return add_person(
            email, name=name, role=Role.SYSTEM, organisation=system.name, system=system
        )
    if known.role != Role.SYSTEM or known.system_id != system.id:
        whose = known.system.name if known.system else f"a {Role(known.role).words.lower()}"
        raise ValueError(
            f"{known.email} is the address of an account of {whose}, so it cannot reply for "
            f"{system.name}. Use another address."
        )
    if known.removed_at:
        raise ValueError(
            f"The access of {known.email} was removed. Give it back on the page People first."
        )
    return known


def say(
    reply: Reply, settled: Settled, said: Said, documents: Sequence[Document], by: Person
) -> None:
    """Keep, change or, where the view is empty, take away a point of a reply.

    Refused if nothing can be written now, or if the point or the answer changed since it was seen;
    ValueError says what is missing.
    """
    place = (settled.question.id, settled.kind.id)
    point = reply.by_place.get(place)
    if said.says_the_same(Said.kept(point, settled, documents)):
        return
    because = closed_because(reply, window_of(reply.round))
    if because:
        raise Refused(because)
    if point and point.outcome:
        raise Refused("An outcome is recorded for this point, so it stays as it is.")
    if settled.given is None:
        raise Refused("This answer is not settled now, so there is nothing to reply to.")
    if said.seen != _stamp(point, settled):
        raise Refused("This was changed after you opened the page. Look at it and save again.")
    if not said.view:
        if said.text or said.page:
            raise ValueError("Choose whether you agree, partly agree or disagree.")
        if point:
            reply.points.remove(point)
            session.flush()
        return
    if said.view not in list(View):
        raise ValueError("Choose whether you agree, partly agree or disagree.")
    view = View(said.view)
    if view is not View.AGREE and not said.text:
        raise ValueError("Say in a sentence or two what is not right.")
    if len(said.text) > LONGEST_TEXT:
        raise ValueError(f"Shorten the text to {LONGEST_TEXT:,} letters.")
    cited, page = _cited(said, documents)
    if point is None:
        row = reply.round.released.question_ids[settled.question.id]
        point = ReplyPoint(question_id=row, document=settled.kind.id)
        reply.points.append(point)
    point.state, point.options = settled.given.state, _options(settled.question, settled.given)
    point.view, point.text, point.cited, point.page = view, said.text, cited, page
    point.written_by, point.written_at = by, now()
    session.flush()


def hand_in(reply: Reply, by: Person) -> None:
    """Send the reply: from now on it can be read and no longer changed. Refused outside its days;
    a second click changes nothing."""
    if reply.sent_at:
        return
    because = closed_because(reply, window_of(reply.round))
    if because:
        raise Refused(because)
    reply.sent_at, reply.sent_by_id = now(), by.id
    session.flush()


def _cited(said: Said, documents: Sequence[Document]) -> tuple[Document | None, int | None]:
    if not said.page:
        return None, None
    if not (said.page.isdecimal() and 0 < int(said.page[:9]) <= 99_999):
        raise ValueError("Write the page as one number, like 12.")
    document = next((d for d in documents if str(d.id) == said.document), None)
    if document is None:
        raise ValueError("Choose the document that the page is of.")
    page = int(said.page)
    check_pages(document, [(page, page)])
    return document, page


def _options(question: Question, given: Given) -> str:
    return ";".join(o.id for o in question.options if o.id in given.options)


def _stamp(point: ReplyPoint | None, settled: Settled) -> str:
    kept = (point.view, point.cited_id, point.page, point.text) if point else None
    return version_of(repr((kept, settled.given and sorted(settled.given.options), settled.words)))
