"""Which questions are asked, and progress, on a chain of conditions."""

from reviewer.instrument.model import (
    Condition,
    Criterion,
    DocumentKind,
    Instrument,
    Option,
    Question,
)
from reviewer.reviews.asking import Progress, is_asked, next_place, progress, slots, steers

YES_NO = (Option("yes", "Yes"), Option("no", "No"))


def question(name: str, documents=("plan",), asked_where=None, criterion="c") -> Question:
    return Question(
        name,
        criterion,
        "choice",
        name,
        documents,
        "derived",
        "test",
        YES_NO,
        asked_where=asked_where,
    )


INSTRUMENT = Instrument(
    "i",
    "1.0.0",
    "I",
    "test",
    "",
    (DocumentKind("strategy", "S", "ss"), DocumentKind("plan", "P", "ps")),
    (),
    (Criterion("c", "C"), Criterion("d", "D")),
    (
        question("first", ("strategy", "plan")),
        question("second", ("strategy", "plan"), Condition("first", ("yes",))),
        question("third", ("plan",), Condition("second", ("yes",)), "d"),
    ),
)


def asked(name: str, document: str, chosen: dict) -> bool:
    return is_asked(INSTRUMENT, INSTRUMENT.question(name), document, chosen)


def test_a_condition_looks_at_the_same_document():
    chosen = {("first", "strategy"): {"yes"}, ("first", "plan"): {"no"}}
    assert asked("second", "strategy", chosen)
    assert not asked("second", "plan", chosen)


def test_a_chain_breaks_at_its_first_link():
    chosen = {("first", "plan"): {"no"}, ("second", "plan"): {"yes"}}
    assert not asked("third", "plan", chosen)
    assert asked("third", "plan", {**chosen, ("first", "plan"): {"yes"}})


def test_progress_leaves_out_what_is_not_asked():
    chosen = {("first", "strategy"): {"yes"}, ("second", "strategy"): {"no"}}
    answered = set(chosen) | {("third", "plan")}  # third is kept, hidden, and not counted
    assert progress(INSTRUMENT, chosen, answered) == Progress(answered=2, asked=3)
    assert progress(INSTRUMENT, chosen, answered, "d") == Progress(answered=0, asked=0)


def test_slots_and_steering():
    assert [place for _, place in slots(INSTRUMENT)] == [
        "strategy",
        "plan",
        "strategy",
        "plan",
        "plan",
    ]
    assert steers(INSTRUMENT, "second")
    assert not steers(INSTRUMENT, "third")


def test_going_on_follows_the_pages_and_comes_round_again():
    order = [
        ("first", "strategy"),
        ("second", "strategy"),
        ("first", "plan"),
        ("second", "plan"),
        ("third", "plan"),
    ]
    yes = {place: {"yes"} for place in order}

    def following(answered, last, chosen=yes):
        found = next_place(INSTRUMENT, chosen, answered, last)
        return found and (found[0].id, found[1])

    assert following(set(), None) == order[0]
    assert following({order[0]}, order[0]) == order[1]
    assert following({order[2]}, order[2]) == order[3]  # what was skipped before waits
    assert following({order[4]}, order[4]) == order[0]
    assert following(set(order[1:]), order[4]) == order[0]
    assert following({order[0]}, order[0], {}) == order[2]  # the second is not asked
    assert following(set(), order[3]) == order[3]  # cleared again
    assert following(set(order), order[2]) is None
