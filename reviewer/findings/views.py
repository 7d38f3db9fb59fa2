"""The findings of a round: what was counted, as charts, tables and files. Totals only."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.findings import settled  # noqa: F401  tells reviews what was settled before
from reviewer.findings.counting import figures, systems_reviewed, unresolved
from reviewer.findings.coverage import NO_REGION, not_published_by_kind, regions_of, sector_range
from reviewer.findings.cut import SMALL, by_region
from reviewer.findings.drawing import draw, for_web, kept
from reviewer.findings.figures import FORMATS, Figure, percent_of
from reviewer.findings.releases import too_close
from reviewer.findings.remarks import comments_on, notes_on
from reviewer.findings.sentences import describe, notes, sentences
from reviewer.findings.snapshots import snapshots_of
from reviewer.findings.tables import MEANINGS, table_file
from reviewer.findings.trace import answers_behind
from reviewer.instrument.codebook import COLUMNS as CODE_BOOK
from reviewer.instrument.codebook import code_book
from reviewer.instrument.model import TEXT
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.reviews.exports import ANSWER_MEANINGS
from reviewer.reviews.forms import prefix
from reviewer.rounds.models import Round, size
from reviewer.rounds.views import load_round
from reviewer.sheets import to_csv

REGION = "region"

pages = Blueprint("findings", __name__, url_prefix="/rounds/<int:round_id>/findings")

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index(round_id: int) -> ResponseReturnValue:
    round_ = load_round(round_id)
    instrument = round_.released.instrument
    reviewed, total = systems_reviewed(round_), size(round_)
    return render_template(
        "findings/index.html",
        round=round_,
        criteria=instrument.criteria,
        instrument=instrument,
        reviewed=reviewed,
        total=total,
        percent=percent_of(reviewed, total),
        unresolved=unresolved(round_),
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
        snapshots=snapshots_of(round_),
        close=too_close(round_),
    )


@pages.get("/coverage")
@guard(Permission.SEE_FINDINGS)
def coverage(round_id: int) -> ResponseReturnValue:
    """How much of the sector was reviewed, and what that leaves open."""
    round_ = load_round(round_id)
    regions, kinds = regions_of(round_), list(round_.kinds)
    missing = not_published_by_kind(regions, kinds)
    counted = [figure for figure in figures(round_) if figure.base]
    reviewed, total = systems_reviewed(round_), size(round_)
    return render_template(
        "findings/coverage.html",
        round=round_,
        kinds=kinds,
        heads=[f"{kind.name}: not published" for kind in kinds],
        regions=regions,
        missing=missing,
        may_see_answers=current_user.may(Permission.SEE_ANSWERS),
        reviewed=reviewed,
        total=total,
        percent=percent_of(reviewed, total),
        sections=[
            (
                criterion,
                [
                    (f, f.commonest, sector_range(f, f.commonest.id, missing[f.document.id]))
                    for f in counted
                    if f.question.criterion == criterion.id
                ],
            )
            for criterion in round_.released.instrument.criteria
        ],
    )


@pages.get("/<criterion_id>")
@guard(Permission.SEE_FINDINGS)
def criterion_before(round_id: int, criterion_id: str) -> ResponseReturnValue:
    """The address that the page of a criterion had before, kept for what was bookmarked."""
    return redirect(
        url_for(
            ".criterion",
            round_id=load_round(round_id).id,
            criterion_id=criterion_id,
            document=request.args.get("document"),
            by=request.args.get("by"),
        )
    )


@pages.get("/criteria/<criterion_id>")
@guard(Permission.SEE_FINDINGS)
def criterion(round_id: int, criterion_id: str) -> ResponseReturnValue:
    """The figures of a criterion; for who may see answers, cut by region too, with what reviewers
    wrote beneath."""
    round_ = load_round(round_id)
    instrument = round_.released.instrument
    try:
        criterion = instrument.criterion(criterion_id)
    except KeyError:
        abort(404)
    may_see_answers = current_user.may(Permission.SEE_ANSWERS)
    document, by = request.args.get("document", ""), request.args.get("by", "")
    if document not in ("", *(kind.id for kind in round_.kinds)) or by not in ("", REGION):
        abort(404)
    if by and not may_see_answers:
        abort(403)
    questions = [question.id for question in instrument.questions_of(criterion_id)]
    place = instrument.criteria.index(criterion)
    return render_template(
        "findings/criterion.html",
        round=round_,
        criterion=criterion,
        number=place + 1,
        before=instrument.criteria[place - 1] if place else None,
        following=instrument.criteria[place + 1] if place + 1 < len(instrument.criteria) else None,
        shown=[
            {
                "figure": figure,
                "spec": for_web(figure),
                "words": describe(figure),
                "notes": notes(figure, invented=round_.invented, provisional=round_.is_open),
                "sentences": sentences(figure),
            }
            for figure in figures(round_)
            if figure.question.criterion == criterion.id and document in ("", figure.document.id)
        ],
        in_words=[
            (question, instrument.document_kind(kind))
            for question in instrument.questions_of(criterion_id)
            for kind in question.documents
            if question.kind == TEXT and document in ("", kind)
        ],
        cuts=by_region(round_, questions) if by else {},
        small=SMALL,
        notes=notes_on(round_, criterion_id) if may_see_answers else {},
        comments=comments_on(round_, questions) if may_see_answers else {},
        asked={"document": document, "by": by},
        prefix=prefix,
        formats=FORMATS,
        may_see_answers=may_see_answers,
    )


@pages.get("/table.<kind>")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def table(round_id: int, kind: str) -> ResponseReturnValue:
    """The counts as a file: csv, xlsx or json."""
    if kind not in ("csv", "xlsx", "json"):
        abort(404)
    round_ = load_round(round_id)
    content = table_file(figures(round_), kind, round_.notice, round_.released.instrument)
    return answer_file(content, file_name(round_, "findings", kind), kind)


@pages.get("/charts.<kind>.zip")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def charts(round_id: int, kind: str) -> ResponseReturnValue:
    """Every chart of the round in one format, where all of them are drawn already: drawing them is
    the worker's, and takes long."""
    if kind not in FORMATS:
        abort(404)
    round_ = load_round(round_id)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for figure in figures(round_):
            files = kept(figure, round_)
            if files is None:
                flash("The charts are not all drawn yet. Have them made here.", "info")
                return redirect(url_for("charts.index", round_id=round_.id))
            file.writestr(f"{figure.id}.{kind}", files[kind].read_bytes())
    return answer_file(archive.getvalue(), file_name(round_, f"charts-{kind}", "zip"), "zip")


@pages.get("/code-book.csv")
@guard(Permission.SEE_FINDINGS)
def code_book_file(round_id: int) -> ResponseReturnValue:
    """What the columns and values of the tables mean, for those who take the CSV."""
    round_ = load_round(round_id)
    rows = code_book(round_.released.instrument, findings=MEANINGS, answers=ANSWER_MEANINGS)
    content = to_csv(CODE_BOOK, rows)
    return answer_file(content, file_name(round_, "code-book", "csv"), "csv")


@pages.get("/chart/<question_id>/<document>.<kind>")
@guard(Permission.SEE_FINDINGS)
def chart(round_id: int, question_id: str, document: str, kind: str) -> ResponseReturnValue:
    """One chart as a file."""
    round_ = load_round(round_id)
    figure = _figure(round_, question_id, document)
    if kind not in FORMATS:
        abort(404)
    name = file_name(round_, figure.id, kind)
    return answer_file(draw(figure, round_)[kind], name, kind)


@pages.get("/answers/<question_id>/<document>")
@guard(Permission.SEE_ANSWERS)
def answers(round_id: int, question_id: str, document: str) -> ResponseReturnValue:
    """The answers behind a figure, or behind one option of it: every number leads here."""
    round_ = load_round(round_id)
    figure = _figure(round_, question_id, document)
    chosen = request.args.get("option", "")
    if chosen and chosen not in figure.counts:
        abort(404)
    found = answers_behind(round_, question_id, document)
    region = request.args.get("region", "")
    if region:
        found = [row for row in found if (row.system.region or NO_REGION) == region]
    option_codes = round_.released.option_codes
    return render_template(
        "findings/answers.html",
        round=round_,
        figure=figure,
        criterion=round_.released.instrument.criterion(figure.question.criterion),
        chosen=chosen,
        region=region,
        all=len(found),
        rows=[row for row in found if not chosen or chosen in row.counted],
        counts=Counter(option for row in found for option in row.counted),
        codes={
            answer.id: answer.given(option_codes).options
            for row in found
            for _, answer in row.answers
        },
        anchor=prefix(figure.question, document),
    )


def file_name(round_: Round, what: str, kind: str) -> str:
    """The name of a download: of an invented round it says so, since CSV has no place for it."""
    words = [round_.name, "invented" if round_.invented else "", what]
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-") + f".{kind}"


def _figure(round_: Round, question_id: str, document: str) -> Figure:
    by_place = {(f.question.id, f.document.id): f for f in figures(round_)}
    return by_place.get((question_id, document)) or abort(404)


def answer_file(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
