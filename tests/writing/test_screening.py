"""No quote leaves with a name in it that nobody looked at."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config import ROOT
from reviewer.writing.screening import ADDRESS, PERSON, SYSTEM, Named, _short_names, screen

FILES = (ROOT / "criteria" / "systems.csv", ROOT / "reviewer" / "demonstration" / "systems.csv")


def register():
    for path in FILES:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                yield Named(row["ons_code"], row["ods_code"], row["name"])


SYSTEMS = list(register())
PEOPLE = ["Robin Reader", "Ada Okonkwo-Hughes", "Reader 07"]
SCREEN = screen(SYSTEMS, PEOPLE)
CASES = (str, str.upper, str.lower, str.title, str.swapcase)
AROUND = st.text(st.sampled_from("abc xyz,.;:()!?'\"\n“”–0") | st.characters(), max_size=40)
GAPS = st.sampled_from((" ", "  ", "\n", "\u00a0", "-", " - ", "\u2011", "_", "/"))


def kinds(text):
    return {found.kind for found in SCREEN.found_in(text)}


@given(
    system=st.sampled_from(SYSTEMS),
    case=st.sampled_from(CASES),
    before=AROUND,
    after=AROUND,
    gap=GAPS,
    amp=st.booleans(),
)
def test_no_name_of_the_register_goes_unflagged(system, case, before, after, gap, amp):
    name = case(system.name.replace(" and ", " & ") if amp else system.name)
    name = re.sub(" ", lambda _: gap, name)
    assert SYSTEM in kinds(f"{before} {name} {after}")


@given(system=st.sampled_from(SYSTEMS), before=AROUND, after=AROUND, upper=st.booleans())
def test_no_place_in_a_name_goes_unflagged(system, before, after, upper):
    for place in re.split(r", | and (?:the )?", system.name):
        place = place.removeprefix("and ").removeprefix("the ")
        if place in ("Mid", "West", "South", "North East"):
            continue  # a direction alone is no place
        assert SYSTEM in kinds(f"{before} {place.upper() if upper else place} {after}"), place


@pytest.mark.parametrize("code", sorted(_short_names()))
def test_every_short_form_is_found_as_it_is_written(code):
    assert code in {system.code for system in SYSTEMS}
    for name in _short_names()[code]:
        assert SYSTEM in kinds(f"I liked what {name} wrote."), name


@pytest.mark.parametrize(
    "words",
    [
        "BSol ICB says so.",
        "as bsol does",
        "The B.O.B. plan",
        "BOBICB",
        "GMICP",
        "C & M",
        "QHL is one",
        "E54000055",
        "the Birmingham's plan",
        "see birminghamsolihull",
        "#NorthEastLondon",
        "Birming-\nham",
        "Bírmingham",
        "Bir\u00admingham",
        "Stoke-\non-Trent",
        "in Bath",
        "South East London's chapter",
        "across Manchester",
        "the Levels",
        "B&NES",
    ],
)
def test_other_ways_to_name_a_system(words):
    assert SYSTEM in kinds(words), words


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Dr Okonkwo told us.", PERSON),
        ("robin reader said so", PERSON),
        ("As Okonkwo-Hughes writes", PERSON),
        ("Sarah told us.", PERSON),
        ("Sarah Smith told us.", PERSON),
        ("write to ann@plan.example", PERSON),
        ("https://example.org/plan", ADDRESS),
        ("see icb.nhs.uk", ADDRESS),
    ],
)
def test_people_and_addresses(words, kind):
    assert kind in kinds(words), SCREEN.found_in(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Half a page, then the chapter returns to adults.",
        "Black children are named once, at all levels of need, in bed and bath and reading.",
        "The plan gives dated actions for 1,001 days, SEND, CAMHS, ADHD and NHS dentistry.",
        "Three examples in the upper tier of the county, none of them better joined up.",
    ],
)
def test_ordinary_words_are_let_through(words):
    assert not SCREEN.found_in(words)


def test_the_comments_of_the_demonstration_are_mostly_let_through():
    text = (ROOT / "reviewer" / "demonstration" / "comments.toml").read_text(encoding="utf-8")
    quotes = re.findall(r'^  "(.*)",$', text, re.MULTILINE)
    assert len(quotes) > 100
    flagged = [quote for quote in quotes if SCREEN.found_in(quote)]
    assert len(flagged) < len(quotes) / 20, flagged


def test_a_system_that_agreed_is_let_through_and_no_other():
    own = screen(SYSTEMS, PEOPLE, but="E54000055")
    assert not own.found_in("Birmingham and Solihull (BSol) asks children.")
    assert own.found_in("Birmingham and Solihull, as Devon does.")
