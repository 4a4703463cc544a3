"""Whether a mutant changes anything, and for whom: proved at three levels, and the case that notices it where it does.

Both pathways are read of one person. Doses are compared by what they say, never by the id of their row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from pharmacyfirst.kernel.dose import DoseRow
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.counterexample import Counterexample, Facts, Looking, as_case, outcome_of
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.mutants import Mutant
from pharmacyfirst.proof.reasons import decided_by, missing
from pharmacyfirst.proof.solver import FALSE, Formula, Solver, both, differ, either


class Level(Enum):
    """How much of an assessment two pathways share: the outcome and offers of complete answers, of any answers, or everything."""

    COMPLETE = "complete answers"
    ANY = "any answers"
    EVERYTHING = "with what decided and what is missing"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Somebody for whom two pathways come out differently: as the one says, and as the other does."""

    level: Level
    one: Counterexample
    other: Counterexample


class Comparison:
    """One pathway, as it is read of anybody, to compare its mutants with."""

    def __init__(self, pathway: Pathway, on: date, baseline: Facts):
        self.on, self.baseline = on, baseline
        self.person = Anybody(pathway.questions.values())
        self.encoding = Encoding(pathway, self.person, on)
        self.looking = Looking(self.encoding, baseline, solver=Solver([self.person.fits()]))
        self._reasons: dict[str, Formula] = {}

    def difference(self, changed: Pathway) -> Noticed | None:
        """The nearest patient who notices, at the first level at which anybody does; None is the proof that nobody ever does."""
        other = Encoding(changed, self.person, self.on)
        outcome, reasons = self._outcome_differs(other), self._reasons_differ(other)
        if self.looking.solver.find(either((outcome, reasons))) is None:
            return None
        complete = both((self.encoding.complete, other.complete, outcome))
        for level, notices in ((Level.COMPLETE, complete), (Level.ANY, outcome), (Level.EVERYTHING, reasons)):
            found = self.looking.nearest(notices)
            if found is not None:
                return Noticed(level, found, self._as_of(changed, found))
        return None

    def _as_of(self, changed: Pathway, found: Counterexample) -> Counterexample:
        return Counterexample(found.facts, found.changes, outcome_of(changed, found.facts, self.on), found.plausible)

    def _outcome_differs(self, other: Encoding) -> Formula:
        mine = self.encoding
        kinds = [differ(mine.kinds[kind], other.kinds[kind]) for kind in Kind]
        return either((*kinds, differ(mine.dial_999, other.dial_999), *_offers_differ(mine, other)))

    def _reasons_differ(self, other: Encoding) -> Formula:
        if not self._reasons:
            self._reasons = _reasons(self.encoding)
        mine, others = self._reasons, _reasons(other)
        return either(differ(mine.get(name, FALSE), others.get(name, FALSE)) for name in {**mine, **others})


def _reasons(encoding: Encoding) -> dict[str, Formula]:
    found = {f"decided by {id_}": when for id_, when in decided_by(encoding).items()}
    found.update({f"missing {name}": when for name, when in missing(encoding).items()})
    return found


def _offers_differ(one: Encoding, other: Encoding) -> Iterator[Formula]:
    pgds = list(dict.fromkeys((*one.pathway.pgds, *other.pathway.pgds)))
    for pgd in pgds:
        said, says = _by_what_it_says(one, pgd), _by_what_it_says(other, pgd)
        for dose in {**said, **says}:
            yield differ(said.get(dose, FALSE), says.get(dose, FALSE))
    for first in pgds:
        for second in pgds:
            if first != second and all(pgd in e.offered for pgd in (first, second) for e in (one, other)):
                yield differ(one.offered_before(first, second), other.offered_before(first, second))


def _by_what_it_says(encoding: Encoding, pgd: str) -> dict[Any, Formula]:
    """For each dose that the table may come to, in its own words: it is offered."""
    found: dict[Any, list[Formula]] = {}
    rows: dict[str, DoseRow] = (
        {row.id: row for row in encoding.pathway.pgds[pgd].doses} if pgd in encoding.offered else {}
    )
    for (name, id_), offered in encoding.offered_by_row.items():
        if name == pgd:
            row = rows[id_]
            says = (row.dose, row.times_a_day, row.times_a_day_most, row.days, row.packs)
            found.setdefault(says, []).append(offered)
    return {says: either(whens) for says, whens in found.items()}


def case_that_notices(comparison: Comparison, mutant: Mutant) -> str:
    """The case that kills a mutant, in the words of cases.yaml, expecting what the pathway says; empty where nobody ever notices."""
    difference = comparison.difference(mutant.pathway)
    if difference is None:
        return ""
    mine, theirs = difference.one, difference.other
    says = f"Notices the mutant {mutant.name}"
    note = f"proposed by the solver, {difference.level.value}: the mutant says {theirs.outcome()}"
    return as_case(mine, "notices", says, note)
