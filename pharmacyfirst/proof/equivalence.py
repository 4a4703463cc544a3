"""Whether a mutant changes anything, and for whom: proved at three levels, and the case that notices it where it does.

Both pathways are read of one person. Doses are compared by what they say, never by the id of their row.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.counterexample import Counterexample, Facts, Looking, as_case, outcome_of
from pharmacyfirst.proof.differences import outcome_differs, reasons_of
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.mutants import Mutant
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
        outcome, reasons = outcome_differs(self.encoding, other), self._reasons_differ(other)
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

    def _reasons_differ(self, other: Encoding) -> Formula:
        if not self._reasons:
            self._reasons = reasons_of(self.encoding)
        mine, others = self._reasons, reasons_of(other)
        return either(differ(mine.get(name, FALSE), others.get(name, FALSE)) for name in {**mine, **others})


def case_that_notices(comparison: Comparison, mutant: Mutant) -> str:
    """The case that kills a mutant, in the words of cases.yaml, expecting what the pathway says; empty where nobody ever notices."""
    difference = comparison.difference(mutant.pathway)
    if difference is None:
        return ""
    mine, theirs = difference.one, difference.other
    says = f"Notices the mutant {mutant.name}"
    note = f"proposed by the solver, {difference.level.value}: the mutant says {theirs.outcome()}"
    return as_case(mine, "notices", says, note)
