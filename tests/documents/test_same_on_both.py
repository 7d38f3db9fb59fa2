"""What is suggested and found is the same on SQLite and PostgreSQL, in every process of either.

The other side is a program of its own, whose sets are in another order: two web processes, or two
machines, must not put pages in different orders either.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from reviewer import jobs, rows
from reviewer.config import ROOT
from reviewer.db import open_engine, session
from reviewer.documents.models import Document, Page, Status
from reviewer.documents.pane import search
from reviewer.documents.store import attach, shelf_of
from reviewer.documents.suggesting import suggestions
from reviewer.instrument.models import latest, released
from reviewer.systems.models import System
from reviewer.web import create_app
from tests.documents.pdfs import designed, made_up_paragraphs

pytestmark = pytest.mark.sqlite  # both are looked at here, whatever the others run on

WORDS = (
    "safeguarding",
    "children and young people",
    "co-production with families",
    '"young people" mental health',
    "the",
    "ﬁnance officer",
    "children’s SEND 18-25",
    "nowhere zebra",
)
# Signs that databases and locales order and fold in different ways.
ODD = "Straße, naïve ﬁnance oﬃcers, İstanbul, Ærø and Zoë meet children’s “SEND” leads: 18–25. "


def odd_pdf() -> bytes:
    """A designed document of several pages, set in two columns."""
    return designed([ODD * 3 + words for words in made_up_paragraphs(20)])


def everything(pdf: bytes) -> dict[str, Any]:
    """What this installation suggests for every question and finds for every search, in order,
    after it has read one more document. Inside an application's context."""
    system = session.scalars(select(System).order_by(System.code.desc())).first()
    assert system
    attach(io.BytesIO(pdf), "odd.pdf", system=system, kind="plan")
    session.commit()
    jobs.run_waiting()
    documents = session.scalars(
        select(Document).filter_by(status=Status.READY).order_by(Document.id)
    ).all()
    version = latest("hpig-2024")
    assert version
    questions = released(version.id).instrument.questions
    return {
        "texts": [
            session.scalars(
                select(Page.text).filter_by(document_id=document.id).order_by(Page.number)
            ).all()
            for document in documents
        ],
        "suggested": {
            f"{document.file_name} {question.id}": [
                [s.page, s.sentence, s.why, s.score]
                for s in suggestions(document, question, most=10)
            ]
            for document in documents
            for question in questions
        },
        "within": {
            f"{document.file_name} {words}": found([document], words)
            for document in documents
            for words in WORDS
        },
        "across": {
            f"{document.system.code} {words}": found(shelf_of(document.system), words)
            for document in documents
            for words in WORDS
        },
    }


def found(documents: Any, words: str) -> list[Any]:
    return [
        [document.file_name, hit.number, hit.snippet, hit.score]
        for document, hit in search(documents, words)
    ]


def in_another_program(url: str, place: Path) -> dict[str, Any]:
    environment = os.environ | {
        "DATABASE_URL": url,
        "UPLOADS_DIR": str(place / "uploads"),
        "EXPORTS_DIR": str(place / "exports"),
        "SECRET_KEY": "for tests alone",
        "PYTHONHASHSEED": "4711",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.documents.test_same_on_both", str(place / "odd.pdf")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_same_pages_in_the_same_order(demo_app, postgresql_url, tmp_path):
    pdf = odd_pdf()
    (tmp_path / "odd.pdf").write_bytes(pdf)
    with demo_app.app_context():
        there = open_engine(postgresql_url)
        rows.copy(rows.engine(), there)
        there.dispose()
        here = json.loads(json.dumps(everything(pdf)))
    other = in_another_program(postgresql_url, tmp_path)
    assert len(here["texts"]) == 5 and "naïve" in here["texts"][-1][0]
    assert sum(map(len, here["suggested"].values())) > 1000
    assert sum(map(len, here["within"].values())) > 50
    for what in here:
        assert other[what] == here[what], what


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(everything(Path(sys.argv[1]).read_bytes())))
