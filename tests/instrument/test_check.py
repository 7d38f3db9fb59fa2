"""Every kind of mistake in an instrument file is found with its place, and no other is made up."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.instrument.check import Mistake, read
from reviewer.instrument.model import Instrument

HERE = Path(__file__).parent
GOOD = (HERE / "harbour-safety.toml").read_text(encoding="utf-8")


def line_of(words: str, text: str = GOOD) -> int:
    """The number of the first line that holds `words`."""
    return next(n for n, line in enumerate(text.split("\n"), 1) if words in line)


def edited(old: str, new: str, text: str = GOOD) -> str:
    """The text with `old` replaced where it first comes; it has to be there."""
    assert old in text
    return text.replace(old, new, 1)


def question(id: str, old: str, new: str) -> str:
    """The good file with one thing replaced within the question of that id."""
    before, mark, after = GOOD.partition(f'id = "{id}"')
    assert mark
    return before + mark + edited(old, new, after)


def mistakes(text: str) -> list[str]:
    instrument, found = read(text)
    assert (instrument is None) == bool(found)
    return [str(mistake) for mistake in found]


def test_a_file_without_mistakes_is_an_instrument():
    instrument, found = read(GOOD)

    assert found == []
    assert isinstance(instrument, Instrument)
    assert instrument.version == "2.1.0"
    assert [kind.counted for kind in instrument.document_kinds] == [True, True, False]
    assert [question.id for question in instrument.questions_of("rescue")] == [
        "rescue-1",
        "rescue-2",
    ]
    gale = instrument.question("weather-1")
    assert [option.label for option in gale.options] == [
        "Proven",
        "Planned",
        "Hoped for",
        "Absent",
    ]
    assert gale.option("proven").guidance[1] == "Give the date."
    assert gale.notes == ("A gale is force 8 or more.",)
    deputy = instrument.question("weather-3")
    assert deputy.asked_where.question == "weather-2"
    assert deputy.asked_where.answers == ("harbour-master", "coastguard")
    reach = instrument.question("rescue-1")
    assert [option.id for option in reach.options] == ["lifebuoys", "ladders", "other"]
    assert reach.statement == {"option": "had {option} within reach"}


def test_space_around_a_text_and_a_mark_of_windows_are_not_part_of_it():
    text = edited('"Safety of small harbours"', '"""\n  Safety of small harbours\n"""')
    instrument, found = read("\ufeff" + text.replace("\n", "\r\n"))

    assert found == []
    assert instrument == read(GOOD)[0]


def test_scales_may_be_left_out_where_no_question_has_one():
    text = """
id = "short"
version = "1.0.0"
title = "Short"
source = "Made for a test."
about = "One question."
document_kinds = [{ id = "plan", name = "Plan", plural = "plans" }]
criteria = [{ id = "all", title = "All" }]
questions = [{ id = "q", criterion = "all", kind = "text", text = "What?", documents = ["plan"], \
wording = "derived", source = "a test" }]
"""
    instrument, found = read(text)

    assert found == []
    assert instrument.scales == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_not_toml_is_reported_with_its_line(newline):
    text = edited('kind = "choice"', 'kind = "choice')
    found = mistakes(text.replace("\n", newline))

    line = line_of('kind = "choice', text)
    assert len(found) == 1
    assert found[0].startswith(f"line {line}, column ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('id = "a\n', "the quotation mark at the end of this line is missing"),
        ("id = “a”", "straight quotation marks"),
        ('id = "a"\nid = "b"\n', "given twice"),
        ('id = "a"\n[[questions]\n', "not TOML"),
        ("id = " + "[" * 9000, "not TOML"),
        ("id = " + "9" * 9000, "not TOML"),
    ],
)
def test_what_is_not_toml_is_explained(text, words):
    assert words in "".join(mistakes(text))


def test_an_empty_file_lacks_everything_but_scales():
    keys = ("id", "version", "title", "source", "about", "document_kinds", "criteria", "questions")
    assert mistakes("") == [f'the file: "{key}" is missing' for key in keys]


ONE_MISTAKE = tomllib.loads((HERE / "mistakes.toml").read_text(encoding="utf-8"))["mistakes"]


@pytest.mark.parametrize("case", ONE_MISTAKE, ids=lambda case: case["name"])
def test_a_mistake_is_reported_with_its_place_and_nothing_else_is(case):
    before, mark, after = GOOD.partition(f'id = "{case["in"]}"') if "in" in case else ("", "", GOOD)
    text = before + mark + edited(case["change"], case["to"], after)
    if "also" in case:
        text = edited(case["also"], case["also_to"], text)
    found = read(text)[1]

    assert len(found) == 1, [str(mistake) for mistake in found]
    assert re.sub(r" \(line \d+\)", "", str(found[0])).startswith(case["says"])


def without_lines(place: str) -> str:
    return re.sub(r" \(line \d+\)", "", place)


def test_every_entry_with_a_heading_has_its_line():
    text = GOOD.replace("text = ", "txt = ").replace("label = ", "lable = ")
    found = mistakes(text)

    for entry in ("weather-1", "weather-4", "rescue-2"):
        line = line_of(f'id = "{entry}"') - 1
        assert f'question {entry} (line {line}): "text" is missing' in found
    line, option = line_of('id = "readiness"') - 1, line_of('id = "absent"') - 1
    assert f'scale readiness (line {line}), option absent (line {option}): "label" is missing' in (
        found
    )
    line, option = line_of('id = "rescue-1"') - 1, line_of('id = "ladders"') - 1
    assert (
        f'question rescue-1 (line {line}), option ladders (line {option}): "label" is missing'
        in (found)
    )
    line = line_of('id = "weather-2"') - 1  # its options stand in braces and have no line
    assert f'question weather-2 (line {line}), option coastguard: "label" is missing' in found


def test_an_unknown_heading_has_its_line():
    text = GOOD + "\n[[question]]\n"
    line = line_of("[[question]]", text)

    assert mistakes(text) == [
        f'the file, question (line {line}): unknown key; did you mean "questions"?'
    ]


def test_an_entry_without_an_id_has_its_number_and_line():
    text = edited('id = "rescue-1"\n', "")
    line = line_of("within reach in the drill", text) - 3

    assert mistakes(text) == [f'question number 5 (line {line}): "id" is missing']


def test_no_line_is_given_rather_than_a_wrong_one():
    text = question("weather-4", '"Give the words of the document."', '"""\n[[questions]]\n"""')
    text = text.replace('id = "rescue-2"\n', "")

    assert mistakes(text) == ['question number 6: "id" is missing']


def test_mistakes_come_in_the_order_of_the_file_and_all_at_once():
    text = edited('version = "2.1.0"', 'version = "2"')
    text = edited('plural = "sea charts"\n', "", text)
    text = edited('"Hoped for"', '"Proven"', text)
    text = edited('title = "Rescue"', 'titel = "Rescue"', text)
    text = edited('wording = "published"', 'wording = "printed"', text)
    text = edited('kind = "choice"', 'kind = "chioce"', text)
    text = edited('"weather-2", answers', '"weather-22", answers', text)
    text = edited("had {option}", "had", text)
    found = read(text)[1]

    assert [mistake.line for mistake in found] == sorted(mistake.line for mistake in found)
    assert [without_lines(mistake.place) for mistake in found] == [
        "the file, version",
        "document kind chart",
        "scale readiness, option hoped-for, label",
        "criterion rescue, titel",
        "criterion rescue",
        "question weather-1, wording",
        "question weather-2, kind",
        "question weather-3, asked_where",
        "question rescue-1, statement",
    ]


def test_a_mistake_reads_as_a_place_and_what_is_wrong():
    assert str(Mistake("question a-1, scale", "is empty")) == "question a-1, scale: is empty"


ODD = [
    "1",
    "true",
    "[]",
    "{}",
    '""',
    '[""]',
    "[1, [2]]",
    "[{}]",
    "{ id = [] }",
    "2024-01-31",
    '"x"',
]
ODD += ['"""\n"""', '"{option}"', "[[questions]]", "[questions]", "[[questions.options]]", "# "]
LINES = GOOD.split("\n")


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The good file with up to four lines lost, doubled, moved, given an odd value, or cut into."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[at].partition(" = ")
        match draw(st.sampled_from(["lose", "double", "move", "value", "line", "cut"])):
            case "lose":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case "value" if equals:
                lines[at] = f"{key} = {draw(st.sampled_from(ODD))}"
            case "line":
                lines.insert(at, draw(st.sampled_from(ODD)))
            case _:
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.text(max_size=3)) + lines[at][cut:]
    return "\n".join(lines)


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_no_damage_to_a_file_stops_the_reader(text):
    instrument, found = read(text)

    assert (instrument is None) == bool(found)
    assert all(mistake.place and mistake.message for mistake in found)
    if instrument:
        ids = [question.id for question in instrument.questions]
        assert len(ids) == len(set(ids))
        assert {q.criterion for q in instrument.questions} == {c.id for c in instrument.criteria}


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_no_text_stops_the_reader(text):
    assert read(text)[1]
