"""Tags and the passages that they mark. Here are their only writers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.rounds.models import Round
from reviewer.writing.comments import Comment
from reviewer.writing.models import Passage, PassageTag, Quote, Tag
from reviewer.writing.passages import find, whole

LONGEST_TAG = 60  # characters


@dataclass(frozen=True)
class Counted:
    """A tag with how many passages it marks, and of how many systems."""

    tag: Tag
    passages: int
    systems: int


def tags_of(round_: Round) -> list[Tag]:
    """The tags of a round by name."""
    return list(session.scalars(select(Tag).filter_by(round_id=round_.id).order_by(Tag.key)))


def counted_tags(round_: Round) -> list[Counted]:
    """Every tag of a round with its counts, by name, in one query."""
    rows = session.execute(
        select(Tag, func.count(Passage.id), func.count(Passage.system_id.distinct()))
        .outerjoin(PassageTag, PassageTag.tag_id == Tag.id)
        .outerjoin(Passage, Passage.id == PassageTag.passage_id)
        .where(Tag.round_id == round_.id)
        .group_by(Tag.id)
        .order_by(Tag.key)
    )
    return [Counted(tag, passages, systems) for tag, passages, systems in rows]


def passages_of(round_: Round, criterion: str = "") -> Sequence[Passage]:
    """The passages of a round, or of a criterion, with their tags and quotes, in three queries."""
    query = select(Passage).filter_by(round_id=round_.id).order_by(Passage.id)
    if criterion:
        query = query.filter_by(criterion=criterion)
    return session.scalars(
        query.options(
            selectinload(Passage.tags).joinedload(PassageTag.tag), selectinload(Passage.quotes)
        )
    ).all()


def add_tag(round_: Round, name: str) -> Tag:
    """The tag of that name, made where there is none. ValueError for a name that is none."""
    name = _checked(name)
    tag = _known(round_, name)
    if tag is None:
        tag = Tag(round_id=round_.id, name=name, key=name.casefold()[:LONGEST_TAG])
        session.add(tag)
        session.flush()
    return tag


def rename(round_: Round, tag: Tag, name: str) -> None:
    """Give a tag another name. ValueError if another tag has it: the two can be merged."""
    name = _checked(name)
    other = _known(round_, name)
    if other and other is not tag:
        raise ValueError(f"There is a tag {other.name!r} already. To make one of two, merge them.")
    tag.name, tag.key = name, name.casefold()[:LONGEST_TAG]
    session.flush()


def merge(tag: Tag, into: Tag) -> int:
    """Put `into` on every passage of `tag`, and take `tag` away; gives how many passages had it."""
    if tag.id == into.id:
        raise ValueError("Choose another tag to merge it into.")
    marks = session.scalars(
        select(PassageTag)
        .filter_by(tag_id=tag.id)
        .options(selectinload(PassageTag.passage).selectinload(Passage.tags))
    ).all()
    for mark in marks:
        if into.id not in {each.tag_id for each in mark.passage.tags}:
            mark.passage.tags.append(PassageTag(tag=into))
        mark.passage.tags.remove(mark)
    session.flush()
    session.delete(tag)
    session.flush()
    return len(marks)


def remove_tag(tag: Tag) -> None:
    """Take a tag away. ValueError while it marks anything."""
    if session.scalar(select(func.count()).select_from(PassageTag).filter_by(tag_id=tag.id)):
        raise ValueError("It marks passages. Merge it into another tag, or take it off them first.")
    session.delete(tag)
    session.flush()


def mark(round_: Round, comment: Comment, words: str, tags: Iterable[Tag] = ()) -> Passage:
    """The passage of a comment with these words, or the whole comment without any, with these tags
    on it besides those it has. ValueError if the words do not stand in the comment."""
    found = find(words, comment.text) if words.strip() else whole(comment.text)
    if not found:
        raise ValueError(
            "These words do not stand in the comment. Copy them as they are there, or leave the "
            "box empty for the whole comment."
        )
    place = comment.place
    fields = place._asdict() | {"fingerprint": hashlib.sha256(found.encode()).hexdigest()}
    passage = session.scalar(select(Passage).filter_by(round_id=round_.id, **fields))
    if passage is None:
        passage = Passage(round_id=round_.id, words=found, **fields)
        session.add(passage)
    on_it = {mark.tag_id for mark in passage.tags}
    for tag in tags:
        if tag.id not in on_it:
            passage.tags.append(PassageTag(tag=tag, tag_id=tag.id))
            on_it.add(tag.id)
    session.flush()
    return passage


def untag(passage: Passage, tag_id: int) -> None:
    """Take a tag off a passage; one with neither tag nor quote goes too."""
    passage.tags = [mark for mark in passage.tags if mark.tag_id != tag_id]
    session.flush()
    drop_if_bare(passage)


def drop_if_bare(passage: Passage) -> None:
    quoted = select(func.count()).select_from(Quote).filter_by(passage_id=passage.id)
    if not passage.tags and not session.scalar(quoted):
        session.delete(passage)
        session.flush()


def quote(round_: Round, passage: Passage, by: Person) -> Quote:
    """A quote of a passage; the one that there is, if its words are still those of the passage."""
    words = passage.words.replace("\r\n", "\n")  # as a browser gives them back
    for known in passage.quotes:
        if known.words == words:
            return known
    made = Quote(round_id=round_.id, passage=passage, words=words, chosen_by=by)
    session.add(made)
    session.flush()
    return made


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValueError("Give the tag a name.")
    if len(name) > LONGEST_TAG:
        raise ValueError(f"Use a name of at most {LONGEST_TAG} characters.")
    return name


def _known(round_: Round, name: str) -> Tag | None:
    key = name.casefold()[:LONGEST_TAG]
    return session.scalar(select(Tag).filter_by(round_id=round_.id, key=key))
