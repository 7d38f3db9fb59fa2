"""Questions and figures for the tests of findings."""

from __future__ import annotations

from reviewer.findings.figures import Figure
from reviewer.instrument.model import CHOICES, SCALE, DocumentKind, Option, Question

STRATEGY = DocumentKind("strategy", "Integrated care strategy", "strategies")
PLAN = DocumentKind("plan", "Joint forward plan", "plans")

RAG = (Option("yes", "Yes"), Option("some", "To some extent"), Option("no", "No"))
YES_NO = (Option("yes", "Yes"), Option("no", "No"))
FREQUENCY = (
    Option("always", "always"),
    Option("often", "often"),
    Option("rarely", "rarely"),
    Option("never", "never"),
)
GROUPS = (
    Option("other", "other"),
    Option("cla", "children looked after"),
    Option("send", "children with SEND"),
    Option("poverty", "children in poverty or on free school meals"),
)
CAPACITY = "Has the strategy considered the capacity of its current workforce?"


def question(options=RAG, kind=SCALE, text=CAPACITY, id="workforce-1", **more) -> Question:
    """A question; `more` is any other field of it."""
    fields = {"criterion": "workforce", "documents": ("strategy", "plan"), "wording": "derived"}
    fields |= {"source": "made for a test", "scale": "rag" if kind == SCALE else None}
    return Question(id=id, kind=kind, text=text, options=tuple(options), **(fields | more))


def figure(
    *counts: int, base=None, reviewed=31, total=42, document=STRATEGY, asked=None, **more
) -> Figure:
    """A figure with these counts in the order of the options; whoever is outside the base has not
    answered. `asked` is the question; else `more` makes one."""
    asked = asked or question(**more)
    base = sum(counts) if base is None else base
    return Figure(
        question=asked,
        document=document,
        counts={o.id: count for o, count in zip(asked.options, counts, strict=True)},
        base=base,
        systems_reviewed=reviewed,
        systems_total=total,
        unanswered=reviewed - base,
        not_applicable=0,
        unresolved=0,
    )


def groups(*counts: int, base: int, **more) -> Figure:
    """A figure of a choices question about `GROUPS` (other comes first there)."""
    return figure(*counts, base=base, kind=CHOICES, **({"options": GROUPS} | more))
