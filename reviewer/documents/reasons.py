"""Why a PDF, or a page of one, cannot be read: names for programs and sentences for people."""

from __future__ import annotations

from enum import StrEnum

MOST_PAGES = 2000  # that are read of one PDF


class Reason(StrEnum):
    """Why a PDF cannot be read, or a page of it has no text or keeps its provisional text."""

    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    DYNAMIC_FORM = "dynamic_form"
    IMAGE_ONLY = "image_only"
    GARBLED = "garbled"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    DIFFERS = "differs"  # of a page only: the final text has lost what the provisional text has


SENTENCES = {
    Reason.NOT_A_PDF: "This file is not a PDF. Save or print the document as a PDF, and attach "
    "that.",
    Reason.ENCRYPTED: "This PDF is locked with a password. Ask the system for an open copy, or "
    "print it to a new PDF, and attach that.",
    Reason.DAMAGED: "This PDF is damaged and cannot be opened. Download it again, or ask the "
    "system for a new copy, and attach that.",
    Reason.NO_PAGES: "This PDF has no pages. The download may have broken off: download it again, "
    "and attach the new file.",
    Reason.TOO_MANY_PAGES: f"This PDF has, or says that it has, more than {MOST_PAGES:,} pages, "
    "the most that are read. Save the part that is the plan as a PDF of its own, and attach that.",
    Reason.DYNAMIC_FORM: "This PDF is a form that only Adobe Acrobat can show. Open it there, "
    "print it to a new PDF, and attach that.",
    Reason.IMAGE_ONLY: "The pages of this PDF are pictures without text. Ask the system for the "
    "PDF made from the original document, or put this one through text recognition (OCR), and "
    "attach that.",
    Reason.GARBLED: "The letters of this PDF can be seen but not read: copied out of it, they are "
    "meaningless signs. Ask the system for the PDF made from the original document, or put this "
    "one through text recognition (OCR), and attach that.",
    Reason.TOO_SLOW: "This PDF takes too long to read. Print it to a new PDF, and attach that.",
    Reason.TOO_LARGE: "This PDF needs more memory than reading a plan should take. Print it to a "
    "new PDF, or ask the system for a smaller copy, and attach that.",
    Reason.DIFFERS: "The text of this page could only be read roughly.",
}

# Reasons that leave something to look at: the pages can be drawn.
SEEN_NOT_READ = (Reason.IMAGE_ONLY, Reason.GARBLED)


class Unreadable(Exception):
    """The PDF has no text to offer. The message says why and what to do, for a volunteer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason
