"""Figures in words."""

from reviewer.findings.sentences import NO_VALUE, describe, notes, sentence, sentences
from reviewer.instrument.model import Condition, Option
from tests.findings.makers import GROUPS, PLAN, figure, groups, question

CAPACITY = {
    "yes": "considered the capacity of the children's workforce",
    "some": "did so to some extent",
    "no": "did not consider the capacity of the children's workforce",
}
IDENTIFIED = {"option": "identified {option}"}


def test_a_scale_in_the_words_of_the_instrument():
    made = figure(1, 11, 19, statement=CAPACITY)
    assert sentence(made, "no") == (
        "61% (19 of 31) of strategies did not consider the capacity of the children's workforce."
    )
    assert [text[:3] for text in sentences(made)] == ["3% ", "35%", "61%"]


def test_choices_are_of_the_systems_that_named_any():
    made = groups(9, 14, 13, 6, base=26, statement=IDENTIFIED)
    assert sentences(made) == [
        "54% (14 of the 26 that named any) of strategies identified children looked after.",
        "50% (13 of the 26 that named any) of strategies identified children with SEND.",
        "23% (6 of the 26 that named any) of strategies identified children in poverty or on free "
        "school meals.",
        "35% (9 of the 26 that named any) of strategies identified ‘other’.",
    ]


def test_a_label_with_braces_of_its_own_is_kept():
    options = [Option("a", "plans {2024} {option}"), *GROUPS[1:]]
    made = groups(1, 1, 1, 1, base=4, options=options, statement=IDENTIFIED)
    assert sentence(made, "a").endswith("identified plans {2024} {option}.")


def test_a_question_asked_of_some_says_so():
    asked = question(asked_where=Condition("leadership-4", ("yes", "some")), statement=CAPACITY)
    made = figure(2, 2, 5, asked=asked, document=PLAN)
    assert sentence(made, "no").startswith(
        "56% (5 of the 9 where this was asked and answered) of plans did not"
    )
    assert notes(made) == [
        "Base: 9 out of 31 plans reviewed, those where this was asked and answered"
    ]


def test_nobody_and_everybody():
    made = figure(0, 0, 31, statement=CAPACITY)
    assert sentence(made, "yes").startswith("0% (0 of 31) of strategies considered")
    assert sentence(made, "no").startswith("100% (31 of 31) of strategies did not")


def test_a_base_of_0_is_said_once():
    made = figure(0, 0, 0, statement=CAPACITY)
    assert sentence(made, "yes") == NO_VALUE
    assert sentences(made) == [NO_VALUE]
    assert notes(made) == ["Base: 0 out of 31 strategies reviewed"]
    assert describe(made).endswith(NO_VALUE)
    assert sentences(groups(0, 0, 0, 0, base=0)) == [NO_VALUE]


def test_without_a_statement_the_label_is_quoted():
    assert sentence(figure(1, 11, 19), "some") == (
        "35% (11 of 31) of strategies have the answer ‘To some extent’."
    )


def test_the_notes_beneath_a_chart():
    assert notes(figure(5, 19, 6, document=PLAN)) == ["Base: 30 out of 31 plans reviewed"]
    assert notes(figure(5, 19, 6), invented=True, provisional=True) == [
        "Base: 30 out of 31 strategies reviewed",
        "Invented for the demonstration",
        "Provisional",
    ]
    assert notes(groups(9, 14, 13, 6, base=26)) == [
        "Base: 26 out of 31 strategies reviewed, those that named any",
        "Strategies could name more than one, so percentages can add up to more than 100%",
    ]


def test_the_description_gives_every_option_with_its_number():
    words = describe(figure(1, 11, 19))
    assert words.startswith(question().text)
    assert "Yes: 1 (3%); To some extent: 11 (35%); No: 19 (61%)" in words
    assert words.endswith("Base: 31 out of 31 strategies reviewed.")
