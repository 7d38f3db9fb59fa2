"""A correction of wording in an open round loses nothing, and is shown to those who answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.findings.settled import settled
from reviewer.instrument.models import InstrumentVersion, OptionRow, latest, release
from reviewer.moderation.models import Decision, DecisionOption
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given
from reviewer.reviews.cited import Evidence, EvidenceKind
from reviewer.reviews.last_time import last_time
from reviewer.reviews.models import Refused, Review, assign
from reviewer.reviews.rewording import reworded, still_fits, to_look_at
from reviewer.rounds.correcting import check_patch, correct, correct_to, corrections, patches_of
from reviewer.rounds.models import Round
from reviewer.systems.models import System
from tests.reviews.shelf import make_review
from tests.rounds.makers import NEW, OLD, QUESTION, TEXT, patch
from tests.running.makers import make_person, make_round, sign_in

PLACE = (QUESTION, "strategy")
YES, NO = Given(frozenset({"yes"})), Given(frozenset({"no"}))
KEPT = ("answer", "answer_change", "answer_option", "evidence", "decision", "decision_option")


@pytest.fixture
def lead(app: Flask) -> Iterator[Person]:
    with app.app_context():
        yield make_person("Lee Lead", Role.POLICY_LEAD)
        session.rollback()


@pytest.fixture
def review(lead: Person) -> Review:
    made = make_review()
    made.record(*PLACE, NO, author=made.reviewer)
    made.record(*PLACE, YES, author=made.reviewer)
    made.record("data-3", "plan", YES, author=made.reviewer)
    return made


def dump() -> dict[str, list[str]]:
    session.flush()
    return {
        name: sorted(map(repr, session.execute(text(f'SELECT * FROM "{name}"')))) for name in KEPT
    }


def add_evidence_and_decision(review: Review, lead: Person) -> None:
    document = session.scalars(select(Evidence.__mapper__.relationships["document"].mapper)).all()
    strategy = next(d for d in document if d.kind == "strategy")
    review.cite(
        *PLACE,
        Evidence(
            document=strategy,
            kind=EvidenceKind.QUOTE,
            quote="waiting times",
            first_page=2,
            last_page=2,
            author=review.reviewer,
        ),
    )
    row = review.round.released.question_ids[QUESTION]
    option = session.scalar(select(OptionRow.id).filter_by(question_id=row, code="no"))
    session.add(
        Decision(
            round_id=review.round_id,
            system_id=review.system_id,
            question_id=row,
            document="strategy",
            reason="read together",
            decided_by_id=lead.id,
            options=[DecisionOption(option_id=option, question_id=row)],
        )
    )


def test_a_correction_keeps_every_answer_its_history_evidence_and_decisions(review, lead):
    add_evidence_and_decision(review, lead)
    before, counted = dump(), [f.counts for f in figures(review.round)]
    version = review.round.instrument_version_id
    made = correct(review.round, patch(), lead)
    assert dump() == before
    assert [f.counts for f in figures(review.round)] == counted
    assert review.round.released.instrument.question(QUESTION).text.startswith(NEW)
    assert review.load_answers()[PLACE].given(review.released.option_codes) == YES
    assert (made.made_by, made.from_version_id) == (lead, version)
    review.record(*PLACE, NO, author=review.reviewer)
    assert review.load_answers()[PLACE].version == 3


def test_a_check_writes_nothing_and_names_what_changes(review):
    versions = session.scalars(select(InstrumentVersion.id)).all()
    before = dump()
    instrument, (change,) = check_patch(review.round, patch())
    assert instrument.version == "1.0.3"
    assert (change.question, change.field) == (QUESTION, "text")
    assert change.old.startswith(OLD)
    assert change.new.startswith(NEW)
    assert dump() == before
    assert session.scalars(select(InstrumentVersion.id)).all() == versions
    assert review.round.released.instrument.version == "1.0.2"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("id = 3", "has mistakes"),
        (patch("1.1.0"), "same two first numbers"),
        (patch("1.0.0"), "same two first numbers"),
        (patch("1.0.3", new=OLD), "says the same"),
        (patch().replace('id = "hpig-2024"', 'id = "other"'), "has the id hpig-2024"),
        (patch().replace(f'"{QUESTION}"', '"coproduction-33"'), "more than wording"),
    ],
)
def test_what_is_no_correction_is_refused(review, lead, file, said):
    with pytest.raises(ValueError, match=said):
        correct(review.round, file, lead)
    assert review.round.released.instrument.version == "1.0.2"


def test_a_closed_round_keeps_its_wording(review, lead):
    review.round.close()
    with pytest.raises(ValueError, match="closed"):
        correct(review.round, patch(), lead)


def test_a_patch_released_before_can_be_taken_and_the_tenth_is_after_the_second(review, lead):
    assert patches_of(review.round) == []
    second, tenth = release(patch("1.0.3")), release(patch("1.0.10"))
    release(patch("1.1.0"))
    assert patches_of(review.round) == [tenth, second]
    correct_to(review.round, tenth, lead)
    assert patches_of(review.round) == []
    with pytest.raises(ValueError, match="version after it"):
        correct_to(review.round, second, lead)


def test_a_release_is_held_to_the_same_rule(app):
    head, id_, tail = patch().partition(f'id = "{QUESTION}"')
    wider = tail.replace('["strategy"]', '["strategy", "plan"]', 1)
    with app.app_context(), pytest.raises(ValueError, match="only wording may change"):
        release(head + id_ + wider.replace(f'same_as = "{QUESTION}"', ""))


def test_those_who_answered_are_told_until_they_looked(review, lead):
    correct(review.round, patch(), lead)
    found = reworded(review, review.load_answers())
    assert list(found) == [PLACE]
    assert to_look_at(review.round.released.instrument, found) == {"co-production": 1}
    still_fits(review, *PLACE)
    assert reworded(review, review.load_answers()) == {}
    assert review.load_answers()[PLACE].version == 2


def test_changing_the_answer_is_looking_too_and_a_second_correction_tells_again(review, lead):
    correct(review.round, patch(), lead)
    review.record(*PLACE, NO, author=review.reviewer)
    assert reworded(review, review.load_answers()) == {}
    correct(review.round, patch("1.0.4", new="Did the strategy show how the voice of"), lead)
    (told,) = reworded(review, review.load_answers())[PLACE]
    assert told.old.version == "1.0.3"
    assert len(corrections(review.round)) == 2


def test_who_has_not_answered_or_cleared_it_is_not_told(review, lead):
    review.record(*PLACE, Given(), author=review.reviewer)
    correct(review.round, patch(), lead)
    assert reworded(review, review.load_answers()) == {}


def test_search_terms_need_no_second_look(review, lead):
    correct(review.round, patch("1.0.3", '"you said, we did", "what', '"you said", "what'), lead)
    assert reworded(review, review.load_answers()) == {}


def test_a_submitted_review_cannot_be_called_fitting(review, lead):
    review.submit()
    correct(review.round, patch(), lead)
    with pytest.raises(Refused):
        still_fits(review, *PLACE)


# Last time --------------------------------------------------------------------------------------


def test_what_a_round_settled_about_a_system(review, lead):
    review.record("data-3", "plan", Given(not_applicable=True), author=review.reviewer)
    assert settled(review.round, review.system) == {}  # not submitted
    review.submit()
    session.flush()
    assert settled(review.round, review.system) == {
        PLACE: YES,
        ("data-3", "plan"): Given(not_applicable=True),
    }
    other = session.scalars(select(System).where(System.id != review.system_id)).first()
    assert settled(review.round, other) == {}


def test_last_time_is_told_after_answering_and_only_where_it_was_chosen(review, lead):
    review.submit()
    review.round.close()
    now = make_round("now")
    again = assign(now, review.system, review.reviewer)
    assert last_time(again) == {}
    now.earlier = review.round
    assert last_time(again)[PLACE] == "Last time (spring): Yes"


# On the pages -----------------------------------------------------------------------------------


@pytest.fixture
def scene(app: Flask) -> tuple[FlaskClient, str]:
    """The reviewer's browser and the address of a review with a corrected question; the round
    shows the one before, in which the answer was No."""
    with app.app_context():
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        review = make_review()
        before = make_round("before")
        old = assign(before, review.system, review.reviewer)
        old.record(*PLACE, NO, author=review.reviewer)
        old.submit()
        before.close()
        review.round.earlier = before
        review.record(*PLACE, YES, author=review.reviewer)
        correct(review.round, patch(), lead)
        session.commit()
        return sign_in(app, review.reviewer.id), f"/reviews/{review.id}"


def test_the_pages_tell_and_the_button_ends_it(scene):
    client, base = scene
    told = "1 answer to check: the wording of the question was corrected"
    assert told in client.get(base).text
    page = client.get(f"{base}/criteria/co-production").text
    assert page.count("The wording of this question was corrected on") == 1
    assert OLD in page
    assert "The wording of this question was corrected" in client.get(f"{base}/submit").text
    sent = client.post(
        f"{base}/criteria/co-production",
        data={"fits": f"{QUESTION}.strategy.", f"{QUESTION}.strategy.value": "yes"},
    )
    assert sent.status_code == 302
    assert told not in client.get(base).text
    assert "was corrected" not in client.get(f"{base}/criteria/co-production").text


def test_last_time_stands_beneath_an_answered_question_alone(scene):
    client, base = scene
    page = client.get(f"{base}/criteria/co-production").text
    assert page.count("Last time (before): No") == 1
    where = f"{base}/answers/{QUESTION}/strategy"
    name = f"{QUESTION}.strategy."
    cleared = client.post(where, data={f"{name}version": "1"})
    assert cleared.json["last_time"] == ""
    assert "Last time" not in client.get(f"{base}/criteria/co-production").text
    given = client.post(where, data={f"{name}value": "yes", f"{name}version": "2"})
    assert given.json["last_time"] == "Last time (before): No"


def test_the_text_of_the_criteria_is_the_released_one(app):
    with app.app_context():
        assert latest("hpig-2024").definition == TEXT
        assert session.scalars(select(Round)).all() == []
