"""What the report gets: numbers in their places, gaps that are seen, nothing that is held back."""

from __future__ import annotations

from datetime import date

import pytest

from reviewer.db import now, session
from reviewer.findings.counting import figures
from reviewer.people.permissions import Role
from reviewer.writing.models import Passage, Quote
from reviewer.writing.names import names_for
from reviewer.writing.printed import Audience, ExampleKind
from reviewer.writing.printing import written
from reviewer.writing.written import (
    Example,
    FindingQuote,
    NamingAgreement,
    Recommendation,
)
from tests.moderation.makers import queries
from tests.running.makers import make_person
from tests.writing.makers import CRITERION, FIGURE, make_commented, make_finding


@pytest.fixture
def round_(app):
    with app.app_context():
        yield make_commented()


def printed(round_):
    return written(round_, figures(round_))


def make_quote(round_, words):
    passage = Passage(
        round_id=round_.id,
        system_id=round_.systems()[0].id,
        criterion=CRITERION,
        question="",
        document="",
        kind="comment",
        words=words,
        fingerprint=words[:60],
    )
    quote = Quote(round_id=round_.id, passage=passage, words=words)
    session.add(quote)
    session.flush()
    return quote


def make_example(round_, system=None, **more):
    fields = {"kind": ExampleKind.GOOD_PRACTICE if system else ExampleKind.CASE_STUDY, "place": 1}
    fields |= {
        "criterion": CRITERION,
        "heading": "A panel",
        "words": "It signs off.\n\nEvery year.",
    }
    example = Example(round_id=round_.id, system_id=system and system.id, **(fields | more))
    session.add(example)
    session.flush()
    return example


def agree(example):
    agreement = NamingAgreement(
        example=example,
        system_id=example.system_id,
        agreed_by="Ann Chair",
        agreed_on=date(2027, 3, 1),
        heading=example.heading,
        words=example.words,
    )
    session.add(agreement)
    session.flush()
    return agreement


def test_a_finding_is_numbered_by_its_place_and_its_numbers_are_of_now(round_):
    make_finding(round_, 2, heading="Second")
    make_finding(round_, 1)
    criteria = [criterion.id for criterion in round_.released.instrument.criteria]
    number = criteria.index(CRITERION) + 1
    found = printed(round_)
    [chapter] = found.chapters
    assert found.chapter(CRITERION) is chapter and found.chapter("leadership") is None
    first, second = chapter.findings
    assert (first.number, second.number) == (f"{number}.1", f"{number}.2")
    assert first.heading == "50% of strategies say how"
    assert first.paragraphs == ("One.", "Of 2, [figure missing] do.")
    assert first.figures == first.rests_on == (FIGURE,)
    assert [(gap.where, gap.reference) for gap in found.gaps] == [
        (f"{number}.1", "gone-1-plan.yes.count"),
        (f"{number}.2", "gone-1-plan.yes.count"),
    ]


def test_a_flagged_quote_is_held_back_until_somebody_says_yes_to_these_words(round_):
    finding, lead = make_finding(round_), make_person("Lee Lead", Role.POLICY_LEAD)
    clear = make_quote(round_, "Workshops are named.")
    flagged = make_quote(round_, "As in Birmingham.")
    finding.quotes = [FindingQuote(quote=q, place=n) for n, q in enumerate((clear, flagged))]
    session.flush()

    def quotes():
        found = printed(round_)
        return found.chapters[0].findings[0].quotes, found.held_back

    assert quotes() == (("Workshops are named.",), 1)
    found = names_for(round_).screen().found_in(flagged.words)
    flagged.allow(found, lead)
    assert quotes() == (("Workshops are named.", "As in Birmingham."), 0)
    flagged.words = "As in Birmingham and in Devon."
    assert quotes() == (("Workshops are named.",), 1), "other words need another yes"
    flagged.words = "As in Birmingham."
    clear.words = "As Fay Unheard says."
    assert len(quotes()[0]) == 2
    make_person("Fay Unheard", Role.REVIEWER)
    assert quotes() == (("As in Birmingham.",), 1), "a name that is known now is found now"


def test_good_practice_names_a_system_with_its_agreement_to_these_words_alone(round_):
    system = round_.systems()[0]
    example = make_example(round_, system)
    assert (printed(round_).good_practice, printed(round_).held_back) == ((), 1)
    agreement = agree(example)
    [good] = printed(round_).good_practice
    assert (good.system, good.paragraphs) == (system.name, ("It signs off.", "Every year."))
    example.words += " And more."
    assert not printed(round_).good_practice, "changed words need a new agreement"
    example.words = agreement.words
    assert printed(round_).good_practice
    agreement.withdrawn_at = now()
    assert not printed(round_).good_practice, "a withdrawn agreement takes it out"


def test_an_example_may_name_the_system_that_agreed_and_no_other(round_):
    one, other = round_.systems()
    example = make_example(round_, one, words=f"{one.name} does it.")
    agree(example)
    assert printed(round_).good_practice
    example.words = f"{one.name} does it, and so does {other.name}."
    agree(example)
    assert not printed(round_).good_practice


def test_a_case_study_without_a_system_is_screened(round_):
    study = make_example(round_)
    [case] = printed(round_).case_studies
    assert (case.system, case.heading) == ("", "A panel")
    study.words = "In Devon."
    assert not printed(round_).case_studies


def test_recommendations_stand_in_two_lists(round_):
    for place, (audience, bears_on) in enumerate(
        [("systems", f"{CRITERION};{FIGURE};gone"), ("government", ""), ("systems", "")]
    ):
        text = f"Do {{{FIGURE}.base}} things, and {{nothing}}."
        row = Recommendation(round_id=round_.id, place=place, audience=audience, text=text)
        row.bears_on = bears_on
        session.add(row)
    session.flush()
    found = printed(round_)
    systems = found.recommendations[Audience.SYSTEMS]
    assert [r.number for r in systems] == [1, 2]
    assert systems[0].paragraphs == ("Do 2 things, and [figure missing].",)
    assert len(systems[0].bears_on) == 2
    assert len(found.recommendations[Audience.GOVERNMENT]) == 1
    assert [gap.where for gap in found.gaps] == ["Recommendation 1"] * 2 + ["Recommendation 2"]


def test_it_takes_as_many_queries_for_much_as_for_little(round_):
    finding, system = make_finding(round_), round_.systems()[0]
    finding.quotes = [FindingQuote(quote=make_quote(round_, "One."), place=1)]
    agree(make_example(round_, system))
    session.flush()
    counted = figures(round_)

    def count():
        session.expire_all()
        with queries() as sent:
            written(round_, counted)
        return len(sent)

    few = count()
    for n in range(5):
        finding = make_finding(round_, n)
        finding.quotes = [FindingQuote(quote=make_quote(round_, f"{n} of."), place=n)]
        agree(make_example(round_, system))
    session.flush()
    assert count() == few
