"""The application: settings, database, sign-in, house rules of every page, and the packages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from reviewer import browser, config, data, db, holding, jobs, seeing, serving, status
from reviewer.calibration import views as calibration_views
from reviewer.config import ROOT
from reviewer.documents import commands as documents_commands
from reviewer.documents import views as documents_views
from reviewer.documents import withdrawing_views
from reviewer.findings import (
    chart_views,
    grid_views,
    movement_views,
    over_time_views,
    snapshot_views,
    token_views,
)
from reviewer.findings import commands as findings_commands
from reviewer.findings import views as findings_views
from reviewer.instrument import commands as instrument_commands
from reviewer.instrument import draft_views, entry_views
from reviewer.instrument import views as instrument_views
from reviewer.instrument.model import sentence_case
from reviewer.moderation import reply_round_views, reply_views
from reviewer.moderation import views as moderation_views
from reviewer.moderation.replies import waits_for
from reviewer.people import commands as people_commands
from reviewer.people import directory_views, factor_views, mail_views, visit_views
from reviewer.people import views as people_views
from reviewer.people.limits import Enough
from reviewer.people.models import Person
from reviewer.people.permissions import Permission, guard
from reviewer.people.visits import note_seen, visitor
from reviewer.places import PLACES
from reviewer.report import commands as report_commands
from reviewer.report import views as report_views
from reviewer.reviews import commands as reviews_commands
from reviewer.reviews import draft_views as reviews_draft_views
from reviewer.reviews import kept_views, offer_views
from reviewer.reviews import views as reviews_views
from reviewer.rounds import commands as rounds_commands
from reviewer.rounds import settings_views as rounds_settings_views
from reviewer.rounds import views as rounds_views
from reviewer.running import (
    assignment_views,
    handing_views,
    progress_views,
    record_views,
    upgrading_views,
)
from reviewer.running import opening_views as running_opening_views
from reviewer.running import views as running_views
from reviewer.selfassessment import pages as selfassessment_pages
from reviewer.systems import views as systems_views
from reviewer.wording import count_text, date_text, time_text
from reviewer.writing import comment_views, example_views, quote_views, recommendation_views
from reviewer.writing import views as writing_views

# What a person reads where something cannot be done: heading and what to do.
ERRORS = {
    400: ("That did not work", "Go back, reload the page and try again."),
    403: ("You cannot see this page", "Your account does not have the role for it."),
    404: ("Page not found", "Check the address, or start again from the home page."),
    405: ("That did not work", "Go back, reload the page and try again."),
    409: ("Something changed in the meantime", "Go back, reload the page and try again."),
    429: ("That was a lot at once", "Wait a minute, then go back and do it again."),
    413: ("The file is too large", "Save it as a smaller PDF and attach that."),
    500: ("Something went wrong here", "Nothing was changed. Try again in a minute."),
    507: (
        "Plan Review cannot write to its disk",
        "Nothing was changed. Keep what you have, and try again later. Whoever runs the service "
        "should know: its disk may be full.",
    ),
    503: ("Plan Review is busy", "Nothing was changed. Try again in a minute."),
}

csrf = CSRFProtect()
login = LoginManager()


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application, with the settings of the environment and those given on top."""
    app = Flask(
        "reviewer",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(config.INSTANCE),
    )
    app.config.update(config.load())
    app.config.update(settings or {})
    app.config.update(
        MAX_CONTENT_LENGTH=(app.config["UPLOAD_LIMIT_MB"] * 8 + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        PERMANENT_SESSION_LIFETIME=app.config["SESSION_HOURS"] * 3600,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: an evening's form must still save
    )
    db.init_app(app)
    seeing.init_app(app)
    browser.init_app(app)
    jobs.init_app(app)
    csrf.init_app(app)
    _init_sign_in(app)
    _init_pages(app)
    _init_errors(app)
    for views in (
        people_views,
        factor_views,
        visit_views,
        directory_views,
        mail_views,
        instrument_views,
        draft_views,
        entry_views,
        reviews_draft_views,
        rounds_views,
        systems_views,
        rounds_settings_views,
        documents_views,
        withdrawing_views,
        reviews_views,
        calibration_views,
        offer_views,
        kept_views,
        moderation_views,
        reply_views,
        reply_round_views,
        findings_views,
        grid_views,
        snapshot_views,
        chart_views,
        token_views,
        comment_views,
        quote_views,
        writing_views,
        recommendation_views,
        example_views,
        movement_views,
        over_time_views,
        report_views,
        running_views,
        assignment_views,
        handing_views,
        progress_views,
        record_views,
        running_opening_views,
        upgrading_views,
        status,
        holding,
    ):
        app.register_blueprint(views.pages)
    for pages in selfassessment_pages.BLUEPRINTS:
        app.register_blueprint(pages)
    for commands in (
        data,
        people_commands,
        instrument_commands,
        rounds_commands,
        documents_commands,
        reviews_commands,
        findings_commands,
        report_commands,
        serving,
    ):
        commands.register(app)
    app.add_url_rule("/", "home", guard(Permission.SIGNED_IN)(home))
    if app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=app.config["PROXIES"])  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=ROOT / "static",
        prefix="static/",
        max_age=browser.YEAR,
        autorefresh=app.debug,
        add_headers_function=browser.add_to_static(app.config),
    )
    return app


def home() -> ResponseReturnValue:
    """Each role starts where its work is; a system with a reply to write, there."""
    if current_user.may(Permission.REVIEW):
        return redirect(url_for("reviews.assigned"))
    if current_user.may(Permission.SEE_FINDINGS):
        return redirect(url_for("rounds.index"))
    waits = waits_for(current_user)
    return redirect(url_for("replies.index" if waits else "selfassessment.index"))


def _init_sign_in(app: Flask) -> None:
    login.init_app(app)
    app.after_request(note_seen)
    login.login_view = "people.sign_in"
    login.login_message = "Sign in to see that page."
    login.login_message_category = "info"

    @login.user_loader
    def load_person(session_id: str) -> Person | None:
        return visitor(session_id)


def _init_pages(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    own = app.jinja_loader
    assert own
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([own, macros])
    app.jinja_env.filters.update(
        date=date_text, time=time_text, sentence_case=sentence_case, count=count_text
    )

    @app.context_processor
    def navigation() -> dict[str, Any]:
        return {"navigation": _navigation()}

    @app.url_defaults
    def version_static(endpoint: str, values: dict[str, Any]) -> None:
        # Static files are cached for a year, so a changed file needs another address; those under
        # vendor/ have their version in the path, and import each other without ours.
        if endpoint == "static" and not values["filename"].startswith("vendor/"):
            path = ROOT / "static" / values["filename"]
            values["v"] = f"{path.stat().st_mtime_ns:x}"[-9:] if path.is_file() else "0"


def _navigation() -> list[dict[str, Any]]:
    if not current_user.is_authenticated or current_user.owes_second_factor:
        return []
    section = (request.endpoint or "").partition(".")[0]
    return [
        {"text": text, "href": url_for(endpoint), "current": section in sections}
        for text, endpoint, permission, sections in PLACES
        if current_user.may(permission)
    ]


def _init_errors(app: Flask) -> None:
    def page(code: int, what_to_do: str = "") -> tuple[str, int]:
        heading, advice = ERRORS.get(code, ERRORS[500])
        g.failed = True
        return (
            render_template(
                "error.html",
                code=code,
                title=heading,
                message=what_to_do or advice,
                number=seeing.number(),
            ),
            code,
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or (error.code or 500) < 400:
            return error
        if isinstance(error, Enough):
            told = {"message": error.what_to_do, "errors": [error.what_to_do]}
            answer = told if browser.wants_json() else page(429, error.what_to_do)[0]
            return answer, 429, {"Retry-After": str(error.retry_after)}
        return page(error.code or 500, getattr(error, "what_to_do", ""))

    @app.errorhandler(CSRFError)
    def csrf_error(_error: CSRFError) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return page(400, "You are signed out. Sign in again, go back, and send it once more.")
        return page(
            400, "The page was open for too long. Go back, reload it, and send it once more."
        )

    @app.errorhandler(OverflowError)
    def no_such_id(_error: OverflowError) -> ResponseReturnValue:
        """A number in the address that no row could ever have."""
        db.session.rollback()
        return page(404)

    @app.errorhandler(DataError)
    def too_large(error: DataError) -> ResponseReturnValue:
        """The same in PostgreSQL's words; anything else that it cannot hold is a fault of ours."""
        if getattr(error.orig, "sqlstate", "") != "22003":
            return fault(error)
        db.session.rollback()
        return page(404)

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        app.logger.error("the database is busy, away or full", exc_info=error)
        db.give_up_writing()
        return page(507 if db.has_no_room(error) else 503)

    @app.errorhandler(OSError)
    def no_room(error: OSError) -> ResponseReturnValue:
        if not db.has_no_room(error):
            return fault(error)
        app.logger.error("the disk takes nothing more", exc_info=error)
        db.give_up_writing()
        return page(507)

    @app.errorhandler(Exception)
    def fault(error: Exception) -> ResponseReturnValue:
        if app.testing:
            raise error
        app.logger.exception("fault in %s", request.endpoint)
        db.give_up_writing()
        return page(500)
