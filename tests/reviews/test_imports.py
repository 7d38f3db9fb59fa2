"""The import table: what is taken, what is refused and where, and that refusals write nothing."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from reviewer.db import session
from reviewer.instrument.model import Criterion, DocumentKind, Instrument, Option, Question
from reviewer.instrument.models import latest
from reviewer.reviews.answers import Answer, AnswerChange, Given
from reviewer.reviews.exports import ANSWER_COLUMNS, answer_rows
from reviewer.reviews.imports import BadTable, check_rows, import_answers, read_table
from reviewer.reviews.models import Review
from reviewer.rounds.models import create_round
from reviewer.sheets import Sheet, to_csv, to_xlsx
from reviewer.systems.register import systems_by_code

RAG = (Option("yes", "Yes"), Option("some", "To some extent"), Option("no", "No"))
GROUPS = (Option("clas", "children looked after"), Option("gps", "GPs"), Option("o", "it’s other"))
INSTRUMENT = Instrument(
    "i",
    "1.0.0",
    "I",
    "test",
    "",
    (DocumentKind("strategy", "S", "ss"), DocumentKind("plan", "P", "ps")),
    (),
    (Criterion("c", "C"),),
    (
        Question("rag", "c", "scale", "?", ("plan",), "derived", "t", RAG),
        Question("both", "c", "scale", "?", ("strategy", "plan"), "derived", "t", RAG),
        Question("many", "c", "choices", "?", ("plan",), "derived", "t", GROUPS),
        Question("words", "c", "text", "?", ("plan",), "derived", "t"),
    ),
)


def row(question: str, value: str, **more: str) -> dict[str, str]:
    return {"system": "E1", "question": question, "value": value, "comment": "", **more}


def taken(*rows: dict[str, str]) -> list[Given]:
    entries, mistakes = check_rows(rows, INSTRUMENT, ["E1"])
    assert not mistakes
    return [entry.given for entry in entries]


def refused(*rows: dict[str, str]) -> list[str]:
    return check_rows(rows, INSTRUMENT, ["E1"])[1]


@pytest.mark.parametrize("value", ["Yes", "yes", " YES "])
def test_an_option_by_its_label_or_id(value):
    assert taken(row("rag", value)) == [Given(frozenset({"yes"}))]


def test_choices_with_semicolons_between():
    assert taken(row("many", "Children looked after; gps;it's OTHER")) == [
        Given(frozenset({"clas", "gps", "o"}))
    ]


def test_blank_is_unanswered_and_not_applicable_is_an_answer():
    assert taken(
        row("rag", "", comment="hard to say"), row("many", "N/A"), row("words", "the aims")
    ) == [Given(comment="hard to say"), Given(not_applicable=True), Given(text="the aims")]


def test_every_bad_row_is_listed_with_its_number():
    mistakes = refused(
        row("rag", "Maybe"),
        row("rag", "Yes", system="E9"),
        row("rga", "Yes"),
        row("both", "Yes"),
        row("rag", "Yes", document="strategy"),
        row("many", "gps;doctors"),
        row("rag", "Yes"),
        row("rag", "No"),
    )
    assert [m.partition(":")[0] for m in mistakes] == [
        "Row 2",
        "Row 3",
        "Row 4",
        "Row 5",
        "Row 6",
        "Row 7",
        "Row 9",
    ]
    assert "“Maybe” is no answer to rag" in mistakes[0]
    assert "column document is empty" in mistakes[3]
    assert "the same answer was given in row 8" in mistakes[6]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["system", "question", "value", "comment"]), st.text())
    )
)
def test_no_table_can_break_the_check(rows):
    rows = [{"system": "", "question": "", "value": "", "comment": "", **r} for r in rows]
    entries, mistakes = check_rows(rows, INSTRUMENT, ["E1"])
    assert len(entries) + len(mistakes) <= len(rows)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "cannot be read"),
        (b"\xff\xfe\x00", "a.csv", "UTF-8"),
        (b"system,question\n", "a.csv", "no column value, comment"),
        (b"PK nonsense", "a.xlsx", "cannot be read"),
    ],
)
def test_a_file_that_is_no_table(content, name, words):
    with pytest.raises(BadTable, match=words):
        read_table(io.BytesIO(content), name)


# --- into a round -------------------------------------------------------------------------------


@pytest.fixture
def round_(app):
    with app.app_context():
        systems = systems_by_code(["E54000055", "E54000062"])
        yield create_round("imported", instrument=latest("hpig-2024"), systems=systems)
        session.rollback()


def table(*lines: str) -> io.BytesIO:
    return io.BytesIO(
        "\n".join(["system,question,document,value,comment,reviewer", *lines]).encode()
    )


GOOD = (
    "E54000055,data-3,,Yes,clear,Reader 1",
    "E54000055,inequalities-4,,children looked after;race and ethnicity,,Reader 1",
    "E54000062,data-3,,n/a,,Reader 2",
)


def count(what: type) -> int:
    return session.scalar(select(func.count()).select_from(what)) or 0


def test_submitted_reviews_one_per_system_and_reviewer(round_):
    outcome = import_answers(round_, table(*GOOD), "a.csv")
    assert (outcome.reviews, outcome.answers) == (2, 3)
    reviews = session.scalars(select(Review).filter_by(round_id=round_.id)).all()
    assert {(r.system.code, r.reader, r.stage) for r in reviews} == {
        ("E54000055", "Reader 1", "submitted"),
        ("E54000062", "Reader 2", "submitted"),
    }


def test_one_bad_row_writes_nothing(round_):
    with pytest.raises(BadTable) as bad:
        import_answers(round_, table(*GOOD, "E54000062,data-4,,Perhaps,,Reader 2"), "a.csv")
    assert bad.value.lines[0].startswith("Row 5: “Perhaps”")
    assert count(Review) == count(Answer) == 0


def test_a_dry_run_says_the_same_and_writes_nothing(round_):
    outcome = import_answers(round_, table(*GOOD), "a.csv", dry_run=True)
    assert (outcome.reviews, outcome.answers) == (2, 3)
    assert count(Review) == 0


def test_the_same_pair_again_needs_replace_and_keeps_the_history(round_):
    import_answers(round_, table(*GOOD), "a.csv")
    with pytest.raises(BadTable, match="already imported for the reviewer Reader 1"):
        import_answers(round_, table(GOOD[0]), "a.csv")
    outcome = import_answers(round_, table("E54000055,data-3,,No,,Reader 1"), "a.csv", replace=True)
    assert outcome.replaced == 1
    answers = {(r["system"], r["question"]): (r["value"], r["state"]) for r in answer_rows(round_)}
    assert answers["E54000055", "data-3"] == ("No", "given")
    assert answers["E54000055", "inequalities-4"] == ("", "unanswered")
    assert count(AnswerChange) == 5  # three given, one changed, one cleared


def test_a_table_without_answers_makes_no_review(round_):
    with pytest.raises(BadTable, match="has no answers"):
        import_answers(round_, table("E54000055,data-3,,,,Reader 1"), "a.csv")
    assert count(Review) == 0


def test_a_closed_round_takes_none(round_):
    round_.close()
    with pytest.raises(BadTable, match="is closed"):
        import_answers(round_, table(*GOOD), "a.csv")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_can_be_imported_again(round_, kind):
    comment = '=1+1 "quoted", and\nover two lines'
    import_answers(round_, table(*GOOD), "a.csv")
    review = session.scalars(select(Review)).first()
    review.stage = "begun"
    review.record("data-4", "plan", Given(frozenset({"some"}), comment=comment))
    review.submit()
    rows = answer_rows(round_)
    content = (
        to_csv(ANSWER_COLUMNS, rows)
        if kind == "csv"
        else to_xlsx([Sheet("answers", ANSWER_COLUMNS, rows)])
    )
    other = create_round("again", instrument=latest("hpig-2024"), systems=round_.systems())
    import_answers(other, io.BytesIO(content), f"a.{kind}")
    told = ("system", "question", "document", "reviewer", "value", "comment")
    assert [[r[c] for c in told] for r in answer_rows(other)] == [
        [r[c] for c in told] for r in rows
    ]
    assert any(r["comment"] == comment for r in answer_rows(other))
