"""Which conflicts follow from an employer, an email address and a home system."""

from __future__ import annotations

import csv

import pytest

from reviewer.running.interests import Body, interests, places
from reviewer.systems.register import REGISTER

with REGISTER.open(encoding="utf-8-sig", newline="") as file:
    REAL = [Body(n, row["name"]) for n, row in enumerate(csv.DictReader(file))]
NAMES = {body.id: body.name for body in REAL}


@pytest.mark.parametrize(
    ("organisation", "email", "systems"),
    [
        ("NHS Devon ICB", "a@nhs.net", {"Devon"}),
        ("Devon", "a@gmail.com", {"Devon"}),
        ("Black Country Integrated Care Board", "a@nhs.net", {"Black Country"}),
        ("Kent Community Health NHS Foundation Trust", "a@nhs.net", {"Kent and Medway"}),
        ("Nottingham City Council", "", {"Nottingham and Nottinghamshire"}),
        ("", "a@wiltshire.gov.uk", {"Bath and North East Somerset, Swindon and Wiltshire"}),
        ("University Hospitals Sussex", "a@uhsussex.nhs.uk", {"Sussex", "Surrey and Sussex"}),
        # The longer place counts: this council is not Somerset's.
        (
            "Bath and North East Somerset Council",
            "",
            {"Bath and North East Somerset, Swindon and Wiltshire"},
        ),
        ("North East London NHS Foundation Trust", "a@nelft.nhs.uk", {"North East London"}),
        # A charity or a college of a place is no body of the system.
        ("Somerset Mind", "a@somersetmind.org.uk", set()),
        ("Royal College of Something in Devon", "a@devon.org", set()),
        ("A Charity", "a@nhs.net", set()),
        ("", "", set()),
    ],
)
def test_employers_and_addresses(organisation, email, systems):
    assert {NAMES[number] for number in interests(organisation, email, None, REAL)} == systems


def test_the_home_system():
    assert interests("A Charity", "a@example.org", 3, REAL) == {3: "it is their home system"}


def test_the_employer_and_the_domain_of_those_who_answer_for_a_system():
    body = Body(1, "Devon", frozenset({"One Care Partners"}), frozenset({"x@onecare.example"}))
    assert interests("One Care Partners", "a@gmail.com", None, [body]) == {
        1: "works for One Care Partners, as people of the system do"
    }
    assert interests("Elsewhere", "A@OneCare.example", None, [body]) == {
        1: "has an email address at onecare.example, as the system has"
    }


@pytest.mark.parametrize("domain", ["nhs.net", "gmail.com"])
def test_a_domain_that_everybody_has_says_nothing(domain):
    body = Body(1, "Devon", frozenset({""}), frozenset({f"x@{domain}"}))
    assert interests("", f"a@{domain}", None, [body]) == {}


def test_no_place_is_a_mere_direction():
    assert places("North East and North Cumbria") == {
        "north cumbria",
        "north east and north cumbria",
    }
    assert places("Mid and South Essex") == {"south essex", "mid and south essex"}
    assert places("Kent and Medway") == {"kent", "medway", "kent and medway"}
