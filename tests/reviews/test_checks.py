"""What is remarked on before a review is handed in, and what is left in peace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.db import session
from reviewer.instrument.model import SCALE, Criterion, Option, Question
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.checks import Checked, remarks
from reviewer.reviews.models import assign
from tests.running.makers import make_person, make_round, sign_in

RAG = (Option("yes", "Yes"), Option("some", "To some extent"), Option("no", "No"))
LEAD = Question(
    id="leadership-2",
    criterion="leadership",
    kind=SCALE,
    text="Is there a lead?",
    documents=("plan",),
    wording="derived",
    source="made for a test",
    options=RAG,
    scale="rag",
)
CRITERIA = (Criterion("leadership", "Leadership"),)
OWN = "Kent and Medway"
OTHERS = (
    "Devon",
    "Bath and North East Somerset, Swindon and Wiltshire",
    "Cornwall and the Isles of Scilly",
    "Greater Manchester",
    "North East and North Cumbria",
    "Sussex",
)


def said(chosen="yes", comment="", shown=True, note="All seen.", own=OWN, others=OTHERS):
    answer = Checked(LEAD, "plan", frozenset({chosen} if chosen else ()), comment, shown)
    return [r.words for r in remarks([answer], {"leadership": note}, CRITERIA, own, others)]


def test_a_yes_needs_a_page_and_a_no_does_not():
    assert said("yes", shown=False) == ["Yes, and no page or quote shows it."]
    assert said("yes") == said("no", shown=False) == said("some", shown=False) == []


@pytest.mark.parametrize(
    ("chosen", "comment", "seen"),
    [
        ("yes", "There is no mention of a lead.", "no mention"),
        ("yes", "A lead isn't named; could not find one.", "could not find"),
        ("no", "The lead is clearly named and well described.", "well described"),
        ("no", "Excellent chapter.", "Excellent"),
        ("yes", "No. The lead left.", "begins with “No”"),
        ("no", "To some extent, on page 4", "begins with “To some extent”"),
        ("some", "Yes", "begins with “Yes”"),
    ],
)
def test_a_comment_that_contradicts_its_answer(chosen, comment, seen):
    [words] = said(chosen, comment)
    assert seen in words


@pytest.mark.parametrize(
    ("chosen", "comment"),
    [
        ("yes", "The lead is named on page 3."),
        ("no", "No mention of a lead."),
        ("some", "Strong on goals, but no detail on who leads."),
        ("yes", "No doubt about it: page 4."),
        ("yes", "Nobody could miss it."),
        ("no", ""),
    ],
)
def test_a_comment_that_fits_its_answer(chosen, comment):
    assert said(chosen, comment) == []


@pytest.mark.parametrize(
    "name",
    ["Dr Okafor", "Cllr. Smith", "jane.smith@example.org", "Fatima Khan", "Professor O'Neill"],
)
def test_a_person_is_seen_in_a_comment_and_in_a_note(name):
    assert said("yes", f"Led by {name}, it says.") == [
        f"The comment seems to name a person: “{name}”."
    ]
    assert said("yes", note=f"Led by {name}, it says.") == [
        f"The comment seems to name a person: “{name}”."
    ]


@pytest.mark.parametrize(
    "comment",
    ["The Chief Nurse leads.", "Core20 Plus", "Family Hubs and Early Help", "Grace of a year"],
)
def test_a_post_is_no_person(comment):
    assert said("yes", comment) == []


@pytest.mark.parametrize(
    ("comment", "name"),
    [
        ("As in Devon's plan.", "Devon"),
        ("Like Swindon", "Swindon"),
        ("better than Isles of Scilly", "Isles of Scilly"),
        ("Greater Manchester does it too", "Greater Manchester"),
    ],
)
def test_another_system_is_seen(comment, name):
    assert said("yes", comment) == [f"The comment names another system: “{name}”."]


@pytest.mark.parametrize(
    "comment",
    ["Kent and Medway lead", "In Medway", "a warm bath", "the North East corner", "devoned"],
)
def test_the_own_system_and_plain_words_are_left_in_peace(comment):
    assert said("yes", comment) == []


def test_a_part_that_is_within_the_own_name_is_the_own_systems():
    assert said(comment="In Sussex", own="Surrey Heartlands and Sussex") == []


def test_a_criterion_without_a_comment_is_said_once_where_something_was_answered():
    assert said(note=" ") == ["There is no comment on this criterion."]
    assert said(chosen="", note="") == []


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["yes", "some", "no", ""]))
def test_any_text_is_read(comment, note, chosen):
    assert isinstance(said(chosen, comment, note=note), list)


def test_the_page_before_handing_in_says_it_and_holds_nothing_back(app):
    with app.app_context():
        round_ = make_round("Spring")
        review = assign(round_, round_.systems()[0], make_person("Ann Reader", Role.REVIEWER))
        comment = "There is no mention of one. Ask Fatima Khan."
        review.record("leadership-2", "plan", Given(frozenset({"yes"}), comment=comment))
        session.commit()
        address, person_id = f"/reviews/{review.id}/submit", review.reviewer_id
    client = sign_in(app, person_id)
    page = client.get(address).text
    assert "4 things worth a second look" in page
    for words in ("no page or quote shows it", "“no mention”", "Fatima Khan", "no comment on this"):
        assert words in page
    assert "#leadership-2.plan." in page
    client.post(address)
    page = client.get(address).text
    assert "is submitted" in page
    assert "second look" not in page
