"""Who could read what: a proposal by minimum-cost flow. Pure.

Every reading that is possible under the cap and the conflicts of interest is proposed: first one of
every system, then as many second readings as the round wants. Among the proposals that do so, the
flow takes one in which, in this order,

1. the readers of one system come from different organisations;
2. everybody has about the same to do;
3. the second readings are spread over the regions;
4. nobody reads in the region of their home system.

Then readers are exchanged, as long as nothing above gets worse, until the systems that are read by
two link as many people as possible, each to as many others as possible: how far readers agree is
then seen of many people, and not of a few pairs. The same input gives the same proposal, in
whatever order it comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

# What one step of each aim weighs in the flow: more than all steps of the next one together.
HOME_REGION, REGION, LOAD, SAME_ORGANISATION, SECOND, FIRST = (10**n for n in (0, 4, 8, 12, 15, 18))


@dataclass(frozen=True)
class ToRead:
    """A system of a round: how many readings it has, and the people who have them (imported
    readings have no person)."""

    id: int
    name: str
    region: str
    readings: int = 0
    readers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reader:
    """Somebody who can be asked. `load` is how many systems of the round they have; `barred` says,
    by system id, why they cannot read it, and `declined` what they said no to."""

    id: int
    name: str
    organisation: str = ""
    home_region: str = ""
    load: int = 0
    barred: Mapping[int, str] = field(default_factory=dict)
    declined: Mapping[int, str] = field(default_factory=dict)
    asked: bool = True  # False: reads something already, but is given no more

    def can_read(self, system: ToRead) -> bool:
        return self.asked and system.id not in self.barred and system.id not in self.declined


@dataclass(frozen=True)
class Task:
    """What is to be read in a round, and by whom it could be: `cap` systems each, and
    `second_readings` systems by two people."""

    systems: tuple[ToRead, ...]
    readers: tuple[Reader, ...]
    cap: int
    second_readings: int = 0

    @property
    def firsts(self) -> int:
        """How many systems nobody reads yet."""
        return sum(not system.readings for system in self.systems)

    @property
    def seconds(self) -> int:
        """How many second readings are still to be planned."""
        have = sum(system.readings > 1 for system in self.systems)
        return max(0, min(self.second_readings, len(self.systems)) - have)

    @property
    def needed(self) -> int:
        return self.firsts + self.seconds

    def room(self, reader: Reader) -> int:
        return max(0, self.cap - reader.load) if reader.asked else 0


@dataclass(frozen=True)
class Pair:
    """A system and somebody to read it."""

    system: ToRead
    reader: Reader


def propose(task: Task) -> list[Pair]:
    """The readings that can be given, by the names of system and reader."""
    systems = sorted(task.systems, key=lambda system: system.id)
    readers = sorted(task.readers, key=lambda reader: reader.id)
    found = [Pair(systems[s], readers[r]) for s, r in _flow(task, systems, readers)]
    return sorted(
        _exchanged(task, found),
        key=lambda pair: (pair.system.name, pair.system.id, pair.reader.name, pair.reader.id),
    )


def _flow(
    task: Task, systems: Sequence[ToRead], readers: Sequence[Reader]
) -> Iterator[tuple[int, int]]:
    """The places of systems and readers in a cheapest flow.

    It runs from a reader to a system, past a seat that colleagues have in common, and back to the
    readers: at once where it is a first reading, through the system's region where it is a second.
    """
    import networkx as nx  # here, as every start would pay for it

    graph = nx.MultiDiGraph()
    add = graph.add_edge
    start, end, second = "start", "end", "second"
    add(end, start, capacity=task.needed, weight=0)
    add(second, end, capacity=task.seconds, weight=-SECOND)
    organisations = {reader.id: reader.organisation for reader in readers}
    colleagues = Counter(r.organisation for r in readers if r.organisation and task.room(r))
    there = {s.id: {organisations.get(reader) for reader in s.readers} for s in systems}
    for r, reader in enumerate(readers):
        for has in range(reader.load, reader.load + task.room(reader)):
            add(start, ("reader", r), capacity=1, weight=has * LOAD)
        for s, system in enumerate(systems):
            if not task.room(reader) or system.readings > 1 or not reader.can_read(system):
                continue
            mine = reader.organisation
            shared = SAME_ORGANISATION if mine and mine in there[system.id] else 0
            near = HOME_REGION if reader.home_region == system.region else 0
            if colleagues[mine] < 2:
                add(("reader", r), ("system", s), capacity=1, weight=near + shared)
                continue
            seat = ("seat", s, mine)
            if seat not in graph:
                add(seat, ("system", s), capacity=1, weight=shared)
                add(seat, ("system", s), capacity=1, weight=SAME_ORGANISATION)
            add(("reader", r), seat, capacity=1, weight=near)
    doubled = Counter(system.region for system in systems if system.readings > 1)
    for s, system in enumerate(systems):
        region = ("region", system.region)
        if not system.readings:
            add(("system", s), end, capacity=1, weight=-FIRST)
        if system.readings < 2:
            add(("system", s), region, capacity=1, weight=0)
            add(region, second, capacity=1, weight=doubled[system.region] * REGION)
            doubled[system.region] += 1
    _, flow = nx.network_simplex(graph)
    for r in range(len(readers)):
        for node, edges in flow.get(("reader", r), {}).items():
            if any(edges.values()):
                yield node[1], r


def _exchanged(task: Task, pairs: list[Pair]) -> list[Pair]:
    """The pairs, after every exchange of two readers that makes them better."""
    readings = Counter(pair.system.id for pair in pairs)
    linked = {p.system.id for p in pairs if p.system.readings + readings[p.system.id] > 1}
    organisations = {reader.id: reader.organisation for reader in task.readers}
    best, better = _worth(pairs, linked, organisations), True
    while better:
        better = False
        for i, j in combinations(range(len(pairs)), 2):
            one, other = pairs[i], pairs[j]
            if one.system.id not in linked and other.system.id not in linked:
                continue
            if not (one.reader.can_read(other.system) and other.reader.can_read(one.system)):
                continue
            tried = list(pairs)
            tried[i], tried[j] = Pair(one.system, other.reader), Pair(other.system, one.reader)
            if len({(pair.system.id, pair.reader.id) for pair in tried}) < len(tried):
                continue  # somebody would read a system twice
            worth = _worth(tried, linked, organisations)
            if worth > best:
                pairs, best, better = tried, worth, True
    return pairs


def _worth(
    pairs: Iterable[Pair], linked: Collection[int], organisations: Mapping[int, str]
) -> tuple[int, ...]:
    """What an exchange can better, most important first; how much each reads stays the same."""
    together: dict[int, set[int]] = {}
    near, spread = 0, set()
    for pair in pairs:
        near += pair.reader.home_region == pair.system.region
        spread.add((pair.reader.organisation or pair.reader.id, pair.system.region))
        if pair.system.id in linked:
            together.setdefault(pair.system.id, set(pair.system.readers)).add(pair.reader.id)
    meetings = [two for readers in together.values() for two in combinations(sorted(readers), 2)]
    same = sum(
        bool(organisations.get(a)) and organisations.get(a) == organisations.get(b)
        for a, b in meetings
    )
    people = {person for two in meetings for person in two}
    return -same, -near, len(people), len(set(meetings)), len(spread)
