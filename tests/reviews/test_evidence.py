"""Citing: what is attached to an answer, what is said of it, and who may."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from reviewer import jobs
from reviewer.db import session
from reviewer.documents import store
from reviewer.documents.intake import when_read
from reviewer.documents.models import Document, Status
from reviewer.jobs import Job
from reviewer.people.permissions import Role
from reviewer.reviews import newer
from reviewer.reviews.answers import AnswerState, Given
from reviewer.reviews.cited import Evidence
from reviewer.reviews.evidence import Sent, cite, tidy
from reviewer.reviews.exports import answer_rows
from reviewer.reviews.models import Refused, Review, assign
from tests.documents.pdfs import words_at, written
from tests.reviews.shelf import STRATEGY, make_review, put_on_shelf, replace
from tests.running.makers import make_person, make_round, sign_in

QUESTION = "integration-6"
WAITING = "waiting times for therapy"
JSON = {"Accept": "application/json"}


@pytest.fixture
def review(app):
    with app.app_context():
        yield make_review()
        session.rollback()


def send(review: Review, kind: str = "strategy", question: str = QUESTION, **fields: str) -> str:
    asked = review.round.released.instrument.question(question)
    return cite(review, asked, kind, Sent(**fields), review.reviewer)


def document_of(review: Review, kind: str) -> str:
    query = select(Document.id).filter_by(system_id=review.system_id, kind=kind)
    return str(session.scalars(query.order_by(Document.id.desc())).first())


def kept(review: Review) -> list[Evidence]:
    session.flush()
    session.expire_all()
    return list(session.scalars(select(Evidence).order_by(Evidence.id)))


# --- One citation ---------------------------------------------------------------------------------


def test_a_quote_makes_an_answer_that_is_still_unanswered(review):
    said = send(review, quote=WAITING, pages="2")
    [evidence] = kept(review)
    assert said == "Cited: found on page 2."
    assert (evidence.quote, evidence.pages, evidence.found) == (WAITING, (2, 2), True)
    assert (evidence.author, evidence.document.kind) == (review.reviewer, "strategy")
    answer = evidence.answer
    assert (answer.state, answer.version, answer.history) == (AnswerState.UNANSWERED, 0, [])
    assert review.stage == "begun"


@pytest.mark.parametrize(
    ("fields", "pages", "found", "said"),
    [
        ({"quote": WAITING}, (2, 2), True, "Cited: found on page 2."),
        ({"quote": WAITING, "pages": "1 to 3"}, (2, 2), True, "Cited: found on page 2."),
        ({"quote": WAITING, "pages": "3"}, (2, 2), True, "Cited. The words are on page 2."),
        ({"quote": "SAFEGUARDING sits on the board"}, (3, 3), True, "Cited: found on page 3."),
        (
            {"quote": "too long. A named lead", "pages": "2-3"},
            (2, 3),
            True,
            "Cited: found on pages 2–3.",
        ),
        (
            {"quote": "no such words at all", "pages": "2"},
            (2, 2),
            False,
            "Cited page 2, but these words were not found there. Check them in the document.",
        ),
    ],
)
def test_where_a_quote_stands(review, fields, pages, found, said):
    assert send(review, **fields) == said
    [evidence] = kept(review)
    assert (evidence.pages, evidence.found) == (pages, found)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Name a page"),
        ({"pages": "4"}, r"strategy\.pdf has 3 pages"),
        ({"pages": "9", "quote": WAITING}, r"strategy\.pdf has 3 pages"),
        ({"pages": "two"}, "page numbers like 12"),
        ({"quote": "no such words at all"}, "Say on which page"),
        ({"pages": "1, 3", "quote": WAITING}, "one page for a quote"),
        ({"quote": "x" * 2001}, "2,000"),
        ({"searched": "x" * 201}, "200"),
        ({"pages": "1", "document": "999999"}, "one of the documents"),
        ({"pages": "1", "document": "x"}, "one of the documents"),
    ],
)
def test_what_cannot_be_cited(review, fields, words):
    with pytest.raises(ValueError, match=words):
        send(review, **fields)
    assert kept(review) == []


def test_a_document_of_another_system_or_round_cannot_be_cited(review):
    _, other = review.round.systems()
    theirs = put_on_shelf(other, "strategy", STRATEGY)
    private = put_on_shelf(
        review.system, "strategy", STRATEGY, version=9, round_=make_round("another")
    )
    for document in (theirs, private):
        with pytest.raises(ValueError, match="one of the documents"):
            send(review, document=str(document.id), pages="1")


def test_pages_of_the_questions_own_document_are_part_of_its_value(review):
    review.record(QUESTION, "strategy", Given(frozenset({"yes"})))
    assert send(review, pages="2 to 3") == "Added pages 2–3."
    send(review, pages="1")
    answer = review.load_answers()[QUESTION, "strategy"]
    assert answer.given(review.round.released.option_codes) == Given(
        frozenset({"yes"}), pages=((1, 1), (2, 3))
    )
    assert answer.version == 3
    assert answer.cited == []


def test_pages_of_a_supporting_document_are_evidence_beside_the_value(review):
    send(review, document=document_of(review, "supporting"), pages="1")
    answer = review.load_answers()[QUESTION, "strategy"]
    assert [(e.kind, e.document.kind, e.pages) for e in answer.cited] == [
        ("page", "supporting", (1, 1))
    ]
    assert (answer.pages, answer.version) == ((), 0)


def test_saving_the_answer_keeps_its_quotes_and_takes_no_version_from_them(review):
    review.record(QUESTION, "strategy", Given(frozenset({"yes"}), pages=()), seen=0)
    send(review, quote=WAITING)
    send(review, searched="asthma")
    read = session.get_one(Document, int(document_of(review, "strategy")))
    # The page was opened before the quotes were cited: nothing of its own has changed since.
    review.record(
        QUESTION, "strategy", Given(frozenset({"no"}), pages=((3, 3),)), read=read, seen=1
    )
    review.record(QUESTION, "strategy", Given(), read=read, seen=2)
    answer = review.load_answers()[QUESTION, "strategy"]
    assert [e.quote or e.searched for e in answer.cited] == [WAITING, "asthma"]
    assert (answer.pages, answer.version) == ((), 3)


def test_the_same_quote_twice_is_one(review):
    for _ in range(2):
        send(review, quote=WAITING, pages="2")
    send(review, quote="for every child")
    assert [e.quote for e in kept(review)] == [WAITING, "for every child"]


@pytest.mark.parametrize(
    ("searched", "pages", "found"),
    [("immunisation", "", False), ("therapy", "2", True), ("safeguarding lead", "1, 3", True)],
)
def test_a_search_says_whether_anything_was_found_and_what_was_read(review, searched, pages, found):
    assert send(review, searched=searched, pages=pages) == f"Attached: searched for “{searched}”."
    [evidence] = kept(review)
    assert (evidence.searched, evidence.pages_read, evidence.found) == (searched, pages, found)
    assert evidence.first_page is None


def test_what_is_not_read_yet_is_looked_up_when_it_is(review):
    waiting = put_on_shelf(
        review.system, "plan", ["", ""], version=2, status=Status.READING, file_name="plan-2.pdf"
    )
    said = send(review, "plan", quote="Nurses work everywhere", pages="1")
    assert said == "Cited page 1. The words are looked up when the document has been read."
    assert [e.found for e in kept(review)] == [None]
    for page, text in zip(waiting.pages, ("A foreword", "Nurses work everywhere."), strict=True):
        page.text = text
    session.commit()
    newer.find_again(waiting.id, lambda: None)
    [evidence] = kept(review)
    assert (evidence.found, evidence.pages, evidence.newer_id) == (True, (2, 2), None)


def test_a_locked_review_takes_no_evidence(review):
    send(review, quote=WAITING)
    review.submit()
    with pytest.raises(Refused):
        send(review, quote="for every child")
    with pytest.raises(Refused):
        review.uncite(kept(review)[0])


def test_taking_off_and_putting_back(review):
    send(review, quote=WAITING)
    [evidence] = kept(review)
    review.uncite(evidence)
    when = evidence.removed_at
    review.uncite(evidence)
    assert evidence.removed_at == when is not None
    assert evidence.answer.cited == []
    review.uncite(evidence, put_back=True)
    assert evidence.answer.cited == [evidence]
    review.uncite(evidence)
    send(review, quote=WAITING)  # cited again, it is put back
    assert [e.removed_at for e in kept(review)] == [None]


def test_what_is_copied_is_tidied():
    assert tidy(" Co-\r\nproduction  of\u00ad\nten \x00\ufffe\nhas\tbeen ") == (
        "Co-production often has been"
    )


# --- A newer version ------------------------------------------------------------------------------


def test_a_quote_is_found_again_or_flagged(review):
    send(review, quote=WAITING)
    send(review, quote="A named lead for safeguarding")
    send(review, quote="words that were never there", pages="1")
    send(review, "plan", quote="Nurses work in every school")
    second = replace(review, "strategy", ["Foreword", *STRATEGY[:2]])
    found, gone, never, plan = kept(review)
    assert (found.newer_id, found.newer_first_page, found.to_check) == (second.id, 3, False)
    assert (gone.newer_id, gone.newer_first_page, gone.to_check) == (second.id, None, True)
    assert not never.to_check, "it was not found in the first version either"
    assert plan.newer_id is None
    third = replace(review, "strategy", STRATEGY, version=3)
    assert [(e.newer_id, e.newer_first_page, e.to_check) for e in kept(review)[:2]] == [
        (third.id, 2, False),
        (third.id, 3, False),
    ]
    assert {e.pages for e in kept(review)[:2]} == {(2, 2), (3, 3)}, "where it was cited stays"


def test_a_search_that_found_nothing_is_made_again(review):
    send(review, searched="immunisation")
    send(review, searched="therapy")
    replace(review, "strategy", [*STRATEGY, "All about immunisation"])
    nothing, something = kept(review)
    assert (nothing.newer_first_page, nothing.to_check) == (4, True)
    assert not something.to_check


def test_citing_a_version_that_was_replaced_meanwhile(review):
    first = document_of(review, "strategy")
    second = replace(review, "strategy", ["Foreword", *STRATEGY[:2]])
    send(review, document=first, quote=WAITING, pages="2")
    send(review, document=first, quote="named lead for safeguarding", pages="3")
    moved, gone = kept(review)
    assert (moved.document_id, moved.newer_id) == (int(first), second.id)
    assert (moved.newer_first_page, gone.to_check) == (3, True)


def test_supporting_documents_and_closed_rounds_are_left_alone(review):
    send(review, document=document_of(review, "supporting"), quote="leaflet about asthma")
    send(review, quote=WAITING)
    replace(review, "supporting", ["Another leaflet"])
    review.round.close()
    replace(review, "strategy", ["Nothing of it"])
    assert [e.newer_id for e in kept(review)] == [None, None]


def test_a_submitted_review_is_looked_up_too_and_stays_submitted(review):
    send(review, quote=WAITING)
    review.submit()
    replace(review, "strategy", ["Nothing of it"])
    assert [e.to_check for e in kept(review)] == [True]
    assert review.stage == "submitted"


def test_a_document_that_was_read_asks_for_the_work_where_there_is_some(review):
    def asked() -> list[int]:
        query = select(Job.subject_id).filter_by(kind=newer.FIND_AGAIN)
        return list(session.scalars(query))

    second = put_on_shelf(review.system, "strategy", ["Nothing of it"], version=2)
    for tell in when_read:
        tell(second)
    assert asked() == []
    first = select(Document.id).filter_by(kind="strategy", version=1)
    send(review, document=str(session.scalar(first)), quote=WAITING)
    for tell in when_read:
        tell(second)
    assert asked() == [second.id]
    session.commit()
    jobs.run_waiting()
    assert [e.to_check for e in kept(review)] == [True]


def test_a_version_that_is_not_in_hand_changes_nothing(review):
    send(review, quote=WAITING)
    other_round = put_on_shelf(
        review.system, "strategy", ["Nothing"], version=2, round_=make_round("another")
    )
    session.commit()
    newer.find_again(other_round.id, lambda: None)
    assert [e.newer_id for e in kept(review)] == [None]


# --- The pages ------------------------------------------------------------------------------------


@pytest.fixture
def reader(app):
    """A signed-in reader and the address of the review."""
    with app.app_context():
        review = make_review()
        session.commit()
        return sign_in(app, review.reviewer_id), f"/reviews/{review.id}", review.id


def answer_path(base: str, kind: str = "strategy") -> str:
    return f"{base}/answers/{QUESTION}/{kind}"


def test_citing_taking_off_and_putting_back_as_a_script_does(app, reader):
    client, base, _ = reader
    path = f"{answer_path(base)}/evidence"
    sent = client.post(path, data={"quote": WAITING, "pages": "2"}, headers=JSON)
    assert sent.status_code == 200
    assert sent.json["said"] == "Cited: found on page 2."
    assert WAITING in sent.json["html"]
    assert "Found on the page" in sent.json["html"]
    with app.app_context():
        number = session.scalars(select(Evidence.id)).one()
    for _ in range(2):
        taken = client.post(f"{path}/{number}/remove", headers=JSON)
        assert "Put back" in taken.json["html"]
    back = client.post(f"{path}/{number}/put-back", headers=JSON)
    assert "Put back" not in back.json["html"]
    refused = client.post(path, data={"pages": "99"}, headers=JSON)
    assert (refused.status_code, refused.json["message"]) == (400, "strategy.pdf has 3 pages.")
    more = client.post(path, data={"pages": "3"}, headers=JSON)
    assert more.json["said"] == "Added page 3."


def test_without_a_script_it_leads_back_to_the_question(reader):
    client, base, _ = reader
    sent = client.post(f"{answer_path(base)}/evidence", data={"quote": WAITING})
    assert sent.location.endswith(f"/criteria/integration#{QUESTION}.strategy.")
    shown = client.get(f"{base}/criteria/integration").text
    assert "Cited: found on page 2." in shown


def test_nobody_elses_evidence(app, reader):
    client, base, review_id = reader
    client.post(f"{answer_path(base)}/evidence", data={"quote": WAITING})
    with app.app_context():
        number = session.scalars(select(Evidence.id)).one()
        stranger = make_person("Sam Stranger", Role.REVIEWER)
        round_ = session.get_one(Review, review_id).round
        theirs = assign(round_, round_.systems()[1], make_person("Toni Third", Role.REVIEWER))
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        others = sign_in(app, stranger.id), sign_in(app, lead.id)
        third, third_base = sign_in(app, theirs.reviewer_id), f"/reviews/{theirs.id}"
    for other in others:
        for path in ("", f"/{number}/remove", f"/{number}/put-back"):
            sent = other.post(f"{answer_path(base)}/evidence{path}", data={"pages": "1"})
            assert sent.status_code == 403
    # An id of another review under an address of one's own, or of another question.
    assert third.post(f"{answer_path(third_base)}/evidence/{number}/remove").status_code == 404
    wrong = f"{answer_path(base, 'plan')}/evidence/{number}/remove"
    assert client.post(wrong).status_code == 404
    assert client.post(f"{base}/answers/nothing/plan/evidence").status_code == 404
    with app.app_context():
        assert session.scalars(select(Evidence.removed_at)).one() is None


def page_fields(**more: str) -> dict[str, str]:
    return {"go": "stay", **more}


def test_the_form_of_the_whole_page_cites_without_a_script(app, reader):
    client, base, review_id = reader
    path, name = f"{base}/criteria/integration", f"{QUESTION}.strategy."
    sent = client.post(
        path,
        data=page_fields(
            **{
                "cite": name,
                f"{name}value": "yes",
                f"{name}version": "0",
                f"{name}cite.quote": WAITING,
                f"{name}cite.pages": "2",
                # Typed beside another question and no button pressed: not lost either.
                "integration-7.plan.cite.quote": "Nurses work in every school",
            }
        ),
    )
    assert sent.location.endswith(f"#{name}")
    with app.app_context():
        review = session.get_one(Review, review_id)
        assert [(e.quote, e.pages) for e in kept(review)] == [
            (WAITING, (2, 2)),
            ("Nurses work in every school", (2, 2)),
        ]
        answer = review.load_answers()[QUESTION, "strategy"]
        assert answer.state == "given"
        number = answer.cited[0].id
    client.post(path, data=page_fields(uncite=f"{name}{number}", **{f"{name}version": "1"}))
    assert "Put back" in client.get(path).text
    sent = client.post(path, data=page_fields(**{"put-back": f"{name}{number}"}))
    assert sent.location.endswith(f"#{name}")
    assert "Put back" not in client.get(path).text


def test_what_cannot_be_cited_is_shown_as_it_was_typed(app, reader):
    client, base, review_id = reader
    name = f"{QUESTION}.strategy."
    sent = client.post(
        f"{base}/criteria/integration",
        data=page_fields(
            **{f"{name}value": "no", f"{name}cite.quote": "typed", f"{name}cite.pages": "99"}
        ),
    )
    assert sent.status_code == 200
    assert "1 citation was not added" in sent.text
    assert f'href="#{name}cite.quote"' in sent.text
    assert ">typed</textarea>" in sent.text
    with app.app_context():
        answer = session.get_one(Review, review_id).load_answers()[QUESTION, "strategy"]
        assert answer.state == "given", "the answer itself is saved"


def test_the_search_in_the_pane_is_evidence_without_a_script(app, reader):
    client, base, review_id = reader
    path, name = f"{base}/criteria/integration", f"{QUESTION}.plan."
    assert "Use the search for “immunisation”" in client.get(f"{path}?find=immunisation").text
    fields = {"cite-search": name, "find": "immunisation", f"{name}cite.pages": "1-2"}
    client.post(path, data=page_fields(**fields))
    with app.app_context():
        [evidence] = kept(session.get_one(Review, review_id))
        assert (evidence.searched, evidence.pages_read) == ("immunisation", "1–2")
        assert (evidence.found, evidence.document.kind) == (False, "plan")
    shown = client.get(path).text
    assert "No page has it." in shown
    assert "Read for it: pages 1–2." in shown


def test_the_author_and_the_policy_team_see_what_a_newer_version_lacks(app, reader):
    client, base, review_id = reader
    with app.app_context():
        review = session.get_one(Review, review_id)
        read = session.get_one(Document, int(document_of(review, "strategy")))
        given = Given(frozenset({"yes"}), pages=((1, 1),))
        review.record(QUESTION, "strategy", given, read=read, author=review.reviewer)
        send(review, quote=WAITING)
        send(review, quote="A named lead for safeguarding")
        send(review, "plan", searched="immunisation", pages="1")
        send(review, document=document_of(review, "supporting"), pages="1")
        replace(review, "strategy", ["Foreword", *STRATEGY[:2]])
        [row] = [r for r in answer_rows(review.round) if r["document"] == "strategy"]
        [search] = [r for r in answer_rows(review.round) if r["document"] == "plan"]
        session.rollback()
    shown = client.get(f"{base}/criteria/integration").text
    assert "Given on version 1 of the document" in shown
    assert "Found again: it was on page 2 of version 1." in shown
    assert "Integrated care strategy, page 3" in shown
    assert "Not found in version 2." in shown
    assert "(opens in a new tab)" in shown, "the old version is not in the pane"
    assert "1 citation to check" in client.get(base).text
    assert "Not found in version 2." in client.get(f"{base}/submit").text
    assert row["evidence"] == (
        "strategy.pdf, page 1; "
        f"strategy.pdf, page 2: “{WAITING}”; "
        "strategy.pdf, page 3: “A named lead for safeguarding” (not found in version 2); "
        "leaflet.pdf, page 1"
    )
    assert search["evidence"] == (
        "plan.pdf: searched for “immunisation” (no page has it, read page 1)"
    )


def test_an_answer_of_an_older_version_is_called_still_right(app, reader):
    client, base, review_id = reader
    path, name = f"{base}/criteria/integration", f"{QUESTION}.strategy."
    with app.app_context():
        review = session.get_one(Review, review_id)
        read = session.get_one(Document, int(document_of(review, "strategy")))
        review.record(QUESTION, "strategy", Given(frozenset({"yes"})), read=read)
        replace(review, "strategy", STRATEGY)
        session.commit()
    assert "Given on version 1" in client.get(path).text
    fields = {"holds": name, f"{name}value": "yes", f"{name}version": "1"}
    sent = client.post(path, data=page_fields(**fields))
    assert sent.location.endswith(f"#{name}")
    assert "Given on version" not in client.get(path).text
    with app.app_context():
        [answer] = session.get_one(Review, review_id).answers
        assert (answer.read.version, answer.version) == (2, 1)


def test_the_page_of_a_criterion_takes_nine_queries(app, reader):
    client, base, review_id = reader
    with app.app_context():
        review = session.get_one(Review, review_id)
        for question in (QUESTION, "integration-7"):
            for kind in ("strategy", "plan"):
                send(review, kind, question, searched="immunisation")
                send(review, kind, question, document=document_of(review, "supporting"), pages="1")
        replace(review, "strategy", STRATEGY)
        replace(review, "strategy", STRATEGY, version=3)
        session.commit()
    queries = []

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            queries.append(statement)

    try:
        assert client.get(f"{base}/criteria/integration").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert len(queries) <= 9, "\n".join(queries)


def test_from_one_pdf_to_the_next(app, reader):
    client, base, review_id = reader

    def attach(*pages: str) -> None:
        with app.app_context():
            system = session.get_one(Review, review_id).system
            pdf = io.BytesIO(written([words_at(words) for words in pages]))
            store.attach(pdf, "plan.pdf", system=system, kind="plan")
            session.commit()
            jobs.run_waiting()

    path = f"{answer_path(base, 'plan')}/evidence"
    attach("The first plan of this place", "Every school has a nurse of its own")
    for quote in ("first plan of this place", "school has a nurse"):
        sent = client.post(path, data={"quote": quote}, headers=JSON)
        assert "Found on the page." in sent.json["html"]
    attach("Every school has a nurse of its own")
    shown = client.get(f"{base}/criteria/integration").text
    assert "Found again: it was on page 2 of version 2." in shown
    assert "Not found in version 3." in shown
