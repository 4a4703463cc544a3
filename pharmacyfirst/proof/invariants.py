"""The sentences of ``pathways/invariants.yaml`` proved of one pathway, over every state of knowledge."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from pharmacyfirst.content.invariants import ALWAYS, NEVER, Comes, Invariant, Listed, Reading
from pharmacyfirst.kernel.conditions import Limits
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow
from pharmacyfirst.kernel.explain import value_in_words
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.proof.beside import if_not_answered, outcome_in_full
from pharmacyfirst.proof.counterexample import Counterexample
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.proof import Failure, Proof
from pharmacyfirst.proof.solver import FALSE, TRUE, Formula, at_or_below, below, both, either, exact, no, times


def broken(proof: Proof, invariant: Invariant) -> Iterator[Failure]:
    """The nearest patient of whom the invariant does not hold; nothing where it is proved, or fails exactly as the file lists."""
    claim = invariant.claims[proof.pathway.id]
    listed = invariant.fails.get((proof.pathway.id, proof.pathway.edition.version))
    against = _against(proof, invariant, claim)
    patient = _nearest(proof, invariant, against, claim)
    if listed is not None:
        yield from _as_listed(proof, invariant, listed, against, patient)
    elif patient is not None:
        yield Failure(_what(invariant), (patient,))


def _nearest(proof: Proof, invariant: Invariant, against: Formula, claim: Reading) -> Counterexample | None:
    if invariant.form in (NEVER, ALWAYS):
        return proof.looking.nearest(against) if proof.solver.find(against) is not None else None
    if (
        proof.solver.find(against, proof.encoding.complete, proof.encoding.in_place, proof.looking.plausible)
        is not None
    ):
        return None
    # Nobody is as the sentence wants: the nearest of those it speaks of shows what becomes of them instead.
    known = both(proof.encoding.alone.judged(one).met for one in (*claim.person, *claim.known))
    nearest = proof.looking.nearest(known, proof.encoding.complete, proof.encoding.in_place)
    return nearest or proof.looking.nearest(proof.encoding.complete)


def _what(invariant: Invariant) -> str:
    return (
        "nobody plausible is found of whom it holds"
        if invariant.form not in (NEVER, ALWAYS)
        else "it does not hold of everybody"
    )


def _against(proof: Proof, invariant: Invariant, claim: Reading) -> Formula:
    """Somebody of whom the invariant does not hold; of one that says what is possible, somebody of whom it does."""
    encoding = proof.encoding
    comes = both(came(proof, one, never=invariant.form == NEVER) for one in claim.comes)
    known = _known(encoding, claim)
    if invariant.form == NEVER:
        # What is not ruled out counts as said: on what is known alone, so that a question nobody puts rules nothing out.
        return both((*(encoding.alone.judged(one).may_be for one in claim.person), known, comes))
    known = both((known, *(encoding.alone.judged(one).met for one in claim.person)))
    return both((known, no(comes))) if invariant.form == ALWAYS else both((known, comes))


def _known(encoding: Encoding, claim: Reading) -> Formula:
    return both(encoding.alone.judged(one).met for one in claim.known)


def _as_listed(
    proof: Proof, invariant: Invariant, listed: Listed, against: Formula, patient: Counterexample | None
) -> Iterator[Failure]:
    """An invariant that is known not to hold must fail exactly as it is listed: this patient, no nearer one, this outcome."""
    if patient is None:
        yield Failure("listed as failing, and it is proved: take it out of the list")
        return
    facts = {name: value for name, value in proof.looking.baseline.items() if name not in listed.unset}
    facts.update(listed.facts)
    found = proof.solver.find(against, proof.encoding.person.is_exactly(facts))
    if found is None:
        yield Failure(f"it does not fail of the patient listed ({_changed(listed)}); the nearest is", (patient,))
        return
    known = proof.looking.patient(found)
    if known.assessment is None or known.assessment.outcome.kind is not listed.kind:
        yield Failure(f"the patient listed comes to another outcome than {listed.kind.word}", (known,))
    elif len(known.changes) > len(patient.changes):
        yield Failure(f"a nearer patient than the one listed ({_changed(listed)}) is found", (patient,))
    else:
        proof.remark(f"known not to hold: {known.in_words()}")


def _changed(listed: Listed) -> str:
    given = [f"{name} {value_in_words(value)}" for name, value in listed.facts.items()]
    return "; ".join([*given, *(f"{name} not known" for name in listed.unset)])


def came(proof: Proof, comes: Comes, never: bool) -> Formula:
    """This is what comes out of the consultation. What must never come out counts where a dose is in a unit that the sentence does not
    name, and where the first day or the others have it; everything else, where the unit is the same and all days have it.
    """
    encoding = proof.encoding
    if comes.asks:
        return proof.missing.get(comes.asks, FALSE)
    if comes.unanswered is not None:
        return if_not_answered(encoding, proof.missing)[comes.unanswered]
    if comes.kinds:
        return either(encoding.kinds[kind] for kind in comes.kinds)
    if comes.beside:
        return outcome_in_full(encoding).get(comes.beside, FALSE)
    if comes.destination:
        if comes.destination == EMERGENCY_999:
            return encoding.dial_999
        return both((encoding.kinds[Kind.EMERGENCY], no(encoding.dial_999)))
    if not comes.measure:
        return either(encoding.offered[pgd] for pgd in comes.pgds if pgd in encoding.offered)
    (pgd,) = comes.pgds
    if pgd not in encoding.pathway.pgds:
        return FALSE
    rows = {row.id: row for row in encoding.pathway.pgds[pgd].doses}
    return either(
        both((offered, _measured(encoding, rows[row], comes, never)))
        for (name, row), offered in encoding.offered_by_row.items()
        if name == pgd
    )


def _measured(encoding: Encoding, row: DoseRow, comes: Comes, never: bool) -> Formula:
    """What is offered by this dose row lies within the limits: on some day where it never should, otherwise on every day."""
    dose, limits = row.dose, comes.limits
    if dose is None:
        return FALSE
    if comes.measure == "course":
        return _constant(limits.hold(Decimal(row.days)) if comes.unit == "days" else never)
    if dose.each.unit != comes.unit:
        return _constant(never)
    days = [_taken(encoding, row, comes, dose.each.amount, dose.for_each_kg)]
    if dose.first_day is not None and not comes.later:
        days.append(_taken(encoding, row, comes, dose.first_day, for_each_kg=False))
    return either(days) if never else both(days)


def _taken(encoding: Encoding, row: DoseRow, comes: Comes, each: Decimal, for_each_kg: bool) -> Formula:
    """What is taken of this dose lies within the limits."""
    amount, limits = each * (_most(row) if comes.measure == "daily dose" else 1), comes.limits
    if comes.measure != "dose for each kg":
        return _by_weight(encoding, amount, limits) if for_each_kg else _constant(limits.hold(amount))
    return _constant(limits.hold(amount)) if for_each_kg else _for_each_kg(encoding, amount, limits)


def _most(row: DoseRow) -> int:
    return row.times_a_day_most or row.times_a_day


def _constant(holds: bool) -> Formula:
    return TRUE if holds else FALSE


def _by_weight(encoding: Encoding, amount: Decimal, limits: Limits) -> Formula:
    """A dose for each kg, as it is for the weight."""
    given = times(encoding.person.number(WEIGHT), amount)
    low = () if limits.low is None else ((below if limits.above else at_or_below)(exact(limits.low), given),)
    high = () if limits.high is None else ((below if limits.to_below else at_or_below)(given, exact(limits.high)),)
    return both((*low, *high))


def _for_each_kg(encoding: Encoding, amount: Decimal, limits: Limits) -> Formula:
    """A dose that is the same for everybody, for each kg of this person; of a person whose weight is not known it is within no limits."""
    weight, given = encoding.person.number(WEIGHT), exact(amount)
    inside: list[Formula] = [encoding.person.known(WEIGHT)]
    if limits.low is not None:
        inside.append((below if limits.above else at_or_below)(times(weight, limits.low), given))
    if limits.high is not None:
        inside.append((below if limits.to_below else at_or_below)(given, times(weight, limits.high)))
    return both(inside)


def applying(proof: Proof, invariants: Iterable[Invariant]) -> Iterator[Invariant]:
    """Those that can be said for the condition."""
    return (one for one in invariants if proof.pathway.id in one.claims)
