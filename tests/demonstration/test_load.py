"""The loaded demonstration: its counts counted again, and its practice answers held to the PDFs."""

from __future__ import annotations

import re
import tomllib
from collections import Counter

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import func, select

from reviewer.db import session
from reviewer.demonstration.load import (
    HERE,
    REVIEWED,
    choose_reviewed,
    load_demonstration,
    read_counts,
    typeset,
)
from reviewer.documents.models import Document, Status
from reviewer.findings.counting import figures, systems_reviewed, unresolved
from reviewer.people.models import Person, real_account_exists
from reviewer.reviews.answers import Answer
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import find_round
from reviewer.systems.models import System

PRACTICE = tomllib.loads((HERE / "practice.toml").read_text(encoding="utf-8"))
# Words on a page that an answer names. Line ends and hyphens in the PDF make no difference.
SHOWN = {
    ("population-1", "strategy", 7): "everyone from conception to their 26th birthday",
    ("population-2", "plan", 6): "Three of the six priorities in the integrated care strategy",
    ("population-3", "strategy", 7): "Our six priorities",
    ("population-4", "strategy", 5): "The average wait for a first treatment is 23 weeks",
    ("population-4", "plan", 4): "A quarter of children live in poverty",
    ("population-5", "plan", 10): "How each action links to the strategy",
    ("population-6", "plan", 8): "support by text or phone within a week of referral",
    ("population-7", "plan", 9): "Epilepsy and diabetes",
    ("population-8", "strategy", 7): "No child waits longer than 12 weeks",
    ("population-9", "plan", 3): "Year one actions are due by the end of March 2026",
    ("leadership-1", "strategy", 10): "SEND improvement board",
    (
        "leadership-2",
        "plan",
        6,
    ): "The Chief Nursing Officer is the ICB’s Executive Lead for Children",
    ("leadership-3", "plan", 6): "strong SEND leadership",
    ("leadership-4", "plan", 6): "The ICB is one of the statutory safeguarding partners",
    ("leadership-6", "plan", 6): "carry out our duties in line with national guidance",
    ("leadership-7", "strategy", 16): "We will publish a short report every June",
    ("leadership-7", "plan", 16): "The board of the ICB answers for this plan",
    ("coproduction-1", "strategy", 6): "530 parents and carers",
    (
        "coproduction-2",
        "strategy",
        6,
    ): "We heard too little from young people from diverse backgrounds",
    ("coproduction-3", "strategy", 6): "What we changed because of what 412 young people told us",
    ("coproduction-4", "strategy", 6): "94 took part in eleven focus groups",
}


def squeezed(text: str) -> str:
    return re.sub(r"\W", "", text.replace("\ufffe", "").replace("\x02", "")).casefold()


def test_counting_the_closed_round_gives_every_published_count_and_base(demo_app):
    with demo_app.app_context():
        counted = {
            (figure.question.id, figure.document.id, option.label): (
                figure.counts[option.id],
                figure.base,
            )
            for figure in figures(find_round("demonstration"))
            for option in figure.question.options
        }
    expected = {
        (row["question"], row["document"], row["option"]): (int(row["count"]), int(row["base"]))
        for row in read_counts()
    }
    assert counted == expected


def test_31_of_42_systems_are_reviewed_and_nothing_is_left_unresolved(demo_app):
    with demo_app.app_context():
        round_ = find_round("demonstration")
        assert (systems_reviewed(round_), len(round_.scope)) == (REVIEWED, 42)
        assert not unresolved(round_)
        assert not round_.is_open and round_.closed_at
        assert all(system.invented for system in round_.systems())
        assert round_.notice


def test_the_systems_reviewed_are_spread_over_the_regions(demo_app):
    with demo_app.app_context():
        systems = find_round("demonstration").systems()
        practised = [system.code for system in find_round("practice").systems()]
        codes = choose_reviewed(systems, practised)
    assert len(set(codes)) == REVIEWED and not set(codes) & set(practised)
    of_region = Counter(s.region for s in systems if s.code not in practised)
    reviewed = Counter(s.region for s in systems if s.code in codes)
    for region, there in of_region.items():
        assert abs(reviewed[region] - there * REVIEWED / 40) < 1, region


def test_the_practice_round_is_open_and_one_review_is_begun(demo_app):
    with demo_app.app_context():
        round_ = find_round("practice")
        reviews = session.scalars(select(Review).filter_by(round_id=round_.id)).all()
        stages = {review.system.name: (review.stage, review.reader) for review in reviews}
        answers = session.scalar(
            select(func.count()).select_from(Answer).where(Answer.review_id == reviews[0].id)
        )
        documents = session.scalars(select(Document).order_by(Document.id)).all()
        assert round_.is_open and round_.invented
        assert [(d.system.code, d.kind, d.status) for d in documents] == [
            (entry["system"], entry["kind"], Status.READY) for entry in PRACTICE["documents"]
        ]
    assert stages == {
        "Ashenford and Wold": (Stage.BEGUN, "Robin Reader"),
        "Marrowby and Skerne Vale": (Stage.ASSIGNED, "Robin Reader"),
    }
    assert answers == len(PRACTICE["answers"])


def test_every_answer_of_the_practice_round_names_pages_of_the_document_read(demo_app):
    with demo_app.app_context():
        for answer in session.scalars(select(Answer).where(Answer.author_id.is_not(None))):
            assert answer.read.kind == answer.document
            assert answer.evidence, "an answer without a page"
            assert max(e.last_page for e in answer.evidence) <= answer.read.page_count


@pytest.fixture(scope="module")
def pages():
    """The text of the practice documents' pages, squeezed, by kind and number."""
    found = {}
    for entry in PRACTICE["documents"]:
        if entry["system"] == "V54000001":
            for number, page in enumerate(PdfDocument(typeset(entry["source"])), 1):
                text = page.get_textpage().get_text_range()
                found[entry["kind"], number] = squeezed(text)
    return found


@pytest.mark.parametrize(("question", "document", "page"), SHOWN, ids=str)
def test_a_page_that_an_answer_names_shows_it(pages, question, document, page):
    [answer] = [
        a for a in PRACTICE["answers"] if (a["question"], a["document"]) == (question, document)
    ]
    assert any(first <= page <= last for first, last in answer["pages"])
    assert squeezed(SHOWN[question, document, page]) in pages[document, page]


def test_the_documents_are_dated_as_they_say(pages):
    assert squeezed("on 20 March 2025") in pages["strategy", 2]
    assert squeezed("on 26 June 2025") in pages["plan", 2]


def test_the_accounts_are_the_demonstrations_own(demo_app):
    with demo_app.app_context():
        people = session.scalars(select(Person).order_by(Person.id)).all()
        assert [(p.name, p.role) for p in people] == [
            ("Robin Reader", "reviewer"),
            ("Pat Lead", "policy-lead"),
            ("Sam Planner", "system"),
        ]
        assert people[2].system.code == "V54000001"
        assert all(p.email.endswith("@example.org") for p in people)
        assert not real_account_exists()


def test_a_second_load_is_refused_and_changes_nothing(demo_app):
    with demo_app.app_context():
        before = session.scalar(select(func.count()).select_from(System))
        session.rollback()
        with pytest.raises(ValueError, match="loaded already"):
            load_demonstration(progress=lambda line: None)
        assert session.scalar(select(func.count()).select_from(System)) == before


def test_no_real_system_is_in_an_invented_round(demo_app):
    with demo_app.app_context():
        for name in ("demonstration", "practice"):
            assert all(system.invented for system in find_round(name).systems())
