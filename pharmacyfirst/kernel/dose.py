"""Doses and quantities: exact decimals, always with a unit, worked out from the PGD's own table and nothing else."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import Answers
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing
from pharmacyfirst.kernel.rule import Judged

WEIGHT = "weight_kg"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit."""

    amount: Decimal
    unit: str

    def in_words(self) -> str:
        """For instance ``187.5 mg`` or ``6 capsules``."""
        return counted(self.amount, self.unit)

    def as_written(self) -> str:
        """As content spells it, for instance ``6 capsule``."""
        return f"{plain(self.amount)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the document rounds a dose worked out from a weight: to the nearest ``step``, halves up, or down to it."""

    step: Decimal
    down: bool = False

    def of(self, amount: Decimal) -> Decimal:
        """The amount rounded to a whole number of steps."""
        return (amount / self.step).quantize(Decimal(1), ROUND_DOWN if self.down else ROUND_HALF_UP) * self.step


@dataclass(frozen=True, slots=True)
class Dose:
    """What is taken each time: an amount, or one for each kg of body weight; the first day may have its own."""

    each: Amount
    for_each_kg: bool = False
    first_day: Decimal | None = None
    rounding: Rounding | None = None

    def for_person(self, answers: Answers) -> Amount:
        """The dose of this person. Where it goes by weight, the dose row has made sure that the weight is known."""
        if not self.for_each_kg:
            return self.each
        amount = self.each.amount * answers[WEIGHT]
        return Amount(self.rounding.of(amount) if self.rounding else amount, self.each.unit)


@dataclass(frozen=True, slots=True)
class Strength:
    """How much is in a product, as printed; ``amount`` in ``per`` of ``per_unit`` (one capsule, 5 mL) where a sum can be made."""

    words: str
    content: Amount | None = None
    per: Amount | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product a document allows: form, strength, dm+d codes of the virtual product, and the bottle it comes in."""

    name: str
    form: str
    strength: Strength
    codes: tuple[str, ...]
    bottle: Amount | None = None
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class Pack:
    """A product of a dose row with how much of it is supplied.

    ``quantity`` is None where the document does not say; ``worked_out`` means the volume of all doses. ``up_to``: it is the most, and less
    may be supplied: from ``least`` on, where that is said, and under it only where ``less_with_reason`` and a reason is recorded.
    """

    product: Product
    quantity: Amount | None
    worked_out: bool = False
    backing: Backing = NO_BACKING
    up_to: bool = False
    least: Amount | None = None
    less_with_reason: bool = False

    def in_words(self) -> str:
        """How much is supplied: ``6 capsules``, ``at most 3 packs``, ``6 to 12 months, less with a reason``."""
        if self.quantity is None:
            return "the volume of all doses" if self.worked_out else "quantity not stated"
        most, least = self.quantity.in_words(), f"{plain(self.least.amount)} to " if self.least else ""
        less = ", less with a reason" if self.less_with_reason else ""
        return f"{least}{most}{less}" if least or not self.up_to else f"at most {most}"


@dataclass(frozen=True, slots=True)
class Supplied:
    """One product of an offer and how much of it, with the number of whole bottles where it comes in bottles.

    Of a quantity that is the most, ``pack`` says from what on it may be less.
    """

    product: Product
    quantity: Amount | None
    bottles: int | None = None
    pack: Pack | None = None

    @property
    def quantity_at_least(self) -> Amount | None:
        """The least that is supplied, where the document says one."""
        return self.pack.least if self.pack is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRow(Judged):
    """One row of a dose table. ``dose`` is None for a deliberate gap: nothing is offered, for the reason in ``because``."""

    who: str
    dose: Dose | None = None
    times_a_day: int = 0
    times_a_day_most: int | None = None
    days: int = 0
    packs: tuple[Pack, ...] = ()

    def supplied(self, answers: Answers) -> tuple[Supplied, ...]:
        """The products of the row with the quantity of each for this person, in the document's order."""
        return tuple(
            Supplied(pack.product, *self._how_much(pack, answers), pack if pack.up_to else None) for pack in self.packs
        )

    def _how_much(self, pack: Pack, answers: Answers) -> tuple[Amount | None, int | None]:
        quantity = self.volume(pack.product.strength, answers) if pack.worked_out else pack.quantity
        bottle = pack.product.bottle
        if quantity is None or bottle is None or quantity.unit != bottle.unit:
            return quantity, None
        bottles = (quantity.amount / bottle.amount).to_integral_value(ROUND_CEILING)
        return quantity, int(bottles)

    def volume(self, strength: Strength, answers: Answers) -> Amount | None:
        """All doses of the course, in the units of the product (5 mL, one capsule); None where no sum can be made."""
        if self.dose is None or strength.content is None or strength.per is None:
            return None
        dose = self.dose.for_person(answers)
        if dose.unit != strength.content.unit:
            return None
        total = dose.amount * self.times_a_day * self.days
        if self.dose.first_day is not None:
            total += (self.dose.first_day - dose.amount) * self.times_a_day
        return Amount(total * strength.per.amount / strength.content.amount, strength.per.unit)


def counted(amount: Decimal, unit: str) -> str:
    """A number with its unit, in the plural where it needs one; abbreviations such as mg and mL have none."""
    if amount != 1 and len(unit) >= 3:
        head, per, rest = unit.partition(" per ")
        unit = " or ".join(one if one.endswith("s") else f"{one}s" for one in head.split(" or ")) + per + rest
    return f"{plain(amount)} {unit}"


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing noughts."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
