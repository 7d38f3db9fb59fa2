"""Nobody outside reads an assessment: every address as every person, every export, and the files
that are left after it was deleted."""

from __future__ import annotations

import io
import logging
import re
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest
from sqlalchemy import select

from reviewer import jobs, status
from reviewer.db import session
from reviewer.documents.store import READ_DOCUMENT, attach
from reviewer.findings.counting import figures
from reviewer.jobs import Job
from reviewer.logbook import Entry
from reviewer.people.models import Person
from reviewer.private import EVERY_ROUND, open_round
from reviewer.reviews.answers import Given
from reviewer.reviews.models import Review, assign
from reviewer.rounds.drafting import today
from reviewer.rounds.models import Round, all_rounds, find_round
from reviewer.selfassessment.models import Member, Share
from reviewer.systems.models import System
from tests.documents.conftest import plain_pdf
from tests.running.makers import make_round, sign_in
from tests.selfassessment.makers import (
    COMMENT,
    FILE,
    QUOTE,
    RARE,
    TEXT,
    TITLE,
    add_people,
    begin,
    document_of,
    review_of,
    share,
    whole_assessment,
)
from tests.selfassessment.makers import (
    attach as attach_plan,
)

CLOSED = {401, 403, 404}  # 401: for what is asked with a token alone
# Pages with a token of their own, or with the room on the disk, and charts that take long to draw.
MADE_ANEW = {"static", "findings.charts", "people.who", "status.metrics", "status.index"}


@pytest.fixture
def people(app):
    return add_people(app)


@pytest.fixture
def number(app, people):
    return whole_assessment(app, people)


def paths(app, number):
    """Every address that names this assessment, its review or its document: method and path."""
    values = {
        "assessment_id": number,
        "review_id": review_of(app, number),
        "document_id": document_of(app, number),
        "round_id": number,
        "person_id": 1,
        "number": 1,
        "criterion_id": "leadership",
        "question_id": "leadership-2",
        "document": "plan",
        "kind": "comment",
        "evidence_id": 1,
        "ending": "xlsx",
        "reply_id": 1,
    }
    with app.app_context():
        values["system_id"] = session.scalars(select(System.id).order_by(System.code)).first()
    named = {"assessment_id", "review_id", "document_id", "round_id"}
    adapter = app.url_map.bind("localhost")
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.arguments & named and rule.arguments <= set(values):
            here = dict(values)
            for name in rule.arguments:
                if items := getattr(rule._converters[name], "items", None):
                    here[name] = sorted(items)[0]
            arguments = {name: here[name] for name in rule.arguments}
            for method in rule.methods & {"GET", "POST"}:
                path = adapter.build(rule.endpoint, arguments, method)
                found.add((method, path, bool(rule.arguments & (named - {"round_id"}))))
    return sorted(found)


def test_every_address_is_closed_to_everybody_else(app, people, number):
    tried = 0
    for who, person in people.outside.items():
        client = sign_in(app, person)
        for method, path, _ in paths(app, number):
            response = client.open(path, method=method)
            assert response.status_code in CLOSED, (who, method, path, response.status_code)
            assert not any(word in response.text for word in RARE), (who, path)
            tried += 1
    assert tried > 200


def test_its_own_people_open_what_the_others_could_not(app, people, number):
    client = sign_in(app, people.own)
    opened = [
        path
        for method, path, own in paths(app, number)
        if own and method == "GET" and client.get(path).status_code in (200, 302)
    ]
    assert len(opened) > 12


def test_who_it_was_shared_with_reads_it_and_no_more_once_that_ends(app, people, number):
    own, lead = sign_in(app, people.own), sign_in(app, people.lead)
    assert share(own, number, "lee.lead@example.org").status_code == 302
    assert COMMENT in lead.get(f"/drafts/{number}/results").text
    document = document_of(app, number)
    assert TEXT in lead.get(f"/documents/{document}/pages/1").text
    review = review_of(app, number)
    for method, path, named in paths(app, number):
        reads = method == "GET" and not path.startswith(("/reviews", "/rounds"))
        if named and not reads:
            response = lead.open(path, method=method)
            assert response.status_code in CLOSED, (method, path, response.status_code)
    assert lead.get(f"/reviews/{review}/answers/leadership-2/plan/history").status_code == 404
    assert own.post(f"/drafts/{number}/people/readers/{people.lead}/remove").status_code == 302
    for path in (f"/drafts/{number}/results", f"/documents/{document}/pages/1"):
        assert lead.get(path).status_code == 404


def test_a_share_ends_after_its_last_day(app, people, number):
    own, lead = sign_in(app, people.own), sign_in(app, people.lead)
    share(own, number, "lee.lead@example.org")
    with app.app_context():
        found = session.scalars(select(Share), execution_options=EVERY_ROUND).one()
        found.until = today() - timedelta(days=1)
        session.commit()
    assert lead.get(f"/drafts/{number}/results").status_code == 404
    assert "Nothing is shared" in lead.get("/drafts/shared").text


def test_who_goes_to_another_system_has_left_it(app, people, number):
    with app.app_context():
        other = session.scalars(select(System).order_by(System.code)).all()[1]
        person = session.get_one(Person, people.own)
        person.system = other
        session.commit()
    client = sign_in(app, people.own)
    assert client.get(f"/drafts/{number}").status_code == 404


def test_a_removed_colleague_and_one_who_leaves_are_out_at_once(app, people, number):
    own, colleague = sign_in(app, people.own), sign_in(app, people.colleague)
    assert colleague.get(f"/drafts/{number}").status_code == 404
    own.post(f"/drafts/{number}/people/colleagues", data={"person": people.colleague})
    assert colleague.get(f"/drafts/{number}").status_code == 200
    own.post(f"/drafts/{number}/people/colleagues/{people.colleague}/remove")
    assert colleague.get(f"/drafts/{number}").status_code == 404
    own.post(f"/drafts/{number}/people/colleagues/{people.own}/remove")  # the last one stays
    assert own.get(f"/drafts/{number}").status_code == 200


def test_ones_own_data_holds_an_assessment_as_long_as_one_works_on_it(app, people, number):
    own, lead = sign_in(app, people.own), sign_in(app, people.lead)
    assert COMMENT in own.get("/account/data.json").text
    own.post(f"/drafts/{number}/people/colleagues", data={"person": people.colleague})
    own.post(f"/drafts/{number}/people/colleagues/{people.own}/remove")
    for said in (own.get("/account/data.json"), lead.get(f"/people/{people.own}/data.json")):
        assert said.status_code == 200 and not any(word in said.text for word in RARE)


# What leaves ------------------------------------------------------------------------------------


def sector_round(app, people):
    """A round that a reviewer has read the same system in."""
    with app.app_context():
        round_ = make_round("spring")
        system = round_.systems()[0]
        reader = session.get_one(Person, people.reviewer)
        attach(io.BytesIO(plain_pdf("Sector page")), "sector.pdf", system=system, kind="plan")
        review = assign(round_, system, reader)
        review.record("leadership-2", "plan", Given(frozenset({"yes"})), author=reader)
        review.submit()
        session.commit()
        number = round_.id
        jobs.run_waiting()
        return number


def taken_home(app, people, round_id):
    """Everything that the policy team can see or take home, by address."""
    lead, found = sign_in(app, people.lead), {}
    with app.app_context():
        review = session.scalars(select(Review.id).filter_by(round_id=round_id)).first()
        system = session.get_one(Review, review).system_id
    values = {
        "round_id": round_id,
        "review_id": review,
        "system_id": system,
        "question_id": "leadership-2",
        "criterion_id": "leadership",
        "document": "plan",
        "document_id": 1,
        "number": 1,
        "version_id": 1,
        "instrument_id": "hpig-2024",
        "person_id": people.reviewer,
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in MADE_ANEW:
            continue
        here = dict(values)
        for name in rule.arguments:
            if items := getattr(rule._converters[name], "items", None):
                here[name] = sorted(items)[0]
        if rule.arguments <= set(here):
            path = adapter.build(rule.endpoint, {n: here[n] for n in rule.arguments}, "GET")
            response = lead.get(path)
            found[path] = (
                response.status_code,
                # A page that says that something is wrong has a number of its own.
                plain(response.data) if response.status_code == 200 else b"",
            )
    return found


def counts(app):
    """What the page of the service counts."""
    with app.app_context():
        found = status.facts()
        return found.jobs, found.documents, found.mail


def plain(content):
    """What a file says: the parts of a workbook or Word file, without when it was made, and a page
    without its token."""
    if not is_zipfile(io.BytesIO(content)):
        return re.sub(rb'name="csrf_token" value="[^"]*"', b"", content)
    with ZipFile(io.BytesIO(content)) as file:
        return {n: file.read(n) for n in file.namelist() if "docProps" not in n}


def test_every_page_and_export_of_the_policy_team_is_the_same_with_it_and_without(app, people):
    round_id = sector_round(app, people)
    before, counted = taken_home(app, people, round_id), counts(app)
    whole_assessment(app, people)
    after = taken_home(app, people, round_id)
    assert before.keys() == after.keys() and len(before) > 40
    assert counted == counts(app)
    different = [path for path, said in before.items() if after[path] != said]
    assert different == []


def test_every_command_says_the_same_with_it_and_without(app, people, tmp_path):
    round_id = sector_round(app, people)
    run = app.test_cli_runner()
    with app.app_context():
        code = session.scalars(select(System.code).order_by(System.code)).first()

    def said():
        files = []
        for words in (
            ["rounds", "answers", "spring", "--output"],
            ["findings", "table", "spring", "--output"],
        ):
            path = tmp_path / f"{len(files)}.csv"
            path.unlink(missing_ok=True)
            assert run.invoke(args=[*words, str(path)]).exit_code == 0
            files.append(path.read_bytes())
        found = run.invoke(args=["documents", "find", code, "page"])
        return files, found.output

    before = said()
    number = whole_assessment(app, people)
    assert said() == before
    document = document_of(app, number)
    told = run.invoke(args=["documents", "text", str(document)])
    assert told.exit_code == 1 and TEXT not in told.output
    found = run.invoke(args=["documents", "find", code, TEXT])
    assert "page" not in found.output.replace("No page", "")
    with app.app_context():
        name = session.scalar(
            select(Round.name).filter_by(id=number), execution_options=EVERY_ROUND
        )
        assert find_round(name) is None
        assert [r.id for r in all_rounds()] == [round_id]
        assert figures(session.get_one(Round, round_id))[0].systems_reviewed == 1


def test_the_same_file_is_kept_apart_from_the_sectors_and_from_another_assessment(app, people):
    with app.app_context():
        system = session.scalars(select(System).order_by(System.code)).first()
        pdf = plain_pdf(f"First page {TEXT}")
        shelf, _ = attach(io.BytesIO(pdf), FILE, system=system, kind="plan")
        session.commit()
        stored = shelf.stored_as
    client = sign_in(app, people.own)
    one, other = begin(client), begin(client, "Second")
    for number in (one, other):
        attach_plan(client, number, f"First page {TEXT}")
    folder = Path(app.config["UPLOADS_DIR"])
    assert len(list(folder.glob("*.pdf"))) == 3
    client.post(f"/drafts/{one}/delete", data={"sure": "y"})
    assert len(list(folder.glob("*.pdf"))) == 2 and (folder / stored).is_file()
    assert TEXT in client.get(f"/drafts/{other}/documents?find={TEXT}").text


# What is left -----------------------------------------------------------------------------------


def places_with(words, *folders):
    """The files below these folders that hold one of the words, in any case."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes().lower()
                found += [(path.name, word) for word in words if word.lower().encode() in content]
    return found


def test_after_deletion_no_file_of_the_installation_holds_a_word_of_it(app, people, caplog):
    caplog.set_level(logging.DEBUG)
    number = whole_assessment(app, people)
    client = sign_in(app, people.own)
    folder = Path(app.config["UPLOADS_DIR"]).parent
    # The files alone, where the database is a server's.
    there = set(RARE) if app.config["DATABASE_URL"].startswith("sqlite") else {TEXT, QUOTE}
    assert {word for _, word in places_with(RARE, folder)} == there
    attach_plan(client, number, f"Another draft {TEXT}", name="second-zorilla.pdf")
    share(client, number, "lee.lead@example.org")
    assert client.post(f"/drafts/{number}/delete").status_code == 200  # not without the box
    assert client.post(f"/drafts/{number}/delete", data={"sure": "y"}).status_code == 302
    with app.app_context():
        jobs.run_waiting()
        left = session.scalars(select(Job).where(Job.kind == READ_DOCUMENT)).all()
        assert left == []
    assert places_with(RARE, folder) == []
    assert not any(word.lower() in caplog.text.lower() for word in RARE)
    assert client.get(f"/drafts/{number}").status_code == 404
    assert list((folder / "uploads" / "pictures").glob("*")) == []


def test_a_job_that_fails_tells_nothing_of_the_document(app, people, caplog, monkeypatch):
    client = sign_in(app, people.own)
    number = begin(client)

    def fail(*_args):
        raise RuntimeError(f"cannot read {TEXT}")

    monkeypatch.setattr("reviewer.documents.intake.read", fail)
    attach_plan(client, number, f"Words {TEXT}")
    with app.app_context():
        errors = set(session.scalars(select(Job.error)))
    assert "RuntimeError" in errors and TEXT not in str(errors)
    assert "RuntimeError" in caplog.text and TEXT not in caplog.text


def test_a_database_that_is_in_use_is_cleaned_later(app, people, monkeypatch):
    number = whole_assessment(app, people)
    client = sign_in(app, people.own)
    client.post(f"/drafts/{number}/delete", data={"sure": "y"})
    monkeypatch.setattr("reviewer.selfassessment.deleting.forget_deleted", lambda _engine: False)
    with app.app_context():
        jobs.run_waiting()
        waiting = session.scalars(select(Job).filter_by(kind="forget-deleted", state="waiting"))
        assert len(waiting.all()) == 1


def test_two_people_work_on_the_same_answers_and_none_is_lost(app, people, number):
    own, colleague = sign_in(app, people.own), sign_in(app, people.colleague)
    own.post(f"/drafts/{number}/people/colleagues", data={"person": people.colleague})
    review = review_of(app, number)
    path, name = f"/reviews/{review}/answers/leadership-2/plan", "leadership-2.plan."
    theirs = {f"{name}value": "yes", f"{name}version": "1"}
    assert colleague.post(path, data=theirs).status_code == 200
    late = own.post(path, data={f"{name}value": "no", f"{name}version": "1"})
    assert late.status_code == 409 and "Yes" in late.json["theirs"]
    assert "Col League" in own.get(f"/drafts/{number}/log").text


def test_one_draft_that_was_attached_by_mistake_is_deleted(app, people, number):
    client, document = sign_in(app, people.own), document_of(app, number)
    path = f"/drafts/{number}/documents/{document}/delete"
    colleague = sign_in(app, people.colleague)
    assert colleague.post(path).status_code == 404
    assert FILE in client.get(path).text
    assert client.post(path).location == f"/drafts/{number}/documents"
    page = client.get(f"/drafts/{number}/documents").text
    assert "The answers stay" in page and "zorilla" not in page
    assert client.post(path).location == client.get(path).location  # the second click, and back
    assert client.get(f"/documents/{document}/file").status_code == 404
    with app.app_context():
        jobs.run_waiting()
        uploads = Path(app.config["UPLOADS_DIR"])
        assert [path for path in uploads.rglob("*") if path.suffix in (".pdf", ".jpg")] == []
    results = client.get(f"/drafts/{number}/results").text
    assert COMMENT in results and QUOTE not in results
    attach_plan(client, number, f"Another {TEXT}", name="right.pdf")
    assert "right.pdf" in client.get(f"/drafts/{number}/documents").text
    assert document_of(app, number) != document


def test_with_the_last_of_its_people_it_goes_and_not_before(app, people, number):
    lead, path = sign_in(app, people.lead), f"/people/{people.own}"
    with app.app_context():
        shared = session.get_one(Person, people.colleague)
        open_round(session, number)  # as its own page does, or the record would be told
        session.add(Member(round_id=number, person_id=shared.id))
        session.commit()
    asked = lead.get(f"{path}/remove").text
    assert "nobody can open it" in asked and TITLE not in asked
    # Whoever has no draft gives the same page: that there is one is not told.
    other = lead.get(f"/people/{people.elsewhere}/remove").text
    assert "nobody can open it" in other
    for person in (people.own, people.colleague):
        assert left(app, number) == 1
        for step in ("remove", "forget"):
            lead.post(f"/people/{person}/{step}")
            assert TITLE not in lead.get(f"/people/{person}").text
    assert left(app, number) == 0
    with app.app_context():
        uploads = Path(app.config["UPLOADS_DIR"])
        assert list(uploads.rglob("*.pdf")) == []
        assert session.scalars(select(Entry).where(Entry.round_id == number)).all() == []


def left(app, number):
    """How many rounds of that number there are."""
    with app.app_context():
        found = select(Round).filter_by(id=number)
        return len(session.scalars(found, execution_options=EVERY_ROUND).all())


def test_a_browser_keeps_nothing_of_a_draft(app, people, number):
    client, document = sign_in(app, people.own), document_of(app, number)
    for path in (f"/documents/{document}/file", f"/documents/{document}/pages/1/picture"):
        response = client.get(path)
        assert response.status_code == 200 and response.headers["Cache-Control"] == "no-store", path
