"""The proposal and the ways out, against plain counting and a plain search."""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.running.explaining import reachable, shortfall, ways_out, why
from reviewer.running.matching import Pair, Reader, Task, ToRead, propose

REGIONS = ("North", "South", "East")
ORGANISATIONS = ("", "A Charity", "B Charity", "C College")


@st.composite
def tasks(draw, systems=6, readers=6):
    numbers = range(draw(st.integers(1, systems)))
    people = [100 + n for n in range(draw(st.integers(0, readers)))]
    existing = {
        n: draw(st.sets(st.sampled_from(people), max_size=2)) if people else set() for n in numbers
    }
    return Task(
        tuple(
            ToRead(
                n,
                f"System {n}",
                draw(st.sampled_from(REGIONS)),
                len(existing[n]) + draw(st.integers(0, 1)),
                frozenset(existing[n]),
            )
            for n in numbers
        ),
        tuple(
            Reader(
                p,
                f"Person {p}",
                draw(st.sampled_from(ORGANISATIONS)),
                draw(st.sampled_from(("", *REGIONS))),
                sum(p in has for has in existing.values()),
                barred=dict.fromkeys(draw(st.sets(st.sampled_from(numbers))), "is at home there")
                | {n: "reads it already" for n, has in existing.items() if p in has},
                declined=dict.fromkeys(draw(st.sets(st.sampled_from(numbers), max_size=1)), "No"),
                asked=draw(st.integers(0, 5)) > 0,
            )
            for p in people
        ),
        cap=draw(st.integers(1, 3)),
        second_readings=draw(st.integers(0, systems + 1)),
    )


def most_readings(task: Task) -> int:
    """The greatest number of needed readings, by augmenting paths written out plainly."""
    slots = [(s, n) for s in task.systems for n in range(s.readings, 2)]
    seats = [(r, n) for r in task.readers for n in range(task.room(r))]
    best = 0
    firsts = [slot for slot in slots if slot[1] == 0]
    seconds = [slot for slot in slots if slot[1] == 1]
    for chosen in combinations(seconds, min(task.seconds, len(seconds))):
        best = max(best, _matched(firsts + list(chosen), seats))
    return best


def _matched(slots, seats) -> int:
    # A person must not read a system twice: each person has one place at each system, through
    # which a flow of one unit goes.
    capacity = Counter()
    for system, _ in slots:
        capacity["system", system.id] += 1
    for reader, _ in seats:
        capacity["reader", reader.id] += 1
    systems = {s.id: s for s, _ in slots}
    readers = {r.id: r for r, _ in seats}
    used: set[tuple[int, int]] = set()

    def free(kind, number):
        place = 0 if kind == "system" else 1
        return sum(pair[place] == number for pair in used) < capacity[kind, number]

    def path(system):
        ways = [[(system, r)] for r in readers if readers[r].can_read(systems[system])]
        ways = [w for w in ways if w[0] not in used]
        seen = set()
        while ways:
            way = ways.pop()
            _, reader = way[-1]
            if reader in seen:
                continue
            seen.add(reader)
            if free("reader", reader):
                return way
            for s, r in sorted(used):
                if r == reader:
                    for other in readers:
                        if (s, other) not in used and readers[other].can_read(systems[s]):
                            ways.append([*way, (s, r), (s, other)])
        return None

    for system in systems:
        while free("system", system) and (way := path(system)):
            for n, pair in enumerate(way):
                (used.remove if n % 2 else used.add)(pair)
    return len(used)


@given(tasks())
def test_no_hard_rule_is_broken_and_nothing_possible_is_left_out(task):
    pairs = propose(task)
    load = Counter(pair.reader.id for pair in pairs)
    for reader in task.readers:
        assert load[reader.id] <= task.room(reader)
    assert all(pair.reader.can_read(pair.system) for pair in pairs)
    assert len({(p.system.id, p.reader.id) for p in pairs}) == len(pairs)
    readings = Counter(pair.system.id for pair in pairs)
    assert all(s.readings + readings[s.id] <= 2 for s in task.systems if readings[s.id])
    firsts = sum(not s.readings and readings[s.id] > 0 for s in task.systems)
    assert len(pairs) - firsts <= task.seconds
    assert len(pairs) == reachable(task)


@given(tasks(systems=4, readers=4))
def test_as_many_readings_as_a_plain_search_finds(task):
    assert reachable(task) == most_readings(task)


@given(tasks())
def test_every_way_out_leads_out_and_a_smaller_step_does_not(task):
    pairs = propose(task)
    missing = shortfall(task, pairs)
    assert bool(missing) == (len(pairs) < task.needed)
    ways = ways_out(task) if missing else []
    if missing:
        assert any(way.invite for way in ways)
    for way in ways:
        taken = way.taken(task)
        assert len(propose(taken)) == taken.needed
    for way in ways:
        less = None
        if way.cap and way.cap > task.cap + 1:
            less = Task(task.systems, task.readers, way.cap - 1, task.second_readings)
        elif way.second_readings is not None and way.second_readings + 1 < task.second_readings:
            less = Task(task.systems, task.readers, task.cap, way.second_readings + 1)
        if less:
            assert reachable(less) < less.needed


@given(tasks(), st.randoms())
def test_the_order_of_the_input_changes_nothing(task, chance):
    systems, readers = list(task.systems), list(task.readers)
    chance.shuffle(systems)
    chance.shuffle(readers)
    other = Task(tuple(systems), tuple(readers), task.cap, task.second_readings)
    assert propose(other) == propose(task)
    assert shortfall(other, propose(other))[:1] == shortfall(task, propose(task))[:1]


@given(tasks())
def test_every_pair_has_one_sentence(task):
    pairs = propose(task)
    for pair in pairs:
        sentence = why(pair, pairs, task)
        assert sentence.endswith(".")
        assert sentence.count(".") == 1


def systems(number, regions=REGIONS):
    return tuple(ToRead(n, f"System {n}", regions[n % len(regions)]) for n in range(number))


def readers(number, **more):
    return tuple(Reader(100 + n, f"Person {n}", **more) for n in range(number))


def pairs_of(task):
    return {(p.system.id, p.reader.id) for p in propose(task)}


def test_everybody_has_about_the_same_to_do():
    load = Counter(reader for _, reader in pairs_of(Task(systems(6), readers(4), cap=4)))
    assert sorted(load.values()) == [1, 1, 2, 2]


def test_who_has_nothing_yet_comes_first():
    busy = Reader(1, "Busy", load=1)
    idle = Reader(2, "Idle")
    assert pairs_of(Task(systems(1), (busy, idle), cap=3)) == {(0, 2)}


def test_two_readers_of_a_system_come_from_different_organisations():
    people = (
        Reader(1, "Ann", "A Charity"),
        Reader(2, "Ben", "A Charity"),
        Reader(3, "Cat", "B Charity"),
    )
    task = Task(systems(1), people, cap=1, second_readings=1)
    assert {r for _, r in pairs_of(task)} in ({1, 3}, {2, 3})
    read = ToRead(0, "System 0", "North", 1, frozenset({1}))
    assert pairs_of(Task((read,), people, cap=2, second_readings=1)) == {(0, 3)}


def test_one_organisation_for_both_is_the_last_resort_and_said():
    people = (Reader(1, "Ann", "A Charity"), Reader(2, "Ben", "A Charity"))
    task = Task(systems(1), people, cap=1, second_readings=1)
    pairs = propose(task)
    assert len(pairs) == 2
    assert "of the same organisation: otherwise fewer readings are possible" in why(
        pairs[0], pairs, task
    )


def test_nobody_reads_near_home_if_somebody_else_can():
    near, far = Reader(1, "Ann", home_region="North"), Reader(2, "Ben", home_region="South")
    task = Task(systems(2), (near, far), cap=1)
    assert pairs_of(task) == {(1, 1), (0, 2)}
    assert "is at home elsewhere" in why(propose(task)[0], propose(task), task)


def test_second_readings_are_spread_over_regions():
    task = Task(systems(9), readers(12), cap=1, second_readings=3)
    twice = [s for s, n in Counter(s for s, _ in pairs_of(task)).items() if n == 2]
    assert {REGIONS[s % 3] for s in twice} == set(REGIONS)


def test_the_overlap_links_as_many_people_as_possible():
    task = Task(systems(8), readers(8), cap=2, second_readings=4)
    read_by: dict[int, set[int]] = {}
    for system, reader in pairs_of(task):
        read_by.setdefault(system, set()).add(reader)
    linked = [people for people in read_by.values() if len(people) == 2]
    assert len(set().union(*linked)) == 8


def test_with_more_overlap_everybody_is_compared_with_several_people():
    task = Task(systems(6), readers(6), cap=2, second_readings=6)
    read_by: dict[int, set[int]] = {}
    for system, reader in pairs_of(task):
        read_by.setdefault(system, set()).add(reader)
    assert len({frozenset(people) for people in read_by.values()}) == 6


def test_what_is_missing_and_the_ways_out_in_words():
    task = Task(systems(42), readers(20), cap=2, second_readings=8)
    assert shortfall(task, propose(task)) == [
        "42 systems without a reader and 8 second readings need 50 readings; "
        "20 reviewers with a cap of 2 can do 40 more."
    ]
    assert [way.words for way in ways_out(task)] == [
        "Raise the cap from 2 to 3.",
        "Invite 5 more reviewers without a conflict.",
    ]
    fewer = ways_out(Task(systems(10), readers(6), cap=2, second_readings=8))
    assert fewer[-1].words == "Plan 2 second readings and not 8."


def test_a_system_that_nobody_can_read_is_named_with_every_reason():
    people = (
        Reader(1, "Ann", barred={0: "it is their home system"}),
        Reader(2, "Ben", declined={0: "No time"}),
    )
    task = Task(systems(2), people, cap=2)
    assert shortfall(task, propose(task)) == [
        "2 systems without a reader need 2 readings; 2 reviewers with a cap of 2 can do 1 more "
        "(there is room for 4, but conflicts and refusals are in the way).",
        "Nobody can read System 0: all 2 reviewers with room cannot "
        "(Ann: it is their home system; Ben: declined it: No time).",
    ]
    assert [way.words for way in ways_out(task)] == ["Invite 1 more reviewer without a conflict."]


def test_nobody_at_all():
    task = Task(systems(2), (), cap=2)
    assert propose(task) == []
    assert [way.words for way in ways_out(task)] == ["Invite 1 more reviewer without a conflict."]


def test_nothing_is_proposed_where_everything_is_read():
    done = ToRead(0, "System 0", "North", 1, frozenset())
    task = Task((done,), readers(2), cap=2)
    assert propose(task) == []
    assert shortfall(task, []) == []


def test_a_sentence_says_why():
    people = (
        Reader(1, "Ann", "A Charity", "South", load=1),
        Reader(2, "Ben", "B Charity", "North"),
    )
    read = ToRead(0, "System 0", "North", 1, frozenset({1}))
    task = Task((read,), people, cap=2, second_readings=1)
    (pair,) = propose(task)
    assert pair == Pair(read, people[1])
    assert why(pair, [pair], task) == (
        "Has nothing so far and would have 1 of at most 2; a second reading, beside Ann of another "
        "organisation; has a home system in the same region."
    )


@pytest.mark.parametrize("seconds", [8, 42])
def test_a_whole_round_takes_less_than_two_seconds(seconds):
    chance = random.Random(7)
    people = tuple(
        Reader(
            100 + n,
            f"Person {n}",
            f"Organisation {chance.randrange(25)}",
            f"Region {chance.randrange(7)}",
            barred={chance.randrange(42): "is at home there"},
        )
        for n in range(60)
    )
    task = Task(systems(42, tuple(f"Region {n}" for n in range(7))), people, 2, seconds)
    begun = time.process_time()
    pairs = propose(task)
    assert time.process_time() - begun < 2
    assert len(pairs) == 42 + seconds
