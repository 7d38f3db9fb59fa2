"""What a browser is told with every answer, and which of its requests are refused unread.

A request is refused if it came to a name that is not ours (its links would lead there), and a
writing one if another website sent it. The token in every form says the same; this holds where one
is forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import current_user
from itsdangerous import Signer
from werkzeug.exceptions import BadRequest

from reviewer.db import SAFE_METHODS

YEAR = 365 * 24 * 3600
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# They ask how the service is: a monitor may use any name for it.
WATCHED = ("status.health", "status.ready", "status.metrics")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


class ForeignHost(BadRequest):
    what_to_do = (
        "Plan Review does not answer to the address that you used. Use the one you were given; "
        "whoever runs the service sets it as PUBLIC_URL, and others as OTHER_HOSTS."
    )


class CrossSite(BadRequest):
    what_to_do = (
        "This was sent from another website, so nothing was done. Open Plan Review itself and do "
        "it there."
    )


class SignedCookie(SecureCookieSessionInterface):
    digest_method = staticmethod(hashlib.sha512)


def init_app(app: Flask) -> None:
    secure = app.config["SECURE_COOKIES"]
    app.config.update(
        # A browser takes a cookie of this prefix only over https, for one host and its whole path.
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    always = headers_of(app.config)
    # Earlier keys still open what they signed. Cookies and form tokens are signed with SHA-512.
    earlier = (key.strip() for key in app.config["SECRET_KEY_FALLBACKS"].split(","))
    app.config["SECRET_KEY_FALLBACKS"] = [key for key in earlier if key]
    app.session_interface = SignedCookie()
    Signer.default_digest_method = staticmethod(hashlib.sha512)

    @app.before_request
    def refuse() -> None:
        if request.endpoint in WATCHED:
            return
        if _name_of(request.host) not in own_hosts(app.config):
            raise ForeignHost
        if request.method not in SAFE_METHODS and _is_from_elsewhere(app.config):
            raise CrossSite

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers.update(always)
        if current_user.is_authenticated:
            # A shared computer's back button must not show a signed-out person's pages.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def headers_of(config: Mapping[str, Any]) -> dict[str, str]:
    """What every answer carries, static files too: a worker is bound by the policy that its own
    script comes with, not by its page's."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if config["SECURE_COOKIES"]:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def add_to_static(config: Mapping[str, Any]) -> Any:
    """The function with which WhiteNoise adds them to a file."""
    always = headers_of(config)

    def add(headers: Headers, _path: str, _url: str) -> None:
        for name, value in always.items():
            headers[name] = value

    return add


def own_hosts(config: Mapping[str, Any]) -> set[str]:
    """The names that the service answers to: its public one, this machine's own, and those set."""
    more = (host.strip().lower() for host in config["OTHER_HOSTS"].split(","))
    return {urlsplit(config["PUBLIC_URL"]).hostname or "", *THIS_MACHINE, *more} - {""}


def wants_json() -> bool:
    """Whether a script of ours asks, and not a person's browser."""
    return request.accept_mimetypes.best == "application/json"


def _name_of(host: str) -> str:
    """The name of a Host header, without its port; "" of one that cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_from_elsewhere(config: Mapping[str, Any]) -> bool:
    """Whether the browser says that another website sent this. Programs, which say neither, are
    held by the form's token like everybody."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    own = (request.host, urlsplit(config["PUBLIC_URL"]).netloc)  # a proxy may hide the first
    return origin is not None and urlsplit(origin).netloc not in own
