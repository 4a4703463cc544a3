"""Whether a mutant changes anything, and for whom: proved at three levels, and the case that notices it where it does.

Both pathways are read of one person. Doses are compared by what they say, never by the id of their row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.beside import beside
from pharmacyfirst.proof.counterexample import Counterexample, Facts, Looking, as_case, outcome_of, quoted
from pharmacyfirst.proof.differences import outcome_differs
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.mutants import Mutant
from pharmacyfirst.proof.solver import FALSE, Formula, Solver, both, differ, either


class Level(Enum):
    """How much of an assessment two pathways share: the outcome and offers of complete answers, of any answers, or everything."""

    COMPLETE = "complete answers"
    ANY = "any answers"
    EVERYTHING = "with what decided, what is missing and what stands beside"


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
        self._beside: dict[str, Formula] = {}

    def difference(self, changed: Pathway) -> Noticed | None:
        """The nearest patient who notices, at the first level at which anybody does; None is the proof that nobody ever does."""
        other = Encoding(changed, self.person, self.on)
        outcome, more = outcome_differs(self.encoding, other), self._beside_differs(other)
        if self.looking.solver.find(either((outcome, more))) is None:
            return None
        complete = both((self.encoding.complete, other.complete, outcome))
        for level, notices in ((Level.COMPLETE, complete), (Level.ANY, outcome), (Level.EVERYTHING, more)):
            found = self.looking.nearest(notices)
            if found is not None:
                return Noticed(level, found, self._as_of(changed, found))
        return None

    def _as_of(self, changed: Pathway, found: Counterexample) -> Counterexample:
        return Counterexample(found.facts, found.changes, outcome_of(changed, found.facts, self.on), found.plausible)

    def _beside_differs(self, other: Encoding) -> Formula:
        if not self._beside:
            self._beside = beside(self.encoding)
        mine, others = self._beside, beside(other)
        return either(differ(mine.get(name, FALSE), others.get(name, FALSE)) for name in {**mine, **others})


def case_that_notices(comparison: Comparison, mutant: Mutant) -> str:
    """The case that kills a mutant, in the words of cases.yaml, expecting what the pathway says; empty where nobody ever notices."""
    difference = comparison.difference(mutant.pathway)
    if difference is None:
        return ""
    mine, theirs = difference.one, difference.other
    says = f"Notices the mutant {mutant.name}"
    note = f"proposed by the solver, {difference.level.value}: the mutant says {theirs.outcome()}"
    # Told from the baseline as the file has it: the solver leaves out of it what nobody asks such a person for.
    given, usual = mine.facts, comparison.baseline
    names = (name for name in comparison.person.unsettled if given.get(name) != usual.get(name))
    mine = replace(mine, changes={name: given.get(name) for name in names})
    lines: tuple[str, ...] = ()
    if mine.assessment is not None and theirs.assessment is not None:
        lines = tuple(_beside_in_words(mine.assessment, theirs.assessment))
    return as_case(mine, "notices", says, note, beside=lines)


def _beside_in_words(mine: Assessment, other: Assessment) -> Iterator[str]:
    """What is expected beside the outcome wherever the other assessment has something else, in the words of cases.yaml."""
    if needless := [name for name in other.missing if name not in mine.missing]:
        yield f"not missing: {', '.join(needless)}"
    duties, others_duties = (tuple(duty.id for duty in one.duties) for one in (mine, other))
    for heading, points, others in (
        ("gateways", mine.gateways, other.gateways),
        ("gateways not known", mine.gateways_not_known, other.gateways_not_known),
        ("duties", duties, others_duties),
    ):
        if points != others:
            yield f"{heading}: {', '.join(points) or 'none'}"
    if mine.if_not_answered is not None and mine.if_not_answered is not other.if_not_answered:
        yield f"if not answered: {mine.if_not_answered.word}"
    told, others = ((*one.advice, *one.safety_netting) for one in (mine, other))
    for heading, lines in (("tells", told), ("tells not", others)):
        apart = [quoted(line) for line in lines if line not in (others if lines is told else told)]
        if apart:
            yield f"{heading}:"
            yield from (f"  - {line}" for line in apart)
