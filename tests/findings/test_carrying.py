"""Systems from one round to the next: merged, split, gone and new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.findings.carrying import carried, carry

YES, NO = frozenset({"yes"}), frozenset({"no"})
SAME = {"yes": "yes", "no": "no"}


def test_two_that_merged_stand_beside_their_successor():
    found = carry({1, 2, 3}, {3, 9}, {1: [9], 2: [9]})
    assert found.predecessors == {3: (3,), 9: (1, 2)}
    assert found.merged == {9: (1, 2)}
    assert (found.split, found.gone, found.new) == ({}, (), ())


def test_one_that_was_split_is_carried_to_nobody_and_the_others_of_its_successor_are():
    found = carry({1, 2}, {8, 9}, {1: [8, 9], 2: [9]})
    assert found.split == {1: (8, 9)}
    assert found.predecessors == {9: (2,)}
    assert found.new == (8,)


def test_successors_are_followed_to_the_later_round_and_no_further():
    assert carry({1}, {3}, {1: [2], 2: [3], 3: [4]}).predecessors == {3: (1,)}
    assert carry({1}, {1}, {1: [2]}).predecessors == {1: (1,)}
    # One part of a split is not in the later round: what is left is still a part.
    assert carry({1}, {8}, {1: [8, 9]}).split == {1: (8, 9)}


def test_who_left_and_who_came():
    found = carry({1, 2}, {2, 3}, {1: [7]})
    assert (found.gone, found.new, found.split) == ((1,), (3,), {})


def test_a_register_that_goes_round_in_a_circle_does_not_hold_anybody_up():
    assert carry({1}, {5}, {1: [2], 2: [1]}).gone == (1,)


def test_a_merged_system_has_the_value_that_its_predecessors_share():
    carrying = carry({1, 2, 3, 4, 5}, {7, 8, 9}, {1: [7], 2: [7], 3: [8], 4: [8], 5: [9]})
    found = carried({1: YES, 2: NO, 3: YES, 5: YES}, carrying, SAME)
    assert found.values == {8: YES, 9: YES}
    assert (found.differ, found.unknown) == ((7,), ())


def test_an_answer_that_is_no_longer_offered_is_left_out():
    carrying = carry({1, 2}, {1, 2}, {})
    found = carried({1: YES, 2: NO}, carrying, {"no": "not-at-all"})
    assert found.values == {2: frozenset({"not-at-all"})}
    assert found.unknown == (1,)


systems = st.integers(1, 8)
later_systems = st.integers(5, 12)


@given(
    earlier=st.sets(systems),
    later=st.sets(later_systems),
    successors=st.dictionaries(systems, st.lists(later_systems, max_size=3, unique=True)),
    values=st.dictionaries(systems, st.sampled_from([YES, NO])),
)
def test_every_system_has_one_place_and_no_value_comes_from_nowhere(
    earlier, later, successors, values
):
    # Forward in time: a circle has a test of its own.
    successors = {one: [to for to in ends if to > one] for one, ends in successors.items()}
    found = carry(earlier, later, successors)
    placed = [s for then in found.predecessors.values() for s in then]
    assert sorted([*placed, *found.split, *found.gone]) == sorted(earlier)
    assert found.predecessors.keys() | set(found.new) == later
    assert not found.predecessors.keys() & set(found.new)
    for now, then in found.predecessors.items():
        for system in then:
            assert _reach(system, later, successors) == {now}
    made = carried(values, found, SAME)
    for now in later:
        had = {values[s] for s in found.predecessors.get(now, ()) if s in values}
        assert (now in made.values) == (len(had) == 1)
        assert (now in made.differ) == (len(had) > 1)
        assert made.values.get(now) in (*had, None)


def _reach(system, later, successors):
    """Plainly: where one gets to, step by step."""
    ends = {system}
    for _ in range(20):
        ends = {
            to
            for here in ends
            for to in ([here] if here in later else successors.get(here) or [here])
        }
    return ends
