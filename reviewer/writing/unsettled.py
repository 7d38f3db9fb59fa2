"""What was written that rests on figures which are not there any more, or will not be.

Nobody rewrites it: a question that was retired takes its meaning with it. It is listed until a
person has looked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.rounds.models import Round
from reviewer.writing.printing import findings_of, parts, recommendations_of
from reviewer.writing.references import references
from reviewer.writing.texts import numbers_of


@dataclass(frozen=True)
class Unsettled:
    """A finding ("3.2") or a recommendation, its words, and the figures that it lacks. `finding` is
    its id where it can be opened: not where its whole criterion is gone."""

    where: str
    words: str
    lacks: tuple[str, ...]
    finding: int | None = None


def unsettled(round_: Round, is_there: Callable[[str], bool]) -> list[Unsettled]:
    """What rests on a figure, shows its chart or prints its number, while `is_there` says that
    there is none of that id; and every finding of a criterion that is gone."""
    findings = findings_of(round_)
    numbers, found = numbers_of(round_, findings), []
    for finding in findings:
        named = references(f"{finding.heading}\n{finding.text}")
        ids = [*parts(finding.rests_on), *parts(finding.charts), *_figures(named)]
        lacks = tuple(dict.fromkeys(id_ for id_ in ids if not is_there(id_)))
        number = numbers.get(finding.id)
        if number is None:
            where = f"A finding of the criterion {finding.criterion}, which is gone"
            found.append(Unsettled(where, f"{finding.heading} {finding.text}".strip(), lacks))
        elif lacks:
            found.append(Unsettled(number, finding.heading, lacks, finding.id))
    criteria = {criterion.id for criterion in round_.released.instrument.criteria}
    for row in recommendations_of(round_):
        ids = [*(id_ for id_ in parts(row.bears_on) if id_ not in criteria)]
        ids += _figures(references(row.text))
        if lacks := tuple(dict.fromkeys(id_ for id_ in ids if not is_there(id_))):
            found.append(Unsettled("A recommendation", row.text, lacks))
    return found


def _figures(named: list[str]) -> list[str]:
    return [reference.partition(".")[0] for reference in named]
