"""One condition being proved: its formulas, a solver that keeps what it learns, the baseline, and what was found so far."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.content.invariants import NOTHING_SAID, Invariants
from pharmacyfirst.content.library import Library
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.counterexample import Counterexample, Looking, judged_again
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.reasons import missing
from pharmacyfirst.proof.solver import Formula, Solver, either

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """What does not hold, in words, with the patients it does not hold of: one, or the same one with more and with fewer answers."""

    what: str
    patients: tuple[Counterexample, ...] = ()


class Proof:
    """Everything that proving one pathway on one day needs; ``remarks`` gathers what is worth saying and no failure."""

    def __init__(self, pathway: Pathway, on: date, baseline: Mapping[str, Any], invariants: Invariants = NOTHING_SAID):
        self.pathway, self.on, self.invariants = pathway, on, invariants
        self.encoding = Encoding(pathway, Anybody(pathway.questions.values()), on)
        self.looking = Looking(self.encoding, baseline, invariants)
        self.remarks: list[str] = []

    @classmethod
    def of(cls, library: Library, condition: str, on: date | None, invariants: Invariants) -> "Proof":
        """The proof of a condition of a library on a day: that of its cases where none is given, else the first of its newest days."""
        found = baseline_of(library, condition)
        baseline = found[1] if found else {}
        day = on or (found[0] if found else library.stretches[condition][-1].period.first)
        return cls(library.in_force(condition, day), day, baseline, invariants)

    @cached_property
    def missing(self) -> dict[str, Formula]:
        """For each question: it is among the missing."""
        return missing(self.encoding)

    @property
    def solver(self) -> Solver:
        """The solver, which knows that every answer fits its question."""
        return self.looking.solver

    def remark(self, words: str) -> None:
        """Note something that is no failure."""
        self.remarks.append(words)

    def never(self, claims: Iterable[tuple[str, Formula]]) -> Iterator[Failure]:
        """Each claim that holds of somebody, with the nearest patient; all are refuted at once where nobody is found."""
        listed = list(claims)
        if self.solver.find(either(formula for _, formula in listed)) is None:
            return
        for what, formula in self._held(self.solver, listed):
            patient = self.looking.nearest(formula)
            yield Failure(what, (patient,) if patient else ())

    def never_of_two(
        self, solver: Solver, more: Encoding, fewer: Encoding, claims: Iterable[tuple[str, Formula]]
    ) -> Iterator[Failure]:
        """The same for claims about one person with more and with fewer answers."""
        listed = list(claims)
        if solver.find(either(formula for _, formula in listed)) is None:
            return
        looking = Looking(more, self.looking.baseline, self.invariants, solver)
        for what, formula in self._held(solver, listed):
            found = looking.somebody(formula)
            if found is not None:
                patients = (judged_again(one, found, self.looking.baseline) for one in (more, fewer))
                yield Failure(what, tuple(patients))

    def _held(self, solver: Solver, listed: list[tuple[str, Formula]]) -> Iterator[tuple[str, Formula]]:
        shown = 0
        for what, formula in listed:
            if solver.find(formula) is not None:
                yield what, formula
                shown += 1
            if shown == MOST_SHOWN:
                self.remark(f"more may fail; {MOST_SHOWN} are shown")
                return
