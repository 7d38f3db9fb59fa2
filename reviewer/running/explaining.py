"""Why a pair was proposed, and what to relax where not everything can be read. Pure.

What a way out promises was worked out: the task was solved again with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.running.matching import Pair, Reader, Task, ToRead
from reviewer.wording import count_text

MOST_NAMED = 5


@dataclass(frozen=True)
class Way:
    """One constraint to relax, and by how much: a new cap, so many more reviewers, or so many
    second readings. `words` is the sentence that says so."""

    words: str
    cap: int | None = None
    invite: int = 0
    second_readings: int | None = None

    def taken(self, task: Task) -> Task:
        """The task as it is on this way. The reviewers to invite have no conflict with any
        system, and organisations of their own."""
        new = tuple(Reader(-1 - n, f"Invited {n + 1}") for n in range(self.invite))
        return replace(
            task,
            cap=self.cap or task.cap,
            readers=task.readers + new,
            second_readings=task.second_readings
            if self.second_readings is None
            else self.second_readings,
        )


def reachable(task: Task) -> int:
    """How many of the needed readings can be given at all: a maximum flow."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(("start", "end", "second"))
    graph.add_edge("second", "end", capacity=task.seconds)
    for system in task.systems:
        if not system.readings:
            graph.add_edge(("system", system.id), "end", capacity=1)
        if system.readings < 2:
            graph.add_edge(("system", system.id), "second", capacity=1)
    for reader in task.readers:
        graph.add_edge("start", ("reader", reader.id), capacity=task.room(reader))
        for system in task.systems:
            if task.room(reader) and reader.can_read(system):
                graph.add_edge(("reader", reader.id), ("system", system.id), capacity=1)
    return int(nx.maximum_flow_value(graph, "start", "end", flow_func=nx.algorithms.flow.dinitz))


def shortfall(task: Task, pairs: Sequence[Pair]) -> list[str]:
    """What is missing from a proposal, in sentences: how much, and systems that nobody can read.
    Empty if nothing is."""
    missing = task.needed - len(pairs)
    if not missing:
        return []
    asked = [reader for reader in task.readers if reader.asked]
    room = sum(map(task.room, asked))
    needs = [count_text(task.firsts, "system without a reader", "systems without a reader")]
    if task.seconds:
        needs.append(count_text(task.seconds, "second reading"))
    said = (
        f"{' and '.join(needs)} need {count_text(task.needed, 'reading')}; "
        f"{count_text(len(asked), 'reviewer')} with a cap of {task.cap} can do {len(pairs)} more"
    )
    if room > len(pairs):
        said += f" (there is room for {room}, but conflicts and refusals are in the way)"
    given = Counter(pair.system.id for pair in pairs)
    unread = [s for s in task.systems if not s.readings and not given[s.id]]
    return [f"{said}.", *filter(None, (_nobody(system, task) for system in unread))]


def _nobody(system: ToRead, task: Task) -> str:
    """Why nobody at all can read a system; "" if somebody could who reads others instead."""
    asked = [reader for reader in task.readers if task.room(reader)]
    if not asked or any(reader.can_read(system) for reader in asked):
        return ""
    named = [f"{r.name}: {_because(r, system)}" for r in asked[:MOST_NAMED]]
    if len(asked) > MOST_NAMED:
        named.append(f"and {len(asked) - MOST_NAMED} more")
    who = "the one reviewer" if len(asked) == 1 else f"all {len(asked)} reviewers"
    return f"Nobody can read {system.name}: {who} with room cannot ({'; '.join(named)})."


def _because(reader: Reader, system: ToRead) -> str:
    if system.id in reader.barred:
        return reader.barred[system.id]
    return f"declined it: {reader.declined[system.id]}"


def ways_out(task: Task) -> list[Way]:
    """Each constraint that can be relaxed on its own, by as little as makes everything possible."""
    ways = []
    if any(reader.asked for reader in task.readers):
        most = max(len(task.systems), task.cap) + max(r.load for r in task.readers)
        cap = _least(task, [Way("", cap=n) for n in range(task.cap + 1, most + 1)])
        if cap:
            ways.append(replace(cap, words=f"Raise the cap from {task.cap} to {cap.cap}."))
    # One more for each reading, and one so that every system can be read by two, is always enough.
    more = _least(task, [Way("", invite=n) for n in range(1, task.needed + 2)])
    if more:
        who = count_text(more.invite, "more reviewer")
        ways.append(replace(more, words=f"Invite {who} without a conflict."))
    least = task.second_readings - task.seconds
    fewer = _least(
        task, [Way("", second_readings=n) for n in range(task.second_readings - 1, least - 1, -1)]
    )
    if fewer:
        number = fewer.second_readings
        ways.append(
            replace(
                fewer,
                words=f"Plan {count_text(number or 0, 'second reading')} "
                f"and not {task.second_readings}.",
            )
        )
    return ways


def _least(task: Task, ways: Sequence[Way]) -> Way | None:
    """The first way that makes everything possible; each goes further than the one before."""

    def works(way: Way) -> bool:
        taken = way.taken(task)
        return reachable(taken) == taken.needed

    place = bisect_left(ways, True, key=works)
    return ways[place] if place < len(ways) else None


def why(pair: Pair, pairs: Sequence[Pair], task: Task) -> str:
    """One sentence that says why this reader was proposed for this system."""
    reader, system = pair.reader, pair.system
    gets = sum(other.reader.id == reader.id for other in pairs)
    facts = [
        f"Has {count_text(reader.load, 'system') if reader.load else 'nothing'} so far "
        f"and would have {reader.load + gets} of at most {task.cap}"
    ]
    by_id = {other.id: other for other in task.readers}
    beside = {other.reader.id for other in pairs if other.system.id == system.id} | system.readers
    others = [by_id[number] for number in sorted(beside - {reader.id}) if number in by_id]
    facts += [_beside(reader, other) for other in others]
    if reader.home_region:
        near = reader.home_region == system.region
        facts.append("has a home system in the same region" if near else "is at home elsewhere")
    return "; ".join(facts) + "."


def _beside(reader: Reader, other: Reader) -> str:
    if not (reader.organisation and other.organisation):
        return f"a second reading, beside {other.name}"
    if reader.organisation == other.organisation:
        return (
            f"a second reading beside {other.name} of the same organisation: "
            "otherwise fewer readings are possible"
        )
    return f"a second reading, beside {other.name} of another organisation"
