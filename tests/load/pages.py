"""The tables of an evening, and where they stand in docs/performance.md and docs/scaling.md. Pure,
but for writing them there."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reviewer.config import ROOT
from tests.load.evening import FEWEST, Taken
from tests.load.judging import RULE, Step
from tests.load.machine import DATABASE, GROUPS, OTHERS, OURSELVES, WEB
from tests.marks import put

PERFORMANCE, SCALING = ROOT / "docs" / "performance.md", ROOT / "docs" / "scaling.md"
MUCH = 0.4  # of a core, from which on somebody is in the way of what is measured
EVENING_THINGS = 240  # two a minute for two hours


@dataclass(frozen=True)
class Whole:
    """What was measured of the whole run."""

    people: int
    steps: Sequence[Step]
    kinds: Taken  # of the first step, at the pace of an evening
    arrival: Step
    said: str  # what was acknowledged
    lost: Sequence[str]
    wrong: Sequence[str]
    searchable: Sequence[float]  # seconds from attaching
    final: Sequence[float]
    memory_mb: Mapping[str, int]
    pages_read: int
    reading_seconds: float  # of a core, with the pictures
    picture_mb: float
    text_mb: float  # in the database, of all pages that are in it
    text_pages: int
    answer_kb: float  # in the database, of an answer with its history


def load_tables(whole: Whole) -> list[str]:
    """For docs/performance.md."""
    first, last = whole.steps[0], whole.steps[-1]
    held = [step for step in whole.steps if not step.broken]
    best = max((step.things_a_minute for step in held), default=0)
    others = max(step.cores[OTHERS] for step in whole.steps)
    ours = max(step.cores[OURSELVES] for step in whole.steps)
    broke = f"broke at {last.things_a_minute:.3g}: {last.broken}" if last.broken else "never broke"
    return [
        _machine(),
        "",
        f"{RULE} With {whole.people} volunteers it held at {best:.3g} things a minute each and "
        f"{broke}.",
        "",
        f"**What ran out first:** {'; '.join(last.ran_out())}." if last.broken else "",
        "",
        "| things a minute each | requests a second | failed | p50 ms | p95 ms | p99 ms "
        "| saves, p95 ms | under way |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(step) for step in (whole.arrival, *whole.steps)),
        "",
        "Cores that were used:",
        "",
        f"| things a minute each | {' | '.join(GROUPS)} | of |",
        f"|---|{'---|' * (len(GROUPS) + 1)}",
        *(_cores(step) for step in (whole.arrival, *whole.steps)),
        "",
        f"At the pace of an evening ({first.things_a_minute:.3g} things a minute each):",
        "",
        "| what is done | how often | failed | p50 ms | p95 ms | p99 ms |",
        "|---|---|---|---|---|---|",
        *(
            f"| {kind} | {len(t.seconds)} | {t.failed} | {_ms(t.at(50))} | {_ms(t.at(95))} "
            f"| {_ms(t.at(99)) if len(t.seconds) >= FEWEST else '–'} |"
            for kind, t in sorted(whole.kinds.items(), key=lambda kind: -len(kind[1].seconds))
        ),
        "",
        f"Acknowledged: {whole.said}. Lost: {len(whole.lost)}. Wrong at the end: "
        f"{len(whole.wrong)}.",
        _waits("From attaching a file until its words can be found", whole.searchable),
        _waits("Until its text is final", whole.final),
        f"Connections to PostgreSQL, at most: {max(s.connections for s in whole.steps)} of "
        f"{last.connections_allowed}. Somebody waited for the disk "
        f"{max(s.waited_for_disk for s in whole.steps):.0%} of the time at most; "
        f"{min(s.memory_left for s in whole.steps):.0%} of the memory was left at least. "
        f"Memory at most: {', '.join(f'{k} {v} MB' for k, v in whole.memory_mb.items())} (pages "
        "that processes share are counted in each).",
        f"The volunteers themselves took {ours:.2f} cores at most, on the same machine."
        + (" That is much: the numbers are of them, too." if ours > MUCH else "")
        + (" The machine was not quiet: others took a good part of it." if others > MUCH else ""),
    ]


def cost_tables(whole: Whole) -> list[str]:
    """For docs/scaling.md."""
    first = whole.steps[0]
    things = first.things_a_minute * whole.people * first.seconds / 60
    web, base = (1000 * first.cores[g] * first.seconds / things for g in (WEB, DATABASE))
    entering = 1000 * whole.arrival.cores[WEB] * whole.arrival.seconds / whole.people
    pages = max(whole.pages_read, 1)
    reading = 1000 * whole.reading_seconds / pages
    evening = (EVENING_THINGS * (web + base) + entering) / 1000
    return [
        _machine(),
        "",
        "| what | costs |",
        "|---|---|",
        f"| a thing that a volunteer does | {web:.0f} ms of a core in the web server, "
        f"{base:.1f} ms in PostgreSQL |",
        f"| signing in with a password, with the first pages | {entering:.0f} ms of a core |",
        f"| a volunteer's evening: sign in, two things a minute for two hours | {evening:.1f} s of "
        "a core |",
        f"| a page of a document, read, searchable and drawn | {reading:.0f} ms of a core |",
        f"| a document of 100 pages | {reading / 10:.1f} s of a core; "
        f"{100 * whole.picture_mb / pages:.1f} MB of pictures, "
        f"{100 * whole.text_mb / max(whole.text_pages, 1):.2f} MB of text in the database, and "
        "the PDF |",
        f"| an answer with its options and history, on PostgreSQL | {whole.answer_kb:.1f} KB |",
        f"| memory at {first.things_a_minute:.3g} things a minute each | "
        f"{', '.join(f'{k} {v} MB' for k, v in whole.memory_mb.items() if k != OURSELVES)} |",
        "",
        f"{EVENING_THINGS} things in an evening is arithmetic, as is the round: 42 systems, two "
        f"documents of 100 pages each, {whole.people} volunteers with ten evenings: "
        f"{(84 * reading / 10 + 10 * whole.people * evening) / 3600:.1f} hours of a core, "
        f"{84 * (100 * whole.picture_mb / pages + 5) / 1000:.1f} GB with PDFs of 5 MB.",
    ]


def write(page: Path, lines: Sequence[str]) -> None:
    put(page, "make load", "\n".join(lines).replace("\n\n\n", "\n\n"))


def _machine() -> str:
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores, "
        f"CPython {platform.python_version()}."
    )


def _row(step: Step) -> str:
    return (
        f"| {step.name} | {step.requests / step.seconds:.1f} | {step.failed} | {_ms(step.p50)} "
        f"| {_ms(step.p95)} | {_ms(step.p99)} | {_ms(step.save_p95)} | {step.under_way:.1f}, at "
        f"most {step.most_under_way}, of {step.threads} at once |"
    )


def _cores(step: Step) -> str:
    used = " | ".join(f"{step.cores[group]:.2f}" for group in GROUPS)
    return f"| {step.name} | {used} | {step.there_are} |"


def _waits(what: str, seconds: Sequence[float]) -> str:
    if not seconds:
        return f"{what}: no file was attached."
    ordered = sorted(seconds)
    middle, late = ordered[len(ordered) // 2], ordered[int(0.95 * (len(ordered) - 1))]
    return (
        f"{what}, {len(ordered)} files of 10 to 100 pages: {middle:.1f} s in the middle, "
        f"{late:.1f} s for 95 of 100, {ordered[-1]:.1f} s at most."
    )


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}" if seconds else "–"
