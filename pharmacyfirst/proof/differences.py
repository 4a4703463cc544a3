"""How two pathways read of one person can come out differently, as formulas: the outcome, the offers, and the reasons.

Doses are compared by what they say, never by the id of their row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pharmacyfirst.kernel.dose import WEIGHT, Amount, Dose, DoseRow, Pack, Strength
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.proof.anybody import Anybody
from pharmacyfirst.proof.beside import if_not_answered, outcome_in_full
from pharmacyfirst.proof.encoding import Encoding
from pharmacyfirst.proof.reasons import decided_by, missing
from pharmacyfirst.proof.solver import FALSE, TRUE, Formula, Number, below, both, differ, either, exact, no, plus, times


@dataclass(frozen=True, slots=True)
class SuppliedAs:
    """One product of a dose row as it is supplied; ``strength`` counts where the quantity is worked out from it.

    ``at_most`` says it in words where less may be supplied.
    """

    product: str
    quantity: Amount | None
    strength: Strength | None
    bottle: Amount | None
    at_most: str = ""

    @classmethod
    def of(cls, pack: Pack) -> "SuppliedAs":
        """What a pack says, without the evidence for it."""
        product = pack.product
        strength = product.strength if pack.worked_out else None
        return cls(product.name, pack.quantity, strength, product.bottle, pack.in_words() if pack.up_to else "")


@dataclass(frozen=True, slots=True)
class Course:
    """What a dose row says: the dose, how often, for how long, and what is supplied."""

    dose: Dose | None
    times_a_day: int
    times_a_day_most: int | None
    days: int
    supplies: tuple[SuppliedAs, ...]

    @classmethod
    def of(cls, row: DoseRow) -> "Course":
        """What a row says, without its id and whom it is for."""
        supplies = tuple(SuppliedAs.of(pack) for pack in row.packs)
        return cls(row.dose, row.times_a_day, row.times_a_day_most, row.days, supplies)


def outcome_differs(one: Encoding, other: Encoding) -> Formula:
    """The kind, the destination, by when, what follows, an offer or a dose is another."""
    kinds = [differ(one.kinds[kind], other.kinds[kind]) for kind in Kind]
    said, says = outcome_in_full(one), outcome_in_full(other)
    beside = [differ(said.get(name, FALSE), says.get(name, FALSE)) for name in {**said, **says}]
    return either((*kinds, differ(one.dial_999, other.dial_999), *beside, *_offers_differ(one, other)))


def _offers_differ(one: Encoding, other: Encoding) -> Iterator[Formula]:
    pgds = list(dict.fromkeys((*one.pathway.pgds, *other.pathway.pgds)))
    for pgd in pgds:
        said, says = courses(one, pgd), courses(other, pgd)
        for course in {**said, **says}:
            yield differ(said.get(course, FALSE), says.get(course, FALSE))
    for first in pgds:
        for second in pgds:
            if first != second and all(pgd in e.offered for pgd in (first, second) for e in (one, other)):
                yield differ(one.offered_before(first, second), other.offered_before(first, second))


def courses(encoding: Encoding, pgd: str) -> dict[Course, Formula]:
    """For each course that the table of a PGD may come to: it is offered."""
    found: dict[Course, list[Formula]] = {}
    rows = {row.id: row for row in encoding.pathway.pgds[pgd].doses} if pgd in encoding.offered else {}
    for (name, id_), offered in encoding.offered_by_row.items():
        if name == pgd:
            found.setdefault(Course.of(rows[id_]), []).append(offered)
    return {course: either(whens) for course, whens in found.items()}


def surely_another_amount(one: Dose | None, other: Dose | None, person: Anybody) -> Formula:
    """The doses differ by more than rounding could make up; true where neither goes by weight, as what they say then differs."""
    if one is None or other is None or not (one.for_each_kg or other.for_each_kg) or one.each.unit != other.each.unit:
        return TRUE
    first, second = _amount(one, person), _amount(other, person)
    apart = sum((dose.rounding.step for dose in (one, other) if dose.rounding), Decimal(0))
    return either((_above(first, second, apart), _above(second, first, apart)))


def _amount(dose: Dose, person: Anybody) -> Number:
    return times(person.number(WEIGHT), dose.each.amount) if dose.for_each_kg else exact(dose.each.amount)


def _above(one: Number, other: Number, by: Decimal) -> Formula:
    return below(plus(other, by), one)


@dataclass(frozen=True, slots=True)
class OtherReason:
    """One reason or one question that only one version names, of people whose outcome is the same."""

    says: str
    name: str
    asks: bool
    only_old: bool
    formula: Formula


def other_reasons(old: Encoding, new: Encoding, renamed: dict[str, str]) -> Iterator[OtherReason]:
    """Each reason and each question that one version may name and the other not, with when that is. ``renamed``: new names and old ones."""
    decided = (decided_by(old), decided_by(new))
    asked_old, asked_new = missing(old), missing(new)
    today = [if_not_answered(*one)[Kind.REFER_URGENT] for one in ((old, asked_old), (new, asked_new))]
    asked = asked_old, {renamed.get(name, name): when for name, when in asked_new.items()}
    now = {before: name for name, before in renamed.items()}
    for asks, (then, after) in ((False, decided), (True, asked)):
        for name in {**then, **after}:
            one, other = then.get(name, FALSE), after.get(name, FALSE)
            shown = now.get(name, name) if asks else name
            for only_old, (here, there) in ((True, (one, other)), (False, (other, one))):
                says = _SAID[asks, only_old].format(shown)
                formula = both((here, no(there)))
                if formula is not FALSE:
                    yield OtherReason(says, shown, asks, only_old, formula)
    for only_old, formula in ((True, both((today[0], no(today[1])))), (False, both((today[1], no(today[0]))))):
        yield OtherReason(_SENT_TODAY[only_old], "", False, only_old, formula)


_SENT_TODAY = {
    True: "no longer the same day while answers are missing",
    False: "the same day now while answers are missing",
}
_SAID = {
    (False, True): "{} no longer decides",
    (False, False): "{} decides now",
    (True, True): "{} is no longer asked for",
    (True, False): "{} is asked for now",
}
