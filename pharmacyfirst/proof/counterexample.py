"""The nearest plausible patient: of everybody the solver could name the one with the fewest answers changed, judged again.

It starts from the baseline of the condition's cases. Everybody found is put through ``assess``; if that says something else than the
formulas, nothing is proved and ``FormulasDiffer`` is raised.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pharmacyfirst.content.invariants import NOTHING_SAID, Invariants
from pharmacyfirst.content.made_up import answers_worth_trying
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.conditions import NOT_ASKED, NOT_MET
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.kernel.offer import Offer
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer
from pharmacyfirst.kernel.told import within_in_words
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.proof.anybody import Anybody, Unsettled
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.solver import Formula, Found, Solver, both, either, fewer_than_all, no

Facts = Mapping[str, Any]


class FormulasDiffer(PharmacyFirstError):
    """The formulas say something else of somebody than ``assess``: a defect of the program, and no proof is worth anything."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Somebody found. ``changes`` are the answers that differ from the baseline, None for one that is not known.

    ``assessment`` is None where the treatment table has no row for them, so that ``assess`` cannot answer.
    """

    facts: Facts
    changes: Facts
    assessment: Assessment | None
    plausible: bool = True

    def in_words(self) -> str:
        """The answers that differ, and what comes out."""
        given = [f"{name} {value_in_words(value)}" for name, value in self.changes.items()]
        who = "; ".join(given) or "nothing changed"
        return f"{who} -> {self.outcome()}{'' if self.plausible else ' (nobody plausible was found)'}"

    def outcome(self) -> str:
        """What comes out, in a line."""
        if self.assessment is None:
            return "no outcome at all: the treatment table has no row for this person"
        offers = ", ".join(f"{o.pgd.id} {o.dose.in_words()} [{o.row.id}]" for o in self.assessment.offers)
        decided = ", ".join(self.assessment.decided_by)
        first = f"{self.assessment.outcome.kind.word}{beside_in_words(self.assessment.outcome)}"
        return f"{first}{f': {offers}' if offers else ''}{f' (decided by {decided})' if decided else ''}"


def beside_in_words(outcome: Outcome) -> str:
    """What stands beside the kind: where to, by when, and what may follow."""
    to = {None: "", EMERGENCY_999: ", 999", EMERGENCY_DEPARTMENT: ", A&E"}
    there = to.get(outcome.destination, f" by {outcome.destination}")
    within = f", {within_in_words(outcome.within_days)}" if outcome.within_days else ""
    return f"{there}{within}{f', next {outcome.next}' if outcome.next else ''}"


class Nearest:
    """Looking for the person nearest to the baseline: of whom the solver knows what fits, who is plausible, and what values to try."""

    def __init__(
        self, person: Anybody, baseline: Facts, plausible: Formula, values: Mapping[str, Sequence[Any]], solver: Solver
    ):
        self.person, self.plausible, self.values, self.solver = person, plausible, values, solver
        self.baseline = {name: value for name, value in baseline.items() if name in person.unsettled}
        self.tidy = both(self._tidy())
        self.differs = [
            no(both((one.known, one.is_answered(self.baseline[name])))) if name in self.baseline else one.known
            for name, one in person.unsettled.items()
        ]

    def _tidy(self) -> Iterable[Formula]:
        """Numbers that people would write: the baseline's, a bound, or one just beside it."""
        for name, values in self.values.items():
            one = self.person.unsettled[name]
            if one.number is not None:
                given = (self.baseline[name],) if name in self.baseline else ()
                yield either((no(one.known), *(one.is_answered(value) for value in (*given, *values))))

    def somebody(self, *formulas: Formula) -> Found | None:
        """The same person as the solver found them, not yet judged again."""
        for said in ((self.plausible, self.tidy), (self.tidy,), ()):
            with self.solver.for_now((*formulas, *said)):
                found = self._nearest()
            if found is not None:
                return found
        return None

    def _nearest(self) -> Found | None:
        for changes in range(len(self.differs) + 1):
            found = self.solver.find(fewer_than_all(changes, self.differs))
            if found is not None:
                with self.solver.for_now([fewer_than_all(changes, self.differs)]):
                    return self._tidied(found)
            if changes == 2 and self.solver.find() is None:
                return None  # nobody at all: asked only now, as most are near
        return None

    def _tidied(self, found: Found) -> Found:
        """Of everybody as near the same one every time: later questions changed rather than earlier, and values near the baseline's."""
        changed = []
        for one, differs in zip(self.person.unsettled.values(), self.differs, strict=True):
            other = self.solver.find(no(differs)) if found.holds(differs) else found
            if other is None:
                changed.append(one)
            else:
                found = other
            self.solver.say([differs if other is None else no(differs)])
        for one in changed:
            for answer in one.choices.values() if one.question.answer is Answer.ANY_OF else ():
                fewer = self.solver.find(no(answer)) if found.holds(answer) else None
                found = fewer or found
                self.solver.say([no(answer)] if fewer else ())
            for value in self._values(one):
                answered = (both((one.known, one.is_answered(value))),)
                other = self.solver.find(*answered)
                if other is not None:
                    found = other
                    self.solver.say(answered)
                    break
        return found

    def _values(self, one: Unsettled) -> Sequence[Any]:
        """The values to try for an answer that has to change, the nearest to the baseline's first."""
        name, values = one.question.name, self.values[one.question.name]
        if one.number is None:
            return () if one.question.answer is Answer.ANY_OF else values
        return sorted(values, key=lambda value: abs(value - self.baseline[name])) if name in self.baseline else values


class Looking(Nearest):
    """Looking for patients of one pathway: what is said of everybody, the baseline, and who is implausible."""

    def __init__(
        self, encoding: Encoding, baseline: Facts, invariants: Invariants = NOTHING_SAID, solver: Solver | None = None
    ):
        self.encoding, condition = encoding, encoding.pathway.id
        implausible = invariants.implausible.get(condition, ())
        super().__init__(
            encoding.person,
            in_place(encoding.pathway, baseline),
            both(no(both(encoding.alone.judged(one).met for one in people)) for people in implausible),
            answers_worth_trying(encoding.pathway, invariants.sentences(condition)),
            solver or Solver([encoding.person.fits()]),
        )

    def nearest(self, *formulas: Formula) -> Counterexample | None:
        """The nearest person for whom all of these hold, plausible if anybody plausible is; None where there is nobody at all."""
        found = self.somebody(*formulas)
        return None if found is None else self.patient(found, found.holds(self.plausible))

    def patient(self, found: Found, plausible: bool = True) -> Counterexample:
        """Somebody found, judged again. Raises ``FormulasDiffer`` where ``assess`` says something else than the formulas."""
        return judged_again(self.encoding, found, self.baseline, plausible)


def in_place(pathway: Pathway, facts: Facts) -> dict[str, Any]:
    """The answers without those that nobody asks such a person for."""
    answers = dict(facts)
    for question in pathway.gated:
        gate = question.asked_when
        if gate is not None and gate.verdict(answers) is NOT_MET:
            answers[question.name] = NOT_ASKED  # as ``asked`` has it, and whether or not it was answered all the same
    return {name: value for name, value in answers.items() if value is not NOT_ASKED}


def judged_again(encoding: Encoding, found: Found, baseline: Facts, plausible: bool = True) -> Counterexample:
    """Somebody found, put through ``assess``, which must say what the formulas say: outcome, destination, offers with dose rows."""
    facts = encoding.person.facts(found)
    assessment = outcome_of(encoding.pathway, facts, encoding.on)
    said = _formulas_say(encoding, found)
    heard = _kernel_says(assessment)
    if said != heard:
        raise FormulasDiffer(
            f"{encoding.pathway.id}: the formulas say {', '.join(sorted(said - heard)) or 'nothing more'} of somebody, and assess "
            f"{', '.join(sorted(heard - said)) or 'nothing more'}. Nothing is proved; report this as a defect of the program."
        )
    changes = {name: facts.get(name) for name in encoding.person.unsettled if facts.get(name) != baseline.get(name)}
    return Counterexample(facts, changes, assessment, plausible)


def outcome_of(pathway: Pathway, facts: Facts, on: date) -> Assessment | None:
    """What ``assess`` says; None where a pathway that was changed by hand has no row for the person."""
    try:
        return assess(pathway, facts, on)
    except IndexError:  # the loader lets no such pathway pass; a planted mistake does not go through the loader
        return None


def _formulas_say(encoding: Encoding, found: Found) -> set[str]:
    kinds = {kind.word for kind, formula in encoding.kinds.items() if found.holds(formula)}
    offers = {f"{pgd} {row}" for (pgd, row), formula in encoding.offered_by_row.items() if found.holds(formula)}
    return kinds | offers | ({EMERGENCY_999} if found.holds(encoding.dial_999) else set())


def _kernel_says(assessment: Assessment | None) -> set[str]:
    if assessment is None:
        return set()
    offers = {f"{offer.pgd.id} {offer.row.id}" for offer in assessment.offers}
    dial = {EMERGENCY_999} if assessment.outcome.destination == EMERGENCY_999 else set()
    return {assessment.outcome.kind.word} | offers | dial


def as_case(
    patient: Counterexample,
    name: str,
    says: str,
    note: str,
    expected: Assessment | None = None,
    beside: Iterable[str] = (),
) -> str:
    """The patient as a case in the words of cases.yaml; what is expected is ``expected``, or what comes out today.

    ``beside`` are further lines of what is expected.
    """
    wanted = expected or patient.assessment
    lines = [f"  {name}:", f"    says: {quoted(says)}"]
    given = {fact: value for fact, value in patient.changes.items() if value is not None}
    if given:
        lines += ["    set:", *(f"      {fact}: {value_in_words(value)}" for fact, value in given.items())]
    unset = [fact for fact, value in patient.changes.items() if value is None]
    if unset:
        lines.append(f"    unset: {', '.join(unset)}")
    lines.append("    expect:")
    if wanted is None:
        lines.append("      outcome: need facts")
    else:
        lines.append(f"      outcome: {wanted.outcome.kind.word}")
        if wanted.outcome.destination:
            lines.append(f"      destination: {wanted.outcome.destination}")
        if wanted.outcome.within_days:
            lines.append(f"      within: {wanted.outcome.within_days} days")
        if wanted.outcome.next:
            lines.append(f"      next: {wanted.outcome.next}")
        if wanted.decided_by:
            lines.append(f"      decided by: {', '.join(wanted.decided_by)}")
        if wanted.offers:
            lines.append("      offers:")
            for offer in wanted.offers:
                lines += [f"        - pgd: {offer.pgd.id}", *(f"          {line}" for line in _offer_in_words(offer))]
        if wanted.missing:
            lines.append(f"      missing: {', '.join(wanted.missing)}")
    lines += [f"      {line}" for line in beside]
    lines += ["    evidence: provisional", f"    note: {quoted(note)}"]
    return "\n".join(lines) + "\n"


def _offer_in_words(offer: Offer) -> Iterator[str]:
    """All that a case may expect of an offer: another dose, day, quantity or instruction is noticed by it."""
    row, supplied = offer.row, offer.supplied[0]
    yield f"dose: {offer.dose.as_written()}"
    if row.dose is not None and row.dose.first_day is not None:
        yield f"first day: {plain(row.dose.first_day)}"
    yield f"times a day: {row.times_a_day}"
    if row.days:
        yield f"days: {row.days}"
    if supplied.quantity is not None:
        yield f"quantity: {supplied.quantity.as_written()}"
    if supplied.quantity_at_least is not None:
        yield f"quantity at least: {supplied.quantity_at_least.as_written()}"
    if offer.pgd.instructions:
        yield f"instructions: {', '.join(one.id for one in offer.instructions) or 'none'}"


def quoted(words: str) -> str:
    """Words as content takes them whatever stands in them."""
    return "'" + words.replace("'", "''") + "'"


def cases_file(condition: str, on: date, baseline: Facts, cases: Iterable[str]) -> str:
    """A whole file of cases with this baseline, that ``pharmacyfirst cases`` reads."""
    answers = "".join(f"  {name}: {value_in_words(value)}\n" for name, value in baseline.items())
    return f"pathway: {condition}\nas of: {on}\nbaseline:\n{answers}cases:\n{''.join(cases)}"
