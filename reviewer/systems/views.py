"""The register of systems, and recording a merger or a split."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from reviewer.db import session
from reviewer.people.permissions import Permission, guard
from reviewer.systems.forms import MergerForm
from reviewer.systems.mergers import mergers, record_merger
from reviewer.systems.models import System

pages = Blueprint("systems", __name__, url_prefix="/systems")


@pages.get("")
@guard(Permission.SEE_FINDINGS)
def index() -> ResponseReturnValue:
    """Every system by region, those that ended with what they became."""
    query = select(System).options(selectinload(System.successors))
    systems = session.scalars(query.order_by(System.invented, System.region, System.name)).all()
    return render_template(
        "systems/index.html",
        regions=[(name, list(of)) for name, of in groupby(systems, lambda s: s.region)],
        mergers=mergers(),
        may_record=current_user.may(Permission.RUN_ROUNDS),
    )


@pages.route("/merger", methods=["GET", "POST"])
@guard(Permission.RUN_ROUNDS)
def merger() -> ResponseReturnValue:
    there = session.scalars(
        select(System).where(System.valid_to.is_(None)).order_by(System.invented, System.name)
    ).all()
    every = session.scalars(select(System).order_by(System.name)).all()
    form = MergerForm()
    form.ending.choices = [(system.id, system.name) for system in there]
    form.becoming.choices = [(system.id, system.name) for system in there]
    if form.validate_on_submit():
        by_id = {system.id: system for system in every}
        new = None
        if form.name.data or form.code.data:
            new = System(
                name=" ".join((form.name.data or "").split()),
                code=(form.code.data or "").strip().upper(),
                ods_code=(form.ods_code.data or "").strip().upper(),
                region=" ".join((form.region.data or "").split()),
            )
        try:
            assert form.day.data
            made = record_merger(
                [by_id[id_] for id_ in form.ending.data or ()],
                [by_id[id_] for id_ in form.becoming.data or ()],
                form.day.data,
                current_user.id,
                new,
            )
        except ValueError as error:
            form.form_errors.append(str(error))
        else:
            flash(f"{made.words}. Nothing of the past was renamed.", "success")
            return redirect(url_for(".index"))
    return render_template("systems/merger.html", form=form)
