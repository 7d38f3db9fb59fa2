"""Right of reply: what a system reads, writes and is told, and what the policy team records."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from reviewer.db import now, session
from reviewer.logbook import Entry
from reviewer.moderation.comparing import compare
from reviewer.moderation.models import Decision
from reviewer.moderation.outcomes import rates, record_outcome, standings
from reviewer.moderation.readings import blind_pairs, comparisons
from reviewer.moderation.replies import Reply, ReplyPoint, today
from reviewer.moderation.replying import Said, hand_in, invite, say, set_window
from reviewer.moderation.settled import settled_of
from reviewer.people.mail import Message
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.answers import Given, NoteKind
from reviewer.reviews.models import Refused, Review
from reviewer.rounds.models import NotPublished, Round
from reviewer.running.closing import close, reopen
from reviewer.systems.models import System
from tests.house_rules import Page
from tests.moderation.makers import NO, SOME, YES, queries, read
from tests.reviews.shelf import put_on_shelf
from tests.running.makers import make_person, make_round, sign_in

AGREED, DIFFERS, ALONE = ("data-3", "plan"), ("data-4", "plan"), ("coproduction-3", "strategy")
DAY = timedelta(days=1)
DATA = "data-and-information-sharing"
FORM = f"/replies/1/criteria/{DATA}"
SECRETS = ("Ada Reader", "Bo Second", "Ada's comment", "Ada's note", "Lee Lead", "A third reading")


@pytest.fixture
def scene(app):
    """Ids of a round and of its first system, which two people read; the second system has one
    reading. The first has a contact, and its days are now."""
    with app.app_context():
        round_ = make_round("spring")
        one, other = round_.systems()
        plan = put_on_shelf(one, "plan", ("One", "A named lead", "Three"))
        ada = make_person("Ada Reader", Role.REVIEWER)
        bo = make_person("Bo Second", Role.REVIEWER)
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        first = read(round_, one, ada, {DIFFERS: YES, ALONE: NO}, submit=False)
        given = Given(frozenset({"yes"}), comment="Ada's comment", pages=((2, 2),))
        first.record(*AGREED, given, author=ada, read=plan)
        first.note_down("leadership", NoteKind.COMMENT, "Ada's note", author=ada)
        first.submit()
        read(round_, one, bo, {AGREED: YES, DIFFERS: NO})
        read(round_, other, ada, {AGREED: NO})
        set_window(round_, today() - DAY, today() + DAY)
        sam = invite(round_, one, "Sam Planner", "sam@example.org").contact
        pat = invite(round_, other, "Pat Planner", "pat@example.org").contact
        found = {"round": round_.id, "one": one.id, "other": other.id, "sam": sam.id}
        found |= {"pat": pat.id, "lead": lead.id, "plan": plan.id}
        session.commit()
        return found


@contextmanager
def opened(app, scene):
    """The reply of the first system, with what a writer of it needs."""
    with app.app_context():
        reply = session.scalars(select(Reply).filter_by(system_id=scene["one"])).one()
        yield reply, settled_of(reply.round, reply.system), session.get_one(Person, scene["sam"])
        session.rollback()


def put(reply, settled, sam, place, view, text=""):
    """A point, in sight of what is there."""
    seen = Said.kept(reply.by_place.get(place), settled[place], []).seen
    say(reply, settled[place], Said(view, text=text, seen=seen), [], sam)


def fields(client, **changed):
    """The hidden fields of the form as the page has them, with others filled in."""
    inputs = Page(client.get(FORM).text).all("input")
    hidden = {a["name"]: a.get("value", "") for a in inputs if a.get("type") == "hidden"}
    return hidden | changed


def test_what_is_settled_is_what_counts_and_has_no_word_of_a_reviewer(app, scene):
    with opened(app, scene) as (_, settled, _sam):
        assert settled[AGREED].words == "Yes"
        assert settled[AGREED].given == YES
        assert [(words, number) for words, _, number in settled[AGREED].pages] == [
            ("Joint forward plan, page 2", 2)
        ]
        assert settled[DIFFERS].given is None and settled[DIFFERS].words == "Not settled"
        assert settled[ALONE].given == NO
        assert set(settled) == {AGREED, DIFFERS, ALONE}


def test_a_contact_reads_saves_sends_and_is_told_the_outcome(app, scene):
    client = sign_in(app, scene["sam"])
    assert client.get("/").location.endswith("/replies")
    assert "Open" in client.get("/replies").text
    form = fields(client)
    name = "data-3.plan."
    form |= {f"{name}view": "partly", f"{name}text": "See also page 3.", f"{name}page": "3"}
    form |= {f"{name}document": str(scene["plan"])}
    response = client.post(FORM, data=form)
    assert response.status_code == 302
    page = client.get("/replies/1").text
    assert "Partly agree" in page and "See also page 3." in page and "Not settled" in page
    lead = sign_in(app, scene["lead"])
    address = f"/rounds/{scene['round']}/replies/{scene['one']}"
    assert "See also page 3." not in lead.get(address).text, "it is not sent yet"
    assert client.post("/replies/1/send").status_code == 302
    assert "See also page 3." in lead.get(address).text
    outcome = {f"{name}value": "some", f"{name}reason": "Page 3 limits it.", f"{name}seen": "0"}
    assert lead.post(f"{address}/data-3/plan", data=outcome).status_code == 302
    assert "This system is done" in lead.get(address).text
    page = client.get("/replies/1").text
    assert "Changed" in page and "Page 3 limits it." in page
    assert "To the answer then: Yes" in page and "Lee Lead" not in page
    again = client.post(FORM, data=form | {f"{name}text": "More."})
    assert again.status_code == 200 and "can no longer be changed" in again.text
    with app.app_context():
        found = rates(session.get_one(Round, scene["round"]))
        assert (found.invited, found.replied, found.points, found.changed) == (2, 1, 1, 1)
        assert (found.reply_percent, found.change_percent, found.open) == (50, 100, 0)
        assert session.scalars(select(Decision)).one().reason == "Page 3 limits it."
        nouns = {entry.noun for entry in session.scalars(select(Entry))}
        assert {"reply", "reply_point", "reply_window"} <= nouns


def test_each_point_is_saved_on_its_own_and_a_mistake_keeps_what_was_typed(app, scene):
    client = sign_in(app, scene["sam"])
    form = fields(client, **{"data-3.plan.view": "disagree"})
    response = client.post(FORM, data=form)
    assert "Say in a sentence" in response.text
    form = fields(client, **{"data-3.plan.text": "Typed."})
    assert "Choose whether you agree" in client.post(FORM, data=form).text
    form["data-3.plan.view"], form["data-3.plan.page"] = "agree", "9"
    form["data-3.plan.document"] = str(scene["plan"])
    response = client.post(FORM, data=form)
    assert "has 3 pages" in response.text and "Typed." in response.text
    with app.app_context():
        assert not session.scalars(select(ReplyPoint)).all()


def test_nothing_of_a_reviewer_and_nothing_of_another_system_is_seen(app, scene):
    with app.app_context():
        other = session.get_one(System, scene["other"])
        secret = put_on_shelf(other, "plan", ("Their secret",)).id
        session.commit()
    client = sign_in(app, scene["sam"])
    for path in (
        *("/", "/replies", "/replies/1", "/replies/1/copy.csv"),
        *(FORM, "/replies/1/criteria/co-production"),
        f"/documents/{scene['plan']}/pages/2",
    ):
        text = client.get(path, follow_redirects=True)
        assert text.status_code == 200, path
        for words in SECRETS:
            assert words not in text.text.replace("&#39;", "'"), f"{words} on {path}"
    for path in ("/replies/2", FORM.replace("1", "2", 1), "/replies/2/copy.xlsx", "/replies/9"):
        assert client.get(path).status_code == 404, path
    for path in ("/replies/2/send", FORM.replace("1", "2", 1)):
        assert client.post(path).status_code == 404, path
    closed = f"/rounds/{scene['round']}"
    for path in (
        *(f"/documents/{secret}/pages/1", f"/documents/{secret}/file"),
        f"{closed}/systems/{scene['other']}/documents",
        *(f"{closed}/replies", f"{closed}/replies/{scene['one']}", f"{closed}/moderation"),
        *("/reviews/1", f"{closed}/answers.csv", "/people"),
    ):
        assert client.get(path).status_code == 403, path


def test_the_copy_has_every_settled_answer_and_the_reply(app, scene):
    with opened(app, scene) as (reply, settled, sam):
        put(reply, settled, sam, AGREED, "disagree", "=No lead")
        session.commit()
    client = sign_in(app, scene["sam"])
    lines = client.get("/replies/1/copy.csv").text.splitlines()
    assert len(lines) == 4 and any("Disagree,Yes,,,'=No lead" in line for line in lines)
    book = load_workbook(BytesIO(client.get("/replies/1/copy.xlsx").data))
    cells = [[cell.value for cell in row] for row in book["answers"].iter_rows()]
    assert cells[0][:3] == ["criterion", "question", "document"] and len(cells) == 4


def test_outside_its_days_or_in_a_closed_round_a_reply_is_read_and_not_written(app, scene):
    with opened(app, scene) as (reply, settled, sam):
        round_ = reply.round
        put(reply, settled, sam, AGREED, "disagree", "No lead is named.")
        for first, last, words in (
            (today() + DAY, today() + 2 * DAY, "You can reply from"),
            (today() - 2 * DAY, today() - DAY, "last day for replies was"),
        ):
            set_window(round_, first, last)
            with pytest.raises(Refused, match=words):
                put(reply, settled, sam, ALONE, "agree")
            with pytest.raises(Refused, match=words):
                hand_in(reply, sam)
        assert rates(round_).replied == 1, "what was saved by the last day is the reply"
        set_window(round_, today(), today())
        assert rates(round_).replied == 0
        put(reply, settled, sam, ALONE, "agree")
        round_.close()
        with pytest.raises(Refused, match="round is closed"):
            hand_in(reply, sam)
        with pytest.raises(Refused, match="is closed"):
            set_window(round_, today(), today())
        session.commit()
    client = sign_in(app, scene["sam"])
    page = client.get("/replies/1")
    assert "The round is closed" in page.text and "/send" not in page.text


def test_a_point_is_changed_taken_away_and_never_overwritten_unseen(app, scene):
    with opened(app, scene) as (reply, settled, sam):
        with pytest.raises(Refused, match="not settled now"):
            put(reply, settled, sam, DIFFERS, "disagree", "No.")
        stale = Said.kept(None, settled[AGREED], []).seen
        put(reply, settled, sam, AGREED, "disagree", "No lead is named.")
        with pytest.raises(Refused, match="changed after you opened"):
            say(reply, settled[AGREED], Said("agree", seen=stale), [], sam)
        put(reply, settled, sam, AGREED, "agree")
        assert session.scalars(select(ReplyPoint)).one().view == "agree"
        put(reply, settled, sam, AGREED, "")
        assert not session.scalars(select(ReplyPoint)).all()


def test_an_answer_that_stands_needs_a_reason_and_makes_no_decision(app, scene):
    with opened(app, scene) as (reply, settled, sam):
        lead = session.get_one(Person, scene["lead"])
        put(reply, settled, sam, AGREED, "disagree", "No lead is named.")
        put(reply, settled, sam, ALONE, "agree")
        point, agreed = reply.by_place[AGREED], reply.by_place[ALONE]
        with pytest.raises(Refused, match="not come in"):
            record_outcome(point, YES, "Page 2.", lead, 0)
        hand_in(reply, sam)
        sent_at = reply.sent_at
        hand_in(reply, sam)
        assert reply.sent_at == sent_at
        with pytest.raises(ValueError, match="reason"):
            record_outcome(point, YES, " ", lead, 0)
        with pytest.raises(Refused, match="agrees here"):
            record_outcome(agreed, NO, "Page 2.", lead, 0)
        assert "stands" in record_outcome(point, YES, "Page 2.", lead, 0)
        assert not session.scalars(select(Decision)).all()
        assert "changed" in record_outcome(point, SOME, "Page 3.", lead, 0)
        with pytest.raises(Refused, match="Somebody else decided"):
            record_outcome(point, NO, "Page 3.", lead, 0)
        assert "stands" in record_outcome(point, YES, "Page 2 after all.", lead, 1)
        assert settled_of(reply.round, reply.system)[AGREED].given == YES
        found = rates(reply.round)
        assert (found.stands, found.changed, found.agreed) == (1, 0, 1)


def test_inviting_makes_an_account_writes_and_refuses_somebody_elses_address(app, scene):
    with app.app_context():
        round_ = session.get_one(Round, scene["round"])
        one, other = round_.systems()
        sam = session.get_one(Person, scene["sam"])
        assert (sam.role, sam.system_id) == ("system", one.id)
        sent = session.scalars(select(Message).filter_by(person_id=sam.id)).all()
        assert [message.kind for message in sent] == ["invitation", "right-of-reply"]
        assert "http://localhost/replies/1" in sent[1].body and one.name in sent[1].subject
        for email, words in (
            ("sam@example.org", f"an account of {one.name}"),
            ("ada.reader@example.org", "an account of a reviewer"),
        ):
            with pytest.raises(ValueError, match=words):
                invite(round_, other, "Sam", email)
        assert invite(round_, one, "Sam", "SAM@example.org").contact == sam
        sam.removed_at = now()
        with pytest.raises(ValueError, match="was removed"):
            invite(round_, one, "Sam", "sam@example.org")
        for review in session.scalars(select(Review).filter_by(system_id=other.id)):
            review.stage = "returned"
        with pytest.raises(Refused, match="nothing to reply to"):
            invite(round_, other, "Pat", "pat@example.org")
        session.rollback()
    lead, address = sign_in(app, scene["lead"]), f"/rounds/{scene['round']}/replies"
    assert "Invite again" in lead.get(address).text
    form = {"name": "Kit", "email": "sam@example.org"}
    response = lead.post(f"{address}/{scene['other']}/invite", data=form)
    assert response.status_code == 200 and "Use another address." in response.text
    form["email"] = "kit@example.org"
    assert lead.post(f"{address}/{scene['other']}/invite", data=form).status_code == 302
    days = {"first_day": ["2", "3", "2027"], "last_day": ["1", "3", "2027"]}
    assert "not before the first" in lead.post(address, data=days).text


def test_states_of_the_list(app, scene):
    with opened(app, scene) as (reply, settled, sam):
        round_ = reply.round
        assert [s.state[0] for s in standings(round_)] == ["Invited", "Invited"]
        sam.entered_at = now()
        assert standings(round_)[0].state[0] == "Opened"
        put(reply, settled, sam, AGREED, "disagree", "No lead is named.")
        assert standings(round_)[0].state[0] == "Writing"
        hand_in(reply, sam)
        assert standings(round_)[0].state[0] == "Replied"
        set_window(round_, today() - 2 * DAY, today() - DAY)
        assert [s.state[0] for s in standings(round_)] == ["Replied", "Closed, no reply"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"view": "perhaps"},
        {"text": ""},
        {"page": 3},
        {"outcome": "changed"},
        {"outcome": "lost", "reason": "x"},
    ],
)
def test_the_database_holds_points_to_their_rules(app, scene, wrong):
    with opened(app, scene) as (reply, settled, sam):
        put(reply, settled, sam, AGREED, "disagree", "No lead is named.")
        point = reply.by_place[AGREED]
        for name, value in wrong.items():
            setattr(point, name, value)
        if "outcome" in wrong and "reason" in wrong:
            point.outcome_by, point.outcome_at = sam, now()
        with pytest.raises(IntegrityError):
            session.flush()


def test_queries_do_not_grow_with_answers_points_and_systems(app, scene):
    client, lead = sign_in(app, scene["sam"]), sign_in(app, scene["lead"])
    address = f"/rounds/{scene['round']}/replies"
    paths = [(client, "/replies/1"), (client, FORM), (lead, address)]
    paths += [(lead, f"{address}/{scene['one']}"), (client, "/replies/1/copy.csv")]
    with opened(app, scene) as (reply, settled, sam):
        put(reply, settled, sam, AGREED, "disagree", "No.")
        hand_in(reply, sam)
        session.commit()
    before = [counted(who, path) for who, path in paths]
    with opened(app, scene) as (reply, _, sam):
        for review in session.scalars(select(Review).filter_by(system_id=scene["one"])):
            review.stage = "begun"
            for number in (5, 7, 8):
                review.record(f"data-{number}", "plan", YES, author=review.reviewer)
            review.stage = "submitted"
        reply.sent_at = reply.sent_by_id = None
        settled = settled_of(reply.round, reply.system)
        for place in settled:
            if settled[place].given and place != AGREED:
                put(reply, settled, sam, place, "disagree", "No.")
        assert len(reply.points) >= 4
        hand_in(reply, sam)
        session.commit()
    assert [counted(who, path) for who, path in paths] == before


def counted(client, path):
    with client.application.app_context(), queries() as sent:
        assert client.get(path).status_code == 200, path
    return len(sent)


def test_when_the_round_is_closed_a_system_is_told_once_that_its_outcomes_are_there(app, scene):
    with opened(app, scene) as (reply, settled, sam):
        put(reply, settled, sam, AGREED, "disagree", "No.")
        hand_in(reply, sam)
        close(reply.round, None)
        reopen(reply.round, "One was late.", None)
        close(reply.round, None)
        told = session.scalars(select(Message).filter_by(kind="outcomes")).all()
        assert [message.person.name for message in told] == ["Sam Planner"]
        assert reply.system.name in told[0].subject
        assert f"/replies/{reply.id}" in told[0].body


def test_a_document_that_is_marked_as_not_published_has_no_answers_to_reply_to(app, scene):
    with opened(app, scene) as (reply, _, sam):
        place = {"round_id": reply.round_id, "system_id": reply.system_id}
        session.add(NotPublished(**place, kind="plan", marked_by_id=sam.id))
        session.flush()
        session.expire_all()
        assert set(settled_of(reply.round, reply.system)) == {ALONE}
        rows = compare(reply.round, reply.system).rows
        assert rows and not [row for row in rows if row.kind.id == "plan"]
        listed = [c for c in comparisons(reply.round) if c.system == reply.system]
        assert [(c.differ, c.left) for c in listed] == [(0, 0)]
        assert not [
            p
            for (_, on), item in blind_pairs(reply.round).items()
            if on == "plan"
            for p in item.pairs
        ]
