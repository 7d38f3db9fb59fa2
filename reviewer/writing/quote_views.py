"""Quotes: what the screening found in each, the words as they leave, and a person's yes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.writing.comments import KINDS
from reviewer.writing.models import Passage, Quote
from reviewer.writing.names import names_for
from reviewer.writing.printing import findings_of
from reviewer.writing.tagging import drop_if_bare
from reviewer.writing.texts import numbers_of

pages = Blueprint("quotes", __name__, url_prefix="/rounds/<int:round_id>/quotes")

LONGEST = 2000  # characters


def load_quote(round_id: int, quote_id: int, *, to_change: bool = False) -> tuple[Round, Quote]:
    """The round and the quote of an address; one to change is held."""
    round_ = load_round(round_id)
    quote = session.get(Quote, quote_id, with_for_update=to_change or None)
    if quote is None or quote.round_id != round_.id:
        abort(404)
    return round_, quote


def quotes_of(round_: Round, criterion: str = "") -> Sequence[Quote]:
    """The quotes of a round, or of a criterion, in one query."""
    query = (
        select(Quote)
        .join(Passage, Passage.id == Quote.passage_id)
        .where(Quote.round_id == round_.id)
        .order_by(Quote.id)
        .options(joinedload(Quote.passage).joinedload(Passage.system), joinedload(Quote.allowed_by))
    )
    if criterion:
        query = query.where(Passage.criterion == criterion)
    return session.scalars(query).all()


@pages.get("")
@guard(Permission.SEE_ANSWERS)
def index(round_id: int) -> ResponseReturnValue:
    """Every quote of a round, by criterion, with where it stands."""
    round_ = load_round(round_id)
    screen = names_for(round_).screen()
    quotes = [(quote, screen.found_in(quote.words)) for quote in quotes_of(round_)]
    return render_template(
        "writing/quotes.html",
        round=round_,
        sections=[
            (criterion, here)
            for criterion in round_.released.instrument.criteria
            if (here := [row for row in quotes if row[0].passage.criterion == criterion.id])
        ],
        used=_used(round_),
    )


@pages.get("/<int:quote_id>")
@guard(Permission.SEE_ANSWERS)
def quote(round_id: int, quote_id: int) -> ResponseReturnValue:
    return _page(*load_quote(round_id, quote_id))


@pages.post("/<int:quote_id>")
@guard(Permission.WRITE_REPORT)
def change(round_id: int, quote_id: int) -> ResponseReturnValue:
    """Keep other words, say yes to the words as they are, take the yes back, or remove it."""
    round_, quote = load_quote(round_id, quote_id, to_change=True)
    go = request.form.get("go", "")
    # What somebody sees is what they say yes to: other words by now, and nothing is done.
    if request.form.get("seen", "").replace("\r\n", "\n") != quote.words:
        return _page(round_, quote, "Somebody changed the words in the meantime. Read them again.")
    if go == "remove":
        if used := _used(round_).get(quote.id):
            return _page(round_, quote, f"It stands in {', '.join(used)}. Take it out there first.")
        passage = quote.passage
        session.delete(quote)
        session.flush()
        drop_if_bare(passage)
        flash("The quote is removed; the comment stays.", "success")
        return redirect(url_for(".index", round_id=round_.id))
    if go == "save":
        words = request.form.get("words", "").replace("\r\n", "\n").strip()
        if not words or len(words) > LONGEST:
            return _page(round_, quote, f"Write the quote, in at most {LONGEST:,} characters.")
        quote.words = words
        flash("The words are saved and screened again.", "success")
    elif go == "allow":
        found = names_for(round_).screen().found_in(quote.words)
        quote.allow(found, current_user)
        flash("Your yes is recorded: these words can be printed.", "success")
    elif go == "forbid":
        quote.forbid()
        flash("The yes is taken back.", "success")
    session.flush()
    return redirect(url_for(".quote", round_id=round_.id, quote_id=quote.id))


def _used(round_: Round) -> dict[int, list[str]]:
    """The numbers of the findings that a quote stands in, by its id."""
    numbers, used = numbers_of(round_, findings_of(round_)), dict[int, list[str]]()
    for finding in findings_of(round_):
        for chosen in finding.quotes:
            number = numbers.get(finding.id, "a finding")
            used.setdefault(chosen.quote_id, []).append(f"finding {number}")
    return used


def _page(round_: Round, quote: Quote, error: str = "") -> str:
    found = names_for(round_).screen().found_in(quote.words)
    instrument = round_.released.instrument
    titles = {criterion.id: criterion.title for criterion in instrument.criteria}
    questions = {question.id: question.text for question in instrument.questions}
    return render_template(
        "writing/quote.html",
        round=round_,
        quote=quote,
        found=found,
        allowed=quote.is_allowed(found),
        error=error,
        typed=request.form.get("words", quote.words) if error else quote.words,
        used=_used(round_).get(quote.id, []),
        criterion=titles.get(quote.passage.criterion, ""),
        question=questions.get(quote.passage.question, ""),
        kinds=KINDS,
        may_write=current_user.may(Permission.WRITE_REPORT),
        longest=LONGEST,
    )
