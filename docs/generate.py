"""Writes the pages of docs/ that come from code: settings.md and permissions.md (`make docs`)."""

from __future__ import annotations

from pathlib import Path

from reviewer.config import ROOT, SETTINGS
from reviewer.people.permissions import PERMISSIONS, Permission, Role

HERE = Path(__file__).parent

SETTINGS_INTRODUCTION = """\
# Settings

<!-- Made from reviewer/config.py by `make docs`. -->

Every setting is a variable of the environment, and none has to be set. With another `DATABASE_URL`
and `UPLOADS_DIR` a second installation runs from the same checkout:

    PORT=8001 DATABASE_URL=sqlite:////srv/second/plan-review.sqlite3 \\
      UPLOADS_DIR=/srv/second/uploads EXPORTS_DIR=/srv/second/exports make run

Where people outside this machine use it, put a web server that speaks https in front, and set
`PUBLIC_URL`, `SECURE_COOKIES=1` and, where several machines share the work, one `SECRET_KEY`.

| name | default | what it is |
|---|---|---|
"""

PERMISSIONS_INTRODUCTION = """\
# Permissions

<!-- Made from reviewer/people/permissions.py by `make docs`. -->

Every address of the service asks for one of these. Whether a person may use it for one round, one
review or one document is asked again where that is loaded: a reviewer opens their own reviews and
the documents of the systems they read, and nothing else.

"""

FIELDS = """

## What of it

* **Reviewer**: their own answers, comments and evidence, what was settled about the system in an
  earlier round, and the documents of the systems they read. Never the answers or comments of
  another reader of the same system, nor replies. Names of other readers only where a review is
  handed over.
* **Policy viewer**: every answer with its author's name, comments, decisions, replies, findings,
  and the record, but for what it says of accounts, conflicts of interest and declined systems. No
  email address of anybody, no letter, no link. No draft of a system, unless it was shared with
  them.
* **Policy lead**: the same, and accounts with email address, organisation and home system,
  conflicts with their reasons, letters, and all of the record. No password or code, and no link
  that was sent. No draft of a system, unless it was shared with them.
* **System**: what was settled about itself with its pages, and its own replies; its own drafts
  and their log. Never who reviewed it, nor their comments; of other systems only shares of five
  systems and more, and good practice that agreed to be named.
* **Who a draft is shared with**: its results, plan and documents, or its comparison with a round
  alone, up to a day. Not its log, nor who else may read it.

An answer is changed by its reader while the review is theirs, or by an import that says so. What
the policy team settles stands beside it.
"""


def settings_page() -> str:
    """The text of settings.md."""
    rows = (
        f"| `{setting.name}` | {_default(setting.default)} | {setting.sentence} |"
        for setting in SETTINGS
    )
    return SETTINGS_INTRODUCTION + "\n".join(rows) + "\n"


def permissions_page() -> str:
    """The text of permissions.md."""
    head = f"| | {' | '.join(role.words for role in Role)} |"
    rows = (
        f"| {permission.value} | "
        + " | ".join("yes" if permission in PERMISSIONS[role] else "" for role in Role)
        + " |"
        for permission in Permission
    )
    line = "|---" * (len(Role) + 1) + "|"
    return PERMISSIONS_INTRODUCTION + "\n".join([head, line, *rows]) + "\n" + FIELDS


def _default(value: str | int | bool) -> str:
    written = str(int(value) if isinstance(value, bool) else value).replace(f"{ROOT}/", "")
    return f"`{written}`" if written else ""


def main() -> None:
    for name, text in (("settings.md", settings_page()), ("permissions.md", permissions_page())):
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
