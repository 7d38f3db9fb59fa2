"""A document that was attached by mistake: who may withdraw it, and what is left of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from reviewer import jobs
from reviewer.backup import make
from reviewer.db import session
from reviewer.documents import intake, store
from reviewer.documents.models import Document, Page
from reviewer.documents.pictures import pictures_of
from reviewer.documents.withdrawing import hold_to_cite, withdraw
from reviewer.jobs import Job
from reviewer.logbook import Entry
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.rounds.models import Round
from tests.documents.conftest import plain_pdf, uploads
from tests.running.makers import make_person, sign_in

PDF = plain_pdf("Partners work together for babies", "and for young people")
WHY = "It is the plan of another system"
DETAILS = {"source_address": "", "published_on": ["", "", ""], "retrieved_on": ["", "", ""]}


@pytest.fixture
def people(app, place, readers):
    """Ids of two reviewers of the first system and of a policy lead."""
    readers.add((place.round_id, place.system_id))
    with app.app_context():
        made = [
            make_person("Rob In", Role.REVIEWER),
            make_person("Other One", Role.REVIEWER),
            make_person("Lee Lead", Role.POLICY_LEAD),
        ]
        session.commit()
        return [person.id for person in made]


@pytest.fixture
def document_id(app, attach, people):
    """A plan that the first reviewer attached and a worker has read and drawn."""
    with app.app_context():
        person = session.get_one(Person, people[0])
        document_id = attach(PDF, person=person)
        jobs.run_waiting()
        assert (uploads() / "pictures").is_dir()
    return document_id


def at(place, document_id: int, what: str = "withdraw") -> str:
    return f"{place.shelf}/{document_id}/{what}"


def test_whoever_attached_it_withdraws_it_and_nothing_of_it_is_left(
    app, place, people, document_id
):
    client = sign_in(app, people[0])
    assert "Withdraw" in client.get(place.shelf).text
    asked = client.get(at(place, document_id)).text
    assert "Nothing rests on it" in asked and "plan.pdf" in asked
    refused = client.post(at(place, document_id), data={"because": "  "})
    assert "Say why it is withdrawn" in refused.text
    assert client.get(f"/documents/{document_id}/file").status_code == 200
    with app.app_context():
        document = session.get_one(Document, document_id)
        kept = [uploads() / document.stored_as, uploads() / pictures_of(document).name(1)]
        assert all(path.exists() for path in kept)
    sent = client.post(at(place, document_id), data={"because": WHY})
    assert sent.location == place.shelf
    shelf = client.get(place.shelf).text
    assert f"{WHY}. Its file was removed." in shelf and "No document is attached yet." in shelf
    # Who else reads is no reviewer's to know.
    other = sign_in(app, people[1]).get(place.shelf).text
    assert WHY in other and "Rob In" not in other
    assert client.get(f"/documents/{document_id}/file").status_code == 404
    assert WHY in client.get(f"/documents/{document_id}/pages/1").text
    with app.app_context():
        assert not any(path.exists() for path in kept)
        assert session.scalar(select(func.count(Page.id))) == 0
        assert session.scalar(select(func.count(Job.id))) == 0
    # The second click, and the button to go back.
    again = client.post(at(place, document_id), data={"because": "Once more"})
    assert again.location == place.shelf
    assert client.get(at(place, document_id)).location == place.shelf
    shelf = client.get(place.shelf).text
    assert "withdrawn already" in shelf and "Once more" not in shelf
    with app.app_context():
        entry = session.scalars(select(Entry).filter_by(noun="document").order_by(Entry.id)).all()[
            -1
        ]
        assert (entry.person_id, entry.after) == (people[0], {"withdrawn_because": WHY})
    assert "Rob In" in sign_in(app, people[2]).get(place.shelf).text


def test_others_do_not(app, place, people, document_id):
    for path in ("withdraw", "change"):
        client = sign_in(app, people[1])
        assert "Withdraw" not in client.get(place.shelf).text
        assert client.post(at(place, document_id, path)).location == place.shelf
        assert "Only the person who attached this document" in client.get(place.shelf).text
    with app.app_context():
        viewer = make_person("Vi Ewer", Role.POLICY_VIEWER)
        session.commit()
        viewer_id = viewer.id
    for path in ("withdraw", "change"):
        assert sign_in(app, viewer_id).get(at(place, document_id, path)).status_code == 403
    other = f"/rounds/{place.round_id}/systems/{place.other_id}/documents/{document_id}/withdraw"
    assert sign_in(app, people[2]).post(other, data={"because": WHY}).status_code == 404
    with app.app_context():
        session.get_one(Round, place.round_id).close()
        session.commit()
    lead = sign_in(app, people[2])
    assert lead.post(at(place, document_id), data={"because": WHY}).location == place.shelf
    assert "is closed, so its documents stay as they are" in lead.get(place.shelf).text
    with app.app_context():
        assert session.get_one(Document, document_id).withdrawn_at is None


def test_the_same_file_is_attached_again_under_the_next_number(
    app, place, people, document_id, attach
):
    sign_in(app, people[2]).post(at(place, document_id), data={"because": WHY})
    again = attach(PDF)
    with app.app_context():
        document = session.get_one(Document, again)
        assert (document.id != document_id, document.version) == (True, 2)
        [only] = store.on_shelf(document.system, session.get_one(Round, place.round_id))
        assert only is document
        assert store.shelf_of(document.system) == [document]
        assert store.count_by_system(session.get_one(Round, place.round_id)) == {place.system_id: 1}


def test_a_worker_that_reads_it_stops_and_leaves_nothing(app, attach, people, monkeypatch):
    document_id = attach(PDF)
    read = intake.read

    def and_meanwhile(path, limits):
        events = read(path, limits)
        yield next(events)
        document = session.get_one(Document, document_id)
        withdraw(document, WHY, session.get_one(Person, people[0]), keep=False)
        session.commit()
        yield from events

    monkeypatch.setattr(intake, "read", and_meanwhile)
    with app.app_context():
        jobs.run_waiting()
        assert session.scalar(select(func.count(Page.id))) == 0
        document = session.get_one(Document, document_id)
        assert (document.page_count, document.reason, document.emptied) == (0, "", True)
        assert list(uploads().glob("*.pdf")) == []


def test_a_backup_misses_nothing_of_what_was_withdrawn(app, place, people, document_id, tmp_path):
    sign_in(app, people[2]).post(at(place, document_id), data={"because": WHY})
    with app.app_context():
        told = make(tmp_path / "backup.zip")
        assert told.lost == []


def test_nobody_cites_what_is_being_withdrawn(app, people, document_id):
    with app.app_context():
        document = session.get_one(Document, document_id)
        hold_to_cite(document)
        withdraw(document, WHY, session.get_one(Person, people[0]), keep=True)
        with pytest.raises(ValueError, match="withdrawn just now"):
            hold_to_cite(document)


def test_what_was_said_of_it_is_corrected(app, place, people, document_id):
    client = sign_in(app, people[0])
    assert 'value="plan.pdf"' in client.get(at(place, document_id, "change")).text
    new = {
        "kind": "strategy",
        "file_name": "Our strategy.pdf",
        "source_address": "https://example.org/s.pdf",
        "published_on": ["27", "3", "2024"],
        "retrieved_on": ["", "", ""],
    }
    wrong = client.post(at(place, document_id, "change"), data=new | {"file_name": ""})
    assert "Give it the name that readers see" in wrong.text
    for _ in range(2):  # the second click
        sent = client.post(at(place, document_id, "change"), data=new)
        assert sent.location == place.shelf
    with app.app_context():
        document = session.get_one(Document, document_id)
        assert (document.kind, document.version, document.file_name) == (
            "strategy",
            1,
            "Our strategy.pdf",
        )
        assert document.published_on == date(2024, 3, 27)
    unknown = client.post(at(place, document_id, "change"), data=new | {"kind": "letter"})
    assert unknown.status_code == 200 and "Not a valid choice" in unknown.text
    client.post(at(place, document_id), data={"because": WHY})
    assert client.get(at(place, document_id, "change")).location == place.shelf
    assert "withdrawn already. Nothing was changed" in client.get(place.shelf).text
