"""How much of an offer: doses and quantities as whole numbers of millionths, so that every engine has them exactly as the kernel has.

Most stand in the dose row. One that goes by weight is worked out from whole grams; where that cannot be done in whole millionths there is no
plan, and the kernel alone can say it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from pharmacyfirst.audit.sentences import NoPlan, SentenceTerms
from pharmacyfirst.audit.words import Sayings, Term
from pharmacyfirst.kernel.dose import WEIGHT, DoseRow, Pack
from pharmacyfirst.kernel.pgd import PGD

PARTS = 1_000_000
"""So many parts are one mg, mL or capsule in the columns of amounts and quantities."""
GRAMS = 1000

DoseRows = Mapping[int, tuple[PGD, DoseRow]]


def in_parts(amount: Decimal) -> int:
    """A dose or quantity as the whole number of millionths that the columns hold. Raises ``NoPlan`` for one that is none."""
    return _whole(Fraction(amount) * PARTS, amount)


def from_parts(number: int) -> Decimal:
    """The amount that such a number is, exactly."""
    return Decimal(number) / PARTS


def least_allowed(pack: Pack) -> Decimal | None:
    """The least of a product that its document allows: all of it where it gives one quantity, None where it gives none.

    Nought, so that anything more is allowed, where it says at most; and where it says less with a reason, as a table does not hold reasons.
    """
    if pack.quantity is None or not pack.up_to:
        return pack.quantity.amount if pack.quantity is not None else None
    return pack.least.amount if pack.least is not None and not pack.less_with_reason else Decimal(0)


class Amounts:
    """The terms of how much: ``amount`` each time, and ``quantity`` of the row's first product with the ``least`` of it, of the dose row with a number."""

    def __init__(self, dose_rows: DoseRows, sentences: SentenceTerms, say: Sayings):
        self.say = say
        self.dose_rows = {at: row for at, (_, row) in dose_rows.items() if row.dose is not None}
        self._by_weight = [at for at, row in self.dose_rows.items() if row.dose is not None and row.dose.for_each_kg]
        self._grams = say.thousandths(sentences.fact(WEIGHT)) if self._by_weight else say.number(None)

    def amount(self, offer: Term) -> Term:
        """What is taken each time, from the second day on where the first has its own."""
        return self._of(offer, _fixed_amount, self._weighed)

    def quantity(self, offer: Term) -> Term:
        """How much of the first product is supplied, or the most; null where the document does not say."""
        return self._of(offer, _fixed_quantity, lambda row: self._volume(row, _most))

    def least(self, offer: Term) -> Term:
        """The least of it that is allowed (``least_allowed``): the quantity itself where the document gives no range."""
        return self._of(offer, _fixed_least, lambda row: self._volume(row, least_allowed))

    def _of(
        self, offer: Term, fixed: Callable[[DoseRow], int | None], weighed: Callable[[DoseRow], Term | None]
    ) -> Term:
        say = self.say
        numbers = {at: number for at, row in self.dose_rows.items() if (number := fixed(row)) is not None}
        rungs = [
            (say.met(say.is_number(offer, at)), term) for at in self._by_weight if (term := weighed(self.dose_rows[at]))
        ]
        return say.ladder(rungs, say.number_of(offer, numbers))

    def _weighed(self, row: DoseRow) -> Term:
        dose = row.dose
        assert dose is not None
        if dose.rounding is None:
            return self.say.times(self._grams, _whole(_for_a_gram(row), row.id))
        step = in_parts(dose.rounding.step)
        if step % 2:  # half of it is added to round halves up
            raise NoPlan(f"{row.id}: a step of {dose.rounding.step} is no even number of millionths.")
        exact = self.say.times(self._grams, _whole(_for_a_gram(row), row.id))
        return self.say.rounded(exact, step, 0 if dose.rounding.down else step // 2)

    def _volume(self, row: DoseRow, stated: Callable[[Pack], Decimal | None]) -> Term | None:
        if not row.packs:
            return None
        pack = row.packs[0]
        if not pack.worked_out:
            much = stated(pack)
            return None if much is None else self.say.number_of(self.say.number(1), {1: in_parts(much)})
        dose, strength = row.dose, pack.product.strength
        assert dose is not None
        if strength.content is None or strength.per is None or dose.each.unit != strength.content.unit:
            return None
        if dose.rounding is not None or dose.first_day is not None:
            raise NoPlan(
                f"{row.id}: a volume worked out of a dose by weight that is rounded, or has a first day of its own."
            )
        course = (
            Fraction(row.times_a_day * row.days) * Fraction(strength.per.amount) / Fraction(strength.content.amount)
        )
        return self.say.times(self._grams, _whole(_for_a_gram(row) * course, row.id))


def _for_a_gram(row: DoseRow) -> Fraction:
    """Millionths of the dose for each gram of body weight."""
    assert row.dose is not None
    return Fraction(row.dose.each.amount) * PARTS / GRAMS


def _fixed_amount(row: DoseRow) -> int | None:
    return None if row.dose is None or row.dose.for_each_kg else in_parts(row.dose.each.amount)


def _fixed_quantity(row: DoseRow) -> int | None:
    """Of a dose that does not go by weight nothing about the person is read."""
    if row.dose is None or row.dose.for_each_kg or not row.packs:
        return None
    quantity = row.supplied({})[0].quantity
    return in_parts(quantity.amount) if quantity is not None else None


def _fixed_least(row: DoseRow) -> int | None:
    """The least of it; all of what is worked out."""
    quantity = _fixed_quantity(row)
    if quantity is None or row.packs[0].worked_out:
        return quantity
    least = least_allowed(row.packs[0])
    return None if least is None else in_parts(least)


def _most(pack: Pack) -> Decimal | None:
    return None if pack.quantity is None else pack.quantity.amount


def _whole(number: Fraction, of: object) -> int:
    if number.denominator != 1:
        raise NoPlan(f"{of}: this is no whole number of millionths, which is what a table counts in.")
    return int(number)
