"""What an invented policy team made of the closed round, so that no page of writing is empty."""

from __future__ import annotations

import tomllib
from pathlib import Path

from reviewer.db import session
from reviewer.findings.counting import figures
from reviewer.rounds.models import Round
from reviewer.writing.comments import Comment, comments_of
from reviewer.writing.drafting import drafts
from reviewer.writing.models import Quote
from reviewer.writing.tagging import add_tag, mark
from reviewer.writing.texts import add_drafts, put_last
from reviewer.writing.written import Example, FindingQuote, Recommendation

TEXTS = Path(__file__).with_name("writing.toml")


def load_writing(round_: Round) -> None:
    """Tags on comments, quotes, the findings of one criterion, recommendations and examples."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    comments = comments_of(round_)
    for name, passages in texts["tags"].items():
        tag = add_tag(round_, name)
        for passage in passages:
            for comment in comments:
                if passage in comment.text:
                    mark(round_, comment, passage, [tag])
    here = [f for f in figures(round_) if f.question.criterion == texts["criterion"]]
    first, *_ = add_drafts(round_, texts["criterion"], drafts(here), None)
    first.heading, first.text = (texts["finding"][name].strip() for name in ("heading", "text"))
    for entry in texts["quotes"]:
        for comment in _with(comments, entry["passage"], texts["criterion"]):
            passage = mark(round_, comment, entry["passage"])
            words = entry.get("words", passage.words)
            quote = Quote(round_id=round_.id, passage=passage, words=words)
            session.add(quote)
            if entry.get("in_finding"):
                first.quotes.append(FindingQuote(quote=quote, place=1))
    for place, entry in enumerate(texts["recommendations"], 1):
        session.add(Recommendation(round_id=round_.id, place=place, **entry))
    system = round_.systems()[0]
    for entry in texts["examples"]:
        example = Example(round_id=round_.id, criterion=texts["criterion"], **entry)
        example.words = example.words.strip()
        example.system_id = system.id if entry["kind"] == "good-practice" else None
        put_last(example, [])
    session.flush()


def _with(comments: list[Comment], words: str, criterion: str) -> list[Comment]:
    """The first comment on a criterion in which the words stand, as a list."""
    found = [c for c in comments if words in c.text and c.place.criterion == criterion]
    return found[:1]
