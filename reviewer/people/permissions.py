"""Who may do what: one enum, one table, one guard on every address.

The guard asks whether a role may do a thing at all. Whether it may do it to *this* round, review or
document is asked where the thing is loaded (`load_round`, `load_review`, `load_document`), from the
address and never from a form.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, redirect, request, url_for
from flask import session as cookie
from flask_login import current_user

PROVEN = "proven"  # in the cookie: when the person last gave what they sign in with
FRESH_SECONDS = 15 * 60  # so long that holds for what opens accounts
FORM_SECONDS = 60 * 60  # and so long for a form that was opened in that time


class Role(StrEnum):
    REVIEWER = "reviewer"
    POLICY_LEAD = "policy-lead"
    POLICY_VIEWER = "policy-viewer"
    SYSTEM = "system"

    @property
    def words(self) -> str:
        return self.value.replace("-", " ").capitalize()


class Permission(StrEnum):
    """What an address asks for. The value is the sentence that `docs/permissions.md` prints."""

    PUBLIC = "Open to anybody, signed in or not"
    ENTER = "Sign out, and set up the second factor of their own account"
    SIGNED_IN = "Any account"
    REVIEW = "See the reviews assigned to them"
    ANSWER = "Read and answer a review that is theirs: one assigned to them, or of their own draft"
    ASSESS = "Assess drafts of their own system, in private"
    REPLY = "Read the settled answers of their own system, and reply to them"
    READ_DOCUMENTS = "Read and search a system's documents"
    ATTACH_DOCUMENTS = "Attach documents to a system"
    SEE_FINDINGS = "See and download the findings of a round"
    SEE_ANSWERS = "See every answer of a round, with its author"
    MODERATE = "Settle where readings of a system differ, and return reviews"
    WRITE_REPORT = "Tag comments, choose quotes, and write the findings of a round"
    RUN_ROUNDS = "Make rounds, assign systems, import answers, close a round"
    WRITE_CRITERIA = "Change criteria in a draft, and release it as a new version"
    MANAGE_PEOPLE = "Invite people, change their details and role, remove their access"
    WRITE_MAIL = "See the emails that were written and change their wording"
    SEE_SERVICE = "See how the service is: its queue, mail, disk and backups"


_EVERYONE = {Permission.PUBLIC, Permission.ENTER, Permission.SIGNED_IN}
_VIEWER = _EVERYONE | {
    Permission.READ_DOCUMENTS,
    Permission.SEE_FINDINGS,
    Permission.SEE_ANSWERS,
    Permission.SEE_SERVICE,
}
PERMISSIONS: dict[Role, set[Permission]] = {
    Role.REVIEWER: _EVERYONE
    | {
        Permission.REVIEW,
        Permission.ANSWER,
        Permission.READ_DOCUMENTS,
        Permission.ATTACH_DOCUMENTS,
    },
    Role.POLICY_LEAD: _VIEWER
    | {
        Permission.ATTACH_DOCUMENTS,
        Permission.MODERATE,
        Permission.WRITE_REPORT,
        Permission.RUN_ROUNDS,
        Permission.WRITE_CRITERIA,
        Permission.MANAGE_PEOPLE,
        Permission.WRITE_MAIL,
    },
    Role.POLICY_VIEWER: _VIEWER,
    Role.SYSTEM: _EVERYONE
    | {Permission.REPLY, Permission.ASSESS, Permission.ANSWER, Permission.READ_DOCUMENTS},
}


def guard(
    permission: Permission, *, fresh: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ask for a permission before a view runs; nobody signed in is sent to the sign-in page, and
    who owes a second factor to the page that sets it up. A `fresh` address changes how somebody
    signs in: who proved who they are too long ago does so again first."""

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission is not Permission.PUBLIC:
                if not current_user.is_authenticated:
                    if request.accept_mimetypes.best == "application/json":
                        return {"message": "You are signed out. Sign in again to save."}, 401
                    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
                if current_user.owes_second_factor and permission is not Permission.ENTER:
                    if request.accept_mimetypes.best == "application/json":
                        return {"message": "Set up your second factor first."}, 403
                    return redirect(url_for("factor.set_up_page"))
                if not current_user.may(permission):
                    abort(403)
                if fresh and _is_stale():
                    return redirect(url_for("visits.confirm", next=_way_back()))
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.fresh = fresh  # type: ignore[attr-defined]
        return guarded

    return declare


def _is_stale() -> bool:
    """Whether the person has to prove again who they are, and has something to prove it with."""
    lasts = FORM_SECONDS if request.method == "POST" and _answers_get() else FRESH_SECONDS
    return current_user.can_prove_again and time() - cookie.get(PROVEN, 0) > lasts


def _way_back() -> str:
    """Where to go on after that: the page, or the one whose button was pressed."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return request.path if _answers_get() else urlsplit(request.referrer or "").path or "/"


def _answers_get() -> bool:
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())
