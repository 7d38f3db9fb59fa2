"""Reading comments across systems, tagging passages of them, and choosing quotes."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round
from reviewer.wording import count_text
from reviewer.writing.comments import (
    KINDS,
    Comment,
    comment_of,
    comments_of,
    with_passages,
)
from reviewer.writing.models import Passage, Tag
from reviewer.writing.tagging import (
    LONGEST_TAG,
    add_tag,
    counted_tags,
    mark,
    merge,
    passages_of,
    quote,
    remove_tag,
    rename,
    tags_of,
    untag,
)

pages = Blueprint("comments", __name__, url_prefix="/rounds/<int:round_id>/comments")

AT_ONCE = 40  # comments on a page


def load_comment(round_id: int, source: str, source_id: int) -> tuple[Round, Comment]:
    """The round and the comment of an address, if it stands in a submitted review of the round."""
    round_ = load_round(round_id)
    return round_, comment_of(round_, source, source_id) or abort(404)


def load_tag(round_id: int, tag_id: int) -> tuple[Round, Tag]:
    round_, tag = load_round(round_id), session.get(Tag, tag_id)
    if tag is None or tag.round_id != round_.id:
        abort(404)
    return round_, tag


def load_passage(round_id: int, passage_id: int) -> tuple[Round, Passage]:
    round_, passage = load_round(round_id), session.get(Passage, passage_id)
    if passage is None or passage.round_id != round_.id:
        abort(404)
    return round_, passage


@pages.get("")
@guard(Permission.SEE_ANSWERS)
@limited(Cost.SEARCH, words="words")
def index(round_id: int) -> ResponseReturnValue:
    """The comments that the address asks for, with their tags."""
    round_ = load_round(round_id)
    instrument = round_.released.instrument
    criterion = request.args.get("criterion", "")
    if criterion not in {each.id for each in instrument.criteria}:
        criterion = ""
    questions = instrument.questions_of(criterion) if criterion else ()
    asked = {
        "criterion": criterion,
        "question": request.args.get("question", ""),
        "kind": request.args.get("kind", ""),
        "tag": request.args.get("tag", ""),
        "words": " ".join(request.args.get("words", "").split()),
    }
    if asked["question"] not in {question.id for question in questions}:
        asked["question"] = ""
    counted = counted_tags(round_)
    marked = with_passages(comments_of(round_, criterion), passages_of(round_, criterion))
    rows = [row for row in marked.comments if _wanted(*row, asked)]
    page = min(max(request.args.get("page", 1, int), 1), -(-len(rows) // AT_ONCE) or 1)
    return render_template(
        "writing/comments.html",
        round=round_,
        instrument=instrument,
        criteria=[(each.id, each.title) for each in instrument.criteria],
        questions=[(question.id, question.text) for question in questions],
        kinds=KINDS,
        asked=asked,
        tag_choices=[
            *((each.tag.id, f"{each.tag.name} ({each.passages})") for each in counted),
            ("none", "Not tagged yet"),
        ],
        tags=counted,
        rows=rows[(page - 1) * AT_ONCE : page * AT_ONCE],
        all=len(rows),
        systems=len({comment.place.system_id for comment, _ in rows}),
        page=page,
        pages=-(-len(rows) // AT_ONCE),
        lost=marked.lost if not any(asked.values()) else (),
        may_write=current_user.may(Permission.WRITE_REPORT),
        longest_tag=LONGEST_TAG,
    )


@pages.get("/<any(answer, words, note):source>/<int:source_id>")
@guard(Permission.SEE_ANSWERS)
def comment(round_id: int, source: str, source_id: int) -> ResponseReturnValue:
    return _comment_page(*load_comment(round_id, source, source_id))


@pages.post("/<any(answer, words, note):source>/<int:source_id>")
@guard(Permission.WRITE_REPORT)
def mark_passage(round_id: int, source: str, source_id: int) -> ResponseReturnValue:
    """Tag a passage of a comment, or choose it as a quote."""
    round_, comment = load_comment(round_id, source, source_id)
    words = request.form.get("words", "")
    to_quote = request.form.get("go") == "quote"
    names = [name for name in request.form.get("tags", "").split(",") if name.strip()]
    chosen = request.form.getlist("tag")
    try:
        if not (to_quote or names or chosen):
            raise ValueError("Choose a tag or write one.")
        with session.begin_nested():
            tags = [tag for tag in tags_of(round_) if str(tag.id) in chosen]
            tags += [add_tag(round_, name) for name in names]
            passage = mark(round_, comment, words, tags)
            made = quote(round_, passage, current_user) if to_quote else None
    except ValueError as error:
        return _comment_page(round_, comment, str(error))
    if made:
        return redirect(url_for("quotes.quote", round_id=round_.id, quote_id=made.id))
    flash(f"Tagged: {', '.join(tag.name for tag in tags)}.", "success")
    return redirect(_back(round_, comment.name))


@pages.post("/passages/<int:passage_id>/untag")
@guard(Permission.WRITE_REPORT)
def take_off(round_id: int, passage_id: int) -> ResponseReturnValue:
    """Take a tag off a passage."""
    round_, passage = load_passage(round_id, passage_id)
    tag_id = request.form.get("tag", "")
    if tag_id.isdecimal():
        untag(passage, int(tag_id[:18]))
        flash("The tag is taken off.", "success")
    return redirect(_back(round_))


@pages.get("/tags")
@guard(Permission.SEE_ANSWERS)
def tags(round_id: int) -> ResponseReturnValue:
    """The tags of a round with their counts."""
    return _tags_page(load_round(round_id))


@pages.post("/tags")
@guard(Permission.WRITE_REPORT)
def make_tag(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    try:
        made = add_tag(round_, request.form.get("name", ""))
    except ValueError as error:
        return _tags_page(round_, str(error), "name")
    flash(f"The tag {made.name} is there.", "success")
    return redirect(url_for(".tags", round_id=round_.id))


@pages.post("/tags/<int:tag_id>")
@guard(Permission.WRITE_REPORT)
def change_tag(round_id: int, tag_id: int) -> ResponseReturnValue:
    """Rename a tag, merge it into another one, or take it away."""
    round_, tag = load_tag(round_id, tag_id)
    go = request.form.get("go", "")
    try:
        if go == "merge":
            wanted = request.form.get("into", "")
            into = next((each for each in tags_of(round_) if str(each.id) == wanted), None)
            if into is None:
                raise ValueError("Choose the tag to merge it into.")
            name, passages = tag.name, merge(tag, into)
            moved = count_text(passages, "passage")
            flash(f"{name} is merged into {into.name}, with {moved}.", "success")
        elif go == "remove":
            remove_tag(tag)
            flash(f"The tag {tag.name} is taken away.", "success")
        else:
            rename(round_, tag, request.form.get("name", ""))
            flash(f"The tag is called {tag.name} now.", "success")
    except ValueError as error:
        return _tags_page(round_, str(error), f"{'into' if go == 'merge' else 'name'}-{tag.id}")
    return redirect(url_for(".tags", round_id=round_.id))


def _wanted(comment: Comment, passages: tuple[Passage, ...], asked: dict[str, str]) -> bool:
    """Whether a comment is among those that the address asks for."""
    tags = {str(mark.tag_id) for passage in passages for mark in passage.tags}
    return (
        asked["question"] in ("", comment.place.question)
        and asked["kind"] in ("", comment.place.kind)
        and (asked["tag"] == "" or asked["tag"] in tags or (asked["tag"] == "none" and not tags))
        and asked["words"].casefold() in " ".join(comment.text.split()).casefold()
    )


def _back(round_: Round, anchor: str = "") -> str:
    """The list that the form was on, at the comment it was about."""
    asked = urlencode(parse_qsl(request.form.get("asked", "")))
    where = url_for("comments.index", round_id=round_.id)
    return f"{where}{f'?{asked}' if asked else ''}{f'#{anchor}' if anchor else ''}"


def _comment_page(round_: Round, comment: Comment, error: str = "") -> str:
    [(_, passages)] = with_passages(
        [comment], passages_of(round_, comment.place.criterion)
    ).comments
    return render_template(
        "writing/comment.html",
        round=round_,
        instrument=round_.released.instrument,
        comment=comment,
        passages=passages,
        kinds=KINDS,
        tags=counted_tags(round_),
        error=error,
        asked=request.form.get("asked", ""),
        may_write=current_user.may(Permission.WRITE_REPORT),
        longest_tag=LONGEST_TAG,
    )


def _tags_page(round_: Round, error: str = "", at: str = "") -> str:
    return render_template(
        "writing/tags.html",
        round=round_,
        tags=counted_tags(round_),
        error=error,
        at=at,
        sent=request.form,
        may_write=current_user.may(Permission.WRITE_REPORT),
        longest=LONGEST_TAG,
    )
