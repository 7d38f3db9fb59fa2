"""The pages of second readings: what they show, what they let a lead decide, how many queries."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.moderation.decisions import changes_of, decide, decisions_of
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.asking import slots
from reviewer.reviews.cited import Evidence, EvidenceKind
from reviewer.reviews.models import assign
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from tests.moderation.makers import NO, NOT_APPLICABLE, SOME, YES, queries, read, two_readings
from tests.reviews.shelf import put_on_shelf
from tests.running.makers import make_person, make_round, sign_in

FIRST = {
    ("population-1", "strategy"): YES,
    ("data-3", "plan"): YES,
    ("data-4", "plan"): Given(frozenset({"yes"}), comment="Ada says so."),
    ("leadership-4", "plan"): YES,
    ("leadership-5", "plan"): YES,
    ("population-8", "plan"): Given(text="Ada’s long text."),
}
SECOND = {
    ("population-1", "strategy"): NOT_APPLICABLE,
    ("data-3", "plan"): Given(frozenset({"no"}), comment="Bo found nothing."),
    ("data-4", "plan"): YES,
    ("leadership-4", "plan"): NO,
    ("population-8", "plan"): Given(text="Bo’s long text."),
}


class Scene:
    """A round read twice, by its ids, and a client for each person."""

    def __init__(self, app, round_, system, lead):
        self.app, self.round_id, self.system_id = app, round_.id, system.id
        self.lead = sign_in(app, lead.id)
        self.address = f"/rounds/{round_.id}/moderation/{system.id}"

    def settle(self, place="data-3/plan", **form):
        question, document = place.split("/")
        sent = {f"{question}.{document}.{name}": value for name, value in form.items()}
        action = {"action": form.get("action", "decide")}
        return self.lead.post(f"{self.address}/{place}", data=sent | action)


@pytest.fixture
def scene(app):
    with app.app_context():
        round_, system, lead = two_readings(FIRST, SECOND)
        make_person("Vi Viewer", Role.POLICY_VIEWER)
        session.commit()
        return Scene(app, round_, system, lead)


def person(name):
    return session.scalars(select(Person).filter_by(name=name)).one()


def sections(page):
    """The question ids of the sections, those to settle and the others."""
    to_settle, _, rest = page.partition('id="rest"')
    return [
        re.findall(r'<section class="pr-row" id="([^"]+)\.">', part) for part in (to_settle, rest)
    ]


def test_differences_come_first_and_the_rest_is_folded(scene):
    page = scene.lead.get(scene.address).text
    to_settle, rest = sections(page)
    assert to_settle == ["population-1.strategy", "leadership-4.plan", "data-3.plan"]
    assert rest == ["population-8.plan", "leadership-5.plan", "data-4.plan"]
    for part in ("Ada says so.", "Bo found nothing.", "Ada’s long text.", "Bo’s long text."):
        assert part in page
    assert "Not asked after the answer before it" in page  # Bo was not asked leadership-5
    assert "First reading" in page and "Second reading" in page


def test_readers_have_numbers_and_no_names(scene):
    page = scene.lead.get(scene.address).text
    assert "Ada Reader" not in page and "Bo Second" not in page


def test_the_first_reading_is_the_one_submitted_first(app):
    with app.app_context():
        round_ = make_round("spring")
        system = round_.systems()[0]
        early = assign(round_, system, "assigned first")
        read(round_, system, "submitted first", {("data-3", "plan"): NO})
        early.record("data-3", "plan", YES)
        early.submit()
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        client, address = sign_in(app, lead.id), f"/rounds/{round_.id}/moderation/{system.id}"
    page = client.get(address).text
    values = re.findall(r'<p class="pr-reading__value">(\w+)', page)
    assert values == ["No", "Yes"]


def test_pages_and_quotes_open_where_they_stand(app):
    with app.app_context():
        round_, system, lead = two_readings({}, {})
        plan = put_on_shelf(system, "plan", ("One", "A named lead sits on the board.", "Three"))
        review = read(round_, system, "third", {}, submit=False)
        given = Given(frozenset({"yes"}), pages=((2, 3),))
        review.record("data-3", "plan", given, read=plan)
        quote = Evidence(
            document=plan,
            kind=EvidenceKind.QUOTE,
            first_page=2,
            last_page=2,
            quote='A "named" lead',
            found=True,
        )
        review.cite("data-3", "plan", quote)
        review.note_down("data-and-information-sharing", NoteKind.COMMENT, "Thin on data.")
        review.submit()
        session.commit()
        client, address = sign_in(app, lead.id), f"/rounds/{round_.id}/moderation/{system.id}"
        plan_id, round_id = plan.id, round_.id
    page = client.get(address).text
    whole = f'href="/documents/{plan_id}/pages/2?round={round_id}"'
    assert whole in page and "Pages 2–3" in page
    found = re.search(rf'href="(/documents/{plan_id}/pages/2\?find=[^"]+)"', page).group(1)
    assert "<mark>A named lead</mark>" in client.get(found.replace("&amp;", "&")).text
    assert "Third reading" in page and "Thin on data." in page and "Nothing written" in page


def test_settling_goes_on_to_the_next_difference(scene):
    response = scene.settle(
        "population-1/strategy", value="yes", reason="Page 3 says so.", seen="0"
    )
    assert response.status_code == 302
    assert response.location.endswith("?after=population-1.strategy.#leadership-4.plan.")
    page = scene.lead.get(response.location).text
    assert "Settled as Yes: Does the strategy recognise" in page
    assert "Page 3 says so." in page and "Lee Lead" in page
    response = scene.settle("data-3/plan", value="some", reason="One mention.", seen="0")
    assert response.location.endswith("#leadership-4.plan.")  # round to the one passed over
    response = scene.settle("leadership-4/plan", value="n/a", reason="It is not a plan.", seen="0")
    assert response.location == scene.address
    assert "Nothing is left to settle" in scene.lead.get(response.location).text
    with scene.app.app_context():
        round_ = session.get_one(Round, scene.round_id)
        found = decisions_of(round_, session.get_one(System, scene.system_id))
        given = {place: d.given(round_.released.option_codes) for place, d in found.items()}
    assert given == {
        ("population-1", "strategy"): YES,
        ("data-3", "plan"): SOME,
        ("leadership-4", "plan"): NOT_APPLICABLE,
    }


def test_several_options_are_ticked(app):
    place = ("coproduction-4", "strategy")
    with app.app_context():
        one, other = Given(frozenset({"survey"})), Given(frozenset({"survey", "other"}))
        scene = Scene(app, *two_readings({place: one}, {place: other}))
        session.commit()
    values = {"value": ["survey", "focus-groups"], "reason": "Pages 3 and 4.", "seen": "0"}
    assert scene.settle("/".join(place), **values).status_code == 302
    page = scene.lead.get(scene.address).text
    assert "<strong>Survey; Focus groups</strong>" in page
    values = {"value": ["survey", "n/a"], "reason": "Pages 3 and 4.", "seen": "1"}
    assert "not both" in scene.settle("/".join(place), **values).text


def test_a_mistake_is_shown_at_its_question_and_what_was_typed_stays(scene):
    response = scene.settle(value="some", reason="", seen="0")
    assert response.status_code == 200
    assert "Give the reason in a sentence." in response.text
    assert re.search(r'name="data-3.plan.value" value="some" checked', response.text)
    assert "<title>Error: " in response.text
    response = scene.settle(value="", reason="Because.", seen="0")
    assert "Choose what the answer is." in response.text
    assert 'value="Because."' in response.text
    # The page of a mistake, loaded again
    again = scene.lead.get(f"{scene.address}/data-3/plan")
    assert again.location.endswith("#data-3.plan.")


def test_two_moderators_at_once(scene):
    scene.settle(value="some", reason="One mention.", seen="0")
    response = scene.settle(value="no", reason="None at all.", seen="0")
    assert "Somebody else decided here" in response.text
    assert "One mention." in response.text and 'value="None at all."' in response.text
    assert 'name="data-3.plan.seen" value="1"' in response.text  # now in sight of it
    assert scene.settle(value="no", reason="None at all.", seen="1").status_code == 302


def test_changing_and_withdrawing_keep_the_history(scene):
    scene.settle(value="some", reason="One mention.", seen="0")
    scene.settle(value="no", reason="None at all.", seen="1")
    page = scene.lead.get(scene.address).text
    assert "Change or withdraw" in page and "One mention." in page
    assert scene.settle(action="withdraw", reason="", seen="2").status_code == 200
    scene.settle(action="withdraw", reason="It was the wrong plan.", seen="2")
    page = scene.lead.get(scene.address).text
    assert "Earlier decisions" in page and "It was the wrong plan." in page
    with scene.app.app_context():
        round_ = session.get_one(Round, scene.round_id)
        system = session.get_one(System, scene.system_id)
        assert not decisions_of(round_, system)
        assert len(changes_of(round_, system)["data-3", "plan"]) == 3


def test_after_closing_a_decision_is_refused_in_words(scene):
    scene.settle(value="some", reason="One mention.", seen="0")
    with scene.app.app_context():
        session.get_one(Round, scene.round_id).close()
        session.commit()
    page = scene.lead.get(scene.address).text
    assert "The round is closed" in page and "One mention." in page
    assert 'name="action"' not in page
    response = scene.settle(value="no", reason="Late.", seen="1")
    assert "is closed, so nothing was decided" in response.text


def test_a_viewer_reads_and_decides_nothing(scene):
    with scene.app.app_context():
        viewer = sign_in(scene.app, person("Vi Viewer").id)
    page = viewer.get(scene.address)
    assert page.status_code == 200 and 'name="action"' not in page.text
    assert viewer.post(f"{scene.address}/data-3/plan").status_code == 403


@pytest.mark.parametrize(
    "path", ["data-3/strategy", "nonsense/plan", "population-8/plan", "data-3/nonsense"]
)
def test_what_is_not_there_or_not_counted(scene, path):
    assert scene.lead.post(f"{scene.address}/{path}").status_code == 404
    assert scene.lead.get(f"{scene.address}/{path}").status_code == 404
    assert scene.lead.get(f"/rounds/{scene.round_id}/moderation/9999").status_code == 404


def test_a_decision_on_what_no_longer_differs_stays_in_sight(scene):
    with scene.app.app_context():
        round_ = session.get_one(Round, scene.round_id)
        system = session.get_one(System, scene.system_id)
        decide(round_, system, "data-4", "plan", NO, "Both are wrong.", person("Lee Lead"))
        session.commit()
    page = scene.lead.get(scene.address).text
    assert "data-4.plan" in sections(page)[0]
    assert "The readings no longer differ here" in page


def test_the_list(scene):
    scene.settle(value="some", reason="One mention.", seen="0")
    with scene.app.app_context():
        round_ = session.get_one(Round, scene.round_id)
        other = round_.systems()[1]
        read(round_, other, "reader 1", {("data-3", "plan"): YES})
        read(round_, other, "reader 2", {("data-3", "plan"): NO}, submit=False)
        session.commit()
        name = other.name
    page = scene.lead.get(f"/rounds/{scene.round_id}/moderation").text
    cells = re.findall(r'__cell--numeric">(\d+)<', page)
    assert cells == ["2", "3", "1", "2"]  # readings, differ, settled, left
    assert f"{name}: 1 submitted, 1 to come" in page
    assert "Ada" not in page


def test_nothing_to_compare_yet(app):
    with app.app_context():
        round_ = make_round("spring")
        assign(round_, round_.systems()[0], make_person("Ada Reader", Role.REVIEWER))
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        client, round_id, system_id = sign_in(app, lead.id), round_.id, round_.systems()[0].id
    assert (
        "No system of this round has a second reader"
        in client.get(f"/rounds/{round_id}/moderation").text
    )
    page = client.get(f"/rounds/{round_id}/moderation/{system_id}").text
    assert "nothing to compare yet: 0 readings are submitted" in page
    assert "1 more reading is not submitted" in page


def test_queries_do_not_grow_with_readings_answers_or_systems(app):
    with app.app_context():
        small, system, lead = two_readings({("data-3", "plan"): YES}, {("data-3", "plan"): NO})
        decide(small, system, "data-3", "plan", NO, "Said on page 4.", lead)
        large = make_round("large", systems=9)
        full = {
            (q.id, on): Given(frozenset({q.options[0].id})) if q.options else Given(text="x")
            for q, on in slots(large.released.instrument)
        }
        other = full | {
            (q.id, on): Given(frozenset({q.options[-1].id}))
            for q, on in slots(large.released.instrument)
            if q.kind == "scale"
        }
        everywhere = large.systems()
        for n, system_ in enumerate(everywhere):
            for reader, answers in (("1", full), ("2", other), ("3", full))[: 3 if n == 0 else 2]:
                review = assign(large, system_, reader)
                review.record_all(answers)
                review.submit()
        for place in list(other)[:20]:
            if other[place].options and other[place] != full[place]:
                decide(large, everywhere[0], *place, other[place], "Said on page 4.", lead)
        session.commit()
        client = sign_in(app, lead.id)
        addresses = [
            f"/rounds/{small.id}/moderation/{system.id}",
            f"/rounds/{large.id}/moderation/{everywhere[0].id}",
            f"/rounds/{small.id}/moderation",
            f"/rounds/{large.id}/moderation",
        ]
    counts = []
    for address in addresses:
        with queries() as sent:
            assert client.get(address).status_code == 200
        counts.append(len(sent))
    one_small, one_large, list_small, list_large = counts
    assert one_large == one_small <= 16
    assert list_large == list_small <= 8
