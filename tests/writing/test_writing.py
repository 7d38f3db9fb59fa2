"""Writing findings, recommendations and examples: order, live numbers, two people, agreements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.sentences import live_sentence, sentence
from reviewer.people.permissions import Role
from reviewer.rounds.models import find_round
from reviewer.running.nouns import NOUNS
from reviewer.writing import models, written
from reviewer.writing.drafting import drafts
from reviewer.writing.models import DraftMark, Quote
from reviewer.writing.printing import findings_of
from reviewer.writing.references import Numbers, render
from reviewer.writing.written import Example, Recommendation
from tests.findings.makers import figure, groups
from tests.moderation.makers import queries
from tests.running.makers import make_person, sign_in
from tests.writing.makers import (
    CRITERION,
    FIGURE,
    first_review,
    make_commented,
    make_finding,
    on_quote,
)

TEXT = {"heading": "A heading", "text": "One.\r\n\r\nTwo.", "seen": "0"}


@pytest.fixture
def lead(app):
    """A policy lead's browser, and the address of the writing of a round."""
    with app.app_context():
        round_ = make_commented()
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id), f"/rounds/{round_.id}/writing"


def findings():
    return [f.heading for f in findings_of(find_round("Spring"))]


@given(st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(any))
def test_a_live_sentence_says_what_the_sentence_says(counts):
    for made in (
        figure(*counts, reviewed=200, total=200),
        groups(0, *counts, base=max(counts), reviewed=200, total=200),
    ):
        for option in made.question.options:
            live = live_sentence(made, option.id)
            assert render(live, Numbers([made])).text == sentence(made, option.id)


def test_a_draft_for_each_question_with_a_base():
    plain, empty = figure(19, 8, 4), figure(0, 0, 0, id="workforce-2")
    [draft] = drafts([plain, empty])
    rendered = render(f"{draft.heading}\n{draft.text}", Numbers([plain])).text
    assert "61% (19 of 31)" in rendered.splitlines()[0]
    assert "26% (8 of 31)" in rendered and "13% (4 of 31)" in rendered
    assert draft.figures == ("workforce-1-strategy",)


def test_drafts_are_written_once_for_each_question(app, lead):
    client, address = lead
    path = f"{address}/criteria/{CRITERION}"
    client.post(f"{path}/drafts")
    client.post(f"{path}/drafts")
    with app.app_context():
        [made] = findings_of(find_round("Spring"))
        assert (made.rests_on, made.charts) == (FIGURE, FIGURE)
        assert f"{{{FIGURE}.yes.percent}}" in made.heading
    shown = client.get(path).text
    assert "50% (1 of 2) of strategies" in shown
    client.post(f"{path}/drafts")
    assert "has a finding already" in client.get(path).text


def test_a_finding_is_written_moved_and_removed(app, lead):
    client, address = lead
    new = f"{address}/criteria/{CRITERION}/new"
    for name in ("One", "Two", "Three"):
        client.post(new, data=TEXT | {"heading": name, "rests_on": FIGURE, "charts": FIGURE})
    with app.app_context():
        assert findings() == ["One", "Two", "Three"]
        last = findings_of(find_round("Spring"))[-1]
        assert (last.text, last.version, last.written_by.name) == ("One.\n\nTwo.", 1, "Lee Lead")
        path = f"{address}/findings/{last.id}"
    client.post(f"{path}/move", data={"to": "up"})
    with app.app_context():
        assert findings() == ["One", "Three", "Two"]
    for _ in range(3):
        client.post(f"{path}/move", data={"to": "up"})
    shown = client.get(f"{address}/criteria/{CRITERION}").text
    numbers = [shown.index(f"</span> {name}</h2>") for name in ("Three", "One", "Two")]
    assert numbers == sorted(numbers)
    client.post(f"{path}/remove")
    with app.app_context():
        assert findings() == ["One", "Two"]
    assert client.get(path).status_code == 404
    assert "heading: Three" in client.get("/record?noun=written_finding").text


def test_two_people_never_overwrite_each_other_unseen(app, lead):
    client, address = lead
    with app.app_context():
        finding = make_finding(find_round("Spring"))
        other = make_person("Ola Other", Role.POLICY_LEAD)
        session.commit()
        path, theirs = f"{address}/findings/{finding.id}", sign_in(app, other.id)
    theirs.post(path, data=TEXT | {"heading": "Theirs", "seen": "1", "rests_on": FIGURE})
    shown = client.post(path, data=TEXT | {"heading": "Mine", "seen": "1"})
    assert "Ola Other saved it" in shown.text
    assert "Theirs" in shown.text and "Mine" in shown.text
    with app.app_context():
        assert findings() == ["Theirs"]
    assert 'name="seen" value="2"' in shown.text
    client.post(path, data=TEXT | {"heading": "Mine", "seen": "2"})
    with app.app_context():
        assert findings() == ["Mine"]


def test_a_preview_saves_nothing_and_shows_gaps_and_names(app, lead):
    client, address = lead
    sent = {"heading": f"{{{FIGURE}.yes.percent}} do", "text": "As Devon does, {gone.yes.count}."}
    shown = client.post(
        f"{address}/criteria/{CRITERION}/new", data=TEXT | sent | {"go": "preview"}
    ).text
    assert "50% do" in shown and "[figure missing]" in shown
    assert "No figure has this name" in shown
    assert "seems to name: Devon" in shown
    with app.app_context():
        assert not findings()
    refused = client.post(f"{address}/criteria/{CRITERION}/new", data=TEXT | {"heading": " "}).text
    assert "Write the heading" in refused and "Two." in refused


def test_what_a_question_left_behind_is_flagged_and_kept(app, lead):
    client, address = lead
    with app.app_context():
        finding = make_finding(find_round("Spring"), rests_on=f"{FIGURE};gone-1-plan")
        session.commit()
        path = f"{address}/findings/{finding.id}"
    assert "gone-1-plan is not asked any more" in client.get(path).text
    shown = client.get(address).text
    assert "1 figure missing" in shown and "gone-1-plan.yes.count" in shown
    sent = {"seen": "1", "rests_on": [FIGURE, "gone-1-plan"], "charts": ["gone-1-plan"]}
    client.post(path, data=TEXT | sent)
    with app.app_context():
        [kept] = findings_of(find_round("Spring"))
        assert (kept.rests_on, kept.charts) == (f"{FIGURE};gone-1-plan", "gone-1-plan")


def test_numbers_that_moved_since_the_draft_was_marked_are_listed(app, lead):
    client, address = lead
    with app.app_context():
        make_finding(find_round("Spring"))
        session.add(
            Recommendation(
                round_id=find_round("Spring").id,
                audience="systems",
                place=1,
                text=f"{{{FIGURE}.yes.count}}",
            )
        )
        session.commit()
    client.post(f"{address}/mark")
    assert "moved since" in client.get(address).text
    with app.app_context():
        [kept] = session.scalars(select(DraftMark)).all()
        assert kept.numbers[f"{FIGURE}.yes.percent"] == "50%"
        review = first_review(find_round("Spring"))
        review.answers[0].hidden = True
        session.commit()
        counted = {f.id: f for f in figures(find_round("Spring"))}[FIGURE]
        now = f"{counted.percent('yes')}%"
        assert now != "50%"
    shown = " ".join(client.get(address).text.split())
    assert (
        f'numeric">50%</td> <td class="govuk-table__cell govuk-table__cell--numeric">{now}' in shown
    )
    assert f"{FIGURE}.base" in shown and "recommendation 1 (systems)" in shown


def test_quotes_are_chosen_in_a_finding_and_held_back(app, lead):
    client, address = lead
    comments = address.removesuffix("writing") + "comments"
    with app.app_context():
        answer = first_review(find_round("Spring")).answers[0].id
    path = client.post(f"{comments}/answer/{answer}", data={"go": "quote"}).location
    with app.app_context():
        quote = session.scalar(select(Quote.id))
    client.post(f"{address}/criteria/{CRITERION}/new", data=TEXT | {"quotes": [str(quote)]})
    assert "Take it out there first" in on_quote(client, path, "remove")
    assert "held back" in client.get(address).text
    assert "Birmingham" not in client.get(f"{address}/preview").text
    on_quote(client, path, "allow")
    assert "Birmingham" in client.get(f"{address}/preview").text


def test_recommendations_are_written_moved_and_change_lists(app, lead):
    client, address = lead
    new = f"{address}/recommendations/new"
    assert "Choose who it is for" in client.post(new, data={"text": "Do it."}).text
    for text in ("First", "Second"):
        sent = {"audience": "systems", "text": text, "bears_on": [CRITERION, FIGURE]}
        client.post(new, data=sent)
    with app.app_context():
        rows = session.scalars(select(Recommendation).order_by(Recommendation.id)).all()
        assert [(r.place, r.bears_on) for r in rows] == [
            (1, f"{CRITERION};{FIGURE}"),
            (2, f"{CRITERION};{FIGURE}"),
        ]
        path = f"{address}/recommendations/{rows[1].id}"
    client.post(f"{path}/move", data={"to": "up"})
    shown = client.get(f"{address}/recommendations").text
    assert shown.index("Second") < shown.index("First")
    sent = {"audience": "government", "text": "Second", "seen": "1"}
    client.post(path, data=sent)
    stale = client.post(path, data=sent | {"text": "Mine"}).text
    assert "Lee Lead saved it" in stale and "Mine" in stale
    client.post(f"{path}/remove")
    with app.app_context():
        assert session.scalars(select(Recommendation.text)).all() == ["First"]


def test_good_practice_needs_an_agreement_to_its_very_words(app, lead):
    client, address = lead
    with app.app_context():
        system = find_round("Spring").systems()[0]
        system_id, name = system.id, system.name
    sent = {"kind": "good-practice", "system": "0", "criterion": CRITERION, "seen": "0"}
    sent |= {"heading": "A panel", "words": "It signs off."}
    refused = client.post(f"{address}/examples/new", data=sent).text
    assert "Choose the system whose good practice it is" in refused
    path = client.post(f"{address}/examples/new", data=sent | {"system": system_id}).location
    yes = {"agreed_by": "Ann Chair", "agreed_on": ["31", "3", "2027"]}

    def is_printed():
        return name in client.get(f"{address}/preview").text

    stale = client.post(f"{path}/agreement", data=yes | {"seen": "9"}, follow_redirects=True)
    assert "nothing was recorded" in stale.text
    assert "Write who agreed" in client.post(f"{path}/agreement", data={"seen": "1"}).text
    assert not is_printed()
    client.post(f"{path}/agreement", data=yes | {"seen": "1"})
    assert is_printed()
    assert "Ann Chair, 31 March 2027" in client.get(path).text
    change = sent | {"system": system_id, "seen": "1", "words": "It signs off twice."}
    client.post(path, data=change)
    assert not is_printed() and "was to other words" in client.get(path).text
    client.post(f"{path}/agreement", data=yes | {"seen": "2"})
    assert is_printed()
    client.post(f"{path}/withdraw")
    assert not is_printed() and "taken back on" in client.get(path).text
    assert "agreed by: Ann Chair" in client.get("/record?noun=naming_agreement").text
    client.post(f"{path}/remove")
    with app.app_context():
        assert not session.scalars(select(Example)).all()


def test_a_case_study_that_names_a_system_needs_a_yes(app, lead):
    client, address = lead
    sent = {"kind": "case-study", "system": "0", "criterion": "", "seen": "0"}
    sent |= {"heading": "A panel", "words": "Somewhere in Devon."}
    path = client.post(f"{address}/examples/new", data=sent).location
    assert "<mark>Devon</mark>" in client.get(path).text
    assert "Devon" not in client.get(f"{address}/preview").text
    client.post(f"{path}/yes", data={"seen": "7"})
    assert "Devon" not in client.get(f"{address}/preview").text, "a yes to an older version"
    client.post(f"{path}/yes", data={"seen": "1"})
    assert "Devon" in client.get(f"{address}/preview").text


def test_texts_of_another_round_are_not_there(app, lead):
    client, address = lead
    with app.app_context():
        other = make_commented(name="Autumn")
        finding = make_finding(other)
        session.commit()
        id_ = finding.id
    assert client.get(f"{address}/findings/{id_}").status_code == 404
    assert client.post(f"{address}/findings/{id_}", data=TEXT).status_code == 404
    assert client.get(f"{address}/criteria/none").status_code == 404


def test_every_table_of_writing_has_its_words_in_the_record():
    tables = [
        each
        for module in (models, written)
        for each in vars(module).values()
        if isinstance(each, type) and getattr(each, "__tablename__", "") and each.logged
    ]
    own = {t.__tablename__ for t in tables if t.__module__.startswith("reviewer.writing")}
    assert len(own) > 8 and own <= set(NOUNS)


def test_pages_take_as_many_queries_for_much_as_for_little(app, lead):
    client, address = lead
    with app.app_context():
        finding = make_finding(find_round("Spring"))
        session.commit()
        id_ = finding.id

    def count():
        found = {}
        for path in ("", "/preview", f"/criteria/{CRITERION}", f"/findings/{id_}", "/examples"):
            client.get(f"{address}{path}")
            with queries() as sent:
                assert client.get(f"{address}{path}").status_code == 200
            found[path] = len(sent)
        return found

    few = count()
    with app.app_context():
        round_ = find_round("Spring")
        for number in range(6):
            make_finding(round_, number)
            session.add(
                Example(
                    round_id=round_.id,
                    system_id=round_.systems()[0].id,
                    kind="good-practice",
                    criterion=CRITERION,
                    place=number,
                    heading="A panel",
                    words="It signs off.",
                )
            )
        session.commit()
    many = count()
    # Two more come with the first example: its system and its agreements.
    assert {path for path in few if many[path] > few[path] + 2} == set()
