"""What the team wrote is in the report, read back from Word, PDF and HTML."""

from __future__ import annotations

from datetime import date

import pytest
from docx import Document

from reviewer.db import session
from reviewer.report.assembling import report_of, words
from reviewer.writing.models import Passage, Quote
from reviewer.writing.names import names_for
from reviewer.writing.written import Example, FindingQuote, NamingAgreement, Recommendation
from tests.report.test_files import Words, made, text_of_pdf, text_of_word
from tests.writing.makers import CRITERION, FIGURE, make_commented, make_finding

READ = {"word": text_of_word, "pdf": text_of_pdf, "html": lambda content: Words(content).text}


@pytest.fixture
def round_(app):
    """A round with two written findings, a quote that may leave and one that may not, both lists,
    good practice that was agreed to and some that was not, and a case study."""
    with app.app_context():
        round_ = make_commented()
        system, other = round_.systems()
        first = make_finding(round_, heading=f"{{{FIGURE}.yes.percent}} say what they heard")
        make_finding(round_, 2, heading="A second finding", text="", charts=FIGURE)
        for place, said in enumerate(("Workshops are named.", "As in Birmingham."), 1):
            passage = Passage(
                round_id=round_.id,
                system_id=system.id,
                criterion=CRITERION,
                question="",
                document="",
                kind="comment",
                words=said,
                fingerprint=said,
            )
            quote = Quote(round_id=round_.id, passage=passage, words=said)
            first.quotes.append(FindingQuote(quote=quote, place=place))
        for audience, text in (("government", "Ask for {FIGURE.base}."), ("systems", "Say it.")):
            text = text.replace("FIGURE", FIGURE)
            row = Recommendation(round_id=round_.id, place=1, audience=audience, text=text)
            row.bears_on = CRITERION
            session.add(row)
        for kind, whose, heading in (
            ("good-practice", system, "A panel that signs off"),
            ("good-practice", other, "Nobody agreed to this"),
            ("case-study", None, "A study of one place"),
        ):
            example = Example(round_id=round_.id, kind=kind, criterion=CRITERION, place=1)
            example.heading, example.words = heading, "Twelve people.\n\nEvery chapter."
            example.system_id = whose and whose.id
            session.add(example)
            if whose is system:
                example.agreements.append(
                    NamingAgreement(
                        system_id=system.id,
                        agreed_by="Ann Chair",
                        agreed_on=date(2027, 3, 1),
                        heading=heading,
                        words=example.words,
                    )
                )
        session.flush()
        yield round_


@pytest.mark.parametrize("kind", READ)
def test_what_is_written_is_in_every_file_and_what_is_held_back_in_none(round_, kind):
    report = report_of(round_)
    criteria = [criterion.id for criterion in round_.released.instrument.criteria]
    number = criteria.index(CRITERION) + 1
    text = READ[kind](made(report, kind))
    for expected in (
        f"{number}.1 50% say what they heard",
        "Of 2, [figure missing] do.",
        "Workshops are named.",
        f"{number}.2 A second finding",
        "Government and arm’s-length bodies",
        "Ask for 2.",
        "Integrated care systems",
        "Say it.",
        "Bears on: Co-production",
        "A panel that signs off",
        round_.systems()[0].name,
        "Case study: A study of one place",
        "Every chapter.",
    ):
        assert expected in text, expected
    for unexpected in (
        "As in Birmingham.",
        "Nobody agreed to this",
        "Ann Chair",
        words()["good_practice"],
        words()["recommendations"],
    ):
        assert unexpected not in text, unexpected
    drafted = f"{number - 1}.1 "
    assert drafted in text, "a criterion without anything written is drafted"


def test_a_chart_stands_once_and_every_figure_has_its_table(round_):
    report = report_of(round_)
    chapter = next(c for c in report.chapters if c.criterion.id == CRITERION)
    first, second = chapter.findings
    assert [f.id for f in report.charts(first)] == [FIGURE]
    assert report.charts(second) == []
    assert len(chapter.figures) > 1
    shown = {figure.id for figure in report.shown}
    assert shown.isdisjoint({f.id for f in chapter.figures} - {FIGURE})
    text = Words(made(report, "html")).text
    assert all(
        report.table_heading(figure) in text for c in report.chapters for figure in c.figures
    )
    assert sorted(report.numbers.values()) == list(range(1, len(report.shown) + 1))


def test_the_first_finding_of_a_written_chapter_is_a_key_finding(round_):
    key = [finding.heading for finding in report_of(round_).key_findings()]
    assert "50% say what they heard" in key and "A second finding" not in key


def test_a_quote_has_its_style_in_word(round_, tmp_path):
    path = tmp_path / "report.docx"
    path.write_bytes(made(report_of(round_), "word"))
    quotes = [p.text for p in Document(path).paragraphs if p.style.name == "Quote"]
    assert quotes == ["Workshops are named."]


def test_no_name_of_the_register_is_in_a_report_of_written_findings(round_):
    screen = names_for(round_).screen(but=round_.systems()[0])
    report = report_of(round_)
    chapter = next(c for c in report.chapters if c.criterion.id == CRITERION)
    for finding in chapter.findings:
        for said in (finding.heading, *finding.paragraphs, *finding.quotes):
            assert not screen.found_in(said)
