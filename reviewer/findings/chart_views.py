"""Charts for use elsewhere: every chart of a round in one ZIP, in a look that can be chosen."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import session
from reviewer.findings.archive import add_theme, archives_of, ask_for, load_theme, themes
from reviewer.findings.counting import systems_reviewed
from reviewer.findings.forms import ThemeForm
from reviewer.findings.models import ChartTheme
from reviewer.findings.releases import too_close
from reviewer.findings.theme import OURS, TYPEFACES, written
from reviewer.findings.views import answer_file, file_name
from reviewer.people.limits import Cost, limited
from reviewer.people.permissions import Permission, guard
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round

pages = Blueprint("charts", __name__, url_prefix="/rounds/<int:round_id>/charts")

LARGEST = 20_000  # bytes of a theme file
HINTS = {
    "page": "As wide as the text of a page, and as high as it needs. Report and findings use it.",
    "slide": "1280 by 720, with larger type.",
    "post": "A square of 1080, with type that is read on a phone.",
}


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index(round_id: int) -> ResponseReturnValue:
    return _page(load_round(round_id), ThemeForm())


def _page(round_: Round, form: ThemeForm, mistakes: list[str] | None = None) -> str:
    return render_template(
        "findings/charts.html",
        round=round_,
        reviewed=systems_reviewed(round_),
        themes=themes(),
        ours=OURS,
        hints=HINTS,
        typefaces=TYPEFACES,
        archives=archives_of(round_),
        close=too_close(round_),
        form=form,
        mistakes=mistakes or [],
        may_make=current_user.may(Permission.RUN_ROUNDS),
    )


@pages.post("/<theme>")
@guard(Permission.RUN_ROUNDS)
@limited(Cost.MAKE)
def make(round_id: int, theme: str) -> ResponseReturnValue:
    round_ = load_round(round_id)
    load_theme(theme)
    if not systems_reviewed(round_):
        flash("No review was submitted yet, so there is nothing to draw.", "error")
    else:
        ask_for(round_, theme, current_user)
    return redirect(url_for("charts.index", round_id=round_.id))


@pages.get("/status")
@guard(Permission.SEE_FINDINGS)
def status(round_id: int) -> ResponseReturnValue:
    """How far each ZIP is, for a page that keeps itself up to date."""
    archives = archives_of(load_round(round_id))
    return {"files": [archive.progress(theme) for theme, archive in archives.items()]}


@pages.get("/<theme>.zip")
@guard(Permission.SEE_FINDINGS)
@limited(Cost.DOWNLOAD)
def take(round_id: int, theme: str) -> ResponseReturnValue:
    """The ZIP as it was made last."""
    round_ = load_round(round_id)
    archive = archives_of(round_).get(theme)
    content = archive.content() if archive else None
    if content is None:
        abort(404)
    name = file_name(round_, f"charts {load_theme(theme).name}", "zip")
    return answer_file(content, name, "zip")


@pages.post("/themes")
@guard(Permission.RUN_ROUNDS)
@limited(Cost.UPLOAD)
def bring(round_id: int) -> ResponseReturnValue:
    """Take in a theme file, or say everything that is wrong with it."""
    round_ = load_round(round_id)
    form = ThemeForm()
    mistakes: list[str] = []
    if form.validate_on_submit():
        content = form.file.data.read(LARGEST + 1)
        try:
            if len(content) > LARGEST:
                raise ValueError("This is no theme file: it is too large.")
            theme = add_theme(content.decode("utf-8-sig"), current_user)
        except UnicodeDecodeError:
            mistakes = ["This is no theme file: it is not text in UTF-8."]
        except ValueError as error:
            mistakes = str(error).split("\n")
        else:
            flash(f"Charts can be drawn in {theme.name} now.", "success")
            return redirect(url_for("charts.index", round_id=round_.id))
        form.file.errors = [mistakes[0] if len(mistakes) == 1 else "Put the file right."]
    return _page(round_, form, mistakes if len(mistakes) > 1 else [])


@pages.get("/themes/<theme>.toml")
@guard(Permission.SEE_FINDINGS)
def theme_file(round_id: int, theme: str) -> ResponseReturnValue:
    """A theme as a file: one of ours to begin one's own with."""
    load_round(round_id)
    load_theme(theme)
    text = written(theme) if theme in OURS else _own(theme).definition
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="theme-{theme}.toml"'
    return response


@pages.post("/themes/<theme>/remove")
@guard(Permission.RUN_ROUNDS)
def remove(round_id: int, theme: str) -> ResponseReturnValue:
    """Take a look of the team away; ours stay."""
    round_ = load_round(round_id)
    load_theme(theme)
    own = _own(theme)
    session.delete(own)
    flash(f"{own.name} is removed. Charts that were drawn in it stay as they are.", "success")
    return redirect(url_for("charts.index", round_id=round_.id))


def _own(theme: str) -> ChartTheme:
    if not theme.isdecimal():
        abort(404)
    return session.get(ChartTheme, int(theme)) or abort(404)
