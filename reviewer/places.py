"""The places of the navigation: what each role finds at the head of every page."""

from __future__ import annotations

from reviewer.people.permissions import Permission
from reviewer.selfassessment import pages as selfassessment_pages

# The navigation: words, address, who sees it, and the packages whose pages belong to it.
PLACES = (
    (
        "Your reviews",
        "reviews.assigned",
        Permission.REVIEW,
        ("reviews", "kept", "offers", "calibration", "documents", "withdrawing"),
    ),
    (
        "Your drafts",
        "selfassessment.index",
        Permission.ASSESS,
        (*selfassessment_pages.NAMES, "reviews"),
    ),
    ("Your system", "replies.index", Permission.REPLY, ("replies", "documents")),
    (
        "Rounds",
        "rounds.index",
        Permission.SEE_FINDINGS,
        (
            "rounds",
            "setting_up",
            "systems",
            "running",
            "progress",
            "opening",
            "upgrading",
            "assignment",
            "handing",
            "moderation",
            "round_replies",
            "findings",
            "snapshots",
            "grid",
            "charts",
            "tokens",
            "comments",
            "quotes",
            "writing",
            "recommendations",
            "examples",
            "together",
            "over_time",
            "report",
            "documents",
            "withdrawing",
        ),
    ),
    ("Record", "record.index", Permission.SEE_ANSWERS, ("record",)),
    (
        "Criteria",
        "instrument.index",
        Permission.SIGNED_IN,
        ("instrument", "drafts", "entries", "drafts_read"),
    ),
    ("People", "directory.index", Permission.MANAGE_PEOPLE, ("directory", "mail", "holding")),
    ("Service", "status.index", Permission.SEE_SERVICE, ("status",)),
    ("Your account", "people.account", Permission.SIGNED_IN, ("people", "factor", "visits")),
)
