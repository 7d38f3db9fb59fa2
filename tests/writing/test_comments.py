"""Reading comments across systems, and tagging passages of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from reviewer.db import session
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review, Stage
from reviewer.rounds.models import find_round
from reviewer.writing.comments import comments_of
from reviewer.writing.models import Passage, Quote, Tag
from reviewer.writing.tagging import add_tag, counted_tags, mark, merge
from tests.moderation.makers import queries
from tests.running.makers import make_person, sign_in
from tests.writing.makers import (
    COMMENT,
    CRITERION,
    GOOD,
    QUESTION,
    first_review,
    make_commented,
    on_quote,
)


@pytest.fixture
def lead(app):
    """A policy lead's browser, and the address of the comments of a round."""
    with app.app_context():
        round_ = make_commented()
        person = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        return sign_in(app, person.id), f"/rounds/{round_.id}/comments"


def first(source="answer"):
    return next(c for c in comments_of(find_round("Spring")) if c.source == source)


def test_comments_come_by_place_and_then_by_system(app, lead):
    with app.app_context():
        found = comments_of(find_round("Spring"))
    assert [(c.place.kind, c.place.question) for c in found] == [
        ("comment", ""),
        ("comment", ""),
        ("good-practice", ""),
        ("answer", QUESTION),
        ("answer", QUESTION),
    ]
    assert found[0].system < found[1].system
    assert {c.text for c in found} == {COMMENT, GOOD, "Children’s words\nare quoted."}


def test_a_review_that_is_not_submitted_is_not_read(app, lead):
    client, address = lead
    with app.app_context():
        review = first_review(find_round("Spring"))
        review.stage = Stage.RETURNED
        session.commit()
        kept = {comment.review_id for comment in comments_of(find_round("Spring"))}
        answer, note = review.answers[0].id, review.notes[0].id
        assert review.id not in kept and kept
    assert client.get(f"{address}/answer/{answer}").status_code == 404
    assert client.get(f"{address}/note/{note}").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5),
        (f"criterion={CRITERION}", 5),
        ("criterion=leadership", 0),
        (f"criterion={CRITERION}&question={QUESTION}", 2),
        ("kind=good-practice", 1),
        ("words=PANEL of", 1),
        ("tag=none", 5),
        ("tag=99", 0),
        ("criterion=odd&question=odd&page=odd", 5),
        ("page=77", 5),
    ],
)
def test_comments_are_narrowed(lead, query, count):
    client, address = lead
    shown = client.get(f"{address}?{query}").text
    assert shown.count('class="pr-comments__one"') == count
    assert ("No comment is like that" in shown) == (count == 0)


def test_a_passage_is_tagged_found_again_and_counted(app, lead):
    client, address = lead
    with app.app_context():
        comment = first()
    path = f"{address}/answer/{comment.id}"
    sent = client.post(path, data={"words": "what they  CHANGED", "tags": "Change , Vague"})
    assert sent.location.endswith(f"#{comment.name}")
    client.post(path, data={"words": "", "tags": "vague"})
    with app.app_context():
        passages = session.scalars(select(Passage).order_by(Passage.id)).all()
        assert [p.words for p in passages] == ["What they changed", COMMENT]
        counted = {c.tag.name: (c.passages, c.systems) for c in counted_tags(find_round("Spring"))}
        tag = session.scalar(select(Tag).filter_by(name="Vague"))
    assert counted == {"Change": (1, 1), "Vague": (2, 1)}
    shown = client.get(f"{address}?tag={tag.id}").text
    assert shown.count('class="pr-comments__one"') == 1
    assert "The whole comment" in shown and "“What they changed”" in shown


def test_words_that_are_not_in_the_comment_are_refused_and_kept(app, lead):
    client, address = lead
    with app.app_context():
        comment = first()
    sent = {"words": "Never written", "tags": "Kept"}
    shown = client.post(f"{address}/answer/{comment.id}", data=sent).text
    assert "do not stand in the comment" in shown
    assert "Never written" in shown and 'value="Kept"' in shown
    nothing = client.post(f"{address}/answer/{comment.id}", data={"words": "Workshops"}).text
    assert "Choose a tag or write one" in nothing
    with app.app_context():
        assert not session.scalars(select(Passage)).all()
        assert not session.scalars(select(Tag)).all(), "the tag was not made either"


def test_a_second_press_tags_once_and_a_tag_comes_off(app, lead):
    client, address = lead
    with app.app_context():
        comment = first("note")
    for _ in range(2):
        client.post(f"{address}/note/{comment.id}", data={"tags": "Own words"})
    with app.app_context():
        [passage] = session.scalars(select(Passage)).all()
        [tag] = passage.tags
        path, tag_id = f"{address}/passages/{passage.id}/untag", tag.tag_id
    client.post(path, data={"tag": tag_id, "asked": "kind=comment&page=1"})
    assert client.post(path, data={"tag": tag_id}).status_code == 404
    with app.app_context():
        assert not session.scalars(select(Passage)).all(), "nothing is left that marks it"
        assert session.scalars(select(Tag)).all()


def test_tags_are_renamed_merged_and_taken_away(app, lead):
    client, address = lead
    with app.app_context():
        round_ = find_round("Spring")
        one, other, third = (add_tag(round_, name) for name in ("One", "Other", "Third"))
        both, alone = comments_of(round_)[:2]
        mark(round_, both, "", [one, other])
        mark(round_, alone, "", [one])
        session.commit()
        one, other, third = one.id, other.id, third.id
    taken = client.post(f"{address}/tags/{one}", data={"go": "rename", "name": " OTHER "}).text
    assert "already" in taken and "merge them" in taken
    client.post(f"{address}/tags/{one}", data={"go": "rename", "name": "First"})
    marked = client.post(f"{address}/tags/{one}", data={"go": "remove"}).text
    assert "It marks passages" in marked
    assert "Choose the tag" in client.post(f"{address}/tags/{one}", data={"go": "merge"}).text
    client.post(f"{address}/tags/{one}", data={"go": "merge", "into": other})
    client.post(f"{address}/tags/{third}", data={"go": "remove"})
    with app.app_context():
        counted = {c.tag.name: c.passages for c in counted_tags(find_round("Spring"))}
    assert counted == {"Other": 2}
    assert (
        client.post(f"{address}/tags", data={"name": "  "}).text.count("Give the tag a name") == 2
    )


def test_tags_and_comments_of_another_round_are_not_there(app, lead):
    client, address = lead
    with app.app_context():
        other = make_commented(name="Autumn")
        tag, comment = add_tag(other, "Theirs"), comments_of(other)[-1]
        mark(other, comment, "", [tag])
        session.commit()
        tag_id, id_ = tag.id, comment.id
    assert client.post(f"{address}/tags/{tag_id}", data={"name": "Mine"}).status_code == 404
    assert client.get(f"{address}/answer/{id_}").status_code == 404
    assert "Theirs" not in client.get(f"{address}/tags").text


def test_a_viewer_reads_and_changes_nothing(app, lead):
    with app.app_context():
        viewer = make_person("Vi Viewer", Role.POLICY_VIEWER)
        session.commit()
        client, comment = sign_in(app, viewer.id), first()
    shown = client.get(lead[1]).text
    assert COMMENT in shown and "Tag or quote" not in shown
    sent = client.post(f"{lead[1]}/answer/{comment.id}", data={"tags": "Mine"})
    assert sent.status_code == 403


def test_a_passage_whose_comment_changed_is_listed(app, lead):
    client, address = lead
    with app.app_context():
        round_ = find_round("Spring")
        comment = first()
        mark(round_, comment, "Workshops are named", [add_tag(round_, "Kept")])
        review = session.get_one(Review, comment.review_id)
        review.answers[0].comment = "Rewritten."
        session.commit()
    shown = client.get(address).text
    assert "In no comment any more" in shown and "“Workshops are named”" in shown


def test_a_quote_is_screened_and_needs_a_yes_to_its_very_words(app, lead):
    client, address = lead
    with app.app_context():
        comment = first()
    sent = client.post(f"{address}/answer/{comment.id}", data={"go": "quote"})
    path = sent.location
    assert client.post(f"{address}/answer/{comment.id}", data={"go": "quote"}).location == path
    shown = client.get(path).text
    assert "<mark>Birmingham</mark>" in shown and "<mark>Sarah Smith</mark>" in shown
    assert "It is not printed" in shown
    on_quote(client, path, "allow")
    shown = client.get(path).text
    assert "Lee Lead said yes" in shown
    on_quote(client, path, "save", words="Named in Birmingham.")
    assert "It is not printed" in client.get(path).text, "other words are screened again"
    for unseen in ({"seen": COMMENT}, {}):
        stale = client.post(path, data={"go": "allow"} | unseen).text
        assert "Somebody changed the words" in stale
    on_quote(client, path, "save", words="Workshops are named.")
    assert "Nothing was found in it" in client.get(path).text
    assert "Write the quote" in on_quote(client, path, "save", words=" ")
    on_quote(client, path, "remove")
    with app.app_context():
        assert not session.scalars(select(Quote)).all()
        assert not session.scalars(select(Passage)).all()


def test_everything_is_in_the_record(app, lead):
    client, address = lead
    with app.app_context():
        comment = first()
    client.post(f"{address}/answer/{comment.id}", data={"tags": "Vague"})
    path = client.post(f"{address}/answer/{comment.id}", data={"go": "quote"}).location
    on_quote(client, path, "allow")
    shown = client.get("/record").text
    for words in (
        "Passage of a comment",
        "Tag on a passage",
        "tag: Vague",
        "yes given by: Lee Lead",
    ):
        assert words in shown, words


def test_merging_moves_every_mark(app):
    with app.app_context():
        round_ = make_commented(systems=3)
        tags = [add_tag(round_, name) for name in ("A", "B")]
        for number, comment in enumerate(comments_of(round_)):
            mark(round_, comment, "", tags[: number % 3])
        expected = {p.id for p in session.scalars(select(Passage)) if p.tags}
        merge(*tags)
        passages = session.scalars(select(Passage)).all()
        assert {p.id for p in passages if p.tags} == expected
        assert all(len(p.tags) < 2 for p in passages)


def test_the_page_takes_as_many_queries_for_many_as_for_few(app):
    with app.app_context():
        few, many = make_commented(1, "Few"), make_commented(6, "Many")
        for round_ in (few, many):
            tag = add_tag(round_, "One")
            for comment in comments_of(round_):
                mark(round_, comment, "", [tag])
        lead = make_person("Lee Lead", Role.POLICY_LEAD)
        session.commit()
        client, numbers = sign_in(app, lead.id), [few.id, many.id]
    counts = []
    for number in numbers:
        with queries() as sent:
            client.get(f"/rounds/{number}/comments")
        counts.append(len(sent))
    assert counts[0] == counts[1] < 20
