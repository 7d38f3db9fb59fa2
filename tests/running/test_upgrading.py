"""A round goes on to another version: every answer is accounted for, and nothing of it is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.instrument import models as instruments
from reviewer.instrument.mapping import Course, Fate, Held, Move, VersionMap, check, course
from reviewer.instrument.model import TEXT, Instrument
from reviewer.instrument.models import latest, release, released
from reviewer.instrument.written import written
from reviewer.moderation.decisions import decide
from reviewer.moderation.models import Decision
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Answer, Given
from reviewer.reviews.kept import kept_of, waiting_words
from reviewer.reviews.models import Review, assign
from reviewer.rounds.models import Round, find_round
from reviewer.rounds.upgrades import Upgrade, propose_upgrade
from reviewer.running.upgrading import apply, dry_run
from tests.running.makers import make_person, make_round, sign_in
from tests.writing.makers import make_finding


def fill(review: Review, rng: random.Random) -> None:
    """A random answer to most questions of a review."""
    given = {}
    for question in review.round.released.instrument.questions:
        for on in question.documents:
            if rng.random() < 0.15:
                continue
            if question.kind == TEXT:
                value = Given(text=rng.choice(["Words.", "More words."]))
            elif rng.random() < 0.1:
                value = Given(not_applicable=True)
            else:
                most = len(question.options) if question.kind == "choices" else 1
                chosen = rng.sample([o.id for o in question.options], rng.randint(1, most))
                value = Given(frozenset(chosen), comment=rng.choice(["", "Why."]))
            given[question.id, on] = value
    review.record_all(given)


@pytest.fixture
def full(app):
    """A round of three systems, of which one is read twice and decided upon."""
    with app.app_context():
        rng = random.Random(7)
        lead, round_ = make_person("Lea Lead", Role.POLICY_LEAD), make_round("Autumn", systems=3)
        readers = [make_person(f"Reader {n}", Role.REVIEWER) for n in range(4)]
        for number, reader in enumerate(readers):
            review = assign(round_, round_.systems()[number % 3], reader)
            fill(review, rng)
            if number != 3:
                review.submit()
        session.commit()
        return round_.id, lead.id


def at_random(old: Instrument, rng: random.Random, version: str) -> tuple[Instrument, VersionMap]:
    """Another version, and what becomes of each question on the way there."""
    questions, moves, waiting = [], [], None
    for question in old.questions:
        plain = replace(question, asked_where=None, same_as="")
        new_id = f"{question.id}-{version[0]}"
        options = {o.id: o.id for o in question.options}
        if question.scale is None and len(question.options) > 2 and rng.random() < 0.5:
            gone = rng.choice(question.options)  # one answer less
            left = tuple(o for o in question.options if o is not gone)
            told = {k: v for k, v in question.statement.items() if k != gone.id}
            plain, options[gone.id] = replace(plain, options=left, statement=told), ""
        match rng.choice(["kept", "kept", "reworded", "split", "merged", "retired"]):
            case "kept":
                questions.append(plain)
                moves.append(Move(question.id, Fate.KEPT, (question.id,), options))
            case "reworded":
                questions.append(replace(plain, id=new_id, text=f"{question.text} Or so?"))
                moves.append(Move(question.id, Fate.REWORDED, (new_id,), options))
            case "split":
                halves = (f"{new_id}a", f"{new_id}b")
                questions += [replace(plain, id=half) for half in halves]
                moves.append(Move(question.id, Fate.SPLIT, halves))
            case "merged" if waiting and waiting[0].documents == question.documents:
                into = waiting[1]
                moves.append(Move(question.id, Fate.MERGED, (into,)))
                moves = [
                    replace(m, fate=Fate.MERGED, options={}) if m.new == (into,) else m
                    for m in moves
                ]
                waiting = None
            case "merged":
                questions.append(replace(plain, id=new_id))
                moves.append(Move(question.id, Fate.REWORDED, (new_id,), options))
                waiting = (question, new_id)
            case _:
                moves.append(Move(question.id, Fate.RETIRED))
    used = {question.criterion for question in questions}
    criteria = tuple(c for c in old.criteria if c.id in used)
    new = replace(old, version=version, questions=tuple(questions), criteria=criteria)
    return new, VersionMap(tuple(moves))


def everything(round_: Round) -> dict[int, tuple]:
    """All that there is of each answer of a round, by the id of the answer."""
    codes = round_.released.option_codes
    return {
        answer.id: (
            (round_.released.question_codes[answer.question_id], answer.document),
            answer.given(codes),
            answer.author_id,
            answer.answered_at,
            answer.version,
            len(answer.history),
            len(answer.evidence),
            answer.review.reader,
        )
        for answer in session.scalars(
            select(Answer).join(Review).where(Review.round_id == round_.id)
        ).unique()
    }


def move_at_random(round_id: int, lead_id: int, seed: int, version: str) -> Upgrade:
    round_, lead = session.get_one(Round, round_id), session.get_one(Person, lead_id)
    new, mapping = at_random(
        released(round_.instrument_version_id).instrument, random.Random(seed), version
    )
    assert check(mapping, released(round_.instrument_version_id).instrument, new) == []
    upgrade = propose_upgrade(round_, release(written(new)), lead)
    upgrade.change(mapping, upgrade.edit)
    said, before = dry_run(upgrade), everything(round_)
    assert apply(upgrade, lead) == said
    assert said.answers == len(before)
    assert said.carried + said.person + said.readable == said.answers

    round_ = session.get_one(Round, round_id)
    kept = session.get_one(Round, upgrade.kept_round_id)
    live, left = everything(round_), everything(kept)
    assert live.keys() | left.keys() == before.keys()
    assert not live.keys() & left.keys()
    for id_, (place, given_, *rest) in before.items():
        held = Held(*place, given_.options, bool(given_.text))
        if course(mapping, new, held) == Course.CARRIED:
            move = mapping.of(place[0])
            now = replace(given_, options=frozenset(move.options[o] for o in given_.options))
            assert live[id_] == ((move.new[0], place[1]), now, *rest)
        else:
            assert left[id_] == (place, given_, *rest)
    listed = kept_of(round_)
    assert len({each.answer.id for each in listed} & left.keys()) == len(left)
    figures(round_)
    return upgrade


@settings(
    max_examples=4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 10**6))
def test_a_full_round_moved_at_random_accounts_for_every_answer(app, full, seed):
    with app.app_context():
        move_at_random(*full, seed, "2.0.0")
        session.rollback()
    instruments._released.clear()  # of a version that was not committed


def test_a_round_is_moved_twice_and_its_pages_stand(app, full):
    round_id, lead_id = full
    with app.app_context():
        move_at_random(round_id, lead_id, 3, "2.0.0")
        move_at_random(round_id, lead_id, 4, "3.0.0")
        reviews = session.scalars(select(Review).filter_by(round_id=round_id))
        review = next(review for review in reviews if review.can_change)
        review_id, reader_id = review.id, review.reviewer_id
        place = next(iter(waiting_words(review)))
        criterion = review.released.instrument.question(place[0]).criterion
        session.commit()
        assert find_round("Autumn").id == round_id
    lead, reader = sign_in(app, lead_id), sign_in(app, reader_id)
    for path in ("", "/findings", "/upgrade", "/upgrade/1", "/upgrade/2", "/upgrade/kept"):
        assert lead.get(f"/rounds/{round_id}{path}").status_code == 200, path
    assert lead.get("/record").status_code == 200
    assert "Answers to earlier questions" in reader.get(f"/reviews/{review_id}/kept").text
    page = reader.get(f"/reviews/{review_id}/criteria/{criterion}").text
    assert "which was changed since" in page
    assert "the others are kept here" in reader.get(f"/reviews/{review_id}").text
    home = reader.get("/reviews").text
    assert home.count("kept from version") == 0 < home.count("Autumn")


def test_a_decision_goes_the_way_of_its_answers(app, full):
    round_id, lead_id = full
    with app.app_context():
        round_, lead = session.get_one(Round, round_id), session.get_one(Person, lead_id)
        old = round_.released.instrument
        place = {"round_id": round_id, "system_id": round_.systems()[0].id}
        review = session.scalars(select(Review).filter_by(**place)).first()
        places = [p for p, a in review.load_answers().items() if a.options]
        places = list({place[0]: place for place in places}.values())[:2]
        for id_, on in places:
            options = frozenset({old.question(id_).options[0].id})
            decide(round_, review.system, id_, on, Given(options), "So.", lead)
        renamed, retired = places[0][0], places[1][0]
        questions = tuple(
            replace(q, id="renamed" if q.id == renamed else q.id, asked_where=None, same_as="")
            for q in old.questions
            if q.id != retired
        )
        new = replace(old, version="2.0.0", questions=questions)
        upgrade = propose_upgrade(round_, release(written(new)), lead)
        assert upgrade.map.of(renamed).new == ("renamed",)
        moves = [Move(m.old, Fate.RETIRED) if m.old == retired else m for m in upgrade.map.moves]
        upgrade.change(VersionMap(tuple(moves)), upgrade.edit)
        apply(upgrade, lead)
        live, kept = (
            session.scalars(select(Decision).filter_by(round_id=id_)).all()
            for id_ in (round_id, upgrade.kept_round_id)
        )
        codes = released(upgrade.to_version_id).question_codes
        assert [codes[d.question_id] for d in live] == ["renamed"]
        assert [codes[d.question_id] for d in kept] == [retired]


def test_in_the_browser_with_a_sheet(app, full):
    round_id, lead_id = full
    with app.app_context():
        old = released(latest("hpig-2024").id).instrument
        kept, gone = old.questions[:-1], old.questions[-1].id
        version_id = release(written(replace(old, version="2.0.0", questions=kept))).id
        session.commit()
    lead = sign_in(app, lead_id)
    path = f"/rounds/{round_id}/upgrade"
    assert "Review the way to version 2.0.0" in lead.get(path).text
    there = lead.post(path, data={"version": version_id}).location
    assert there == lead.post(path, data={"version": version_id}).location
    assert "none is lost" in lead.get(there).text

    def send(text):
        file = (BytesIO(text.encode()), "mapping.csv")
        return lead.post(f"{there}/mapping", data={"file": file})

    sheet = lead.get(f"{there}/mapping.csv").text
    assert send(sheet.replace("workforce-5,", "nowhere,", 1)).status_code == 302
    assert "nowhere: the old version has no question of this id." in lead.get(there).text
    assert "is no fate; use one of" in send(sheet.replace(",kept,", ",lost,")).text
    assert send(sheet).status_code == 302

    of_question = f"{there}/question/{gone}"
    assert lead.get(of_question).status_code == 200
    form = {"fate": "split", "new": ["workforce-5"], "options": ""}
    lead.post(of_question, data=form | {"seen": "3"})
    assert "split goes with two or more questions." in lead.get(there).text
    form = {"fate": "retired", "options": ""}
    assert "Somebody changed the mapping" in lead.post(of_question, data=form | {"seen": "3"}).text
    lead.post(of_question, data=form | {"seen": "4"})
    stale = lead.post(there, data={"seen": "4"}, follow_redirects=True).text
    assert "Somebody changed the mapping" in stale
    done = lead.post(there, data={"seen": "5"}, follow_redirects=True).text
    assert "The round has version 2.0.0 now" in done
    again = lead.post(there, data={"seen": "5"}, follow_redirects=True).text
    assert "This upgrade was made already." in again
    with app.app_context():
        assert session.get_one(Round, round_id).instrument_version_id == version_id


def test_what_was_written_on_a_question_that_goes_is_listed_until_somebody_looks(app, full):
    round_id, lead = full
    with app.app_context():
        round_ = session.get_one(Round, round_id)
        old = round_.released.instrument
        gone, stays = old.questions[0], old.questions[-1]
        figure = f"{gone.id}-{gone.documents[0]}"
        make_finding(
            round_,
            criterion=gone.criterion,
            heading="It rests on it",
            text="",
            charts="",
            rests_on=figure,
        )
        make_finding(
            round_,
            place=2,
            criterion=stays.criterion,
            heading="It stays",
            charts="",
            rests_on="",
            text=f"{{{stays.id}-{stays.documents[0]}.base}}",
        )
        left = [q for q in old.questions if q.id != gone.id]
        plain = tuple(replace(q, asked_where=None, same_as="") for q in left)
        release(written(replace(old, version="9.0.0", questions=plain)))
        session.commit()
        upgrade = propose_upgrade(round_, latest(old.id), session.get_one(Person, lead))
        session.commit()
        path = f"/rounds/{round_id}/upgrade/{upgrade.id}"
        assert upgrade.mistakes == []
    client = sign_in(app, lead)
    page = client.get(path).text
    assert "1 text of the report to look at again" in page and "It rests on it" in page
    assert "It stays" not in page
    assert "to look at again" not in client.get(f"/rounds/{round_id}/writing").text
    client.post(path, data={"seen": "1"})
    page = client.get(f"/rounds/{round_id}/writing").text
    assert "1 text to look at again" in page and figure in page
    assert "It rests on it" in client.get(path).text
