"""When an evening no longer holds, what ran out first, and the tables that say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import marks
from tests.load import pages
from tests.load.evening import SAVE, Evening, Times
from tests.load.judging import Step
from tests.load.machine import GROUPS, OTHERS, WEB

QUIET = Step(
    name="2",
    seconds=60,
    things_a_minute=2,
    requests=400,
    expected=400,
    failed=0,
    p50=0.01,
    p95=0.04,
    p99=0.1,
    save_p95=0.04,
    longest_wait=2,
    cores=dict.fromkeys(GROUPS, 0.0) | {WEB: 0.2},
    there_are=2,
    threads=8,
    under_way=0.3,
    most_under_way=3,
    connections=10,
    connections_allowed=100,
    waited_for_disk=0.01,
    memory_left=0.8,
)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({}, ""),
        ({"failed": 4}, ""),
        ({"failed": 5}, "5 of 400 requests failed"),
        ({"requests": 100}, "100 requests were answered where 400 were to come"),
        ({"save_p95": 1.01}, "95 of 100 answers took up to 1.0 s to save"),
        ({"longest_wait": 301}, "an upload waited 5 minutes to be searchable"),
    ],
)
def test_which_rule_no_longer_holds(measured, words):
    assert replace(QUIET, **measured).broken == words


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({}, "nothing of what was measured"),
        ({"cores": {WEB: 1.3, OTHERS: 0.6}}, "processor time: 1.90 of 2 cores (web 1.30, every"),
        ({"memory_left": 0.05}, "memory: 5% was left"),
        ({"connections": 95}, "connections: 95 of 100"),
        ({"waited_for_disk": 0.6}, "the disk: somebody waited for it 60%"),
        ({"under_way": 8.2}, "threads of the web server: 8.2 requests under way"),
    ],
)
def test_what_ran_out_is_named_with_its_numbers(measured, words):
    [said] = replace(QUIET, **measured).ran_out()
    assert said.startswith(words)


def test_requests_are_noted_by_what_was_done():
    evening = Evening(30)
    for well in (True, False):
        evening.begin()
        assert evening.waiting() == 1
        evening.note(SAVE, well)
    taken = evening.take()
    assert (len(taken[SAVE].seconds), taken[SAVE].failed) == (2, 1)
    assert not evening.take() and not evening.waiting()


def test_the_tables_stand_between_their_marks(tmp_path):
    broken = replace(
        QUIET,
        name="9",
        things_a_minute=9,
        save_p95=2.0,
        cores={WEB: 2.0} | {group: 0.0 for group in GROUPS if group != WEB},
    )
    whole = pages.Whole(
        people=200,
        steps=[QUIET, broken],
        kinds={SAVE: Times([0.01] * 30)},
        arrival=replace(QUIET, name="while they sign in"),
        said="30 answers",
        lost=[],
        wrong=[],
        searchable=[1.0, 2.0],
        final=[3.0, 4.0],
        memory_mb={WEB: 300},
        pages_read=110,
        reading_seconds=11,
        picture_mb=25,
        text_mb=3,
        text_pages=1000,
        answer_kb=0.5,
    )
    page = tmp_path / "page.md"
    begins, ends = marks._marks("make load")
    page.write_text(f"# Before\n\n{begins}\nold\n{ends}\n\nAfter\n")
    pages.write(page, pages.load_tables(whole) + pages.cost_tables(whole))
    written = page.read_text()
    assert written.startswith("# Before\n") and written.endswith("\nAfter\n")
    assert "\nold\n" not in written
    assert "it held at 2 things a minute each and broke at 9: 95 of 100 answers" in written
    assert "**What ran out first:** processor time: 2.00 of 2 cores (web 2.00)." in written
    assert "| a document of 100 pages | 10.0 s of a core; 22.7 MB of pictures" in written
    widths = {line.count("|") for line in written.splitlines() if line.startswith("| save")}
    assert widths == {7}
