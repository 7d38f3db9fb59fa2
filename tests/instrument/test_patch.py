"""What counts as wording, and what is refused as more than that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.instrument.check import read
from reviewer.instrument.model import Condition, Instrument
from reviewer.instrument.patch import NotWording, differences, is_patch, number

TEXT = Path(__file__).parents[2].joinpath("criteria", "hpig-2024.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def old() -> Instrument:
    instrument, _ = read(TEXT)
    assert instrument
    return instrument


def with_question(instrument: Instrument, question_id: str, **changed: object) -> Instrument:
    """The instrument with one question changed."""
    return replace(
        instrument,
        questions=tuple(
            replace(q, **changed) if q.id == question_id else q for q in instrument.questions
        ),
    )


def test_the_same_instrument_has_no_differences(old):
    assert differences(old, replace(old, version="1.0.1")) == []


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("text", "Other words?", True),
        ("notes", ("A note",), True),
        ("guidance", "Look elsewhere.", True),
        ("search", ("voice", "ear"), False),
        ("source", "Figure 6", False),
        ("wording", "derived", False),
        ("same_as", "coproduction-1", False),
    ],
)
def test_a_text_of_a_question_is_wording(old, field, value, shown):
    (change,) = differences(old, with_question(old, "coproduction-3", **{field: value}))
    said = (change.question, change.field, change.is_shown)
    assert said == ("coproduction-3", field.replace("_", " "), shown)
    assert change.new == (value if isinstance(value, str) else "; ".join(value))


def test_a_label_and_its_guidance_are_wording(old):
    question = old.question("coproduction-3")
    first = replace(question.options[0], label="Certainly", guidance=("When it is certain.",))
    new = with_question(old, question.id, options=(first, *question.options[1:]))
    label, guidance = differences(old, new)
    assert (label.old, label.new, label.is_shown) == (question.options[0].label, "Certainly", True)
    assert guidance.field == f"option {first.id}, guidance"
    assert guidance.is_shown


def test_what_belongs_to_no_question_is_wording_and_needs_no_second_look(old):
    criterion = replace(old.criteria[0], title="Another title")
    kind = replace(old.document_kinds[0], plural="papers")
    new = replace(
        old,
        title="T",
        criteria=(criterion, *old.criteria[1:]),
        document_kinds=(kind, *old.document_kinds[1:]),
    )
    changes = differences(old, new)
    assert [change.new for change in changes] == ["T", "papers", "Another title"]
    assert not any(change.is_shown for change in changes)


def test_the_end_of_a_sentence_of_the_report_is_wording(old):
    question = old.question("coproduction-3")
    key = next(iter(question.statement))
    new = with_question(old, question.id, statement=question.statement | {key: "did so"})
    (change,) = differences(old, new)
    assert (change.field, change.new, change.is_shown) == (f"statement {key}", "did so", False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "coproduction-33"}, "the questions, in their order"),
        ({"kind": "choice"}, "coproduction-3, kind was scale before and choice now"),
        ({"documents": ("strategy", "plan")}, "coproduction-3, documents"),
        ({"criterion": "leadership"}, "coproduction-3, criterion"),
        ({"scale": "other"}, "coproduction-3, scale"),
        ({"asked_where": Condition("data-3", ("yes",))}, "nothing before and data-3 = yes now"),
    ],
)
def test_anything_else_about_a_question_is_refused(old, changed, said):
    with pytest.raises(NotWording, match="more than wording") as refused:
        differences(old, with_question(old, "coproduction-3", **changed))
    assert said in str(refused.value)


def test_options_in_another_order_are_refused(old):
    question = old.question("coproduction-3")
    with pytest.raises(NotWording, match="coproduction-3, the options were"):
        differences(old, with_question(old, question.id, options=question.options[::-1]))
    scale = replace(old.scales[0], options=old.scales[0].options[::-1])
    with pytest.raises(NotWording, match="the options of scale"):
        differences(old, replace(old, scales=(scale, *old.scales[1:])))


def test_questions_and_criteria_that_move_go_or_come_are_refused(old):
    with pytest.raises(NotWording, match="the questions"):
        differences(old, replace(old, questions=old.questions[1:]))
    with pytest.raises(NotWording, match="the criteria"):
        differences(old, replace(old, criteria=old.criteria[::-1]))
    kind = replace(old.document_kinds[0], counted=False)
    with pytest.raises(NotWording, match="is counted was yes before and no now"):
        differences(old, replace(old, document_kinds=(kind, *old.document_kinds[1:])))


def test_a_patch_differs_in_its_last_number_alone():
    assert is_patch("1.0.0", "1.0.12")
    assert not is_patch("1.0.0", "1.1.0")
    assert number("1.0.10") > number("1.0.9")


def test_without_a_document_kind_its_questions_go_and_those_that_look_back_to_them(old):
    narrow = old.without({"strategy"})
    assert all(q.documents == ("plan",) for q in narrow.questions)
    assert {q.id for q in narrow.questions} < {q.id for q in old.questions}
    for question in narrow.questions:
        if question.asked_where:
            assert narrow.question(question.asked_where.question)
    assert [kind.counted for kind in narrow.document_kinds] == [False, True, False]
    assert {q.criterion for q in narrow.questions} == {c.id for c in narrow.criteria}


def test_a_question_whose_condition_is_about_another_kind_goes_with_it(old):
    other = next(q for q in old.questions if q.documents == ("strategy",))
    last = next(q for q in reversed(old.questions) if "plan" in q.documents)
    chained = with_question(old, last.id, documents=("plan",), asked_where=Condition(other.id, ()))
    assert last.id not in {q.id for q in chained.without({"strategy"}).questions}
    assert last.id in {q.id for q in old.without({"strategy"}).questions}


def test_without_any_kind_nothing_is_asked(old):
    nothing = old.without({"strategy", "plan"})
    assert (nothing.questions, nothing.criteria) == ((), ())
    assert old.without(()) == old
