import time
import tomllib
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.documents import finder
from reviewer.documents.finder import MOST_REASONS, Index, suggest
from reviewer.instrument.model import Question
from tests.documents.pdfs import made_up_paragraphs

FILLER = "Other matters of the area are set down on this page in plain words. "


def ask(text="", *search):
    return Question("q-1", "c", "text", text, ("plan",), "derived", "", search=search)


def numbers(texts, question, **more):
    return [found.page for found in suggest(question, list(enumerate(texts, 1)), **more)]


def shown(text, *search, question=""):
    """The sentence that is shown of a page, marked parts in brackets; "" if nothing is."""
    found = suggest(ask(question, *search), [(1, text)])
    pieces = found[0].sentence if found else ()
    return "".join(f"[{piece}]" if is_marked else piece for piece, is_marked in pieces)


def test_no_page_is_suggested_that_holds_nothing():
    assert numbers(["asthma care", "dental care", ""], ask("asthma")) == [1]
    assert numbers([FILLER, ""], ask("asthma", "inhaler")) == []
    assert numbers([], ask("asthma")) == []
    assert numbers(["asthma"], ask()) == []
    assert numbers(["asthma & co"], ask("?", "&", "")) == []


def test_little_words_are_not_looked_for():
    assert numbers(["The plan is for all of us."], ask("Is it for all of them?")) == []


def test_at_most_five_pages_unless_told():
    pages = [f"asthma {letter}" for letter in "abcdefgh"]  # the same line on all would not count
    every = numbers(pages, ask("asthma"), most=None)
    assert sorted(every) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert numbers(pages, ask("asthma")) == every[:5]
    assert numbers(pages, ask("asthma"), most=2) == every[:2]


def test_search_terms_are_looked_for_as_they_are_written():
    pages = [f"{FILLER}The lead for safeguarding. ", f"{FILLER}The safeguarding lead. "]
    assert numbers(pages, ask("", "safeguarding lead")) == [2, 1]


def test_a_search_term_weighs_more_than_a_word_of_the_question():
    assert numbers(["nebuliser", "inhaler"], ask("nebuliser", "inhaler")) == [2, 1]


def test_rare_words_weigh_more_than_common_ones():
    pages = [f"{word} of children here" for word in ("health", "asthma")]
    pages += [f"health of {word} here" for word in ("adults", "all", "older people")]
    assert numbers(pages, ask("asthma or health of children"))[0] == 2


def test_many_mentions_on_a_page_count_for_little_more_than_a_few():
    pages = ["asthma " * 50, "asthma inhaler. " * 3, FILLER, FILLER]
    assert numbers(pages, ask("asthma inhaler")) == [2, 1]


def test_words_near_one_another_come_before_words_far_apart():
    far = f"asthma. {FILLER * 12}inhaler. {FILLER * 2}"
    near = f"{FILLER * 6}asthma inhaler. {FILLER * 8}"
    assert numbers([far, near, FILLER * 14], ask("asthma inhaler")) == [2, 1]


def test_further_passages_of_a_page_count_too():
    passage = f"asthma. {FILLER * 6}"
    assert numbers([passage + FILLER * 6, passage * 2, FILLER], ask("asthma")) == [2, 1]


def test_a_heading_counts_more_than_text():
    text = "{}\nThis is what the partners of the area have set\nout to do {}."
    pages = [text.format("Our area", "with asthma care"), text.format("Asthma", "with care")]
    assert numbers([*pages, FILLER, FILLER], ask("asthma")) == [2, 1]


def test_contents_pages_come_after_the_pages_they_point_to():
    contents = "Contents\n" + "\n".join(f"Asthma and chapter {n} .... {n}" for n in range(3, 15))
    assert numbers([contents, f"Asthma care. {FILLER}", FILLER], ask("asthma")) == [2, 1]


def test_what_stands_on_every_page_is_not_found():
    pages = [f"Children's plan 2025\n{word} is on page {n}." for n, word in enumerate("abcdef")]
    assert numbers(pages, ask("children")) == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("SEND", "special educational needs"),
        ("voluntary sector", "VCSE"),
        ("children in care", "looked-after children"),
        ("children's workforce", "the child workforce"),
        ("co-production", "coproduction"),
        ("co-production", "co production"),
        ("co-production", "co-\nproduction"),
        ("coproduction", "co-\nproduction"),
        ("long-term conditions", "longterm condition"),
        ("trauma-informed", "trauma informed"),
        ("school nurse", "school nurses"),
        ("agencies", "agency"),
        ("CHILDREN’S", "child's"),
        ("GPs", "general practice"),
        ("0-25", "0–25"),
        ("Core20PLUS5", "Core20 PLUS 5"),
        ("safeguarding", "safe-\nguarding"),
    ],
)
def test_other_forms_are_found(term, text):
    assert numbers([f"{FILLER}Here, {text}."], ask("", term)) == [1]


@pytest.mark.parametrize(
    ("term", "text"), [("early help", "help"), ("crisis", "crisp"), ("GP", "gap"), ("less", "les")]
)
def test_not_found(term, text):
    question = replace(ask("", term), search=(term,))
    found = suggest(question, [(1, text)])
    assert not any(term in suggestion.why for suggestion in found)


def test_the_sentence_is_the_one_with_the_most_of_what_counts():
    page = (
        "Safeguarding is a duty. The safeguarding lead is the designated nurse. "
        "A nurse leads the clinic."
    )
    assert shown(page, "safeguarding lead", "designated nurse") == (
        "The [safeguarding lead] is the [designated nurse]."
    )


def test_the_sentence_stands_on_one_line_with_its_words_whole():
    assert shown("We ask fami-\nlies of chil-\ndren  with asth-\nma.", "families", "asthma") == (
        "We ask [families] of children with [asthma]."
    )
    assert shown("from 20-\n25 and non-\nEnglish asthma", "asthma") == (
        "from 20-\n25 and non-\nEnglish [asthma]".replace("\n", " ")
    )


def test_a_heading_is_shown_only_if_no_sentence_has_as_much():
    page = "Asthma care\nFor most children asthma care is near their homes\nand their school."
    assert shown(page, "asthma care").startswith("For most children [asthma care]")
    assert shown("Asthma care\nIt is near their homes, as it has\nbeen.", "asthma care") == (
        "[Asthma care]"
    )


def test_reasons_are_the_terms_that_count_most_each_for_its_own_words():
    [found] = suggest(
        ask("Who is the lead?", "safeguarding lead", "safeguarding", "lead", "child protection"),
        [(4, "The safeguarding lead.")],
    )
    assert found.page == 4
    assert found.why == ("safeguarding lead",)


def test_all_of_the_longest_form_is_marked():
    text = "It has special educational needs and disabilities in it."
    assert shown(text, "SEND") == "It has [special educational needs and disabilities] in it."


def test_what_counts_for_little_is_no_reason():
    pages = [f"{word} of children here" for word in ("asthma", "health", "homes", "school", "play")]
    [found, *_] = suggest(ask("children", "asthma"), list(enumerate(pages, 1)))
    assert found.why == ("asthma",)


def test_reasons_are_few():
    words = [f"word{letter}" for letter in "abcdefgh"]
    [found] = suggest(ask("", *words), [(1, " ".join(words))])
    assert len(found.why) == MOST_REASONS


def test_an_index_answers_the_same_however_often_it_is_asked():
    pages = list(enumerate(["asthma inhaler", "asthma", FILLER], 1))
    index = Index(pages)
    first, other = ask("asthma", "inhaler"), ask("matters", "asthma")
    answers = [index.suggest(question) for question in (first, other, first)]
    assert answers == [suggest(question, pages) for question in (first, other, first)]


def groups():
    file = Path(finder.__file__).with_name("variants.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))["groups"]


def test_a_form_stands_in_one_group_only():
    of = {}
    for number, group in enumerate(groups()):
        assert len(group) > 1, group
        for term in group:
            for form in finder._hyphened(term):
                assert of.setdefault(form, number) == number, f"{term} stands in two groups"


PARTS = [
    *("asthma", "SEND", "co-production", "co-\nproduction", "Children’s", "young people", "İ", "é"),
    *("special educational needs", "The", "A1", "&", "ﬁ", "\n", "-\n", "12\n", "• ", "."),
]
WORDS = st.lists(st.sampled_from(PARTS), max_size=25).map(" ".join)


@given(st.lists(WORDS | st.text(max_size=60), max_size=5), WORDS | st.text(max_size=30), WORDS)
def test_every_suggestion_shows_a_part_of_its_page(texts, text, term):
    pages = list(enumerate(texts, 7))
    found = suggest(ask(text, *term.split(), term), pages, most=None)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert len({s.page for s in found}) == len(found)
    for suggestion in found:
        assert suggestion.score > 0
        assert suggestion.why
        assert any(is_marked and piece.strip() for piece, is_marked in suggestion.sentence)
        shown = "".join(piece for piece, _ in suggestion.sentence)
        assert "\n" not in shown
        letters = [c for c in texts[suggestion.page - 7] if c.isalnum()]
        assert "".join(c for c in shown if c.isalnum()) in "".join(letters)


def test_a_criterion_is_looked_up_while_nobody_waits():
    text = " ".join(made_up_paragraphs(1500))
    words = list(dict.fromkeys(word for word in text.split() if len(word) > 5))
    parts = (text[start : start + 2800] for start in range(0, len(text), 2800))
    pages = list(enumerate(islice(cycle(list(parts)), 120), 1))
    questions = [
        ask(" ".join(words[n : n + 10]), *(" ".join(words[m : m + 2]) for m in range(n, n + 8)))
        for n in range(0, 60, 3)
    ]
    start = time.process_time()
    index = Index(pages)
    built = time.process_time() - start
    start = time.process_time()
    assert all(index.suggest(question) for question in questions)
    assert built < 1.5  # 0.15 on an idle machine
    assert (time.process_time() - start) / len(questions) < 0.03  # 0.003
