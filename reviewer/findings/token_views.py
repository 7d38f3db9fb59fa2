"""Reading the figures of a snapshot from outside, as JSON, with a token that can be revoked."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from reviewer.db import aside, now, session
from reviewer.findings.forms import TokenForm
from reviewer.findings.models import ReadingToken, make_token, tokens_of
from reviewer.findings.releases import too_close
from reviewer.findings.snapshot_views import load_snapshot
from reviewer.findings.snapshots import Snapshot
from reviewer.findings.tables import rows
from reviewer.people.links import page_address
from reviewer.people.permissions import Permission, guard
from reviewer.people.tries import Tries
from reviewer.rounds.models import Round
from reviewer.rounds.views import load_round

pages = Blueprint("tokens", __name__, url_prefix="/rounds/<int:round_id>/snapshots/<int:number>")

NO_TOKEN = (
    "Give the token of these figures as the header Authorization: Bearer TOKEN, or as ?token=TOKEN "
    "in the address. A policy lead makes one on the page of the figures."
)


@pages.get("/data.json")
@guard(Permission.PUBLIC)
def data(round_id: int, number: int) -> ResponseReturnValue:
    """The figures for a program: totals alone. Its token opens it, whoever is signed in."""
    tries = Tries.of_token()
    if refusal := tries.refusal("wrong tries"):
        return _refused(refusal, 429)
    given = _given()
    if not given:
        return _refused(NO_TOKEN, 401)
    token = _load_token(round_id, number, given)
    if token is None:
        aside(tries.add)
        return _refused(NO_TOKEN, 401)
    answer = _figures(load_round(round_id), token.snapshot)
    if token.use_is_stale:
        aside(lambda: _used(token.id))
    return answer, 200, {"Cache-Control": "no-store"}


def _given() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.args.get("token", "").strip()


def _load_token(round_id: int, number: int, given: str) -> ReadingToken | None:
    """The token that opens these figures. Whether there are any is not told to who has none."""
    snapshot = session.query(Snapshot).filter_by(round_id=round_id, number=number).one_or_none()
    tokens = tokens_of(snapshot) if snapshot else []
    opening = [token for token in tokens if token.opens_with(given)]
    return opening[0] if opening else None


def _used(token_id: int) -> None:
    session.get_one(ReadingToken, token_id).last_used_at = now()


def _refused(message: str, code: int) -> ResponseReturnValue:
    headers = {"Cache-Control": "no-store"}
    if code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="figures"'
    return {"message": message}, code, headers


def _figures(round_: Round, snapshot: Snapshot) -> dict[str, object]:
    instrument = snapshot.instrument
    return {
        "round": round_.name,
        "number": snapshot.number,
        "closed_at": snapshot.made_at.isoformat(timespec="seconds"),
        "criteria": instrument.id,
        "criteria_version": instrument.version,
        "systems_reviewed": snapshot.systems_reviewed,
        "systems_total": snapshot.systems_total,
        "notice": round_.notice,
        "manifest": snapshot.manifest,
        "rows": rows(snapshot.figures()),
    }


@pages.route("/tokens", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def index(round_id: int, number: int) -> ResponseReturnValue:
    """The tokens of a snapshot; a new one is shown in the answer to its form, and never again."""
    round_ = load_round(round_id)
    snapshot = load_snapshot(round_, number)
    form, token = TokenForm(), ""
    if form.validate_on_submit():
        try:
            token = make_token(snapshot, form.purpose.data or "", current_user)
        except ValueError as error:
            form.purpose.errors = [str(error)]
    return render_template(
        "findings/tokens.html",
        round=round_,
        snapshot=snapshot,
        tokens=tokens_of(snapshot),
        form=form,
        token=token,
        address=page_address("tokens.data", round_id=round_.id, number=number),
        close=too_close(round_, snapshot.made_at),
    )


@pages.post("/tokens/<int:token_id>/revoke")
@guard(Permission.RUN_ROUNDS)
def revoke(round_id: int, number: int, token_id: int) -> ResponseReturnValue:
    snapshot = load_snapshot(load_round(round_id), number)
    token = next((t for t in tokens_of(snapshot) if t.id == token_id), None) or abort(404)
    token.revoke(current_user)
    flash(f"The token for {token.purpose} opens nothing any more.", "success")
    return redirect(url_for("tokens.index", round_id=round_id, number=number))
