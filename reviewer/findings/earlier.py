"""A round beside an earlier one, or beside what was published; in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from reviewer.db import session
from reviewer.findings.carrying import Carrying, carried, carry
from reviewer.findings.counting import figures
from reviewer.findings.figures import Figure
from reviewer.findings.movement import Values
from reviewer.findings.over_time import Compared, Time, compare
from reviewer.findings.published import Published, published_of
from reviewer.findings.settled import values
from reviewer.instrument.model import TEXT, Instrument, Question
from reviewer.rounds.models import Round, RoundSystem, all_rounds
from reviewer.rounds.upgrades import Upgrade
from reviewer.systems.models import System, successors

PUBLISHED = "published"

# New question ids by old ones, of two versions of an instrument; and new option ids by old ones.
Ids = Mapping[str, str]


@dataclass(frozen=True)
class Mapped:
    """Which question of a later version means the same as one of an earlier version, by id, and
    which option of it: ids of the new by those of the old. Without a word on a question's options,
    those with the same id are the same."""

    questions: Ids
    options: Mapping[str, Ids]

    def options_of(self, old: Question, new: Question) -> Ids:
        there = {option.id for option in new.options}
        same = {option.id: option.id for option in old.options}
        known = self.options.get(old.id, same)
        return {before: after for before, after in known.items() if after in there}


# Instruments by id and version, patches aside: those share every id.
Release = tuple[str, str]
Reviewed = dict[tuple[Release, Release], Mapped]


def reviewed_mappings() -> Reviewed:
    """The mappings that somebody reviewed and moved a round by, in one query; of two between the
    same versions the later one."""
    done = select(Upgrade).where(Upgrade.applied_at.is_not(None)).order_by(Upgrade.id)
    found: Reviewed = {}
    for upgrade in session.scalars(done):
        known = upgrade.map
        options = {old: known.options_of(old) for old in known.ids}
        found[_release(upgrade.old), _release(upgrade.new)] = Mapped(known.ids, options)
    return found


def mapped(old: Instrument, new: Instrument, reviewed: Reviewed) -> Mapped:
    """The mapping that somebody reviewed, or else the same ids for versions of one instrument."""
    if known := reviewed.get((_release(old), _release(new))):
        return known
    if old.id != new.id:
        return Mapped({}, {})
    there = {question.id for question in new.questions}
    return Mapped({q.id: q.id for q in old.questions if q.id in there}, {})


def _release(instrument: Instrument) -> Release:
    return instrument.id, instrument.version.rpartition(".")[0]


@dataclass(frozen=True)
class Choice:
    """Something to compare with: `value` stands in the address."""

    value: str
    words: str
    earlier: Round | None


@dataclass(frozen=True)
class Comparison:
    """A round beside one choice, figure by figure. `carrying` is None for numbers in print, which
    are of no known systems; `names` are those of the systems that `carrying` speaks of."""

    choice: Choice
    time: Time
    reviewed: int
    total: int
    figures: list[Compared]
    carrying: Carrying | None
    names: dict[int, str]

    @property
    def of_criterion(self) -> dict[str, list[Compared]]:
        found: dict[str, list[Compared]] = defaultdict(list)
        for compared in self.figures:
            found[compared.now.question.criterion].append(compared)
        return found


def choices_of(round_: Round) -> list[Choice]:
    """What a round can be compared with, the likeliest first: the earlier round of its settings,
    other rounds before it, and what was published of its instrument."""
    instrument = round_.released.instrument
    before = [
        other
        for other in all_rounds()
        if other.id < round_.id and not other.is_draft and other.invented == round_.invented
    ]
    known = reviewed_mappings() if before else {}
    usable = [r for r in before if mapped(r.released.instrument, instrument, known).questions]
    usable.sort(key=lambda other: other.id != round_.earlier_id)
    found = [Choice(str(r.id), f"the {r.name} round", r) for r in usable]
    if published_of(instrument.id) is not None:
        found.append(Choice(PUBLISHED, "the published report", None))
    return found


def comparison_of(round_: Round, choice: Choice) -> Comparison:
    """Every figure of a round beside the one it is compared with."""
    now = figures(round_)
    reviewed = max((figure.systems_reviewed for figure in now), default=0)
    total = max((figure.systems_total for figure in now), default=0)
    if choice.earlier is None:
        time = Time(f"in {choice.words}", None, None)
        published = published_of(round_.released.instrument.id) or {}
        found = [_in_print(figure, time, published) for figure in now]
        return Comparison(choice, time, reviewed, total, found, None, {})
    earlier = choice.earlier
    then = figures(earlier)
    time = Time(
        words=f"in {choice.words}",
        reviewed=max((figure.systems_reviewed for figure in then), default=0),
        total=max((figure.systems_total for figure in then), default=0),
    )
    carrying, names = _carrying(earlier, round_)
    return Comparison(
        choice, time, reviewed, total, _side_by_side(round_, earlier, now, then, time, carrying),
        carrying, names,
    )  # fmt: skip


def same_systems(
    round_: Round, earlier: Round, question: str, document: str
) -> tuple[Values, Values]:
    """The values then and now of the same systems at one place, as `comparison_of` counts them."""
    mapping = mapped(earlier.released.instrument, round_.released.instrument, reviewed_mappings())
    old_id = {new: old for old, new in mapping.questions.items()}[question]
    carrying, _ = _carrying(earlier, round_)
    ends = (
        earlier.released.instrument.question(old_id),
        round_.released.instrument.question(question),
    )
    then = carried(
        values(earlier, [old_id]).get((old_id, document), {}), carrying, mapping.options_of(*ends)
    )
    return then.values, values(round_, [question]).get((question, document), {})


def _in_print(figure: Figure, time: Time, published: Published) -> Compared:
    return Compared(figure, time, published.get((figure.question.id, figure.document.id)))


def _side_by_side(
    round_: Round,
    earlier: Round,
    now: list[Figure],
    then: list[Figure],
    time: Time,
    carrying: Carrying,
) -> list[Compared]:
    old_instrument = earlier.released.instrument
    mapping = mapped(old_instrument, round_.released.instrument, reviewed_mappings())
    old_ids = {new: old for old, new in mapping.questions.items()}
    before = {(figure.question.id, figure.document.id): figure for figure in then}
    countable = {q.id for q in old_instrument.questions if q.kind != TEXT}
    asked = {f.question.id for f in now if old_ids.get(f.question.id) in countable}
    values_now = values(round_, asked)
    values_then = values(earlier, {old_ids[question] for question in asked})
    found = []
    for figure in now:
        place = (old_ids.get(figure.question.id, ""), figure.document.id)
        old = before.get(place)
        if old is None or old.question.kind != figure.question.kind:
            found.append(Compared(figure, time, None))
            continue
        options = mapping.options_of(old.question, figure.question)
        found.append(
            compare(
                figure,
                time,
                old,
                options,
                then=carried(values_then.get(place, {}), carrying, options),
                values=values_now.get((figure.question.id, figure.document.id), {}),
                words=f"in the {round_.name} round",
            )
        )
    return found


def _carrying(earlier: Round, later: Round) -> tuple[Carrying, dict[int, str]]:
    scopes: dict[int, set[int]] = {earlier.id: set(), later.id: set()}
    for round_id, system_id in session.execute(
        select(RoundSystem.round_id, RoundSystem.system_id).where(RoundSystem.round_id.in_(scopes))
    ):
        scopes[round_id].add(system_id)
    following: dict[int, list[int]] = defaultdict(list)
    for system_id, successor_id in session.execute(select(successors)):
        following[system_id].append(successor_id)
    carrying = carry(scopes[earlier.id], scopes[later.id], following)
    told = {*carrying.gone, *carrying.new, *carrying.split}
    told |= {s for ends in carrying.split.values() for s in ends}
    told |= {s for now, then in carrying.merged.items() for s in (now, *then)}
    named = select(System).where(System.id.in_(told))
    return carrying, {system.id: system.name for system in session.scalars(named)}
