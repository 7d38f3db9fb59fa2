"""Suggestions on stored documents, and the command that measures them."""

import pytest
from sqlalchemy import select

from reviewer.db import open_engine, session
from reviewer.documents import suggesting
from reviewer.documents.models import Document, Page
from reviewer.documents.suggesting import suggestions
from reviewer.instrument.models import latest, released
from reviewer.systems.models import System

TEXTS = (
    "Contents\nOur area 2\nChildren 3",
    "Our area is large, and its hospitals are old.",
    "The Executive Lead for Children is the Chief Nursing Officer. She chairs the board.",
    "We will build more car parks.",
)


def document_of(kind):
    return Document(
        system=session.scalars(select(System)).first(),
        kind=kind,
        version=1,
        file_name=f"{kind}.pdf",
        stored_as=f"{kind}.pdf",
        size=1,
        sha256="a",
        status="ready",
        page_count=len(TEXTS),
        pages_read=len(TEXTS),
        pages=[Page(number=n, text=text, final=True) for n, text in enumerate(TEXTS, 1)],
    )


@pytest.fixture
def plan(app):
    with app.app_context():
        document = document_of("plan")
        session.add(document)
        session.commit()
        yield document


def test_the_page_that_says_it_comes_first(plan):
    question = released(latest("hpig-2024").id).instrument.question("leadership-2")
    first = suggestions(plan, question)[0]
    assert first.page == 3
    assert "Chief Nursing Officer" in "".join(text for text, _ in first.sentence)


def test_better_text_makes_a_new_index(plan):
    question = released(latest("hpig-2024").id).instrument.question("leadership-2")
    suggestions(plan, question)
    plan.pages[3].text = "The ICB Executive Lead for Children and Young People is named here."
    plan.pages_read += 1
    session.flush()
    assert 4 in [found.page for found in suggestions(plan, question)]


def test_what_another_process_deleted_is_let_go_of(app, plan):
    """Two web processes keep indexes of their own; a private draft must not stay in one of them."""
    question = released(latest("hpig-2024").id).instrument.question("leadership-2")
    draft = document_of("strategy")
    session.add(draft)
    session.commit()
    for document in (plan, draft):
        suggestions(document, question)
    assert suggesting.kept() == {"plan.pdf", "strategy.pdf"}
    number = draft.id
    session.commit()
    elsewhere = open_engine(app.config["DATABASE_URL"])
    with elsewhere.begin() as connection:
        for table in (Page.__table__, Document.__table__):
            of_draft = table.c.get("document_id", table.c.id) == number
            connection.execute(table.delete().where(of_draft))
    elsewhere.dispose()
    suggestions(plan, question)
    assert suggesting.kept() == {"plan.pdf"}


def recall(app, tmp_path, *lines):
    labels = tmp_path / "labels.csv"
    labels.write_text("\n".join(["document,question,page", *lines]), encoding="utf-8")
    return app.test_cli_runner().invoke(args=["documents", "recall", str(labels)])


def test_recall_prints_both_sides(app, plan, tmp_path):
    result = recall(app, tmp_path, "plan.pdf,leadership-2,3", f"{plan.id},leadership-2,3")
    assert result.exit_code == 0, result.output
    assert "finder" in result.output and "plain search" in result.output


def test_rows_that_name_what_is_not_here_are_left_out_and_said_in_one_sentence(app, plan, tmp_path):
    known = "papers/plan.pdf,leadership-2,3"
    rows = (known, "other.pdf,leadership-2,1", f"{plan.id},leadership-99,3", "9999,leadership-2,1")
    result = recall(app, tmp_path, *rows)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "3 rows left out: no document with text and no question here is called other.pdf, 9999, "
        "leadership-99."
    ]
    assert result.stdout == recall(app, tmp_path, known).stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "other.pdf,leadership-2,3",
            "1 row left out: no document with text",
        ),
        ("plan.pdf,leadership-99,3", "called leadership-99."),
        ("plan.pdf,leadership-2,x", "row 2"),
    ],
)
def test_recall_says_what_is_wrong(app, plan, tmp_path, line, words):
    result = recall(app, tmp_path, line)
    assert result.exit_code == 1
    assert words in result.output
