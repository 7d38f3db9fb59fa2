"""Who could read what in a round: its systems, its readers, and what bars whom from which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from reviewer.db import session
from reviewer.people.models import Person
from reviewer.people.permissions import Role
from reviewer.reviews.models import Review
from reviewer.reviews.offers import Conflict, Declined, HandOver
from reviewer.rounds.models import Round, RoundSystem
from reviewer.running.interests import Body, interests
from reviewer.running.matching import Reader, Task, ToRead
from reviewer.systems.models import System
from reviewer.wording import count_text

READS_IT = "reads it already"


@dataclass(frozen=True)
class Choice:
    """Somebody in a list of readers to choose from."""

    value: str
    words: str
    possible: bool


@dataclass(frozen=True)
class Situation:
    """A round as assignment sees it: the task, and its systems and people by id."""

    task: Task
    systems: dict[int, System]
    people: dict[int, Person]
    to_read: dict[int, ToRead]
    readers: dict[int, Reader]
    known: dict[int, dict[int, str]]  # conflicts that follow from what is known, by person, system

    def asked(self) -> list[Reader]:
        """Who can be given a system, by name."""
        return [self.readers[number] for number in self.people if self.readers[number].asked]

    def choices(self, system: int | None) -> list[Choice]:
        """Everybody who is asked, for a list to choose a reader from: those first who can read
        this system, or any (None), and why the others cannot."""
        found = []
        for reader in self.asked():
            facts = [reader.name, reader.organisation, count_text(reader.load, "system")]
            barred = reader.barred.get(system, "") if system else ""
            if not barred and not self.task.room(reader):
                barred = f"the cap is {self.task.cap}"
            remark = barred
            if system and not barred and system in reader.declined:
                remark = f"declined it ({reader.declined[system]})"
            words = ", ".join(filter(None, facts)) + (f" – {remark}" if remark else "")
            found.append(Choice(str(reader.id), words, not barred))
        return sorted(found, key=lambda choice: not choice.possible)

    def problems(self, pairs: Sequence[tuple[int, int]]) -> dict[int, str]:
        """What is wrong with giving all of these systems to these people (ids, in pairs), by the
        place of the pair. They are taken in their order, so the last ones go over a cap."""
        wrong: dict[int, str] = {}
        load: Counter[int] = Counter()
        seen: set[tuple[int, int]] = set()
        for place, pair in enumerate(pairs):
            system, reader = self.to_read[pair[0]], self.readers[pair[1]]
            has = reader.load + load[reader.id]
            if reason := reader.barred.get(system.id):
                wrong[place] = (
                    f"{reader.name} already has {system.name} in this round."
                    if reason == READS_IT
                    else f"{reader.name} cannot read {system.name}: {reason}."
                )
            elif not reader.asked:
                wrong[place] = f"{reader.name} cannot be given a system."
            elif pair in seen:
                wrong[place] = f"{reader.name} is here twice for {system.name}."
            elif has >= self.task.cap:
                wrong[place] = (
                    f"{reader.name} would have {count_text(has + 1, 'system')}; "
                    f"the cap of this round is {self.task.cap}."
                )
            else:
                load[reader.id] += 1
            seen.add(pair)
        return wrong


def situation_of(round_: Round) -> Situation:
    """Everything that assignment goes by, in seven queries whatever the size of the round."""
    systems = {system.id: system for system in round_.systems()}
    reviews = session.execute(
        select(Review.system_id, Review.reviewer_id).filter_by(round_id=round_.id)
    ).all()
    readings = Counter(row.system_id for row in reviews)
    reads: defaultdict[int, set[int]] = defaultdict(set)
    for row in reviews:
        if row.reviewer_id:
            reads[row.reviewer_id].add(row.system_id)
    can_be_asked = Person.role == Role.REVIEWER.value, Person.removed_at.is_(None)
    people = {
        person.id: person
        for person in session.scalars(
            select(Person)
            .where(or_(can_be_asked[0] & can_be_asked[1], Person.id.in_(list(reads))))
            .options(joinedload(Person.home_system))
            .order_by(Person.name, Person.id)
        )
    }
    bars, declined = _bars(round_), _declined(round_)
    bodies = _bodies(systems)
    readers, known = {}, {}
    for person in people.values():
        known[person.id] = interests(
            person.organisation, person.email, person.home_system_id, bodies
        )
        has = dict.fromkeys(reads[person.id], READS_IT)
        readers[person.id] = Reader(
            id=person.id,
            name=person.name,
            organisation=person.organisation,
            home_region=person.home_system.region if person.home_system else "",
            load=len(reads[person.id]),
            barred=known[person.id] | bars[person.id] | has,
            declined=declined[person.id],
            asked=person.role == Role.REVIEWER
            and person.removed_at is None
            # The demonstration's people are invented, so they read invented rounds only.
            and (round_.invented or not person.demonstration),
        )
    to_read = {
        system.id: ToRead(
            id=system.id,
            name=system.name,
            region=system.region,
            readings=readings[system.id],
            readers=frozenset(number for number, has in reads.items() if system.id in has),
        )
        for system in systems.values()
    }
    task = Task(
        tuple(to_read.values()), tuple(readers.values()), round_.cap, round_.second_readings
    )
    return Situation(task, systems, people, to_read, readers, known)


def _bars(round_: Round) -> defaultdict[int, dict[int, str]]:
    """Declared conflicts and hand-overs, by person and system."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    handed = (
        select(HandOver.former_id, Review.system_id)
        .join(HandOver.review)
        .where(Review.round_id == round_.id)
    )
    for person, system in session.execute(handed):
        found[person][system] = "has begun it before, and it was handed over"
    declared = select(Conflict.person_id, Conflict.system_id, Conflict.reason).join(
        RoundSystem,
        (RoundSystem.system_id == Conflict.system_id) & (RoundSystem.round_id == round_.id),
    )
    for person, system, reason in session.execute(declared):
        found[person][system] = f"declared a conflict ({reason.rstrip('.')})"
    return found


def _declined(round_: Round) -> defaultdict[int, dict[int, str]]:
    """What was declined, with the reason, by person and system."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for row in session.scalars(select(Declined).filter_by(round_id=round_.id)):
        found[row.person_id][row.system_id] = row.reason.rstrip(".")
    return found


def _bodies(systems: dict[int, System]) -> list[Body]:
    """The systems with the employers and addresses of the people who answer for them."""
    accounts = defaultdict(list)
    answer_for = select(Person.system_id, Person.organisation, Person.email).where(
        Person.system_id.in_(list(systems)), Person.removed_at.is_(None)
    )
    for row in session.execute(answer_for):
        accounts[row.system_id].append(row)
    return [
        Body(
            system.id,
            system.name,
            frozenset(row.organisation for row in accounts[system.id]),
            frozenset(row.email for row in accounts[system.id]),
        )
        for system in systems.values()
    ]
