"""Dose tables: everybody let in has one dose and no more than one, nobody bigger has less of it, and the quantities come to it."""

from collections.abc import Iterator
from itertools import combinations

from pharmacyfirst.kernel.dose import WEIGHT, Dose, DoseRow
from pharmacyfirst.kernel.questions import AGE
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.encoding import Encoding, Looked
from pharmacyfirst.proof.proof import Failure, Proof
from pharmacyfirst.proof.solver import (
    FALSE,
    TRUE,
    Formula,
    Number,
    Solver,
    at_or_below,
    below,
    both,
    exact,
    if_then,
    times,
)

# What can be turned into one another; a dose and a strength in two of these that differ is a slip of a thousand.
_MASSES = ("g", "mg", "microgram", "micrograms", "kg", "ng")


def doses_are_whole(proof: Proof) -> Iterator[Failure]:
    """e. Whoever may be offered a medicine has one dose of it that is more than nothing, on no day less for being older or heavier, and a quantity that fits."""
    yield from proof.never(_one_dose_each(proof))
    yield from proof.never(_sums(proof))
    yield from _never_less(proof)


def _one_dose_each(proof: Proof) -> Iterator[tuple[str, Formula]]:
    encoding = proof.encoding
    for pgd, looked in encoding.looked.items():
        yield f"{pgd} has no dose for somebody it lets in", both((encoding.clear, looked.nothing, looked.let_in))
        for (one, first), (other, second) in combinations(looked.doses, 2):
            if one.sentence is not None and other.sentence is not None:
                taken = both((encoding.clear, looked.let_in, first.met, second.met))
                yield f"{one.id} and {other.id} take the same person", taken


def _sums(proof: Proof) -> Iterator[tuple[str, Formula]]:
    for (pgd, id_), offered in proof.encoding.offered_by_row.items():
        looked = proof.encoding.looked[pgd]
        row = next(row for row, _ in looked.by_row if row.id == id_)
        for wrong in _wrong_sums(row, looked):
            yield f"{id_} of {pgd}: {wrong}", offered
        if row.dose is not None:
            nothing = both((offered, _nothing(row.dose, proof.encoding.person)))
            yield f"{id_} of {pgd}: the dose comes to nothing", nothing


def _nothing(dose: Dose, person: Anybody) -> Formula:
    """The dose of this person, rounded as the row says, is nothing: less than half a step, or than one where it is rounded down."""
    if not dose.for_each_kg:
        return TRUE if dose.each.amount <= 0 else FALSE
    given, rounding = times(person.number(WEIGHT), dose.each.amount), dose.rounding
    if rounding is None:
        return at_or_below(given, exact(0))
    return below(given, exact(rounding.step if rounding.down else rounding.step / 2))


def _wrong_sums(row: DoseRow, looked: Looked) -> Iterator[str]:
    dose = row.dose
    if dose is None:
        return
    units = {other.dose.each.unit for other, _ in looked.doses if other.dose is not None}
    if len(units) > 1:
        yield f"doses in {' and '.join(sorted(units))} stand in one table"
    if dose.first_day is not None and dose.first_day < dose.each.amount:
        yield "the first day has less than the others"
    for pack in row.packs:
        strength = pack.product.strength
        if strength.content is None or strength.content.unit not in _MASSES or dose.each.unit not in _MASSES:
            continue
        if strength.content.unit != dose.each.unit:
            yield f"a dose in {dose.each.unit} of a product in {strength.content.unit}"
        elif pack.quantity is not None and not dose.for_each_kg:
            total = row.volume(strength, {})
            if total is not None and total.unit == pack.quantity.unit and total.amount != pack.quantity.amount:
                yield f"{pack.quantity.in_words()} of {pack.product.name}, where the doses come to {total.in_words()}"


def _never_less(proof: Proof) -> Iterator[Failure]:
    """Two people who differ in age and weight alone, the second neither younger nor lighter."""
    grows = [name for name in (AGE, WEIGHT) if name in proof.encoding.person.unsettled]
    pairs = {
        pgd: looked for pgd, looked in proof.encoding.looked.items() if len(looked.doses) > 1 or _by_weight(looked)
    }
    if not grows or not pairs:
        return
    smaller = proof.encoding
    person = Anybody(proof.pathway.questions.values(), "bigger ", like=smaller.person, but=grows)
    bigger = Encoding(proof.pathway, person, proof.on)
    solver = Solver([smaller.person.fits(), person.fits(), smaller.complete, bigger.complete])
    solver.say(at_or_below(smaller.person.number(name), person.number(name)) for name in grows)
    others = [name for name in smaller.person.unsettled if name not in grows]
    solver.say(if_then(smaller.person.known(name), person.known(name)) for name in others)
    solver.say(if_then(person.known(name), smaller.person.known(name)) for name in others)
    claims = [claim for pgd in pairs for claim in _less(smaller, bigger, pgd)]
    yield from proof.never_of_two(solver, smaller, bigger, claims)


def _by_weight(looked: Looked) -> bool:
    return any(row.dose is not None and row.dose.for_each_kg for row, _ in looked.doses)


def _less(smaller: Encoding, bigger: Encoding, pgd: str) -> Iterator[tuple[str, Formula]]:
    for row, when in smaller.looked[pgd].by_row:
        for other, then in bigger.looked[pgd].by_row:
            if row.dose is None or other.dose is None:
                continue
            both_offered = both((smaller.clear, bigger.clear, when, then))
            fewer = below(_daily(other, other.dose, bigger.person), _daily(row, row.dose, smaller.person))
            yield f"{pgd}: {other.id} gives less a day than {row.id} to somebody bigger", both((both_offered, fewer))
            if row.dose.first_day is None and other.dose.first_day is None:
                continue
            fewer = below(_first_day(other, other.dose, bigger.person), _first_day(row, row.dose, smaller.person))
            what = f"{pgd}: {other.id} gives less on the first day than {row.id} to somebody bigger"
            yield what, both((both_offered, fewer))


def _daily(row: DoseRow, dose: Dose, person: Anybody) -> Number:
    """What is taken in a day, unrounded: the least of it where there is a choice of times."""
    amount = dose.each.amount * row.times_a_day
    return times(person.number(WEIGHT), amount) if dose.for_each_kg else exact(amount)


def _first_day(row: DoseRow, dose: Dose, person: Anybody) -> Number:
    """The same of the first day, which may have a dose of its own."""
    return _daily(row, dose, person) if dose.first_day is None else exact(dose.first_day * row.times_a_day)
