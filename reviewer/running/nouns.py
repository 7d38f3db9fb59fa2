"""What the record can tell of: the tables, their columns, and the words for both. Pure."""

from __future__ import annotations

ANSWER = "answer"
# What a change can be of: the table, and the words for it.
NOUNS = {
    ANSWER: "Answer",
    "evidence": "Evidence",
    "note": "Comment on a criterion",
    "review": "Reading of a system",
    "conflict": "Conflict of interest",
    "declined": "Declined system",
    "decision_change": "Decision",
    "reply": "Right of reply",
    "reply_point": "Point of a reply",
    "reply_window": "Days for replies",
    "report_file": "Report",
    "document": "Document",
    "round": "Round",
    "round_system": "System in a round",
    "upgrade": "Other version of the questions",
    "merger": "Merger or split",
    "not_published": "Mark as not published",
    "person": "Account",
    "letter_wording": "Wording of a letter",
    "tag": "Tag",
    "passage": "Passage of a comment",
    "passage_tag": "Tag on a passage",
    "quote": "Quote",
    "written_finding": "Finding",
    "finding_quote": "Quote in a finding",
    "recommendation": "Recommendation",
    "example": "Good practice or case study",
    "naming_agreement": "Agreement to be named",
    "draft_mark": "Mark of a draft",
}
# Columns whose names say too little.
WORDS = {
    "reviewer_id": "reader",
    "to_version_id": "new version",
    "applied_by_id": "made by",
    "person": "left to a person",
    "readable": "kept with the old version",
    "label": "reader",
    "contact_id": "contact",
    "closes_on": "last day for answers",
    "cap": "systems for each reviewer",
    "reminder_days": "reminders, days before the last day",
    "instrument_version_id": "criteria",
    "removed_at": "removed",
    "allowed_by_id": "yes given by",
    "allowed_words": "yes given to",
    "withdrawn_at": "withdrawn",
}
