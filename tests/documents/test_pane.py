from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.documents.pane import flowing

COLUMN = """\
Starting well
We want each child in Norfolk to have the best
start. Partners work together, and with families
in co-
production.
This is a new paragraph that fills its line once
more.
Five things will change:
• a drop-in in each place, open until eight in the
evening
• one number to ring
Measure 2023
Waiting 12"""


def test_lines_of_a_paragraph_are_joined():
    assert flowing(COLUMN).splitlines() == [
        "Starting well",
        "We want each child in Norfolk to have the best start. "
        "Partners work together, and with families in co-production.",
        "",
        "This is a new paragraph that fills its line once more.",
        "",
        "Five things will change:",
        "• a drop-in in each place, open until eight in the evening",
        "• one number to ring",
        "Measure 2023",
        "Waiting 12",
    ]


def test_no_text():
    assert flowing("") == ""


@given(st.text(st.sampled_from("aB1 .-•\n"), max_size=80))
def test_no_letter_is_lost(text):
    assert "".join(flowing(text).split()) == "".join(text.split())
