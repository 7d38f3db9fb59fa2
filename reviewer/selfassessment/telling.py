"""Who could read a draft all the same, and for how long a backup holds what was deleted."""

from __future__ import annotations

from flask import current_app

from reviewer.wording import count_text


def privacy() -> dict[str, str]:
    """What the pages say of the installation: who runs it, and how long its backups are kept."""
    days = current_app.config.get("BACKUP_KEEP_DAYS", 0)
    return {
        "operator": current_app.config["OPERATOR"],
        "backups": f"up to {count_text(days, 'day')}" if days else "",
    }
